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


def test_a_second_job_with_a_queueing_lock_is_not_enqueued(
    queue: PostgresQueue, database: Database
) -> None:
    job = replace(ANSWER, queueing_lock="index:1")
    with database.transaction() as connection:
        assert queue.enqueue(job, connection=connection)
    with database.transaction() as connection:
        assert not queue.enqueue(job, connection=connection)
    assert len(waiting(database)) == 1


def test_a_taken_queueing_lock_leaves_the_callers_transaction_whole(
    queue: PostgresQueue, database: Database
) -> None:
    locked = replace(ANSWER, queueing_lock="index:1")
    with database.transaction() as connection:
        queue.enqueue(locked, connection=connection)
        queue.enqueue(locked, connection=connection)
        connection.execute(
            "INSERT INTO deliveries (id, source, event) VALUES ('d1', 'github', 'push')"
        )
    with database.transaction() as connection:
        assert connection.execute("SELECT id FROM deliveries").fetchall() == [("d1",)]


def test_ringing_rings_the_doorbell() -> None:
    rings: list[str] = []

    class Bell:
        def ring(self) -> None:
            rings.append("ring")

    PostgresQueue(doorbell=Bell()).ring()
    assert rings == ["ring"]
