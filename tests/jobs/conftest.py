"""A queue to fill, and a look into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import structlog

from jobs.doorbell import NoDoorbell
from jobs.port import Job
from jobs.queue import PostgresQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage import Database


@pytest.fixture(autouse=True)
def plain_tracebacks() -> Iterator[None]:
    """Keep local variables out of logged tracebacks: seconds pass over them, and nothing else."""
    *processors, _ = structlog.get_config()["processors"]
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*processors, renderer])
    yield
    structlog.reset_defaults()


@pytest.fixture
def enqueue(database: Database) -> Callable[..., None]:
    """Put one job into the queue, in a transaction of its own.

    With ``taken``, by a worker that then died: none that lives ever sees it waiting.
    """
    queue = PostgresQueue(doorbell=NoDoorbell())

    def put(
        task: str,
        *,
        lock: str | None = None,
        unless_waiting: bool = False,
        background: bool = False,
        taken: bool = False,
        **arguments: object,
    ) -> None:
        job = Job(
            task=task,
            arguments=arguments,
            lock=lock,
            unless_waiting=unless_waiting,
            background=background,
        )
        with database.transaction() as connection:
            queue.enqueue(job, connection=connection)
            if taken:
                connection.execute(
                    "UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = %s", (task,)
                )

    return put


@pytest.fixture
def statuses(database: Database) -> Callable[[], list[tuple[str, int]]]:
    """Tell each stored job's status and the number of its failed tries, oldest first."""

    def look() -> list[tuple[str, int]]:
        with database.transaction() as connection:
            return connection.execute(
                "SELECT status::text, attempts FROM procrastinate_jobs ORDER BY id"
            ).fetchall()

    return look
