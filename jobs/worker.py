"""Runs the jobs of the queue, and takes up those that a dead worker left."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import procrastinate
import procrastinate.worker
import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from procrastinate.periodic import PeriodicDeferrer

from jobs.queue import BACKGROUND, INTERACTIVE
from jobs.tasks import MAX_ATTEMPTS, Backoff, register

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from jobs.port import Handler, Schedule

log = structlog.get_logger(__name__)

FORGOTTEN_AFTER = 7 * 24 * 3600.0
"""Seconds without a sign of life after which a worker's row is removed.

Far beyond the time after which its jobs are free: one that lives, and was only silent, can neither
give signs of life nor take a job once its row is gone.
"""

LATE = 24 * 3600.0
"""Seconds after which a scheduled job that no worker was there for is not made up for."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The worker's clock; all in seconds."""

    heartbeat: float = 5.0
    """Between two signs of life."""
    stalled_after: float = 30.0
    """Without a sign of life, after which a worker is taken for dead and its jobs for free."""
    poll: float = 5.0
    """Between two looks at the queue, in case a notification was lost."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker process's loop."""

    database_url: str
    handlers: Mapping[str, Handler]
    schedules: Sequence[Schedule] = ()
    concurrency: int = 2
    """Jobs at once of those that somebody waits for; one more of the others."""
    pace: Pace = field(default_factory=Pace)
    backoff: Backoff = field(default_factory=Backoff)

    def run(self) -> None:
        """Work until SIGINT or SIGTERM; jobs under way are finished first."""
        asyncio.run(self._run(wait=True, seconds=None))

    def drain(self, *, seconds: float | None = None) -> bool:
        """Work until nothing is due, or ``seconds`` are over; jobs under way are finished.

        Returns whether nothing was due any more, as against time being over.
        """
        return asyncio.run(self._run(wait=False, seconds=seconds))

    async def _run(self, *, wait: bool, seconds: float | None) -> bool:
        connector = procrastinate.PsycopgConnector(conninfo=self.database_url)
        app = procrastinate.App(connector=connector)
        register(
            app,
            self.handlers,
            backoff=self.backoff,
            schedules=self.schedules,
            scheduled_queue=BACKGROUND,
        )
        async with app.open_async():
            alive: set[int] = set()
            await self._rescue(app, alive)
            await _enqueue_due(app)
            beside = [
                asyncio.create_task(self._keep_rescuing(app, alive)),
                asyncio.create_task(self._keep_alive(app, alive)),
            ]
            work = asyncio.create_task(self._work(app, alive, wait=wait))
            if wait:
                _on_stop_signals(work.cancel)
            try:
                done, _ = await asyncio.wait({work}, timeout=seconds)
            finally:
                # Cancelling a worker makes it finish what it has begun.
                work.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await work
                for task in beside:
                    task.cancel()
            return bool(done)

    async def _work(self, app: procrastinate.App, alive: set[int], *, wait: bool) -> None:
        """Run a worker for each queue; without ``wait``, until a round of them begins no job.

        What nobody waits for is done one at a time: it may be large, and takes no place from what
        somebody waits for. The ids that the workers go by in the database are put into ``alive``.

        A round fetches until nothing is free, and some jobs are not because one under way holds
        their lock: they are the next round's.
        """
        begun = 0

        async def count(
            call_next: Callable[[], Awaitable[object]],
            context: procrastinate.JobContext,  # noqa: ARG001 - the signature of a middleware
            worker: procrastinate.worker.Worker,
        ) -> object:
            nonlocal begun
            begun += 1
            if worker.worker_id is not None:
                alive.add(worker.worker_id)
            return await call_next()

        def start(queue: str, concurrency: int) -> asyncio.Task[None]:
            return asyncio.create_task(
                app.run_worker_async(
                    queues=[queue],
                    concurrency=concurrency,
                    wait=wait,
                    fetch_job_polling_interval=self.pace.poll,
                    update_heartbeat_interval=self.pace.heartbeat,
                    stalled_worker_timeout=FORGOTTEN_AFTER,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    listen_notify=wait,
                    worker_middleware=[count],
                )
            )

        while True:
            begun = 0
            workers = [start(INTERACTIVE, self.concurrency), start(BACKGROUND, 1)]
            try:
                await asyncio.gather(*workers)
            finally:
                for worker in workers:
                    if not worker.cancelling():  # a second call would not let it finish
                        worker.cancel()
                await asyncio.wait(workers)
            if wait or not begun:
                return

    async def _keep_alive(self, app: procrastinate.App, workers: set[int]) -> None:
        """Give signs of life for as long as this process runs.

        procrastinate's own stop as soon as a worker is told to, while a job under way may take
        longer than it takes to be given up for dead.
        """
        while True:
            await asyncio.sleep(self.pace.heartbeat)
            for worker_id in tuple(workers):
                with contextlib.suppress(ConnectorException):  # the next beat tries again
                    await app.job_manager.update_heartbeat(worker_id)

    async def _keep_rescuing(self, app: procrastinate.App, alive: set[int]) -> None:
        while True:
            await asyncio.sleep(self.pace.stalled_after)
            try:
                await self._rescue(app, alive)
            except ConnectorException as error:
                log.warning("rescue_put_off", reason=str(error))

    async def _rescue(self, app: procrastinate.App, alive: set[int]) -> None:
        """Free the jobs of workers that died: to be done again, or failed after the last try.

        A last try that was cut off has one more, so that whoever waits is told of the failure.
        This process's own workers, ``alive``, are none of the dead: where it was held up, their
        last sign of life is old.
        """
        manager = app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self.pace.stalled_after):
            if job.worker_id in alive:
                continue
            try:
                if job.attempts >= MAX_ATTEMPTS:
                    await manager.finish_job(job, status=Status.FAILED, delete_job=False)
                    log.error(
                        "job_abandoned", task=job.task_name, job=job.id, attempts=job.attempts
                    )
                else:
                    await manager.retry_job(job)
                    log.warning("job_taken_up_again", task=job.task_name, job=job.id)
            except ConnectorException as error:
                # Workers that start together find the same jobs, and another was quicker.
                log.info(
                    "job_not_freed", task=job.task_name, job=job.id, reason=str(error.__cause__)
                )


async def _enqueue_due(app: procrastinate.App) -> None:
    """Enqueue the scheduled jobs that are due; each comes once, however many workers look.

    procrastinate's workers look at the clock too, but end without, where their queue is empty.
    """
    clock = PeriodicDeferrer(app.periodic_registry, max_delay=LATE)
    await clock.defer_jobs(clock.get_previous_tasks(at=time.time()))


def _on_stop_signals(stop: Callable[[], object]) -> None:
    """Call ``stop`` on SIGINT and SIGTERM, where the platform's event loop can."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop)
