"""Conversations in a real PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from engine import tasks
from engine.conversations import MAX_KEPT, Conversations
from engine.history import MAX_CHARACTERS, MAX_TURN, MAX_TURNS, bounded
from generation.protocol import Turn
from jobs.port import Attempt
from retrieval.catalogue import Catalogue

if TYPE_CHECKING:
    from storage import Database

KITCHEN, GARDEN = "octo/kitchen", "octo/garden"
OWNER = "discord:7:42"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MONTH = timedelta(days=30)


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def conversations(database: Database, clock: Clock) -> Conversations:
    for name in (KITCHEN, GARDEN):
        Catalogue(database).register(name, url=f"https://github.com/{name}")
    return Conversations(database, kept=MONTH, now=clock)


def say(conversations: Conversations, number: int, *, owner: str = OWNER) -> None:
    conversations.remember(KITCHEN, owner, question=f"Q{number}", response=f"A{number}")


def turns(database: Database) -> int:
    with database.transaction() as connection:
        row = connection.execute("SELECT count(*) FROM conversation_turns").fetchone()
    assert row is not None
    return int(row[0])


def test_what_was_said_comes_back_dated_and_oldest_first(
    conversations: Conversations, clock: Clock
) -> None:
    say(conversations, 1)
    clock.time += timedelta(minutes=5)
    say(conversations, 2)
    assert conversations.history("Octo/Kitchen", OWNER) == (
        Turn("user", "Q1", START),
        Turn("assistant", "A1", START),
        Turn("user", "Q2", clock.time),
        Turn("assistant", "A2", clock.time),
    )


def test_nobody_hears_what_another_said_nor_what_was_said_of_another_repository(
    conversations: Conversations,
) -> None:
    say(conversations, 1)
    assert conversations.history(KITCHEN, "discord:8:42") == ()
    assert conversations.history(GARDEN, OWNER) == ()


def test_row_level_security_keeps_a_conversation_to_its_repository(
    conversations: Conversations, database: Database
) -> None:
    say(conversations, 1)
    garden = Catalogue(database).find(GARDEN)
    assert garden is not None
    with database.knowledge(garden.id) as connection:
        for table in ("conversations", "conversation_turns"):
            assert connection.execute(f"SELECT 1 FROM {table}").fetchall() == []  # noqa: S608 - literals
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        database.knowledge(garden.id) as connection,
    ):
        connection.execute(
            "INSERT INTO conversations (repository_id, owner) VALUES (%s, 'x')", (garden.id + 1,)
        )


def test_what_a_delivery_brought_is_remembered_once(conversations: Conversations) -> None:
    for response in ("first", "second"):
        conversations.remember(
            KITCHEN, OWNER, question="Q", response=response, delivery_id="delivery-1"
        )
    assert [turn.text for turn in conversations.history(KITCHEN, OWNER)] == ["Q", "first"]


def test_no_more_is_kept_than_is_ever_told(
    conversations: Conversations, database: Database
) -> None:
    for number in range(MAX_KEPT + 3):
        say(conversations, number)
    assert turns(database) == MAX_KEPT
    told = conversations.history(KITCHEN, OWNER)
    assert told[0].text == "Q3"
    assert len(told) == MAX_TURNS


def test_its_owner_can_have_a_conversation_forgotten(
    conversations: Conversations, database: Database
) -> None:
    say(conversations, 1)
    say(conversations, 2)
    say(conversations, 3, owner="discord:8:42")
    assert conversations.forget(OWNER) == 2
    assert conversations.history(KITCHEN, OWNER) == ()
    assert conversations.history(KITCHEN, "discord:8:42")
    assert turns(database) == 1
    assert conversations.forget(OWNER) == 0


def test_a_person_stands_for_every_place_where_they_spoke_and_for_nobody_else(
    conversations: Conversations,
) -> None:
    for owner in ("discord:7:42", "discord:7:43", "discord:77:42"):
        say(conversations, 1, owner=owner)
    assert conversations.forget("discord:7") == 2
    assert conversations.history(KITCHEN, "discord:77:42")


def test_of_one_repository_alone_too(conversations: Conversations) -> None:
    say(conversations, 1)
    conversations.remember(GARDEN, OWNER, question="Q", response="A")
    assert conversations.forget(OWNER, repository=GARDEN) == 1
    assert conversations.forget(OWNER, repository="octo/none") == 0
    assert conversations.history(KITCHEN, OWNER)


def test_what_is_too_old_is_told_to_nobody_and_then_deleted(
    conversations: Conversations, database: Database, clock: Clock
) -> None:
    say(conversations, 1)
    clock.time += MONTH - timedelta(hours=1)
    say(conversations, 2)
    clock.time += timedelta(hours=2)
    assert [turn.text for turn in conversations.history(KITCHEN, OWNER)] == ["Q2", "A2"]
    assert turns(database) == 2
    tasks.handlers(conversations)[tasks.EXPIRE]({"timestamp": 0}, Attempt(number=1, last=False))
    assert turns(database) == 1
    clock.time += MONTH
    assert conversations.expire() == 1
    with database.transaction() as connection:
        assert connection.execute("SELECT 1 FROM conversations").fetchall() == []


def test_a_conversation_goes_with_its_repository(
    conversations: Conversations, database: Database
) -> None:
    say(conversations, 1)
    Catalogue(database).forget(KITCHEN)
    assert turns(database) == 0
    assert conversations.history(KITCHEN, OWNER) == ()
    say(conversations, 2)
    assert turns(database) == 0


def test_answers_that_come_at_once_are_all_remembered(
    conversations: Conversations, database: Database
) -> None:
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(lambda number: say(conversations, number), range(MAX_KEPT)))
    assert turns(database) == MAX_KEPT


@pytest.mark.parametrize("owner", ["", "x" * 301, "a\0b"])
def test_an_owner_that_can_be_none_is_refused(conversations: Conversations, owner: str) -> None:
    with pytest.raises(ValueError, match="not an owner"):
        conversations.history(KITCHEN, owner)


def test_a_history_is_bounded_in_turns_and_characters() -> None:
    said = [Turn("user", f"{number} " + "x" * 3_000) for number in range(20)]
    told = bounded(said)
    assert told[-1].text.startswith("19 ")
    assert all(len(turn.text) <= MAX_TURN for turn in told)
    assert sum(len(turn.text) for turn in told) <= MAX_CHARACTERS
    assert [turn.text[:3] for turn in bounded(Turn("user", f"{n:03}") for n in range(99))] == [
        f"{n:03}" for n in range(99 - MAX_TURNS, 99)
    ]
