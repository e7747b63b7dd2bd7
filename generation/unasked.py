"""Why a provider was not asked at all.

::

    NotAsked
    ├── CircuitOpen   it has failed so often, or so plainly, that it is left alone for a while
    ├── Spent         its quota, or the budget kept of it, is known to be used up
    └── Oversized     the question does not fit its window, however little goes with it
"""

from __future__ import annotations

from generation.protocol import GenerationError, QuotaExceeded, TooLong, Unavailable


class NotAsked(GenerationError):
    """The provider is known not to answer now, and was spared the request."""


class CircuitOpen(NotAsked, Unavailable):
    """The provider is being left alone."""


class Spent(NotAsked, QuotaExceeded):
    """Nothing is left of what the provider allows; ``retry_after`` seconds until there is."""


class Oversized(NotAsked, TooLong):
    """Nothing is left to leave out."""
