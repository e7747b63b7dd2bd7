"""Leaves a provider alone that does not answer, and finds out when it does again.

The circuit breaker of Nygard's *Release It!*: closed while requests succeed; open, and nothing is
asked, after failures in a row; half-open once the wait is over, when a single request goes to see.
If that one fails too, the next wait is longer.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.protocol import GenerationError, QuotaExceeded, Unauthorised, Unavailable
from generation.unasked import CircuitOpen, KeyRefused, NotAsked, Spent

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Patience:
    """When a provider is left alone, and for how long; all times in seconds."""

    failures: int = 3
    """In a row."""
    within: float = 60.0
    """From the first of them to the last; older ones are forgotten."""
    wait: float = 10.0
    """The first wait. Each probe that fails doubles it."""
    longest_wait: float = 300.0
    unauthorised_wait: float = 900.0
    """A key does not become right by itself."""
    longest_quota_wait: float = 3600.0
    """A service may name any time; it is asked once an hour all the same."""
    probe: float = 180.0
    """A probe without an outcome for so long is lost, and another may go."""


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to ask the provider once."""

    era: int
    """Between two changes of the circuit; what a request of a former one meets says nothing."""
    is_probe: bool


@dataclass(frozen=True, slots=True)
class _Opening:
    until: float
    wait: float
    cause: GenerationError


class CircuitBreaker:
    """The circuit of one provider. Safe to share between threads; ``clock`` is monotonic."""

    def __init__(
        self, *, patience: Patience | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._patience = patience or Patience()
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: list[float] = []
        self._opening: _Opening | None = None
        self._probe_until = 0.0
        self._era = 0

    def admit(self) -> Permit:
        """Return leave to ask; its outcome is to be told to one of the methods below.

        Raises:
            NotAsked: The provider is being left alone.
        """
        with self._lock:
            now = self._clock()
            if self._opening is None:
                return Permit(self._era, is_probe=False)
            free = max(self._opening.until, self._probe_until)
            if now < free:
                raise _unasked(self._opening.cause, wait=free - now)
            self._era += 1
            self._probe_until = now + self._patience.probe
            return Permit(self._era, is_probe=True)

    def succeeded(self, permit: Permit) -> None:
        """Take note that the provider answered."""
        with self._lock:
            if permit.era == self._era:
                self._close()

    def failed(self, permit: Permit, error: GenerationError) -> None:
        """Take note of how the provider failed.

        A refusal, a request that is too long and an unknown model are answers too: the service is
        well.
        """
        with self._lock:
            if permit.era != self._era:
                return
            match error:
                case QuotaExceeded(retry_after=float() | int() as seconds):
                    self._open(error, wait=0, until=min(seconds, self._patience.longest_quota_wait))
                case Unauthorised():
                    self._open(error, wait=0, until=self._patience.unauthorised_wait)
                case Unavailable():
                    self._count(error, permit)
                case _:
                    self._close()

    def abandoned(self, permit: Permit) -> None:
        """Take note that the request was given up before it could tell anything."""
        with self._lock:
            if permit.era == self._era and permit.is_probe:
                self._probe_until = 0.0

    def _count(self, error: GenerationError, permit: Permit) -> None:
        now = self._clock()
        oldest = now - self._patience.within
        self._failures = [when for when in self._failures if when > oldest] + [now]
        if permit.is_probe or len(self._failures) >= self._patience.failures:
            former = self._opening.wait if self._opening else 0.0
            wait = min(2 * former or self._patience.wait, self._patience.longest_wait)
            self._open(error, wait=wait, until=wait)

    def _open(self, cause: GenerationError, *, wait: float, until: float) -> None:
        self._era += 1
        self._probe_until = 0.0
        self._opening = _Opening(until=self._clock() + until, wait=wait, cause=cause)

    def _close(self) -> None:
        self._failures.clear()
        self._probe_until = 0.0
        if self._opening is not None:
            self._opening = None
            self._era += 1


def _unasked(cause: GenerationError, *, wait: float) -> NotAsked:
    """Return an error of its own for each request: a raised one gathers tracebacks."""
    said = str(cause).removeprefix(f"{cause.provider}: ")
    match cause:
        case QuotaExceeded():
            return Spent(cause.provider, said, retry_after=wait)
        case Unauthorised():
            return KeyRefused(cause.provider, said, retry_after=wait)
        case _:
            return CircuitOpen(cause.provider, said, retry_after=wait)
