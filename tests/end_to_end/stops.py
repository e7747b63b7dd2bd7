"""Places where a worker stands still, so that a test can kill it there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import psycopg

from retrieval.embeddings import DEFAULT_MODEL
from tests.end_to_end.processes import PATIENCE, wait_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.github import Hold
    from tests.end_to_end.world import World


class Standing(Protocol):
    """A stop that is set up."""

    def wait(self) -> None:
        """Return when a worker stands there."""

    def let_go(self) -> None:
        """Let the worker go on."""

    def abandon(self) -> None:
        """Clear up after the worker that stood there was killed."""


class Stop(Protocol):
    """A place between two steps, or within one."""

    def set_up(self, world: World, delivery_id: str) -> Standing:
        """Make the next worker that comes there stand still."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request to GitHub that is not carried out (``before``), or carried out and not answered."""

    when: str
    operation: str

    def set_up(self, world: World, delivery_id: str) -> Standing:  # noqa: ARG002 - see Stop
        """See :class:`Stop`."""
        return _Held(world.github.faults.hold(self.when, self.operation))


@dataclass(frozen=True, slots=True)
class _Held:
    hold: Hold

    def wait(self) -> None:
        self.hold.wait_until_held(PATIENCE)

    def let_go(self) -> None:
        self.hold.release()

    def abandon(self) -> None:
        # What GitHub has received it carries out, though nobody waits for the answer.
        self.hold.release()


@dataclass(frozen=True, slots=True)
class Statement:
    """A worker's SQL statement that waits for what the SQL statement ``lock`` holds."""

    lock: str
    values: Mapping[str, object] = field(default_factory=dict)
    """What ``lock`` names, beside ``delivery``."""

    def set_up(self, world: World, delivery_id: str) -> Standing:
        """See :class:`Stop`."""
        connection = psycopg.connect(world.database.url)
        connection.execute(self.lock, {**self.values, "delivery": delivery_id})
        return _Locked(connection)


@dataclass(frozen=True, slots=True)
class _Locked:
    connection: psycopg.Connection

    def wait(self) -> None:
        wait_for(lambda: self._waiting() != [], "a statement that waits for the lock")

    def let_go(self) -> None:
        self.connection.rollback()
        self.connection.close()

    def abandon(self) -> None:
        # A server process that waits does not see that its client is gone, and would go on.
        for pid in self._waiting():
            self.connection.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,))
        self.let_go()

    def _waiting(self) -> list[int]:
        rows = self.connection.execute(
            "SELECT DISTINCT pid FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return [pid for (pid,) in rows]


def text_embedded(text: str) -> Statement:
    """Return the stop at the writing of the batch in which the model has read ``text``."""
    text_hash = hashlib.sha256(text.encode()).digest()
    return Statement(
        "INSERT INTO embeddings (text_hash, model, vector) VALUES (%(hash)s, %(model)s, '[0]')",
        {"hash": text_hash, "model": DEFAULT_MODEL},
    )


SEARCH = Statement("LOCK TABLE indexes IN ACCESS EXCLUSIVE MODE")
ANSWERS_WRITTEN = Statement("LOCK TABLE answers IN EXCLUSIVE MODE")
REPLY_LOCK = Statement(
    "SELECT pg_advisory_xact_lock(hashtextextended('github:reply:' || %(delivery)s, 0))"
)
JOB_FINISHED = Statement("SELECT id FROM procrastinate_jobs WHERE status = 'doing' FOR UPDATE")
INDEX_REPLACED = Statement("SELECT pg_advisory_xact_lock(26229, id::integer) FROM repositories")
JOB_ENQUEUED = Statement("LOCK TABLE procrastinate_events IN EXCLUSIVE MODE")
"""The queue keeps a record of each job that is put into it, or ends."""
