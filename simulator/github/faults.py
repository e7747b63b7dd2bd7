"""Trouble on order: requests that stop midway, and answers that go wrong.

An operation is named by its GraphQL name (``AddDiscussionComment``) or by its REST route
(``access_token``, ``tarball``).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum

from simulator.github.errors import SimulatorError

HANG_SECONDS = 60.0
"""How long a request that times out is left without an answer."""


class FaultKind(StrEnum):
    """What goes wrong."""

    SERVER_ERROR = "server_error"
    """500."""
    BAD_GATEWAY = "bad_gateway"
    """502, GitHub's answer to work that took over 10 s."""
    UNAVAILABLE = "unavailable"
    """503."""
    TIMEOUT = "timeout"
    """No answer."""
    CONNECTION_LOST = "connection_lost"
    """The connection ends without an answer."""
    UNAUTHORISED = "unauthorised"
    """401, as a fresh token can meet."""
    RATE_LIMITED = "rate_limited"
    """The primary limit: 200 with errors in GraphQL, 403 in REST."""
    SECONDARY_LIMIT = "secondary_limit"
    """403 with ``retry-after``."""
    SECONDARY_LIMIT_OK = "secondary_limit_ok"
    """The secondary limit as GraphQL can also answer it: 200 with errors, and ``retry-after``."""


class When(StrEnum):
    """Where a request meets the trouble."""

    BEFORE = "before"
    """Before it is carried out."""
    AFTER = "after"
    """Carried out, and unanswered."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A wrong answer, for the next ``times`` requests of one operation."""

    operation: str
    kind: FaultKind
    when: When
    retry_after: int
    """Seconds, for the secondary limit."""


class Hold:
    """A barrier: every request of one operation stops there until it is released."""

    def __init__(self, operation: str, when: When) -> None:
        self.operation = operation
        self.when = when
        self._held = threading.Event()
        self._released = threading.Event()

    @property
    def released(self) -> bool:
        """Whether requests pass again."""
        return self._released.is_set()

    def wait_until_held(self, timeout: float = 10) -> None:
        """Wait until a request stands at the barrier.

        Raises:
            SimulatorError: none came within ``timeout`` seconds.
        """
        if not self._held.wait(timeout):
            raise SimulatorError(f"no {self.operation} request came within {timeout} s")

    def release(self) -> None:
        """Let the held requests, and all later ones, go on."""
        self._released.set()

    def stop_here(self) -> None:
        """Stand at the barrier (in a request's own thread)."""
        self._held.set()
        self._released.wait()


class Faults:
    """The trouble that is on order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holds: list[Hold] = []
        self._faults: list[Fault] = []
        self._ended = threading.Event()

    def hold(self, when: When | str, operation: str) -> Hold:
        """Stop requests of ``operation`` ``before`` or ``after`` they are carried out."""
        hold = Hold(operation, When(when))
        with self._lock:
            self._holds.append(hold)
        return hold

    def fail(
        self,
        operation: str,
        *,
        kind: FaultKind | str,
        times: int = 1,
        when: When | str = When.BEFORE,
        retry_after: int = 60,
    ) -> None:
        """Answer the next ``times`` requests of ``operation`` wrongly."""
        fault = Fault(operation, FaultKind(kind), When(when), retry_after)
        with self._lock:
            self._faults.extend([fault] * times)

    def clear(self) -> None:
        """Cancel what is on order, and let go of every request that is held or hangs."""
        with self._lock:
            for hold in self._holds:
                hold.release()
            self._holds.clear()
            self._faults.clear()
            ended, self._ended = self._ended, threading.Event()
        ended.set()

    def release(self, operation: str) -> int:
        """Release the holds on ``operation``; return how many there were."""
        with self._lock:
            holds = [hold for hold in self._holds if hold.operation == operation]
            self._holds = [hold for hold in self._holds if hold.operation != operation]
        for hold in holds:
            hold.release()
        return len(holds)

    def meet(self, when: When, operation: str) -> Fault | None:
        """Stand at the holds on ``operation``, then return the fault that it meets, if any."""
        with self._lock:
            self._holds = [hold for hold in self._holds if not hold.released]
            holds = [
                hold for hold in self._holds if (hold.when, hold.operation) == (when, operation)
            ]
        for hold in holds:
            hold.stop_here()
        with self._lock:
            for fault in self._faults:
                if (fault.when, fault.operation) == (when, operation):
                    self._faults.remove(fault)
                    return fault
        return None

    def hang(self) -> None:
        """Keep a request (in its own thread) without an answer, until :meth:`clear`."""
        with self._lock:
            ended = self._ended
        ended.wait(HANG_SECONDS)
