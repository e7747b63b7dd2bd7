"""The queue in PostgreSQL, by procrastinate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import procrastinate
from procrastinate.exceptions import ConnectorException
from psycopg.types.json import Jsonb

from jobs.port import QueueUnavailable

if TYPE_CHECKING:
    import psycopg

    from jobs.doorbell import Doorbell
    from jobs.port import Job

INTERACTIVE = "interactive"
"""procrastinate's queue of the jobs that somebody waits for."""

BACKGROUND = "background"
"""procrastinate's queue of the rest."""

_LAST_WAITING = """
SELECT task_name = %(task)s AND args = %(arguments)s FROM procrastinate_jobs
WHERE status = 'todo' AND lock = %(lock)s
ORDER BY id DESC LIMIT 1
"""


class PostgresQueue:
    """Puts jobs into the caller's own transaction; a :class:`jobs.port.Queue`."""

    def __init__(self, *, doorbell: Doorbell) -> None:
        # The connector's pool stays closed: every job goes through the caller's connection.
        self._app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
        self._doorbell = doorbell

    def enqueue(self, job: Job, *, connection: psycopg.Connection[Any]) -> bool:
        """Add ``job`` within ``connection``'s transaction. False: the same one waits already.

        Raises:
            QueueUnavailable: The database went away.
        """
        # Not procrastinate's queueing lock: its unique index would also refuse a job that failed
        # its place in the queue when another waits, and keep it, and its lock, under way for good.
        if job.unless_waiting and _waits(job, connection):
            return False
        deferrer = self._app.configure_task(
            job.task,
            queue=BACKGROUND if job.background else INTERACTIVE,
            lock=job.lock,
            connection=connection,
            allow_unknown=True,
        )
        try:
            deferrer.defer(**job.arguments)
        except ConnectorException as error:
            raise QueueUnavailable(str(error)) from error
        return True

    def clear(self, *, connection: psycopg.Connection[Any]) -> None:
        """Remove every job, those that a dead worker had under way too."""
        connection.execute("DELETE FROM procrastinate_jobs")

    def ring(self) -> None:
        """Wake a worker, after the commit. Best effort: a lost ring delays work, never loses it."""
        self._doorbell.ring()


def _waits(job: Job, connection: psycopg.Connection[Any]) -> bool:
    last = connection.execute(
        _LAST_WAITING,
        {"task": job.task, "arguments": Jsonb(dict(job.arguments)), "lock": job.lock},
    ).fetchone()
    return bool(last and last[0])
