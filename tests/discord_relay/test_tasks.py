"""The answering job: what it sends, what it keeps, and how it ends when things go wrong."""

from __future__ import annotations

import signal
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString

import pytest
import structlog

from discord_relay.errors import Unavailable, UnknownInteraction
from discord_relay.messages import messages
from discord_relay.tasks import APOLOGY, INCOMPLETE, PLACEHOLDER
from engine.answer import Scope
from engine.errors import NotIndexed
from jobs.port import RetryLater
from simulator.discord import Route, State, When, errors
from simulator.discord.payloads import Place
from tests.discord_relay.conftest import REPOSITORY, long_response, make_answer

if TYPE_CHECKING:
    from simulator.discord import Interaction
    from tests.discord_relay.conftest import Relay

SERVER_ERROR = errors.ApiError(HTTPStatus.BAD_GATEWAY, {"message": "502: Bad Gateway", "code": 0})


def row(relay: Relay, columns: LiteralString) -> tuple[Any, ...]:
    with relay.database.transaction() as connection:
        (only,) = connection.execute(f"SELECT {columns} FROM answers").fetchall()  # noqa: S608 - literals
        return tuple(only)


def long_parts() -> tuple[str, ...]:
    return messages(make_answer("How?", long_response()))


def test_a_question_ends_with_the_answer_and_its_references(relay: Relay) -> None:
    interaction = relay.discord.ask(relay.url, "How do I draw a sphere?")
    relay.work()
    assert interaction.state is State.ANSWERED
    assert relay.engine.asked == [("How do I draw a sphere?", Scope(repository=REPOSITORY))]
    answer = make_answer("How do I draw a sphere?")
    assert interaction.texts == messages(answer)
    for reference in answer.references:
        assert reference in interaction.texts[0]


def test_the_answer_is_kept_with_the_reply(relay: Relay) -> None:
    interaction = relay.discord.ask(relay.url, "How?")
    relay.work()
    (first,) = interaction.messages
    delivery, question, reply_id, reply_url, posted = row(
        relay, "delivery_id, question, reply_id, reply_url, posted_at IS NOT NULL"
    )
    assert (delivery, question, reply_id, posted) == (interaction.id, "How?", first.id, True)
    assert reply_url == (
        f"https://discord.com/channels/290926798626357999/772908445358620702/{first.id}"
    )


def test_the_reply_in_a_direct_message_is_linked_as_such(relay: Relay) -> None:
    interaction = relay.discord.ask(relay.url, "How?", place=Place(channel_id="8", guild_id=None))
    relay.work()
    (first,) = interaction.messages
    assert row(relay, "reply_url") == (f"https://discord.com/channels/@me/8/{first.id}",)


def test_without_a_channel_the_reply_has_no_link(relay: Relay) -> None:
    relay.discord.ask(relay.url, "How?")
    relay.work(channel_id=None)
    assert row(relay, "reply_url, posted_at IS NOT NULL") == (None, True)


def test_a_long_answer_follows_in_further_messages(relay: Relay) -> None:
    relay.engine.response = long_response()
    interaction = relay.discord.ask(relay.url, "How?")
    relay.work()
    assert len(interaction.texts) == 3
    assert interaction.texts == tuple(part.strip() for part in long_parts())


def test_a_second_run_asks_nothing_anew_and_posts_nothing_twice(relay: Relay) -> None:
    relay.engine.response = long_response()
    interaction = relay.discord.ask(relay.url, "How?")
    relay.work()
    before = interaction.texts
    relay.work(attempt=2)
    assert interaction.texts == before
    assert len(relay.engine.asked) == 1


def test_a_failure_on_the_way_is_taken_up_where_it_stopped(relay: Relay) -> None:
    relay.engine.response = long_response()
    interaction = relay.discord.ask(relay.url, "How?")
    relay.discord.faults.fail(Route.FOLLOW_UP, SERVER_ERROR)
    with pytest.raises(Unavailable):
        relay.work()
    assert len(interaction.texts) == 1
    relay.discord.faults.fail(Route.FOLLOW_UP, errors.rate_limited(1.0))
    with pytest.raises(RetryLater):
        relay.work(attempt=2)
    relay.work(attempt=3)
    assert interaction.texts == tuple(part.strip() for part in long_parts())
    assert len(relay.engine.asked) == 1


def test_a_worker_that_overtakes_the_acknowledgement_waits(relay: Relay) -> None:
    interaction = relay.discord.ask(relay.url, "How?")
    interaction.state = State.SENT
    with pytest.raises(RetryLater):
        relay.work()
    interaction.state = State.DEFERRED
    relay.work(attempt=2)
    assert interaction.texts == messages(make_answer("How?"))


def test_an_expired_interaction_is_given_up_on_the_second_try(relay: Relay) -> None:
    relay.discord.ask(relay.url, "How?")
    now = relay.discord.now()
    relay.discord.now = lambda: now + 901
    with pytest.raises(UnknownInteraction):
        relay.work(attempt=2)


def test_an_unindexed_repository_is_said_and_ends_the_job(relay: Relay) -> None:
    relay.engine.error = NotIndexed(REPOSITORY)
    interaction = relay.discord.ask(relay.url, "How?")
    relay.work()
    assert interaction.texts == (f"`{REPOSITORY}` is not indexed yet; try again later.",)


def test_an_unindexed_repository_is_said_even_if_the_worker_was_too_fast(relay: Relay) -> None:
    relay.engine.error = NotIndexed(REPOSITORY)
    relay.discord.ask(relay.url, "How?").state = State.SENT
    with pytest.raises(RetryLater):
        relay.work()


def test_a_failure_is_silent_while_a_retry_follows(relay: Relay) -> None:
    relay.engine.error = RuntimeError("boom")
    interaction = relay.discord.ask(relay.url, "How?")
    with pytest.raises(RuntimeError):
        relay.work(attempt=5)
    assert interaction.state is State.DEFERRED


def test_the_last_failure_is_told_without_its_details(relay: Relay) -> None:
    relay.engine.error = RuntimeError("boom")
    interaction = relay.discord.ask(relay.url, "How?")
    with pytest.raises(RuntimeError):
        relay.work(attempt=6, last=True)
    assert interaction.texts == (APOLOGY,)


def test_the_last_failure_leaves_what_was_sent_alone(relay: Relay) -> None:
    relay.engine.response = long_response()
    interaction = relay.discord.ask(relay.url, "How?")
    relay.discord.faults.fail(Route.FOLLOW_UP, SERVER_ERROR)
    with pytest.raises(Unavailable):
        relay.work(attempt=6, last=True)
    assert interaction.texts == (long_parts()[0].strip(), INCOMPLETE)


def test_a_failure_while_telling_leaves_the_first_one_to_be_seen(relay: Relay) -> None:
    relay.engine.error = RuntimeError("boom")
    relay.discord.ask(relay.url, "How?")
    relay.discord.faults.fail(Route.EDIT, SERVER_ERROR)
    with pytest.raises(RuntimeError, match="boom"):
        relay.work(attempt=6, last=True)


def test_the_token_is_in_no_log_line(relay: Relay) -> None:
    with structlog.testing.capture_logs() as lines:
        interaction = relay.discord.ask(relay.url, "How?")
        relay.discord.faults.fail(Route.EDIT, SERVER_ERROR, times=2)
        with pytest.raises(Unavailable):
            relay.work(attempt=6, last=True)
        relay.work(attempt=7)
    assert {"interaction_received", "apology_not_sent", "answer_sent"} <= {
        line["event"] for line in lines
    }
    assert interaction.token not in str(lines)


def start_worker(relay: Relay) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - the test's own script
        [
            sys.executable,
            "-m",
            "tests.discord_relay.crashing_worker",
            relay.database.url,
            relay.api_url,
        ],
        cwd=Path(__file__).parents[2],
    )


def finish_with_a_second_worker(relay: Relay) -> None:
    """Let the time pass after which the dead one's job is taken up, and run another."""
    with relay.database.transaction() as connection:
        connection.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
        )
    assert start_worker(relay).wait(timeout=60) == 0
    assert relay.jobs() == []


@pytest.mark.parametrize("when", list(When))
@pytest.mark.parametrize("route", [Route.EDIT, Route.FOLLOW_UP])
def test_a_worker_killed_while_it_sends_says_no_part_twice_and_loses_none(
    relay: Relay, route: Route, when: When
) -> None:
    interaction: Interaction = relay.discord.ask(relay.url, "How?")
    hold = relay.discord.faults.hold(when, route)
    worker = start_worker(relay)
    assert hold.wait()
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    if when is When.AFTER:
        hold.release()
    finish_with_a_second_worker(relay)
    said = tuple(text for text in interaction.texts if text != PLACEHOLDER)
    assert said == tuple(part.strip() for part in long_parts())
    stray = len(interaction.texts) - len(said)
    assert stray == (1 if (route, when) == (Route.FOLLOW_UP, When.AFTER) else 0)
    if when is When.BEFORE:
        hold.release()
