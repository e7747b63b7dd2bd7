"""The interactions endpoint over real HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
from prometheus_client import REGISTRY

from discord_relay.callbacks import NO_MENTIONS
from discord_relay.command import MAX_QUESTION
from discord_relay.endpoint import MAX_BODY
from discord_relay.scope import Repositories
from simulator.discord import Discord, State
from simulator.discord.payloads import Place, command
from simulator.serving import Served
from storage import Database
from tests.discord_relay.conftest import REPOSITORY, relay_app

if TYPE_CHECKING:
    from tests.discord_relay.conftest import Relay


def refusals(reason: str) -> float:
    return REGISTRY.get_sample_value("fury_bot_discord_refused_total", {"reason": reason}) or 0.0


def post(url: str, body: bytes, headers: dict[str, str]) -> requests.Response:
    return requests.post(url, data=body, headers=headers, timeout=10)


def body_of(discord: Discord, **options: str) -> bytes:
    payload = command(
        application_id=discord.application_id,
        now=discord.now(),
        name="ask",
        options=options,
        place=Place(),
    )
    return json.dumps(payload).encode()


def deliveries(relay: Relay) -> list[tuple[Any, ...]]:
    with relay.database.transaction() as connection:
        return connection.execute("SELECT id, source, event FROM deliveries").fetchall()


def test_discord_accepts_the_endpoint(relay: Relay) -> None:
    assert relay.discord.accepts_endpoint(relay.url)


def test_a_question_is_deferred_claimed_and_enqueued(relay: Relay) -> None:
    interaction = relay.discord.ask(relay.url, "How do I draw a sphere?")
    assert interaction.state is State.DEFERRED
    assert deliveries(relay) == [(interaction.id, "discord", "ask")]
    (job,) = relay.jobs()
    assert job["question"] == "How do I draw a sphere?"
    assert job["repository"] == REPOSITORY
    assert job["interaction_id"] == interaction.id


def test_a_duplicate_is_deferred_alike_and_not_enqueued(relay: Relay) -> None:
    body = body_of(relay.discord, question="How?")
    answers = [post(relay.url, body, relay.discord.signed(body)).json() for _ in range(2)]
    assert answers == [{"type": 5}] * 2
    assert len(relay.jobs()) == len(deliveries(relay)) == 1


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("X-Signature-Ed25519", "00" * 64, "bad_signature"),
        ("X-Signature-Ed25519", "nonsense", "malformed"),
        ("X-Signature-Ed25519", "", "missing_header"),
        ("X-Signature-Timestamp", "1", "bad_signature"),
    ],
)
def test_an_altered_signature_is_refused_and_counted(
    relay: Relay, header: str, value: str, reason: str
) -> None:
    before = refusals(reason)
    body = body_of(relay.discord, question="How?")
    response = post(relay.url, body, relay.discord.signed(body) | {header: value})
    assert response.status_code == 401
    assert response.json().keys() == {"error", "detail"}
    assert response.json()["error"] == reason
    assert refusals(reason) == before + 1
    assert deliveries(relay) == []
    assert relay.jobs() == []


def test_an_old_request_is_refused(relay: Relay) -> None:
    body = body_of(relay.discord, question="How?")
    relay.discord.now = lambda: 1.7e9
    response = post(relay.url, body, relay.discord.signed(body))
    assert (response.status_code, response.json()["error"]) == (401, "stale")


def test_the_signature_is_checked_before_the_body_is_read(relay: Relay) -> None:
    headers = relay.discord.signed(b"other")
    assert post(relay.url, b"{not json", headers).status_code == 401


def test_a_signed_body_that_is_not_json_is_a_bad_request(relay: Relay) -> None:
    for body in (b"{not json", b"\xff\xfe", b"[" * 100_000):
        response = post(relay.url, body, relay.discord.signed(body))
        assert response.status_code == 400
        assert response.json()["error"] == "not_json"


def test_a_body_that_is_too_large_is_refused(relay: Relay) -> None:
    body = b" " * (MAX_BODY + 1)
    response = post(relay.url, body, relay.discord.signed(body))
    assert (response.status_code, response.json()["error"]) == (413, "too_large")


def test_without_a_public_key_nothing_is_accepted(database: Database, discord: Discord) -> None:
    with Served(relay_app(database, public_key=None)) as server:
        body = body_of(discord, question="How?")
        response = post(f"{server.url}/discord/interactions", body, discord.signed(body))
    assert response.status_code == 503
    assert "DISCORD_PUBLIC_KEY" in response.json()["detail"]


def assert_told_alone(relay: Relay, text: str, *, name: str = "ask", **options: str) -> None:
    """Use a command and find ``text`` told to the asker alone, with nothing enqueued."""
    interaction = relay.discord.use(relay.url, name, options)
    assert interaction.state is State.ANSWERED
    (message,) = interaction.messages
    assert text in message.content
    assert message.flags == 64
    assert message.allowed_mentions == NO_MENTIONS
    assert relay.jobs() == []


def test_an_unknown_command_is_said_to_be_unknown(relay: Relay) -> None:
    assert_told_alone(relay, "do not know that command", name="dance", question="?")


def test_a_question_of_white_space_is_said_to_be_empty(relay: Relay) -> None:
    assert_told_alone(relay, "empty", question=" \n ")


def test_a_question_that_is_too_long_is_told_the_limit(relay: Relay) -> None:
    assert_told_alone(relay, str(MAX_QUESTION), question="x" * (MAX_QUESTION + 1))


def test_a_question_of_just_the_limit_is_taken(relay: Relay) -> None:
    interaction = relay.discord.ask(relay.url, "x" * MAX_QUESTION)
    assert interaction.state is State.DEFERRED


def test_a_repository_that_is_not_set_up_cannot_be_asked_about(relay: Relay) -> None:
    assert_told_alone(relay, "cannot answer", question="How?", repository="octo/private")


def test_without_a_default_repository_the_asker_is_told(
    database: Database, discord: Discord
) -> None:
    app = relay_app(database, public_key=discord.public_key, repositories=Repositories())
    with Served(app) as server:
        interaction = discord.ask(f"{server.url}/discord/interactions", "How?")
    assert interaction.state is State.ANSWERED
    assert "No repository is set up" in interaction.texts[0]


def test_when_the_database_fails_the_asker_is_asked_to_try_again(relay: Relay) -> None:
    with relay.database.transaction() as connection:
        connection.execute("ALTER TABLE deliveries RENAME TO elsewhere")
    assert_told_alone(relay, "try again", question="How?")


def test_when_the_database_is_away_the_asker_is_asked_to_try_again(
    discord: Discord,
) -> None:
    with (
        Database("postgresql://nobody@127.0.0.1:1/nothing") as away,
        Served(relay_app(away, public_key=discord.public_key)) as server,
    ):
        interaction = discord.ask(f"{server.url}/discord/interactions", "How?")
    assert interaction.state is State.ANSWERED
    assert "try again" in interaction.texts[0]


def test_an_interaction_whose_job_cannot_be_stored_is_not_claimed(relay: Relay) -> None:
    with relay.database.transaction() as connection:
        connection.execute("ALTER TABLE procrastinate_jobs RENAME TO elsewhere")
    interaction = relay.discord.ask(relay.url, "How?")
    assert "try again" in interaction.texts[0]
    assert deliveries(relay) == []
