"""Why a provider was not asked at all.

::

    NotAsked
    ├── LeftAlone         it is not asked for a while
    │   ├── CircuitOpen   since it has failed several times
    │   └── KeyRefused    since it does not accept the key
    ├── Spent             its quota, or the budget kept of it, is known to be used up
    └── Oversized         the question does not fit its window, however little goes with it
"""

from __future__ import annotations

import math

from generation.protocol import (
    GenerationError,
    QuotaExceeded,
    TooLong,
    Unauthorised,
    Unavailable,
)


class NotAsked(GenerationError):
    """The provider is known not to answer now, and was spared the request."""


class LeftAlone(NotAsked):
    """The provider is being left alone; it is asked again after ``retry_after`` seconds."""

    def __init__(self, provider: str, message: str, *, retry_after: float) -> None:
        super().__init__(
            provider, f"left alone for {math.ceil(retry_after)} s more, after: {message}"
        )
        self.retry_after = retry_after


class CircuitOpen(LeftAlone, Unavailable):
    """It has failed several times."""


class KeyRefused(LeftAlone, Unauthorised):
    """It does not accept the key."""


class Spent(NotAsked, QuotaExceeded):
    """Nothing is left of what the provider allows; ``retry_after`` seconds until there is."""


class Oversized(NotAsked, TooLong):
    """Nothing is left to leave out."""
