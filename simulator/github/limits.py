"""GitHub's rate limits: the primary budget of points, and the secondary limits on writing.

Source of the numbers: "Rate limits and query limits for the GraphQL API" in GitHub's docs.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.github.clock import Clock

POINTS_PER_HOUR = 5000
WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of an hour's points for one installation and one resource."""

    resource: str
    limit: int
    used: int
    reset_at: datetime

    @property
    def remaining(self) -> int:
        """Points left."""
        return max(0, self.limit - self.used)

    @property
    def headers(self) -> dict[str, str]:
        """The ``x-ratelimit-*`` headers."""
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-used": str(min(self.used, self.limit)),
            "x-ratelimit-reset": str(math.ceil(self.reset_at.timestamp())),
            "x-ratelimit-resource": self.resource,
        }


class PrimaryLimit:
    """Points an hour, counted for each installation and resource (``core``, ``graphql``)."""

    def __init__(self, clock: Clock, *, limit: int = POINTS_PER_HOUR) -> None:
        self._clock = clock
        self._limit = limit
        self._lock = threading.Lock()
        self._budgets: dict[tuple[int, str], Budget] = {}

    def spend(self, installation_id: int, resource: str) -> tuple[Budget, bool]:
        """Take one point. False: none was left."""
        with self._lock:
            budget = self._current(installation_id, resource)
            allowed = budget.remaining > 0
            spent = self._with_used(budget, budget.used + 1 if allowed else budget.used)
            self._budgets[installation_id, resource] = spent
            return spent, allowed

    def look(self, installation_id: int, resource: str) -> Budget:
        """Return the budget, spending nothing."""
        with self._lock:
            return self._current(installation_id, resource)

    def leave(self, installation_id: int, resource: str, *, remaining: int) -> None:
        """Set how many points are left of this hour."""
        with self._lock:
            budget = self._current(installation_id, resource)
            self._budgets[installation_id, resource] = self._with_used(
                budget, budget.limit - remaining
            )

    def _current(self, installation_id: int, resource: str) -> Budget:
        now = self._clock.now()
        budget = self._budgets.get((installation_id, resource))
        if budget is None or budget.reset_at <= now:
            return Budget(resource, self._limit, 0, now + WINDOW)
        return budget

    @staticmethod
    def _with_used(budget: Budget, used: int) -> Budget:
        return Budget(budget.resource, budget.limit, used, budget.reset_at)


class SecondaryLimit:
    """Limits on content creation and on points a minute, when ``strict``."""

    _RULES = (
        # What is counted, the most of it, and within how many seconds.
        ("content", 80, 60),
        ("content", 500, 3600),
        ("points", 2000, 60),
    )
    _MUTATION_POINTS = 5

    def __init__(self, clock: Clock, *, strict: bool = False) -> None:
        self.strict = strict
        self._clock = clock
        self._lock = threading.Lock()
        self._spent: dict[str, deque[tuple[float, int]]] = {"content": deque(), "points": deque()}

    def spend(self, *, mutation: bool) -> int | None:
        """Count a request; return the seconds to wait when it is one too many."""
        if not self.strict:
            return None
        now = self._clock.now().timestamp()
        costs = {"content": int(mutation), "points": self._MUTATION_POINTS if mutation else 1}
        with self._lock:
            waits = [self._wait(rule, cost=costs[rule[0]], now=now) for rule in self._RULES]
            if any(waits):
                return max(waits)
            for name, cost in costs.items():
                self._spent[name].append((now, cost))
            return None

    def _wait(self, rule: tuple[str, int, int], *, cost: int, now: float) -> int:
        name, most, seconds = rule
        recent = [(at, points) for at, points in self._spent[name] if at > now - seconds]
        if not cost or sum(points for _, points in recent) + cost <= most:
            return 0
        return max(1, math.ceil(recent[0][0] + seconds - now))
