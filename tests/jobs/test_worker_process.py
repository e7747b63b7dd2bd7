"""What becomes of a job when its worker's process ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobs.worker import Pace, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage import Database

    Enqueue = Callable[..., None]
    Statuses = Callable[[], list[tuple[str, int]]]

SCRIPT = Path(__file__).parent / "worker_process.py"
ROOT = SCRIPT.parents[2]
PATIENCE = 60
"""Seconds after which a test gives up waiting."""


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.02)


@contextmanager
def worker_process(
    database_url: str, folder: Path, *, method: str = "run"
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker, and yield once it is in the middle of a job."""
    with subprocess.Popen(  # noqa: S603 - the arguments are this test's own
        [sys.executable, str(SCRIPT), database_url, str(folder), method],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        try:
            wait_for(lambda: (folder / "begun").exists() or process.poll() is not None)
            assert process.poll() is None
            yield process
        finally:
            process.kill()


def test_a_killed_workers_job_is_taken_up_again_by_another(
    database_url: str, tmp_path: Path, database: Database, enqueue: Enqueue, statuses: Statuses
) -> None:
    attempts: list[int] = []
    enqueue("hold")
    with worker_process(database_url, tmp_path) as process:
        process.kill()
        process.wait(PATIENCE)
    assert statuses() == [("doing", 0)]
    successor = Worker(
        database_url=database_url,
        handlers={"hold": lambda _, attempt: attempts.append(attempt.number)},
    )

    def taken_up() -> bool:
        with database.transaction() as connection:
            # A time so short as not to be waited for could be over for the successor, too.
            connection.execute(
                "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
            )
        successor.drain()
        return statuses() == []

    wait_for(taken_up)
    assert attempts == [2]


def test_a_living_workers_job_is_left_to_it(
    database_url: str, tmp_path: Path, database: Database, enqueue: Enqueue, statuses: Statuses
) -> None:
    stolen: list[int] = []
    enqueue("hold")
    with worker_process(database_url, tmp_path):
        # Long ago begun, but its worker shows signs of life.
        with database.transaction() as connection:
            connection.execute("UPDATE procrastinate_events SET at = now() - interval '1 day'")
        Worker(
            database_url=database_url,
            handlers={"hold": lambda _, attempt: stolen.append(attempt.number)},
            pace=Pace(stalled_after=20),
        ).drain()
        assert statuses() == [("doing", 0)]
    assert stolen == []


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_worker_finishes_its_job_and_begins_no_other(
    database_url: str,
    tmp_path: Path,
    enqueue: Enqueue,
    statuses: Statuses,
    stop: signal.Signals,
) -> None:
    enqueue("hold", lock="D_1")
    enqueue("hold", lock="D_1")
    with worker_process(database_url, tmp_path) as process:
        process.send_signal(stop)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        (tmp_path / "release").touch()
        assert process.wait(PATIENCE) == 0
    assert (tmp_path / "finished").exists()
    assert statuses() == [("todo", 0)]


def test_an_interrupted_drain_finishes_its_job_and_says_that_it_was_interrupted(
    database_url: str, tmp_path: Path, enqueue: Enqueue, statuses: Statuses
) -> None:
    enqueue("hold", lock="D_1")
    enqueue("hold", lock="D_1")
    with worker_process(database_url, tmp_path, method="drain") as process:
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        (tmp_path / "release").touch()
        assert process.wait(PATIENCE) != 0
    assert (tmp_path / "finished").exists()
    assert statuses() == [("todo", 0)]
