"""The queue in PostgreSQL, by procrastinate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from jobs.port import QueueUnavailable

if TYPE_CHECKING:
    import psycopg

    from jobs.doorbell import Doorbell
    from jobs.port import Job


class PostgresQueue:
    """Puts jobs into the caller's own transaction; a :class:`jobs.port.Queue`."""

    def __init__(self, *, doorbell: Doorbell) -> None:
        # The connector's pool stays closed: every job goes through the caller's connection.
        self._app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
        self._doorbell = doorbell

    def enqueue(self, job: Job, *, connection: psycopg.Connection[Any]) -> bool:
        """Add ``job`` within ``connection``'s transaction. False: its queueing lock was taken.

        Raises:
            QueueUnavailable: The database went away.
        """
        deferrer = self._app.configure_task(
            job.task,
            lock=job.lock,
            queueing_lock=job.queueing_lock,
            connection=connection,
            allow_unknown=True,
        )
        try:
            with connection.transaction():  # a refused insert must not spoil the caller's work
                deferrer.defer(**job.arguments)
        except AlreadyEnqueued:
            return False
        except ConnectorException as error:
            raise QueueUnavailable(str(error)) from error
        return True

    def ring(self) -> None:
        """Wake a worker, after the commit. Best effort: a lost ring delays work, never loses it."""
        self._doorbell.ring()
