"""How long to wait when GitHub says that it is too much.

https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIRST_WAIT = 60.0
"""Seconds to wait when GitHub names no time; doubled with each further attempt."""

MUTATION_PAUSE = 1.0
"""Seconds between two mutations, as GitHub asks of Apps."""


def requested_wait(headers: Mapping[str, str], *, now: float) -> float | None:
    """Return the seconds that a response's headers ask to wait, or None when they ask nothing.

    ``headers`` has lower-case names; ``now`` is in seconds since the epoch.
    """
    retry_after = _seconds(headers.get("retry-after"))
    if retry_after is not None:
        return retry_after
    reset = _seconds(headers.get("x-ratelimit-reset"))
    if headers.get("x-ratelimit-remaining") == "0" and reset is not None:
        # A second more: the reset time is given in whole seconds.
        return max(reset - now, 0.0) + 1.0
    return None


def wait(retry_after: float | None, *, attempt: int) -> float:
    """Return the seconds to wait after ``attempt`` (1 for the first) met a limit."""
    return FIRST_WAIT * 2.0 ** (attempt - 1) if retry_after is None else retry_after


def _seconds(value: str | None) -> float | None:
    return float(value) if value is not None and value.isascii() and value.isdigit() else None


@dataclass(slots=True)
class Throttle:
    """Keeps the mutations of each installation a pause apart. Safe to share between threads."""

    pause: float = MUTATION_PAUSE
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _next: dict[int, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def await_turn(self, installation_id: int) -> None:
        """Sleep until the installation's next mutation may go out."""
        with self._lock:
            now = self.clock()
            turn = max(now, self._next.get(installation_id, now))
            self._next[installation_id] = turn + self.pause
        if turn > now:
            self.sleep(turn - now)
