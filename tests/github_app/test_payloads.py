"""What payloads tell, and what is ignored."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from github_app.commands import Command
from github_app.deliveries import Delivery
from github_app.dispatch import jobs
from github_app.events import (
    BranchPushed,
    CommandGiven,
    DefaultBranchPushed,
    DiscussionOpened,
    Ignored,
    InstallationAction,
    InstallationChanged,
    NamedRepository,
    Ping,
    RepositoriesChanged,
    RepositoryDeleted,
    RepositoryRenamed,
    RepositoryTransferred,
    ThreadChanged,
    ThreadKind,
    VersionsChanged,
)
from github_app.payloads import parse

COMMIT = "0123456789" * 4
PERSON = {"type": "User", "login": "mona[bot]"}
BOT = {"type": "Bot", "login": "mona"}
REPOSITORY = {"id": 5, "full_name": "octo-org/hello", "default_branch": "main"}
HELLO = NamedRepository("octo-org/hello", 5)
BASE: dict[str, Any] = {
    "sender": PERSON,
    "repository": REPOSITORY,
    "installation": {"id": 7, "account": {"login": "octo-org"}},
}
DISCUSSION = {
    **BASE,
    "action": "created",
    "discussion": {"node_id": "D_1", "number": 3, "body": "Hm", "user": PERSON},
}
COMMENT = {"node_id": "DC_1", "body": "/fury-bot ask How?", "user": PERSON}
DISCUSSION_COMMENT = {**DISCUSSION, "comment": COMMENT}
ISSUE = {
    **BASE,
    "action": "opened",
    "issue": {"node_id": "I_1", "number": 4, "body": "/fury-bot help", "user": PERSON},
}
ISSUE_COMMENT = {**ISSUE, "action": "created", "comment": {**COMMENT, "node_id": "IC_1"}}
PUSH = {**BASE, "ref": "refs/heads/main", "deleted": False, "after": COMMIT}
RELEASE = {**BASE, "action": "published", "release": {"tag_name": "v1.0"}}
TAG = {**BASE, "ref": "v1.0", "ref_type": "tag"}
INSTALLATION = {
    **BASE,
    "action": "created",
    "repositories": [{"id": 5, "full_name": "octo-org/hello"}],
}
RENAMED = {**BASE, "action": "renamed", "changes": {"repository": {"name": {"from": "hi"}}}}
ADDED = {
    **BASE,
    "action": "added",
    "repositories_added": [{"full_name": "octo-org/hello"}, {"full_name": 3}, None, {}],
    "repositories_removed": [{"full_name": "octo-org/old"}, {"full_name": "no slash"}],
}
EXAMPLES = {
    "installation": INSTALLATION,
    "installation_repositories": ADDED,
    "repository": RENAMED,
    "push": PUSH,
    "release": RELEASE,
    "create": TAG,
    "discussion": DISCUSSION,
    "discussion_comment": DISCUSSION_COMMENT,
    "issues": ISSUE,
    "issue_comment": ISSUE_COMMENT,
}


def read(event: str, payload: dict[str, Any]) -> object:
    return parse(Delivery("id", event, payload))


def changed(payload: dict[str, Any], value: object, *path: str) -> dict[str, Any]:
    """Return a copy of ``payload`` with another value at ``path``."""
    copied = copy.deepcopy(payload)
    parent = copied
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return copied


def reason(event: str, payload: dict[str, Any]) -> str:
    result = read(event, payload)
    assert isinstance(result, Ignored), result
    return result.reason


def test_a_ping_is_a_ping() -> None:
    assert read("ping", {}) == Ping()


@pytest.mark.parametrize("action", list(InstallationAction))
def test_an_installation_changes(action: InstallationAction) -> None:
    assert read("installation", {**INSTALLATION, "action": action.value}) == InstallationChanged(
        action, 7, "octo-org", (HELLO,)
    )


def test_an_installation_without_a_list_of_repositories_names_none() -> None:
    event = read("installation", changed(INSTALLATION, None, "repositories"))
    assert isinstance(event, InstallationChanged)
    assert event.repositories == ()


def test_repositories_come_and_go() -> None:
    assert read("installation_repositories", ADDED) == RepositoriesChanged(
        7, "octo-org", (NamedRepository("octo-org/hello"),), (NamedRepository("octo-org/old"),)
    )


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("renamed", RepositoryRenamed(7, HELLO)),
        ("transferred", RepositoryTransferred(7, HELLO)),
        ("deleted", RepositoryDeleted(HELLO)),
    ],
)
def test_what_happens_to_a_repository_is_told(action: str, told: object) -> None:
    assert read("repository", {**RENAMED, "action": action}) == told


def test_a_repository_may_go_where_the_app_is_not() -> None:
    away = {**RENAMED, "action": "transferred"}
    del away["installation"]
    assert read("repository", away) == RepositoryTransferred(None, HELLO)


@pytest.mark.parametrize("identity", [None, 0, "5", True])
def test_a_repository_without_an_id_is_known_by_its_name(identity: object) -> None:
    payload = changed(PUSH, identity, "repository", "id")
    named = NamedRepository("octo-org/hello", None)
    assert read("push", payload) == DefaultBranchPushed(7, named, COMMIT)


def test_a_transfer_forgets_before_it_indexes() -> None:
    away = {**RENAMED, "action": "transferred"}
    found = jobs(parse(Delivery("id", "repository", away)), delivery_id="id")
    assert [job.task for job in found] == ["github.forget", "github.index"]
    assert len({job.lock for job in found}) == 1


def test_a_push_to_the_default_branch_names_the_new_head() -> None:
    assert read("push", PUSH) == DefaultBranchPushed(7, HELLO, COMMIT)


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ({**PUSH, "ref": "refs/tags/main"}, "not a push to a branch"),
        ({**PUSH, "ref": "refs/heads/"}, "not a push to a branch"),
        ({**PUSH, "ref": "main"}, "not a push to a branch"),
        ({**PUSH, "ref": "refs/heads/a\0"}, "the payload's ref is not usable"),
        ({**PUSH, "ref": f"refs/heads/{'a' * 256}"}, "the payload's ref is not usable"),
        ({**PUSH, "deleted": True}, "the branch was deleted"),
        ({**PUSH, "after": "main"}, "the payload's after is not usable"),
    ],
)
def test_other_pushes_are_ignored(payload: dict[str, Any], why: str) -> None:
    assert reason("push", payload) == why


@pytest.mark.parametrize("deleted", [False, True])
def test_a_push_to_another_branch_names_it(deleted: bool) -> None:  # noqa: FBT001 - pytest passes it
    push = {**PUSH, "ref": "refs/heads/next/1.0", "deleted": deleted}
    assert read("push", push) == BranchPushed(7, HELLO, "next/1.0")


@pytest.mark.parametrize("action", ["published", "released", "deleted", "unpublished", "edited"])
def test_a_release_that_comes_or_goes_changes_the_versions(action: str) -> None:
    assert read("release", {**RELEASE, "action": action}) == VersionsChanged(7, HELLO)


@pytest.mark.parametrize("event", ["create", "delete"])
def test_a_tag_that_comes_or_goes_changes_the_versions(event: str) -> None:
    assert read(event, TAG) == VersionsChanged(7, HELLO)
    assert reason(event, {**TAG, "ref_type": "branch"}) == "not a tag"


@pytest.mark.parametrize(
    "action",
    ["answered", "unanswered", "closed", "reopened", "locked", "unlocked", "labeled", "unlabeled"],
)
def test_a_thread_may_become_an_answered_one_or_be_one_no_more(action: str) -> None:
    told = read("discussion", {**DISCUSSION, "action": action})
    assert told == ThreadChanged(7, HELLO, ThreadKind.DISCUSSION, "D_1", 3)
    told = read("issues", {**ISSUE, "action": action})
    assert told == ThreadChanged(7, HELLO, ThreadKind.ISSUE, "I_1", 4)


@pytest.mark.parametrize("action", ["deleted", "transferred"])
def test_a_thread_may_go(action: str) -> None:
    told = read("issues", {**ISSUE, "action": action})
    assert told == ThreadChanged(7, HELLO, ThreadKind.ISSUE, "I_1", 4, is_gone=True)


def test_an_edit_matters_once_there_is_an_answer() -> None:
    edited = {**DISCUSSION, "action": "edited"}
    assert reason("discussion", edited) == "edited, and not answered"
    answered = changed(edited, "2024-01-01T00:00:00Z", "discussion", "answer_chosen_at")
    assert isinstance(read("discussion", answered), ThreadChanged)
    closed = changed({**ISSUE, "action": "edited"}, "closed", "issue", "state")
    assert isinstance(read("issues", closed), ThreadChanged)


@pytest.mark.parametrize("action", ["created", "edited", "deleted"])
def test_a_comment_on_a_closed_issue_may_be_its_answer(action: str) -> None:
    comment = changed(ISSUE_COMMENT, "Solved so.", "comment", "body")
    comment = {**comment, "action": action, "changes": {"body": {"from": "Hm"}}}
    closed = changed(comment, "closed", "issue", "state")
    told = ThreadChanged(7, HELLO, ThreadKind.ISSUE, "I_1", 4)
    assert read("issue_comment", closed) == told
    assert isinstance(read("issue_comment", comment), Ignored)


def test_a_command_on_a_closed_issue_is_run() -> None:
    closed = changed(ISSUE_COMMENT, "closed", "issue", "state")
    assert isinstance(read("issue_comment", closed), CommandGiven)


def test_a_discussion_is_opened() -> None:
    assert read("discussion", DISCUSSION) == DiscussionOpened(7, HELLO, "D_1")


def test_a_discussion_without_text_is_opened_all_the_same() -> None:
    payload = changed(DISCUSSION, None, "discussion", "body")
    assert isinstance(read("discussion", payload), DiscussionOpened)


@pytest.mark.parametrize(
    ("event", "payload", "kind", "thread", "subject", "word"),
    [
        ("discussion_comment", DISCUSSION_COMMENT, ThreadKind.DISCUSSION, "D_1", "DC_1", "ask"),
        ("issue_comment", ISSUE_COMMENT, ThreadKind.ISSUE, "I_1", "IC_1", "ask"),
        ("issues", ISSUE, ThreadKind.ISSUE, "I_1", "I_1", "help"),
        (
            "discussion",
            changed(DISCUSSION, "/fury-bot help", "discussion", "body"),
            ThreadKind.DISCUSSION,
            "D_1",
            "D_1",
            "help",
        ),
    ],
)
def test_a_command_is_given(  # noqa: PLR0917 - pytest names the arguments
    event: str, payload: dict[str, Any], kind: ThreadKind, thread: str, subject: str, word: str
) -> None:
    command = Command(word, "How?" if word == "ask" else "")
    assert read(event, payload) == CommandGiven(7, HELLO, kind, thread, subject, command, 0)


def test_an_edit_gives_its_new_commands_alone() -> None:
    edited = {**ISSUE_COMMENT, "action": "edited", "changes": {"body": {"from": "Hm"}}}
    assert isinstance(read("issue_comment", edited), CommandGiven)
    same = changed(edited, COMMENT["body"], "changes", "body", "from")
    assert reason("issue_comment", same) == "no new command"
    unknown = {**edited, "changes": {}}
    assert reason("issue_comment", unknown) == "the payload has no changes.body.from"


@pytest.mark.parametrize(
    ("event", "path"),
    [
        ("discussion", ("sender",)),
        ("discussion", ("discussion", "user")),
        ("discussion_comment", ("comment", "user")),
        ("issue_comment", ("sender",)),
        ("issues", ("issue", "user")),
    ],
)
def test_bots_are_known_by_their_type_not_by_their_login(event: str, path: tuple[str, ...]) -> None:
    payload = EXAMPLES[event]
    assert not isinstance(read(event, payload), Ignored)
    assert reason(event, changed(payload, BOT, *path)) == "written or sent by a bot"


def test_a_bots_push_is_indexed_like_any_other() -> None:
    assert isinstance(read("push", {**PUSH, "sender": BOT}), DefaultBranchPushed)


def test_comments_on_pull_requests_are_ignored() -> None:
    payload = changed(ISSUE_COMMENT, {"url": "…"}, "issue", "pull_request")
    assert reason("issue_comment", payload) == "a comment on a pull request"


@pytest.mark.parametrize("event", ["discussion_comment", "issue_comment", "issues"])
def test_text_without_a_command_is_ignored(event: str) -> None:
    subject = "issue" if event == "issues" else "comment"
    assert reason(event, changed(EXAMPLES[event], "Hm", subject, "body")) == "no new command"


@pytest.mark.parametrize("event", sorted(set(EXAMPLES) - {"push", "create"}))
def test_other_actions_are_ignored(event: str) -> None:
    actions: tuple[object, ...] = ("deleted_", "pinned", None, [])
    for action in actions:
        payload = {**EXAMPLES[event], "action": action}
        assert reason(event, payload) == "this action is not acted on"


def test_deleted_comments_are_ignored() -> None:
    assert isinstance(read("issue_comment", {**ISSUE_COMMENT, "action": "deleted"}), Ignored)


def test_other_events_are_ignored() -> None:
    assert reason("star", {"action": "created"}) == "this event is not acted on"


@pytest.mark.parametrize("event", sorted(EXAMPLES))
@pytest.mark.parametrize("identity", [None, 0, -1, True, "7", 2**63, 1.5, [7]])
def test_an_unusable_installation_is_ignored(event: str, identity: object) -> None:
    payload = changed(EXAMPLES[event], identity, "installation", "id")
    assert reason(event, payload) == "the payload has no installation.id"


@pytest.mark.parametrize("name", ["hello", "a/b/c", "a /b", "\0/\0", "a/\ud800", ""])
def test_an_unusable_repository_is_ignored(name: str) -> None:
    payload = changed(DISCUSSION, name, "repository", "full_name")
    assert reason("discussion", payload) == "the payload's repository.full_name is not usable"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=4)
    ),
    max_leaves=12,
)


@given(st.sampled_from([*EXAMPLES, "ping", "star"]), st.dictionaries(st.text(), JSON, max_size=6))
def test_no_payload_raises(event: str, payload: dict[str, Any]) -> None:
    jobs(parse(Delivery("id", event, payload)), delivery_id="id")


@given(st.sampled_from(sorted(EXAMPLES)), st.data())
def test_no_damaged_payload_raises(event: str, data: st.DataObject) -> None:
    payload: Any = copy.deepcopy(EXAMPLES[event])
    parent, key = payload, data.draw(st.sampled_from(sorted(payload)))
    while isinstance(parent[key], dict) and data.draw(st.booleans()):
        parent, key = parent[key], data.draw(st.sampled_from(sorted(parent[key])))
    parent[key] = data.draw(JSON)
    read(event, payload)
