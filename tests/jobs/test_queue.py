"""What the queue promises to the faces that put work into it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from jobs.doorbell import NoDoorbell
from jobs.port import Job
from jobs.queue import PostgresQueue

if TYPE_CHECKING:
    from storage import Database

ANSWER = Job(task="github.answer", arguments={"thread": "D_1", "number": 7, "labels": ["help"]})


@pytest.fixture
def queue() -> PostgresQueue:
    return PostgresQueue(doorbell=NoDoorbell())


def waiting(database: Database) -> list[tuple[str, dict[str, object]]]:
    with database.transaction() as connection:
        return connection.execute(
            "SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
        ).fetchall()


def test_a_job_is_stored_with_its_arguments(queue: PostgresQueue, database: Database) -> None:
    with database.transaction() as connection:
        assert queue.enqueue(ANSWER, connection=connection)
    assert waiting(database) == [("github.answer", ANSWER.arguments)]


def test_a_job_goes_with_the_transaction_that_enqueued_it(
    queue: PostgresQueue, database: Database
) -> None:
    def enqueue_and_fail() -> None:
        with database.transaction() as connection:
            queue.enqueue(ANSWER, connection=connection)
            raise LookupError

    with pytest.raises(LookupError):
        enqueue_and_fail()
    assert waiting(database) == []


def test_no_other_connection_sees_a_job_before_the_commit(
    queue: PostgresQueue, database: Database
) -> None:
    with database.transaction() as connection:
        queue.enqueue(ANSWER, connection=connection)
        assert waiting(database) == []


INDEX = Job(task="index", arguments={"repository": "a/b"}, lock="a/b", unless_waiting=True)


def _enqueue(queue: PostgresQueue, database: Database, *jobs: Job) -> list[bool]:
    with database.transaction() as connection:
        return [queue.enqueue(job, connection=connection) for job in jobs]


def test_a_job_that_waits_already_is_not_enqueued_again(
    queue: PostgresQueue, database: Database
) -> None:
    assert _enqueue(queue, database, INDEX, INDEX) == [True, False]
    assert _enqueue(queue, database, INDEX) == [False]
    assert len(waiting(database)) == 1


def test_a_job_is_enqueued_again_when_another_of_its_lock_came_after_it(
    queue: PostgresQueue, database: Database
) -> None:
    forget = replace(INDEX, task="forget")

    assert _enqueue(queue, database, INDEX, forget, INDEX) == [True, True, True]


def test_jobs_with_other_arguments_do_not_stand_for_each_other(
    queue: PostgresQueue, database: Database
) -> None:
    other = replace(INDEX, arguments={"repository": "a/b", "installation": 2})

    assert _enqueue(queue, database, INDEX, other) == [True, True]


def test_a_queue_that_is_cleared_holds_nothing_that_would_be_done(
    queue: PostgresQueue, database: Database
) -> None:
    _enqueue(queue, database, ANSWER, INDEX)
    with database.transaction() as connection:
        queue.clear(connection=connection)
    assert waiting(database) == []


def test_ringing_rings_the_doorbell() -> None:
    rings: list[str] = []

    class Bell:
        def ring(self) -> None:
            rings.append("ring")

    PostgresQueue(doorbell=Bell()).ring()
    assert rings == ["ring"]
