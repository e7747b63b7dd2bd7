"""How a worker goes through the queue."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager
from procrastinate.periodic import PeriodicDeferrer

from jobs.port import Permanent, RetryLater, Schedule
from jobs.tasks import MAX_ATTEMPTS, Backoff
from jobs.worker import Pace, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from procrastinate.jobs import Job as StoredJob

    from jobs.port import Arguments, Attempt
    from storage import Database

    Enqueue = Callable[..., None]
    Statuses = Callable[[], list[tuple[str, int]]]


class Recorder:
    """A handler that remembers its calls and raises what it is told to."""

    def __init__(self, *, error: Exception | None = None) -> None:
        self.error = error
        self.calls: list[tuple[Arguments, Attempt]] = []

    def __call__(self, arguments: Arguments, attempt: Attempt) -> None:
        self.calls.append((arguments, attempt))
        if self.error:
            raise self.error


def drain_until_settled(worker: Worker, statuses: Statuses) -> None:
    while any(status == "todo" for status, _ in statuses()):
        worker.drain()


def test_a_job_runs_with_its_arguments_and_leaves_nothing(
    database_url: str, enqueue: Enqueue, statuses: Statuses
) -> None:
    handler = Recorder()
    enqueue("ask", thread="D_1", number=7)
    assert Worker(database_url=database_url, handlers={"ask": handler}).drain()
    ((arguments, attempt),) = handler.calls
    assert arguments == {"thread": "D_1", "number": 7}
    assert (attempt.number, attempt.last) == (1, False)
    assert statuses() == []


def test_a_failing_job_is_tried_until_the_last_attempt_which_knows_that_it_is_the_last(
    database_url: str, enqueue: Enqueue, statuses: Statuses
) -> None:
    handler = Recorder(error=OSError("down"))
    enqueue("ask")
    worker = Worker(
        database_url=database_url, handlers={"ask": handler}, backoff=Backoff(first_wait=0)
    )
    drain_until_settled(worker, statuses)
    assert [attempt.number for _, attempt in handler.calls] == [1, 2, 3, 4, 5, 6]
    assert [attempt.last for _, attempt in handler.calls] == [False] * 5 + [True]
    ((status, _),) = statuses()
    assert status == "failed"


def test_a_permanent_failure_is_tried_once(
    database_url: str, enqueue: Enqueue, statuses: Statuses
) -> None:
    handler = Recorder(error=Permanent("the thread is gone"))
    enqueue("ask")
    worker = Worker(
        database_url=database_url, handlers={"ask": handler}, backoff=Backoff(first_wait=0)
    )
    drain_until_settled(worker, statuses)
    assert len(handler.calls) == 1
    assert statuses()[0][0] == "failed"


def test_a_job_that_asked_to_wait_is_not_due_before_its_time(
    database_url: str, database: Database, enqueue: Enqueue
) -> None:
    handler = Recorder(error=RetryLater("rate limit", seconds=600))
    enqueue("ask")
    worker = Worker(
        database_url=database_url, handlers={"ask": handler}, backoff=Backoff(first_wait=0)
    )
    worker.drain()
    worker.drain()
    assert len(handler.calls) == 1
    with database.transaction() as connection:
        row = connection.execute(
            "SELECT status::text, scheduled_at BETWEEN now() + interval '9 minutes'"
            " AND now() + interval '10 minutes' FROM procrastinate_jobs"
        ).fetchone()
    assert row == ("todo", True)


def test_jobs_of_one_thread_run_one_at_a_time_and_in_order(
    database_url: str, enqueue: Enqueue
) -> None:
    under_way: set[str] = set()
    order: list[object] = []
    overlaps: list[str] = []

    def handler(arguments: Arguments, _: Attempt) -> None:
        thread = arguments["thread"]
        if thread in under_way:
            overlaps.append(thread)
        under_way.add(thread)
        time.sleep(0.02)
        order.append(arguments["number"])
        under_way.remove(thread)

    for number in range(6):
        enqueue("ask", lock="D_1", thread="D_1", number=number)
    Worker(database_url=database_url, handlers={"ask": handler}, concurrency=4).drain()
    assert overlaps == []
    assert order == list(range(6))


def test_jobs_of_different_threads_run_side_by_side(database_url: str, enqueue: Enqueue) -> None:
    both = threading.Barrier(2, timeout=30)

    def handler(_: Arguments, __: Attempt) -> None:
        both.wait()

    enqueue("ask", lock="D_1")
    enqueue("ask", lock="D_2")
    Worker(database_url=database_url, handlers={"ask": handler}, concurrency=2).drain()
    assert not both.broken


def test_a_waiting_retry_holds_back_the_later_jobs_of_its_thread(
    database_url: str, enqueue: Enqueue, statuses: Statuses
) -> None:
    handler = Recorder(error=RetryLater("rate limit", seconds=600))
    enqueue("ask", lock="D_1", number=1)
    enqueue("ask", lock="D_1", number=2)
    Worker(database_url=database_url, handlers={"ask": handler}).drain()
    assert [arguments["number"] for arguments, _ in handler.calls] == [1]
    assert statuses() == [("todo", 1), ("todo", 0)]


def test_a_task_without_a_handler_fails_by_itself(
    database_url: str, enqueue: Enqueue, statuses: Statuses
) -> None:
    handler = Recorder()
    enqueue("unheard.of")
    enqueue("ask")
    Worker(database_url=database_url, handlers={"ask": handler}).drain()
    assert len(handler.calls) == 1
    assert [status for status, _ in statuses()] == ["failed"]


def test_draining_for_some_seconds_finishes_what_it_began_and_leaves_the_rest(
    database_url: str, enqueue: Enqueue, statuses: Statuses
) -> None:
    begun: list[object] = []
    finished: list[object] = []
    seconds = 0.5

    def handler(arguments: Arguments, _: Attempt) -> None:
        begun.append(arguments["number"])
        time.sleep(seconds / 2)
        finished.append(arguments["number"])

    for number in range(12):
        enqueue("ask", number=number)
    worker = Worker(database_url=database_url, handlers={"ask": handler}, concurrency=1)
    while not begun:  # of a slow machine's first seconds none is left for a job
        seconds *= 2
        assert not worker.drain(seconds=seconds)
    assert finished == begun
    assert statuses() == [("todo", 0)] * (12 - len(finished))
    assert 0 < len(finished) < 12


def test_the_limit_of_attempts_is_the_documented_one() -> None:
    assert MAX_ATTEMPTS == 6


@pytest.mark.parametrize("retries_left", [True, False])
def test_a_dead_workers_job_is_done_again_unless_that_was_its_extra_try(
    database_url: str,
    database: Database,
    enqueue: Enqueue,
    statuses: Statuses,
    *,
    retries_left: bool,
) -> None:
    handler = Recorder()
    enqueue("ask")
    attempts = MAX_ATTEMPTS - (1 if retries_left else 0)
    with database.transaction() as connection:
        connection.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', attempts = %s", (attempts,)
        )
    Worker(database_url=database_url, handlers={"ask": handler}).drain()
    assert len(handler.calls) == (1 if retries_left else 0)
    assert statuses() == ([] if retries_left else [("failed", attempts + 1)])


def test_a_dead_workers_job_that_another_worker_took_up_is_left_to_it(
    database_url: str, database: Database, enqueue: Enqueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, quicker = Recorder(), Recorder()
    enqueue("ask")
    with database.transaction() as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    stalled = JobManager.get_stalled_jobs

    async def outrun(self: JobManager, *, seconds_since_heartbeat: float) -> Iterable[StoredJob]:
        found = await stalled(self, seconds_since_heartbeat=seconds_since_heartbeat)
        monkeypatch.undo()
        rival = Worker(database_url=database_url, handlers={"ask": quicker})
        await asyncio.to_thread(rival.drain)
        return found

    monkeypatch.setattr(JobManager, "get_stalled_jobs", outrun)
    Worker(database_url=database_url, handlers={"ask": handler}).drain()
    assert (len(quicker.calls), len(handler.calls)) == (1, 0)


def test_a_busy_worker_notices_a_death_even_when_one_look_for_the_dead_fails(
    database_url: str, enqueue: Enqueue, statuses: Statuses, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, release = threading.Event(), threading.Event()
    looks: list[str] = []
    stalled = JobManager.get_stalled_jobs

    async def fail_once(self: JobManager, *, seconds_since_heartbeat: float) -> Iterable[StoredJob]:
        looks.append("look")
        if len(looks) == 2:  # the first is the one at the start
            raise ConnectorException
        return await stalled(self, seconds_since_heartbeat=seconds_since_heartbeat)

    def hold(_: Arguments, __: Attempt) -> None:
        begun.set()
        assert release.wait(60)

    monkeypatch.setattr(JobManager, "get_stalled_jobs", fail_once)
    handler = Recorder()
    worker = Worker(
        database_url=database_url,
        handlers={"hold": hold, "ask": handler},
        pace=Pace(heartbeat=0.05, stalled_after=1),
    )
    enqueue("hold")
    with ThreadPoolExecutor() as pool:
        drained = pool.submit(worker.drain)
        assert begun.wait(60)
        enqueue("ask", taken=True)
        while ("doing", 0) in statuses()[1:] and not drained.done():
            time.sleep(0.05)
        release.set()
        assert drained.result(60)
    assert [attempt.number for _, attempt in handler.calls] == [2]


def test_a_job_that_is_put_off_while_its_like_waits_is_done_all_the_same(
    database_url: str, enqueue: Enqueue, statuses: Statuses
) -> None:
    attempts: list[int] = []

    def handler(arguments: Arguments, attempt: Attempt) -> None:
        attempts.append(attempt.number)
        if len(attempts) == 1:
            enqueue("index", lock="a/b", unless_waiting=True, background=True, **arguments)
            raise RetryLater("not yet", seconds=0)

    enqueue("index", lock="a/b", unless_waiting=True, background=True, repository="a/b")
    drain_until_settled(Worker(database_url=database_url, handlers={"index": handler}), statuses)

    assert attempts == [1, 2, 1]
    assert statuses() == []


def test_a_crowd_of_background_jobs_keeps_nobody_waiting(
    database_url: str, enqueue: Enqueue
) -> None:
    done: list[str] = []
    answered = threading.Event()

    def index(_: Arguments, __: Attempt) -> None:
        assert answered.wait(60)
        done.append("index")

    def answer(_: Arguments, __: Attempt) -> None:
        done.append("answer")
        answered.set()

    for number in range(5):
        enqueue("index", background=True, number=number)
    enqueue("answer")
    Worker(
        database_url=database_url, handlers={"index": index, "answer": answer}, concurrency=1
    ).drain()

    assert done == ["answer", *["index"] * 5]


def test_a_job_that_outlasts_the_time_of_the_dead_is_not_taken_for_one(
    database_url: str, database: Database, enqueue: Enqueue
) -> None:
    """As long as it runs, its worker gives signs of life, though nothing else is left to do."""
    outlasted: list[int] = []

    def sign_of_life() -> datetime:
        with database.transaction() as connection:
            row = connection.execute(
                "SELECT last_heartbeat FROM procrastinate_workers"
                " JOIN procrastinate_jobs ON worker_id = procrastinate_workers.id"
            ).fetchone()
        assert row
        last: datetime = row[0]
        return last

    def slow(_: Arguments, attempt: Attempt) -> None:
        begun, patience = sign_of_life(), time.monotonic() + 30
        while time.monotonic() < patience:
            if sign_of_life() > begun + timedelta(seconds=2):
                outlasted.append(attempt.number)
                return
            time.sleep(0.05)

    enqueue("slow")
    Worker(
        database_url=database_url,
        handlers={"slow": slow},
        pace=Pace(heartbeat=0.1, stalled_after=60),
    ).drain()

    assert outlasted == [1]


def test_a_worker_that_was_held_up_does_not_take_itself_for_dead(
    database_url: str, enqueue: Enqueue, statuses: Statuses, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[list[StoredJob]] = []
    dealt_with = threading.Event()
    stalled = JobManager.get_stalled_jobs
    under_way: list[tuple[str, int]] = []

    async def look(self: JobManager, *, seconds_since_heartbeat: float) -> Iterable[StoredJob]:
        if any(looks):
            dealt_with.set()
        looks.append(list(await stalled(self, seconds_since_heartbeat=seconds_since_heartbeat)))
        return looks[-1]

    def hold(_: Arguments, __: Attempt) -> None:
        assert dealt_with.wait(60)
        under_way.extend(statuses())

    monkeypatch.setattr(JobManager, "get_stalled_jobs", look)
    enqueue("hold")
    Worker(
        database_url=database_url,
        handlers={"hold": hold},
        pace=Pace(heartbeat=3600, stalled_after=0.2),
    ).drain()
    assert under_way == [("doing", 0)]
    assert statuses() == []


def test_a_worker_that_was_silent_while_others_started_works_on(
    database_url: str, database: Database, enqueue: Enqueue
) -> None:
    begun, release = threading.Event(), threading.Event()
    done: list[tuple[int, int]] = []
    stolen = Recorder()

    def hold(arguments: Arguments, attempt: Attempt) -> None:
        begun.set()
        assert release.wait(60)
        done.append((arguments["number"], attempt.number))

    def sign_of_life(*, age: timedelta) -> None:
        with database.transaction() as connection:
            connection.execute(
                "UPDATE procrastinate_workers SET last_heartbeat = now() - %s WHERE id ="
                " (SELECT worker_id FROM procrastinate_jobs WHERE task_name = 'hold'"
                " AND status = 'doing')",
                (age,),
            )

    def silence(_: Arguments, __: Attempt) -> None:
        sign_of_life(age=timedelta(hours=1))

    silent = Worker(
        database_url=database_url,
        handlers={"hold": hold},
        concurrency=1,
        pace=Pace(heartbeat=3600),
    )
    other = Worker(database_url=database_url, handlers={"silence": silence, "hold": stolen})
    for number in (1, 2):
        enqueue("hold", lock="D_1", number=number)
    with ThreadPoolExecutor() as pool:
        drained = pool.submit(silent.drain)
        assert begun.wait(60)
        enqueue("silence")
        other.drain()  # in rounds; the second starts while the silent one's sign of life is old
        sign_of_life(age=timedelta(0))
        other.drain()
        release.set()
        assert drained.result(60)
    assert stolen.calls == []
    assert done == [(1, 1), (2, 1)]


def test_a_schedule_that_no_worker_was_there_for_is_made_up_for(
    database_url: str, statuses: Statuses
) -> None:
    due = datetime.now(UTC) - timedelta(minutes=30)
    handler = Recorder()
    worker = Worker(
        database_url=database_url,
        handlers={"sweep": handler},
        schedules=(Schedule("sweep", cron=f"{due.minute} {due.hour} * * *"),),
    )

    for _ in range(2):
        worker.drain()
        drain_until_settled(worker, statuses)

    assert len(handler.calls) == 1


def test_a_worker_that_finds_its_queue_empty_misses_no_schedule(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def outlast_the_worker(_: PeriodicDeferrer) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(PeriodicDeferrer, "worker", outlast_the_worker)
    handler = Recorder()
    worker = Worker(
        database_url=database_url,
        handlers={"sweep": handler},
        schedules=(Schedule("sweep", cron="* * * * *"),),
    )
    worker.drain()
    assert len(handler.calls) == 1


def test_a_scheduled_job_comes_once_by_the_clock_however_many_workers_there_are(
    database_url: str,
) -> None:
    handler = Recorder()
    worker = Worker(
        database_url=database_url,
        handlers={"sweep": handler},
        schedules=(Schedule("sweep", cron="* * * * *"),),
    )
    with ThreadPoolExecutor() as pool:
        for drained in [pool.submit(worker.drain) for _ in range(3)]:
            assert drained.result(60)
    worker.drain()  # due within the last minute, so that it finds the job due, and taken
    due = [arguments["timestamp"] for arguments, _ in handler.calls]
    assert due
    assert len(due) == len(set(due))
