"""When a service that refused for its quota may be asked again.

Services say it in up to four places: the ``retry-after`` header (seconds, or a date; OpenAI also
sends milliseconds), the error's text ("Please try again in 1m2.5s"), and the headers that tell
when each limit is whole again (https://console.groq.com/docs/rate-limits,
https://platform.openai.com/docs/guides/rate-limits).
"""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_UNITS: Final = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PART: Final = r"\d+(?:\.\d+)?(?:ms|[dhms])"
_PARTS: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|[dhms])")
_DURATION: Final = re.compile(rf"(?:{_PART})+")
_SAID: Final = re.compile(rf"(?:try again|retry) in ((?:{_PART})+)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_LIMITS: Final = ("requests", "tokens")


def seconds_of(duration: str) -> float | None:
    """Read ``7.66s``, ``1m2s``, ``540ms``; None where it is no duration."""
    if not _DURATION.fullmatch(duration):
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in _PARTS.findall(duration))


def retry_after(headers: Mapping[str, str], message: str, *, now: datetime) -> float | None:
    """Return the seconds to wait, the most explicit statement first; None where there is none.

    ``headers`` ignore case. ``now`` is aware, and needed where the service names a date.
    """
    said = _SAID.search(message)
    stated = (
        _milliseconds(headers.get("retry-after-ms", "")),
        _seconds_until(headers.get("retry-after", ""), now),
        seconds_of(said[1]) if said else None,
        _reset(headers),
    )
    return next((seconds for seconds in stated if seconds is not None), None)


def _milliseconds(value: str) -> float | None:
    return float(value) / 1000 if _NUMBER.fullmatch(value) else None


def _seconds_until(value: str, now: datetime) -> float | None:
    """Read ``Retry-After``: seconds, or a date (RFC 9110, section 10.2.3)."""
    if _NUMBER.fullmatch(value):
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


def _reset(headers: Mapping[str, str]) -> float | None:
    """Return when the limits that are used up are whole again."""
    waits = [
        seconds
        for limit in _LIMITS
        if headers.get(f"x-ratelimit-remaining-{limit}") == "0"
        and (seconds := seconds_of(headers.get(f"x-ratelimit-reset-{limit}", ""))) is not None
    ]
    return max(waits, default=None)
