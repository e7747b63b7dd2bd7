"""The client of Discord's REST API, against the simulated Discord and a bare server."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest
import requests
from flask import Flask, Response

from discord_relay.command import commands
from discord_relay.errors import (
    MessageRefused,
    RegistrationRefused,
    Unavailable,
    UnknownInteraction,
)
from discord_relay.rest import DEFAULT_RETRY_AFTER, Conversation, register_commands, retry_after
from jobs.port import Permanent, RetryLater
from simulator.discord import Discord, Interaction, Route, create_app, errors
from simulator.serving import Served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Talk = tuple[Conversation, Interaction]
"""What the relay holds of an interaction, and what Discord does."""


@pytest.fixture
def api(discord: Discord) -> Iterator[str]:
    """The URL of the simulated Discord's API."""
    with Served(create_app(discord)) as server:
        yield f"{server.url}/api/v10"


@pytest.fixture
def talk(discord: Discord, api: str) -> Talk:
    """A deferred interaction, and the conversation that answers it."""
    with served(lambda: Response('{"type": 5}')) as endpoint:
        interaction = discord.ask(endpoint.url, "How?")
    conversation = Conversation(
        application_id=discord.application_id, token=interaction.token, api_url=api
    )
    return conversation, interaction


def test_the_original_is_edited_and_messages_follow(talk: Talk) -> None:
    conversation, interaction = talk
    first = conversation.edit("@original", "one")
    second = conversation.follow_up("two")
    conversation.edit(second, "two again")
    assert interaction.texts == ("one", "two again")
    assert [message.id for message in interaction.messages] == [first, second]


def test_no_message_notifies_anybody(talk: Talk) -> None:
    conversation, interaction = talk
    conversation.edit("@original", "@everyone")
    conversation.follow_up("<@1>")
    assert [m.allowed_mentions for m in interaction.messages] == [{"parse": []}] * 2


def test_a_rate_limit_is_waited_out_as_long_as_discord_says(discord: Discord, talk: Talk) -> None:
    discord.faults.fail(Route.EDIT, errors.rate_limited(1.25))
    with pytest.raises(RetryLater) as limit:
        talk[0].edit("@original", "one")
    assert limit.value.seconds == 1.25


@pytest.mark.parametrize(
    ("body", "header", "seconds"),
    [
        (b'{"retry_after": 0.3}', "1", 0.3),
        (b"<html>", "7", 7.0),
        (b'{"retry_after": "soon"}', "7", 7.0),
        (b'{"retry_after": true}', "7", 7.0),
        (b'{"retry_after": NaN}', "7", 7.0),
        (b"[]", "-3", DEFAULT_RETRY_AFTER),
        (b"", None, DEFAULT_RETRY_AFTER),
    ],
)
def test_the_wait_is_read_from_the_body_then_from_the_header(
    body: bytes, header: str | None, seconds: float
) -> None:
    response = requests.Response()
    response._content = body
    if header is not None:
        response.headers["Retry-After"] = header
    assert retry_after(response) == seconds


def test_an_expired_token_is_final(discord: Discord, talk: Talk) -> None:
    now = discord.now()
    discord.now = lambda: now + 901
    with pytest.raises(UnknownInteraction) as error:
        talk[0].edit("@original", "one")
    assert isinstance(error.value, Permanent)
    assert "50027" in str(error.value)


def test_a_token_that_discord_does_not_know_is_final(discord: Discord, api: str) -> None:
    unknown = Conversation(application_id=discord.application_id, token="none", api_url=api)
    with pytest.raises(UnknownInteraction, match="10015"):
        unknown.follow_up("one")


@pytest.mark.parametrize("content", ["", " ", "x" * 2001])
def test_a_message_that_discord_calls_invalid_is_final(talk: Talk, content: str) -> None:
    with pytest.raises(MessageRefused):
        talk[0].edit("@original", content)


def served(answer: Callable[[], Response]) -> Served:
    """Return a server that gives ``answer`` to everything."""
    app = Flask("anything")
    app.before_request(answer)
    return Served(app)


@pytest.mark.parametrize(
    "answer", [Response(status=502), Response("<html>"), Response("[]"), Response('{"id": 5}')]
)
def test_a_broken_answer_is_worth_another_try(answer: Response) -> None:
    with served(lambda: answer) as server:
        conversation = Conversation(application_id="1", token="secret", api_url=server.url)
        with pytest.raises(Unavailable):
            conversation.follow_up("one")


def test_a_redirect_is_not_followed_with_the_token() -> None:
    with served(lambda: Response('{"id": "1"}')) as elsewhere:
        moved = Response(status=308, headers={"Location": elsewhere.url})
        with served(lambda: moved) as server:
            conversation = Conversation(application_id="1", token="secret", api_url=server.url)
            with pytest.raises(Unavailable):
                conversation.edit("@original", "one")


def test_no_error_holds_the_token_even_where_the_library_s_own_does() -> None:
    conversation = Conversation(
        application_id="1", token="very-secret", api_url="http://127.0.0.1:1"
    )
    with pytest.raises(Unavailable) as error:
        conversation.edit("@original", "one")
    assert error.value.__context__ is None
    assert "very-secret" not in "".join(traceback.format_exception(error.value))
    assert "very-secret" not in repr(conversation)


def register(discord: Discord, api: str, **changes: str) -> None:
    settings = {"application_id": discord.application_id, "bot_token": discord.bot_token}
    register_commands(**(settings | changes), commands=commands(), api_url=api)


def test_the_commands_are_registered_and_replace_the_earlier_ones(
    discord: Discord, api: str
) -> None:
    register(discord, api)
    register(discord, api)
    ask, forget = discord.commands
    assert (ask["name"], forget["name"]) == ("ask", "forget")
    assert [option["name"] for option in ask["options"]] == ["question", "repository"]


def test_a_wrong_bot_token_is_named_and_not_shown(discord: Discord, api: str) -> None:
    with pytest.raises(RegistrationRefused) as error:
        register(discord, api, bot_token="wrong-one")
    assert "DISCORD_BOT_TOKEN" in str(error.value)
    assert "wrong-one" not in str(error.value)


def test_an_unknown_application_is_named(discord: Discord, api: str) -> None:
    with pytest.raises(RegistrationRefused, match="DISCORD_APPLICATION_ID"):
        register(discord, api, application_id="5")


def test_a_rate_limit_on_registration_asks_to_be_retried(discord: Discord, api: str) -> None:
    discord.faults.fail(Route.COMMANDS, errors.rate_limited(2.5))
    with pytest.raises(RetryLater):
        register(discord, api)
