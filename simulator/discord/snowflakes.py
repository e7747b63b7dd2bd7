"""Discord's ids: milliseconds since 2015 in the upper bits, a running number in the lower.

https://discord.com/developers/docs/reference#snowflakes
"""

from __future__ import annotations

import itertools

_EPOCH = 1_420_070_400_000
_TIME_SHIFT = 22
_SEQUENCE_MASK = 0xFFF

_sequence = itertools.count()


def snowflake(now: float) -> str:
    """Return a new id made at ``now``, in seconds since the epoch."""
    milliseconds = int(now * 1000) - _EPOCH
    return str(milliseconds << _TIME_SHIFT | next(_sequence) & _SEQUENCE_MASK)
