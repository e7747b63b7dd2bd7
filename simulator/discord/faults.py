"""Misfortunes that a test can order: rate limits, failures, and requests held at a point."""

from __future__ import annotations

import threading
from collections import defaultdict
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.discord.errors import ApiError

MAX_HOLD = 60.0
"""Seconds after which a held request goes on by itself, so that no test hangs for good."""


class Route(StrEnum):
    """The endpoints that faults apply to."""

    EDIT = "edit"
    FOLLOW_UP = "follow_up"
    READ = "read"
    COMMANDS = "commands"


class When(StrEnum):
    """Where a request is held."""

    BEFORE = "before"
    """Nothing has happened yet."""
    AFTER = "after"
    """It is done; its answer is not sent."""


class Hold:
    """One request that will stop, or has stopped, at its point."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._released = threading.Event()

    def wait(self, *, seconds: float = MAX_HOLD) -> bool:
        """Wait until a request has come to the point; False when none did."""
        return self._reached.wait(seconds)

    def release(self) -> None:
        """Let the request go on."""
        self._released.set()

    def stop(self) -> None:
        """Keep the calling request here until :meth:`release`."""
        self._reached.set()
        self._released.wait(MAX_HOLD)


class Faults:
    """The misfortunes to come, each for one request, in the order they were asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._errors: dict[Route, list[ApiError]] = defaultdict(list)
        self._holds: dict[tuple[When, Route], list[Hold]] = defaultdict(list)

    def fail(self, route: Route, error: ApiError, *, times: int = 1) -> None:
        """Answer the next ``times`` requests with ``error`` and do nothing else."""
        with self._lock:
            self._errors[route] += [error] * times

    def hold(self, when: When, route: Route) -> Hold:
        """Stop the next request to ``route`` before, or after, it takes effect."""
        hold = Hold()
        with self._lock:
            self._holds[when, route].append(hold)
        return hold

    def strike(self, when: When, route: Route) -> None:
        """Let the calling request suffer what is due for it.

        Raises:
            ApiError: It is to fail.
        """
        with self._lock:
            held = self._holds[when, route].pop(0) if self._holds[when, route] else None
            failing = when is When.BEFORE and self._errors[route]
            error = self._errors[route].pop(0) if failing else None
        if held is not None:
            held.stop()
        if error is not None:
            raise error
