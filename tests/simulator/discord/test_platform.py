"""The simulated Discord against small endpoints, and its API under Discord's rules."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask, Response, request

from simulator.discord import Discord, Interaction, Route, State, When, create_app, errors
from simulator.serving import Served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Answer = dict[str, Any] | Response


def endpoint(answer: Callable[[], Answer]) -> Served:
    """Return an application's endpoint that gives ``answer`` to everything."""
    app = Flask("application")
    app.before_request(answer)
    return Served(app)


def asked(discord: Discord, answer: Answer) -> Interaction:
    with endpoint(lambda: answer) as server:
        return discord.ask(server.url, "How?")


@dataclass
class Api:
    """The API, as an application that answers one interaction sees it."""

    discord: Discord
    url: str
    interaction: Interaction

    def call(
        self, method: str, path: str = "", *, token: str | None = None, **body: object
    ) -> requests.Response:
        webhook = f"webhooks/{self.discord.application_id}/{token or self.interaction.token}"
        return requests.request(
            method, f"{self.url}/api/v10/{webhook}{path}", json=body, timeout=10
        )

    def edit(self, content: str) -> requests.Response:
        return self.call("PATCH", "/messages/@original", content=content)


@pytest.fixture
def api() -> Iterator[Api]:
    discord = Discord()
    with Served(create_app(discord)) as server:
        yield Api(discord=discord, url=server.url, interaction=asked(discord, {"type": 5}))


def code_of(response: requests.Response) -> tuple[int, int]:
    return response.status_code, response.json()["code"]


# What Discord sends


def test_an_interaction_is_signed_over_its_timestamp_and_its_bytes() -> None:
    discord = Discord()
    seen: list[tuple[bytes, bytes]] = []

    def answer() -> Answer:
        signature = bytes.fromhex(request.headers["X-Signature-Ed25519"])
        signed = request.headers["X-Signature-Timestamp"].encode() + request.get_data()
        seen.append((signature, signed))
        return {"type": 5}

    with endpoint(answer) as server:
        discord.ask(server.url, "How?")
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(discord.public_key))
    key.verify(*seen[0])


def test_an_endpoint_that_lets_a_forged_ping_pass_is_not_accepted() -> None:
    with endpoint(lambda: {"type": 1}) as server:
        assert not Discord().accepts_endpoint(server.url)


def test_an_endpoint_that_is_not_there_is_not_accepted() -> None:
    assert not Discord().accepts_endpoint("http://127.0.0.1:1")


# What it makes of the first answer


def test_a_deferred_answer_leaves_people_waiting() -> None:
    interaction = asked(Discord(), {"type": 5})
    assert interaction.state is State.DEFERRED
    assert interaction.texts == ("",)


def test_a_message_is_shown() -> None:
    interaction = asked(Discord(), {"type": 4, "data": {"content": "Hello", "flags": 64}})
    assert interaction.state is State.ANSWERED
    assert [(m.content, m.flags) for m in interaction.messages] == [("Hello", 64)]


@pytest.mark.parametrize(
    "answer",
    [
        {"type": 1},
        {},
        {"type": 4, "data": {"content": ""}},
        {"type": 4, "data": {"content": "x" * 2001}},
        Response("[]"),
        Response("no JSON"),
        Response(status=500),
    ],
)
def test_any_other_answer_fails_the_interaction(answer: Answer) -> None:
    interaction = asked(Discord(), answer)
    assert interaction.state is State.FAILED
    assert interaction.failure
    assert interaction.messages == []


def test_an_answer_that_comes_too_late_fails_the_interaction() -> None:
    late = threading.Event()

    def answer() -> Answer:
        late.wait(10)
        return {"type": 5}

    with endpoint(answer) as server:
        interaction = Discord(answer_within=0.1).ask(server.url, "How?")
        late.set()
    assert interaction.state is State.FAILED


def test_an_answer_that_trickles_beyond_the_limit_fails_the_interaction() -> None:
    seconds = 0.1

    def trickle() -> Iterator[bytes]:
        for byte in b'{"type": 5}':
            time.sleep(seconds / 4)
            yield bytes([byte])

    with endpoint(lambda: Response(trickle())) as server:
        interaction = Discord(answer_within=seconds).ask(server.url, "How?")
        while interaction.failure == "no answer: ReadTimeout":  # a byte was late, on a slow machine
            seconds *= 4
            interaction = Discord(answer_within=seconds).ask(server.url, "How?")
    assert interaction.failure == "the answer came too late"


# The API


def test_the_deferred_answer_is_filled_and_can_be_read(api: Api) -> None:
    edited = api.edit("Hello")
    assert api.interaction.state is State.ANSWERED
    assert api.call("GET", "/messages/@original").json() == edited.json()
    assert edited.json()["content"] == "Hello"
    assert edited.json()["flags"] == 0


def test_the_first_follow_up_fills_a_deferred_answer(api: Api) -> None:
    api.call("POST", content="one")
    api.call("POST", content="two")
    assert api.interaction.texts == ("one", "two")


def test_a_follow_up_is_edited_by_its_id(api: Api) -> None:
    api.edit("one")
    follow_up = api.call("POST", content="two").json()["id"]
    api.call("PATCH", f"/messages/{follow_up}", content="three")
    assert api.interaction.texts == ("one", "three")
    assert code_of(api.call("PATCH", "/messages/5", content="four")) == (404, 10008)


def test_two_thousand_code_points_are_taken_and_one_more_is_not(api: Api) -> None:
    assert api.edit("😀" * 2000).ok
    response = api.edit("x" * 2001)
    assert code_of(response) == (400, 50035)
    error = response.json()["errors"]["content"]["_errors"][0]
    assert error == {
        "code": "BASE_TYPE_MAX_LENGTH",
        "message": "Must be 2000 or fewer in length.",
    }


@pytest.mark.parametrize("content", ["", " \n", None])
def test_an_empty_message_is_refused(api: Api, content: str | None) -> None:
    response = api.call("POST", content=content)
    assert code_of(response) == (400, 50006)


def test_a_wrong_token_or_application_is_an_unknown_webhook(api: Api) -> None:
    assert code_of(api.call("POST", token="wrong", content="x")) == (404, 10015)
    url = f"{api.url}/api/v10/webhooks/6/{api.interaction.token}"
    assert code_of(requests.post(url, json={"content": "x"}, timeout=10)) == (404, 10015)


@pytest.mark.parametrize("state", [State.SENT, State.FAILED])
def test_an_interaction_that_is_not_acknowledged_cannot_be_edited(api: Api, state: State) -> None:
    api.interaction.state = state
    assert code_of(api.edit("x")) == (404, 10015)


def test_a_token_lives_for_fifteen_minutes(api: Api) -> None:
    start = api.interaction.created_at
    api.discord.now = lambda: start + 900
    assert api.edit("x").ok
    api.discord.now = lambda: start + 901
    assert code_of(api.edit("y")) == (401, 50027)


def test_a_rate_limit_is_suffered_as_often_as_ordered(api: Api) -> None:
    api.discord.faults.fail(Route.EDIT, errors.rate_limited(1.5))
    limited = api.edit("x")
    assert limited.status_code == 429
    assert limited.json()["retry_after"] == 1.5
    assert limited.headers["Retry-After"] == "2"
    assert api.edit("x").ok


@pytest.mark.parametrize(("when", "text"), [(When.BEFORE, ""), (When.AFTER, "Hello")])
def test_a_held_request_stops_before_or_after_it_takes_effect(
    api: Api, when: When, text: str
) -> None:
    hold = api.discord.faults.hold(when, Route.EDIT)
    client = threading.Thread(target=api.edit, args=("Hello",))
    client.start()
    assert hold.wait()
    assert api.interaction.texts == (text,)
    hold.release()
    client.join()
    assert api.interaction.texts == ("Hello",)


def put_commands(api: Api, body: object, *, token: str) -> requests.Response:
    return requests.put(
        f"{api.url}/api/v10/applications/{api.discord.application_id}/commands",
        json=body,
        headers={"Authorization": f"Bot {token}"},
        timeout=10,
    )


def test_commands_are_taken_with_the_bot_token_alone(api: Api) -> None:
    body = [{"name": "ask", "description": "Ask"}]
    assert code_of(put_commands(api, body, token="wrong")) == (401, 0)
    assert api.discord.commands == []
    assert put_commands(api, body, token=api.discord.bot_token).ok
    assert [command["name"] for command in api.discord.commands] == ["ask"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        ["ask"],
        [{"name": "Ask!", "description": "Ask"}],
        [{"name": "ask", "description": ""}],
        [{"name": "ask", "description": "Ask", "options": [{"name": "x", "description": ""}]}],
        [{"name": "ask", "description": "Ask", "options": [5]}],
    ],
)
def test_commands_that_break_a_rule_are_refused(api: Api, body: object) -> None:
    assert code_of(put_commands(api, body, token=api.discord.bot_token)) == (400, 50035)


# The controls


def test_a_question_can_be_asked_and_looked_at_over_http() -> None:
    discord = Discord()
    with (
        endpoint(lambda: {"type": 4, "data": {"content": "Hello"}}) as application,
        Served(create_app(discord, interactions_url=application.url)) as server,
    ):
        shown = requests.post(
            f"{server.url}/_simulator/ask",
            json={"question": "How?", "repository": "a/b"},
            timeout=10,
        ).json()
        state = requests.get(f"{server.url}/_simulator/state", timeout=10).json()
    assert shown["messages"][0]["content"] == "Hello"
    assert [option["value"] for option in shown["options"]] == ["How?", "a/b"]
    assert state["interactions"] == [shown]
    assert state["public_key"] == discord.public_key
    assert discord.interactions[0].token not in str(state)


@pytest.mark.parametrize("body", [{}, {"question": 5}, {"question": "x", "repository": 5}, []])
def test_a_question_that_is_no_text_is_refused(body: object) -> None:
    with Served(create_app(Discord(), interactions_url="http://127.0.0.1:1")) as server:
        response = requests.post(f"{server.url}/_simulator/ask", json=body, timeout=10)
    assert response.status_code == 400


def test_without_an_endpoint_nothing_can_be_asked() -> None:
    with Served(create_app(Discord())) as server:
        response = requests.post(
            f"{server.url}/_simulator/ask", json={"question": "How?"}, timeout=10
        )
    assert response.status_code == 409


def test_ids_grow_with_time() -> None:
    first, second = asked(Discord(), {"type": 5}), asked(Discord(), {"type": 5})
    assert int(first.id) < int(second.id)
