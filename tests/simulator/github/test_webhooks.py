"""Deliveries: signed, recorded, redelivered, and sent for what the App asked to hear of."""

from __future__ import annotations

import hashlib
import hmac
import socket
import uuid
from typing import TYPE_CHECKING

import pytest

from simulator.github import Reaction, Unknown

if TYPE_CHECKING:
    from tests.simulator.github.conftest import Api, Receiver


def _signature(body: bytes, algorithm: str) -> str:
    digest = hmac.new(b"a webhook secret", body, getattr(hashlib, algorithm)).hexdigest()
    return f"{algorithm}={digest}"


def test_a_delivery_is_signed_and_headed_as_githubs(api: Api, receiver: Receiver) -> None:
    api.github.open_discussion(api.repository, author="mona", title="t", body="b")

    [received] = receiver.received
    headers = received.headers
    assert headers["HTTP_X_GITHUB_EVENT"] == "discussion"
    assert str(uuid.UUID(headers["HTTP_X_GITHUB_DELIVERY"])) == headers["HTTP_X_GITHUB_DELIVERY"]
    assert headers["HTTP_USER_AGENT"].startswith("GitHub-Hookshot/")
    assert headers["CONTENT_TYPE"] == "application/json"
    assert headers["HTTP_X_GITHUB_HOOK_ID"].isdigit()
    assert headers["HTTP_X_GITHUB_HOOK_INSTALLATION_TARGET_TYPE"] == "integration"
    assert headers["HTTP_X_GITHUB_HOOK_INSTALLATION_TARGET_ID"] == str(api.github.app.id)
    assert headers["HTTP_X_HUB_SIGNATURE_256"] == _signature(received.body, "sha256")
    assert headers["HTTP_X_HUB_SIGNATURE"] == _signature(received.body, "sha1")


def test_a_delivery_is_recorded_with_its_answer(api: Api, receiver: Receiver) -> None:
    receiver.status = "500 Internal Server Error"
    api.github.open_issue(api.repository, author="mona", title="t", body="b")

    delivery = api.github.webhooks.deliveries[-1]
    assert (delivery.event, delivery.action) == ("issues", "opened")
    assert (delivery.status_code, delivery.response_body) == (500, "thanks")
    assert delivery.installation_id == api.installation.id


def test_a_delivery_that_nobody_answers_is_recorded_and_raises_nothing(api: Api) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/hook"
        delivery = api.github.set_webhook(url=url, secret=None)

    assert (delivery.status_code, delivery.error) == (None, "ConnectionError")


def test_an_app_that_does_not_answer_in_time_is_given_up(api: Api) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        api.github.webhooks._timeout = 0.05
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/hook"
        delivery = api.github.set_webhook(url=url, secret=None)

    assert (delivery.status_code, delivery.error) == (None, "ReadTimeout")


def test_a_redelivery_has_the_same_id_and_body(api: Api, receiver: Receiver) -> None:
    api.github.open_discussion(api.repository, author="mona", title="t", body="b")
    original = api.github.webhooks.deliveries[-1]

    again = api.github.webhooks.redeliver(original.guid)

    first, second = receiver.received
    assert first.headers["HTTP_X_GITHUB_DELIVERY"] == second.headers["HTTP_X_GITHUB_DELIVERY"]
    assert first.body == second.body
    assert (again.guid, again.redelivery, again.id != original.id) == (original.guid, True, True)
    with pytest.raises(Unknown, match="no-such-guid"):
        api.github.webhooks.redeliver("no-such-guid")


def test_a_lost_delivery_is_listed_and_redelivered_through_the_api(
    api: Api, receiver: Receiver
) -> None:
    with api.github.webhooks.withheld():
        api.github.open_discussion(api.repository, author="mona", title="t", body="b")
    assert receiver.received == []

    lost = api.as_app("GET", "/app/hook/deliveries").json()[0]
    assert (lost["event"], lost["status_code"]) == ("discussion", 0)
    answer = api.as_app("POST", f"/app/hook/deliveries/{lost['id']}/attempts")
    api.github.webhooks.drain()

    assert answer.status_code == 202
    [received] = receiver.received
    assert received.headers["HTTP_X_GITHUB_DELIVERY"] == lost["guid"]
    assert api.as_app("GET", "/app/hook/deliveries").json()[0]["redelivery"] is True
    assert api.as_app("POST", "/app/hook/deliveries/999/attempts").status_code == 404


def test_everything_that_people_do_is_told(api: Api, receiver: Receiver) -> None:
    github = api.github
    discussion = github.open_discussion(api.repository, author="mona", title="t", body="b")
    comment = github.comment_on_discussion(discussion, author="mona", body="old")
    reply = github.comment_on_discussion(discussion, author="hubot", body="re", reply_to=comment)
    github.edit_comment(comment, body="new")
    github.delete_comment(reply)
    issue = github.open_issue(api.repository, author="mona", title="t", body="b")
    on_issue = github.comment_on_issue(issue, author="mona", body="old")
    github.edit_comment(on_issue, body="new", editor="hubot")
    github.react(issue, author="mona", content=Reaction.EYES)
    github.push(api.repository, {"a.py": b"a"}, author="mona")

    assert receiver.events() == [
        ("discussion", "created"),
        ("discussion_comment", "created"),
        ("discussion_comment", "created"),
        ("discussion_comment", "edited"),
        ("discussion_comment", "deleted"),
        ("issues", "opened"),
        ("issue_comment", "created"),
        ("issue_comment", "edited"),
        ("push", None),
    ]
    payloads = [received.payload for received in receiver.received]
    assert payloads[2]["comment"]["parent_id"] == payloads[1]["comment"]["id"]
    assert payloads[3]["changes"] == {"body": {"from": "old"}}
    assert payloads[3]["comment"]["body"] == "new"
    assert payloads[7]["sender"]["login"] == "hubot"
    assert payloads[8]["commits"][0]["added"] == ["a.py"]
    assert payloads[8]["after"] == github.state.head(api.repository).oid
    assert {payload["installation"]["id"] for payload in payloads} == {api.installation.id}


def test_changes_of_an_installation_are_told(api: Api, receiver: Receiver) -> None:
    second = api.github.add_repository("octo-org/second")
    api.github.add_to_installation(api.installation, [second])
    api.github.remove_from_installation(api.installation, [second])
    other = api.github.install([api.github.add_repository("mona/own")])
    api.github.suspend(other)
    api.github.uninstall(other)

    assert receiver.events() == [
        ("installation_repositories", "added"),
        ("installation_repositories", "removed"),
        ("installation", "created"),
        ("installation", "suspend"),
        ("installation", "deleted"),
    ]
    added, removed, created, *_ = (received.payload for received in receiver.received)
    assert [one["full_name"] for one in added["repositories_added"]] == ["octo-org/second"]
    assert [one["full_name"] for one in removed["repositories_removed"]] == ["octo-org/second"]
    assert [one["full_name"] for one in created["repositories"]] == ["mona/own"]


def test_what_the_app_writes_is_told_to_it_as_a_bots_doing(api: Api, receiver: Receiver) -> None:
    discussion = api.github.open_discussion(api.repository, author="mona", title="t", body="b")
    receiver.received.clear()
    posted = api.document("add_discussion_comment", discussionId=discussion.node_id, body="Hi")
    comment_id = posted["data"]["addDiscussionComment"]["comment"]["id"]
    api.document("update_discussion_comment", commentId=comment_id, body="Ho")

    api.github.webhooks.drain()

    assert receiver.events() == [
        ("discussion_comment", "created"),
        ("discussion_comment", "edited"),
    ]
    payload = receiver.received[0].payload
    assert payload["sender"]["type"] == "Bot"
    assert payload["sender"]["login"] == "fury-bot[bot]"
    assert payload["comment"]["user"]["type"] == "Bot"


def test_nothing_is_told_of_where_the_app_is_not(api: Api, receiver: Receiver) -> None:
    elsewhere = api.github.add_repository("elsewhere/open")
    api.github.open_issue(elsewhere, author="mona", title="t", body="b")
    assert receiver.received == []
    unsubscribed = api.github.add_repository("mona/own")
    api.github.install([unsubscribed], events_subscribed=["push"])
    receiver.received.clear()
    api.github.open_issue(unsubscribed, author="mona", title="t", body="b")
    assert receiver.received == []
    api.github.suspend(api.installation)
    receiver.received.clear()
    api.github.open_issue(api.repository, author="mona", title="t", body="b")

    assert receiver.received == []


def test_an_app_without_a_webhook_is_told_nothing(api: Api) -> None:
    api.github.open_issue(api.repository, author="mona", title="t", body="b")
    assert api.github.webhooks.deliveries == ()
