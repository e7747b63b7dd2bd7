"""The control routes, for a person or another process."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import requests
from werkzeug.test import Client

from simulator.github import create_app

if TYPE_CHECKING:
    from tests.simulator.github.conftest import Api, Json, Receiver


def _post(api: Api, path: str, **body: Json) -> requests.Response:
    return requests.post(f"{api.url}/_simulator/{path}", json=body, timeout=10)


def _state(api: Api) -> Json:
    return requests.get(f"{api.url}/_simulator/state", timeout=10).json()


def test_a_discussion_is_opened_and_answered_from_another_process(api: Api) -> None:
    opened = _post(
        api, "discussions", repository="octo-org/hello", author="mona", title="How?", body="So?"
    )
    assert opened.status_code == 201
    top = _post(api, "comments", subject=opened.json()["id"], author="hubot", body="So.").json()
    reply = _post(api, "comments", subject=top["id"], author="mona", body="Thanks").json()
    api.document("add_reaction", subjectId=top["id"], content="HEART")

    [repository] = _state(api)["repositories"]
    [discussion] = repository["discussions"]
    assert (discussion["title"], discussion["author"]) == ("How?", "mona")
    assert [comment["body"] for comment in discussion["comments"]] == ["So.", "Thanks"]
    assert reply["reply_to"] == top["id"]
    assert discussion["comments"][0]["reactions"] == [
        {"content": "HEART", "author": "fury-bot[bot]"}
    ]


def test_an_issue_is_opened_and_commented_on(api: Api, receiver: Receiver) -> None:
    issue = _post(api, "issues", repository="octo-org/hello", author="mona", title="t", body="b")
    _post(api, "comments", subject=issue.json()["id"], author="mona", body="More")

    assert receiver.events() == [("issues", "opened"), ("issue_comment", "created")]
    listed = requests.get(f"{api.url}/_simulator/deliveries", timeout=10).json()
    guid = listed[-1]["guid"]
    assert _post(api, f"deliveries/{guid}/redeliver").json() == {"status_code": 202}
    assert receiver.events()[-1] == ("issue_comment", "created")


def test_requests_are_held_released_and_failed(api: Api) -> None:
    assert _post(api, "hold", operation="repository", when="before").status_code == 200
    assert _post(api, "release", operation="repository").json() == {"released": 1}
    assert _post(api, "fail", operation="repository", kind="bad_gateway").status_code == 200
    assert api.get("/repos/octo-org/hello").status_code == 502
    assert _post(api, "fail", operation="repository", kind="earthquake").status_code == 422
    assert _post(api, "hold", operation="repository", when="never").status_code == 422


def test_the_requests_of_the_app_are_listed(api: Api) -> None:
    api.get("/repos/octo-org/hello")
    listed = requests.get(
        f"{api.url}/_simulator/requests", params={"operation": "repository"}, timeout=10
    ).json()
    assert [(one["method"], one["path"], one["status"]) for one in listed] == [
        ("GET", "/repos/octo-org/hello", 200)
    ]


def test_the_clock_is_moved(api: Api) -> None:
    before = api.github.clock.now()
    _post(api, "clock", seconds=3600)
    assert (api.github.clock.now() - before).total_seconds() >= 3600


def test_bad_input_is_named(api: Api) -> None:
    no_body = requests.post(f"{api.url}/_simulator/issues", timeout=10)
    assert no_body.status_code == 400
    missing = _post(api, "issues", repository="octo-org/hello", author="mona")
    assert (missing.status_code, missing.json()["message"]) == (422, "Missing: title, body")
    unknown = _post(api, "issues", repository="o/nowhere", author="mona", title="t", body="b")
    assert unknown.status_code == 404
    assert "o/nowhere" in unknown.json()["message"]
    assert _post(api, "comments", subject="D_x", author="mona", body="b").status_code == 404


def test_strangers_have_no_control(api: Api) -> None:
    client = Client(create_app(api.github))
    answer = client.get(
        "/_simulator/state",
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
        input_stream=io.BytesIO(),
    )
    assert answer.status_code == 403
