"""Payloads of interactions, read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discord_relay.interactions import Ask, Ping, Unsupported, parse
from simulator.discord.payloads import Place, command, ping

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)


def ask(place: Place | None = None, **options: str) -> dict[str, Any]:
    return command(
        application_id="12", now=1.8e9, name="ask", options=options, place=place or Place()
    )


def test_a_ping_is_told() -> None:
    assert parse(ping(application_id="12", now=1.8e9)) == Ping()


def test_a_question_is_read_with_its_place() -> None:
    payload = ask(question="  How? ", repository="fury-gl/fury")
    assert parse(payload) == Ask(
        interaction_id=payload["id"],
        application_id="12",
        token=payload["token"],
        question="How?",
        user_id="80351110224678912",
        channel_id="772908445358620702",
        guild_id="290926798626357999",
        repository="fury-gl/fury",
    )


def test_in_a_direct_message_the_user_stands_by_itself() -> None:
    parsed = parse(ask(Place(user_id="7", channel_id="8", guild_id=None), question="How?"))
    assert isinstance(parsed, Ask)
    assert (parsed.user_id, parsed.channel_id, parsed.guild_id) == ("7", "8", None)


def test_the_token_is_not_shown() -> None:
    payload = ask(question="How?")
    assert payload["token"] not in repr(parse(payload))


def test_what_the_database_cannot_hold_is_marked_in_a_question() -> None:
    parsed = parse(ask(question="a\0b\ud800c"))
    assert isinstance(parsed, Ask)
    assert parsed.question == "a?b?c"


@pytest.mark.parametrize("name", ["help", "ASK", ""])
def test_another_command_is_unsupported(name: str) -> None:
    payload = ask(question="How?")
    payload["data"]["name"] = name
    assert isinstance(parse(payload), Unsupported)


@pytest.mark.parametrize("key", ["id", "application_id", "token"])
@pytest.mark.parametrize("value", [None, 5, "", "a b", "../.."])
def test_a_question_that_cannot_be_answered_is_unsupported(key: str, value: object) -> None:
    payload = ask(question="How?")
    if key == "token" and value == "../..":
        value = "a\n"
    assert isinstance(parse(payload | {key: value}), Unsupported)


@given(JSON)
def test_no_json_makes_it_raise(payload: object) -> None:
    assert isinstance(parse(payload), Ping | Ask | Unsupported)


@given(st.sampled_from(["id", "token", "data", "member", "channel_id", "guild_id", "type"]), JSON)
def test_no_value_in_a_real_payload_makes_it_raise(key: str, value: object) -> None:
    parsed = parse(ask(question="How?") | {key: value})
    assert isinstance(parsed, Ping | Ask | Unsupported)


@given(JSON)
def test_no_options_make_it_raise(options: object) -> None:
    payload = ask(question="How?")
    payload["data"]["options"] = [options, {"name": "question", "value": options}]
    parsed = parse(payload)
    assert isinstance(parsed, Ask)
    assert parsed.question == (
        options.replace("\0", "").strip() if isinstance(options, str) else ""
    )
