"""Payloads have the shape of GitHub's official examples."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.simulator.github.conftest import Api, Receiver

EXAMPLES = (
    Path(__file__).parents[3] / "node_modules/@octokit/webhooks-examples/api.github.com/index.json"
)

Json = Any
"""A JSON value."""

Sent = dict[tuple[str, str | None], Json]
"""Payloads by event and action."""

PERMISSIONS = ".installation.permissions"
"""Which permissions an App has is its own affair."""

UNTOLD = {
    # The examples of a ping are of repositories' and organisations' webhooks; an App's has none.
    "ping": {".hook.url", ".hook.ping_url", ".sender"},
}


@cache
def examples(event: str, action: str | None) -> list[dict[str, Any]]:
    events = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    [found] = [entry["examples"] for entry in events if entry["name"] == event]
    # Of some actions there is no example: then those of the event's other actions have the shape.
    return [example for example in found if example.get("action") == action] or found


def kind(value: Json) -> str:
    """Name the JSON type of ``value``."""
    if isinstance(value, bool):
        return "boolean"
    kinds = {str: "string", int: "number", float: "number", dict: "object", list: "array"}
    return kinds.get(type(value), "null")


def missing(ours: Json, theirs: list[Json], place: str = "") -> list[str]:
    """Name the keys that every one of ``theirs`` has and ``ours`` lacks."""
    objects = [value for value in theirs if isinstance(value, dict)]
    if not isinstance(ours, dict) or not objects or len(objects) < len(theirs):
        return []
    found = []
    for key in set.intersection(*map(set, objects)):
        if key not in ours:
            found.append(f"{place}.{key}")
        elif f"{place}.{key}" != PERMISSIONS:
            found += missing(ours[key], [value[key] for value in objects], f"{place}.{key}")
    return found


def mistyped(ours: Json, theirs: list[Json], place: str = "") -> list[str]:
    """Name what ``ours`` has in common with ``theirs``, and has with another JSON type."""
    kinds = {kind(value) for value in theirs}
    if kinds and kind(ours) not in kinds and kinds != {"null"} and ours is not None:
        return [f"{place}: {kind(ours)}, not {sorted(kinds)}"]
    if isinstance(ours, dict):
        return [
            problem
            for key, value in ours.items()
            for problem in mistyped(
                value,
                [their[key] for their in theirs if isinstance(their, dict) and key in their],
                f"{place}.{key}",
            )
        ]
    if isinstance(ours, list):
        items = [item for their in theirs if isinstance(their, list) for item in their]
        return [problem for item in ours for problem in mistyped(item, items, f"{place}[]")]
    return []


@pytest.fixture
def sent(api: Api, receiver: Receiver) -> Sent:
    """One payload of every event and action that the simulator sends."""
    github = api.github
    second = github.add_repository("octo-org/second")
    github.add_to_installation(api.installation, [second])
    github.remove_from_installation(api.installation, [second])
    discussion = github.open_discussion(api.repository, author="mona", title="t", body="b")
    comment = github.comment_on_discussion(discussion, author="mona", body="old")
    github.edit_comment(comment, body="new")
    github.delete_comment(comment)
    answer = github.comment_on_discussion(discussion, author="mona", body="so")
    github.choose_answer(answer, by="mona")
    github.take_answer_back(discussion, by="mona")
    github.edit_thread(discussion, title="T")
    github.label(discussion, "bug")
    github.lock(discussion)
    github.unlock(discussion)
    github.close(discussion)
    github.reopen(discussion)
    github.delete_thread(discussion)
    issue = github.open_issue(api.repository, author="mona", title="t", body="b")
    github.label(issue, "bug")
    on_issue = github.comment_on_issue(issue, author="mona", body="old")
    github.edit_comment(on_issue, body="new")
    github.close(issue)
    github.reopen(issue)
    github.edit_thread(issue, body="B")
    github.lock(issue)
    github.unlock(issue)
    github.delete_thread(issue)
    github.push(api.repository, {"a.py": b"a"}, author="mona")
    github.push(api.repository, {"a.py": b"b"}, author="mona", branch="next")
    github.delete_branch(api.repository, "next", author="mona")
    github.delete_release(github.release(api.repository, "v1.0", author="mona"))
    github.install([github.add_repository("mona/own")])
    app = github.app
    github.set_webhook(url=app.webhook_url, secret=app.webhook_secret)
    return {
        event: received.payload
        for event, received in zip(receiver.events(), receiver.received, strict=True)
    }


EVENTS = [
    ("create", None),
    ("delete", None),
    ("discussion", "answered"),
    ("discussion", "closed"),
    ("discussion", "created"),
    ("discussion", "deleted"),
    ("discussion", "edited"),
    ("discussion", "labeled"),
    ("discussion", "locked"),
    ("discussion", "reopened"),
    ("discussion", "unanswered"),
    ("discussion", "unlocked"),
    ("discussion_comment", "created"),
    ("discussion_comment", "deleted"),
    ("discussion_comment", "edited"),
    ("installation", "created"),
    ("installation_repositories", "added"),
    ("installation_repositories", "removed"),
    ("issue_comment", "created"),
    ("issue_comment", "edited"),
    ("issues", "closed"),
    ("issues", "deleted"),
    ("issues", "edited"),
    ("issues", "labeled"),
    ("issues", "locked"),
    ("issues", "opened"),
    ("issues", "reopened"),
    ("issues", "unlocked"),
    ("ping", None),
    ("push", None),
    ("release", "deleted"),
    ("release", "published"),
]


def test_every_event_that_is_sent_is_compared(sent: Sent) -> None:
    assert sorted(sent, key=str) == sorted(EVENTS, key=str)


@pytest.mark.parametrize(("event", "action"), EVENTS)
def test_a_payload_lacks_nothing_that_all_examples_have(
    sent: Sent, event: str, action: str | None
) -> None:
    lacks = set(missing(sent[event, action], examples(event, action)))
    assert lacks - UNTOLD.get(event, set()) == set()


@pytest.mark.parametrize(("event", "action"), EVENTS)
def test_a_payload_has_the_json_types_of_the_examples(
    sent: Sent, event: str, action: str | None
) -> None:
    assert mistyped(sent[event, action], examples(event, action)) == []


def test_the_comparison_sees_what_is_missing_and_what_is_mistyped(sent: Sent) -> None:
    payload = sent["discussion_comment", "created"]
    theirs = examples("discussion_comment", "created")

    doctored = {**payload, "comment": {**payload["comment"], "id": "7"}}
    del doctored["comment"]["node_id"]

    assert missing(doctored, theirs) == [".comment.node_id"]
    assert mistyped(doctored, theirs) == [".comment.id: string, not ['number']"]
