"""What the relay bears in mind of whom, where, and what it forgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord_relay.interactions import Forget, Unsupported, parse
from simulator.discord import Discord, create_app
from simulator.discord.payloads import Place
from simulator.serving import Served
from storage import Database
from tests.discord_relay.conftest import REPOSITORY, make_answer, memory, relay_app

if TYPE_CHECKING:
    from tests.discord_relay.conftest import Relay

EPHEMERAL = 64
ADA = Place(user_id="1", channel_id="10")
ADA_ELSEWHERE = Place(user_id="1", channel_id="11")
GRACE = Place(user_id="2", channel_id="10")


def ask(relay: Relay, question: str, place: Place = ADA) -> list[str]:
    """Ask, and return what was borne in mind."""
    relay.discord.ask(relay.url, question, place=place)
    relay.work()
    return [turn.text for turn in relay.engine.histories[-1]]


def test_a_follow_up_is_asked_with_what_was_said_before_in_the_channel(relay: Relay) -> None:
    assert ask(relay, "How do I draw a sphere?") == []
    assert ask(relay, "and with opacity?") == ["How do I draw a sphere?", make_answer().response]


def test_nobody_is_answered_by_what_another_said_or_what_they_said_elsewhere(relay: Relay) -> None:
    ask(relay, "How do I draw a sphere?")
    assert ask(relay, "why?", GRACE) == []
    assert ask(relay, "why?", ADA_ELSEWHERE) == []


def test_a_job_that_is_done_again_is_remembered_once(relay: Relay) -> None:
    ask(relay, "How?")
    relay.work(attempt=2)
    assert ask(relay, "why?") == ["How?", make_answer().response]


def test_a_question_of_nobody_is_not_remembered(relay: Relay) -> None:
    relay.discord.ask(relay.url, "How?", place=ADA)
    relay.work(user_id=None)
    assert ask(relay, "why?") == []


def test_a_job_of_the_release_before_is_done(relay: Relay) -> None:
    interaction = relay.discord.ask(relay.url, "How?", place=ADA)
    with relay.database.transaction() as connection:
        connection.execute("UPDATE procrastinate_jobs SET args = args - 'user_id'")
    relay.work()
    assert interaction.texts


def test_who_says_so_is_forgotten_everywhere_and_told_so_alone(relay: Relay) -> None:
    ask(relay, "How?")
    ask(relay, "How there?", ADA_ELSEWHERE)
    ask(relay, "How?", GRACE)
    interaction = relay.discord.use(relay.url, "forget", {}, place=ADA)
    assert interaction.messages[0].flags == EPHEMERAL
    assert "forgotten the last 2 " in interaction.texts[0]
    assert memory(relay.database).history(REPOSITORY, "discord:1:10") == ()
    assert memory(relay.database).history(REPOSITORY, "discord:1:11") == ()
    assert memory(relay.database).history(REPOSITORY, "discord:2:10")
    again = relay.discord.use(relay.url, "forget", {}, place=ADA)
    assert again.texts == ("I remember nothing that you asked me.",)


def test_without_a_database_it_is_said_that_nothing_was_forgotten(discord: Discord) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none")
    with (
        Served(create_app(discord)),
        Served(relay_app(nowhere, public_key=discord.public_key)) as server,
    ):
        url = f"{server.url}/discord/interactions"
        interaction = discord.use(url, "forget", {}, place=ADA)
    assert interaction.texts == ("I cannot forget right now; please try again soon.",)


def test_who_cannot_be_told_cannot_be_forgotten() -> None:
    payload = {"type": 2, "data": {"name": "forget"}, "member": {"user": {"id": "7"}}}
    assert parse(payload) == Forget("7")
    assert isinstance(parse(payload | {"member": {}}), Unsupported)
