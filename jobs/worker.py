"""Runs the jobs of the queue, and takes up those that a dead worker left."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import procrastinate
import structlog

from jobs.tasks import Backoff, is_last, register

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobs.port import Handler

log = structlog.get_logger(__name__)


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
    concurrency: int = 2
    pace: Pace = field(default_factory=Pace)
    backoff: Backoff = field(default_factory=Backoff)

    def run(self) -> None:
        """Work until SIGINT or SIGTERM; jobs under way are finished first."""
        asyncio.run(self._run(wait=True, seconds=None))

    def drain(self, *, seconds: float | None = None) -> None:
        """Work until nothing is due, or ``seconds`` are over; jobs under way are finished."""
        asyncio.run(self._run(wait=False, seconds=seconds))

    async def _run(self, *, wait: bool, seconds: float | None) -> None:
        connector = procrastinate.PsycopgConnector(conninfo=self.database_url)
        app = procrastinate.App(connector=connector)
        register(app, self.handlers, backoff=self.backoff)
        async with app.open_async():
            await self._rescue(app)
            rescuer = asyncio.create_task(self._keep_rescuing(app))
            worker = asyncio.create_task(
                app.run_worker_async(
                    concurrency=self.concurrency,
                    wait=wait,
                    fetch_job_polling_interval=self.pace.poll,
                    update_heartbeat_interval=self.pace.heartbeat,
                    stalled_worker_timeout=self.pace.stalled_after,
                    delete_jobs="successful",
                    install_signal_handlers=wait,
                    listen_notify=wait,
                )
            )
            try:
                with contextlib.suppress(asyncio.CancelledError):
                    # Cancelling the worker makes it finish what it has begun.
                    done, _ = await asyncio.wait({worker}, timeout=seconds)
                    if not done:
                        worker.cancel()
                    await worker
            finally:
                rescuer.cancel()

    async def _keep_rescuing(self, app: procrastinate.App) -> None:
        while True:
            await asyncio.sleep(self.pace.stalled_after)
            await self._rescue(app)

    async def _rescue(self, app: procrastinate.App) -> None:
        """Free the jobs of workers that died: to be done again, or failed after the last try."""
        manager = app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self.pace.stalled_after):
            if is_last(job.attempts):
                log.error("job_abandoned", task=job.task_name, job=job.id, attempts=job.attempts)
                await manager.finish_job(
                    job, status=procrastinate.jobs.Status.FAILED, delete_job=False
                )
            else:
                log.warning("job_taken_up_again", task=job.task_name, job=job.id)
                await manager.retry_job(job)
