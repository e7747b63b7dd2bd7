"""The queue as the faces see it: put a job in, and say that there is work.

Only this module of ``jobs`` is imported by faces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import psycopg

Arguments = Mapping[str, Any]
"""A job's arguments: JSON values by name."""


@dataclass(frozen=True, slots=True)
class Job:
    """A unit of work, durable once the transaction that enqueues it commits."""

    task: str
    """The task's registered name, ``github.answer``."""
    arguments: Arguments
    lock: str | None = None
    """Jobs that share a lock run one at a time, in the order they were enqueued."""
    unless_waiting: bool = False
    """Left out when the job that waits last under its lock is the same, arguments and all."""
    background: bool = False
    """Nobody waits for it: it takes no place from the jobs that somebody waits for."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Which try of a job this is."""

    number: int
    """1 for the first."""
    last: bool
    """No retry follows: what is to be said about a failure must be said now."""


class RetryLater(Exception):
    """Raised by a task to be run again after ``seconds`` (a rate limit, say)."""

    def __init__(self, message: str, *, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class Permanent(Exception):
    """Raised by a task that no retry can help."""


class QueueUnavailable(Exception):
    """The queue could not take a job; the transaction that it was to be part of is lost."""


Handler = Callable[[Arguments, Attempt], None]
"""A task's body."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job that nobody enqueues: it comes by the clock, once however many workers there are."""

    task: str
    """The task's registered name; its handler's arguments hold the ``timestamp`` it was due at."""
    cron: str
    """When, in UTC: minute, hour, day of the month, month, day of the week."""


class Queue(Protocol):
    """Where faces put work."""

    def enqueue(self, job: Job, *, connection: psycopg.Connection[Any]) -> bool:
        """Add ``job`` within ``connection``'s transaction. False: the same one waits already.

        Raises:
            QueueUnavailable: The database went away.
        """

    def ring(self) -> None:
        """Wake a worker, after the commit. Best effort: a lost ring delays work, never loses it."""
