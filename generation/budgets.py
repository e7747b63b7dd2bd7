"""What may be asked of a provider, how often, and how it is written down.

A limit is ``<amount> <unit>/<period>``, several are parted by commas::

    30 requests/minute, 1000 requests/day, 12000 tokens/minute
    250 requests/day in America/Los_Angeles

A period slides: it is the last minute, hour or day before now. A stretch of that length never
holds more than the amount, wherever it begins, so a service may count in sliding windows, in
clock minutes or by a bucket that fills up. ``in <time zone>`` means the day from midnight to
midnight there, which lets a day's allowance be used up to the last request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable


class InvalidLimit(ValueError):
    """A limit is not written as one; the message quotes it and says what was expected."""


class Unit(StrEnum):
    """What is counted."""

    REQUESTS = "requests"
    TOKENS = "tokens"
    """Of the prompt and of the answer."""
    INPUT_TOKENS = "input tokens"
    """Of the prompt alone, as Gemini counts its tokens a minute."""


class Period(StrEnum):
    """How long is counted."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"

    @property
    def length(self) -> timedelta:
        """Return how long it takes."""
        return _LENGTHS[self]


_LENGTHS: Final = {
    Period.MINUTE: timedelta(minutes=1),
    Period.HOUR: timedelta(hours=1),
    Period.DAY: timedelta(days=1),
}

LONGEST_WINDOW: Final = timedelta(hours=25)
"""A day at the end of daylight saving time."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What one request costs, or is expected to."""

    input_tokens: int
    output_tokens: int
    requests: int = 1

    def of(self, unit: Unit) -> int:
        """Return how much of ``unit`` this is."""
        match unit:
            case Unit.REQUESTS:
                return self.requests
            case Unit.INPUT_TOKENS:
                return self.input_tokens
            case Unit.TOKENS:
                return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``amount`` of ``unit`` in ``period``."""

    amount: int
    unit: Unit
    period: Period
    zone: str | None = None
    """The time zone whose days are counted; None where the period slides."""
    per_repository: bool = False
    """Whether each repository has this much of its own."""

    def __str__(self) -> str:
        zone = f" in {self.zone}" if self.zone else ""
        return f"{self.amount} {self.unit}/{self.period}{zone}" + (
            " per repository" if self.per_repository else ""
        )

    def since(self, now: datetime) -> datetime:
        """Return when the window that ``now`` stands in began; what ended by then is past."""
        if self.zone is None:
            return now - self.period.length
        return _midnight(now, self.zone, days=0)

    def frees(self, stood_until: datetime, *, now: datetime) -> datetime:
        """Return when what stood until ``stood_until`` will have left the window."""
        if self.zone is None:
            # What is still under way may well be over at once: that is the earliest.
            return min(stood_until, now) + self.period.length
        return _midnight(now, self.zone, days=1)


def _midnight(now: datetime, zone: str, *, days: int) -> datetime:
    place = ZoneInfo(zone)
    date = now.astimezone(place).date() + timedelta(days=days)
    return datetime.combine(date, time.min, tzinfo=place).astimezone(UTC)


NONE: Final = "none"
"""How no limits are written where some would be taken otherwise."""

_LIMIT: Final = re.compile(
    r"(?P<amount>[1-9][0-9_]*)\s+(?P<unit>requests?|(?:input\s+)?tokens?)\s*/\s*"
    r"(?P<period>minute|hour|day)(?:\s+in\s+(?P<zone>\S+))?",
    re.IGNORECASE,
)
_EXPECTED: Final = (
    "expected <number> requests, tokens or input tokens / minute, hour or day, "
    "as in `30 requests/minute, 250 requests/day in America/Los_Angeles`"
)


def parse(text: str) -> tuple[Limit, ...]:
    """Read limits as they are written above; ``none`` and nothing at all are no limits.

    Raises:
        InvalidLimit: A part of ``text`` is none.
    """
    if text.strip().lower() == NONE:
        return ()
    return tuple(_parsed(part.strip()) for part in text.split(",") if part.strip())


def _parsed(text: str) -> Limit:
    match = _LIMIT.fullmatch(text)
    if match is None:
        raise InvalidLimit(f"`{text}` is no limit: {_EXPECTED}")
    period = Period(match["period"].lower())
    return Limit(
        amount=int(match["amount"]),
        unit=_unit(match["unit"]),
        period=period,
        zone=_zone(match["zone"], period, text) if match["zone"] else None,
    )


def _unit(text: str) -> Unit:
    words = text.lower().split()
    if len(words) > 1:
        return Unit.INPUT_TOKENS
    return Unit.REQUESTS if words[0].startswith("request") else Unit.TOKENS


def _zone(name: str, period: Period, text: str) -> str:
    if period is not Period.DAY:
        raise InvalidLimit(f"`{text}`: a time zone belongs to a day, not to a {period}")
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidLimit(
            f"`{text}`: {name} is no time zone; expected one such as America/Los_Angeles"
        ) from error


def for_each_repository(limits: Iterable[Limit]) -> tuple[Limit, ...]:
    """Return ``limits`` as what each repository has for itself."""
    return tuple(replace(limit, per_repository=True) for limit in limits)


def most_tokens(limits: Iterable[Limit]) -> int | None:
    """Return the most tokens that one request may ever take; None is any number.

    A service that allows 6,000 tokens a minute answers no request of 7,000, however long it
    waits.
    """
    tokens = [limit.amount for limit in limits if limit.unit is not Unit.REQUESTS]
    return min(tokens, default=None)


def _per_model(requests: int, tokens: int, *, daily: tuple[int, int]) -> tuple[Limit, ...]:
    daily_requests, daily_tokens = daily
    return (
        Limit(requests, Unit.REQUESTS, Period.MINUTE),
        Limit(daily_requests, Unit.REQUESTS, Period.DAY),
        Limit(tokens, Unit.TOKENS, Period.MINUTE),
        Limit(daily_tokens, Unit.TOKENS, Period.DAY),
    )


_GROQ_FREE: Final = {
    "llama-3.1-8b-instant": _per_model(30, 6_000, daily=(14_400, 500_000)),
    "llama-3.3-70b-versatile": _per_model(30, 12_000, daily=(1_000, 100_000)),
    "openai/gpt-oss-120b": _per_model(30, 8_000, daily=(1_000, 200_000)),
    "openai/gpt-oss-20b": _per_model(30, 8_000, daily=(1_000, 200_000)),
    "qwen/qwen3-32b": _per_model(60, 6_000, daily=(1_000, 500_000)),
}
"""Groq's free plan, of each model by itself: https://console.groq.com/docs/rate-limits."""


def published(provider: str, model: str) -> tuple[Limit, ...]:
    """Return the free allowance that ``provider`` publishes for ``model``, if it publishes one.

    Google does not: https://ai.google.dev/gemini-api/docs/rate-limits shows each project's own
    in AI Studio. A server of one's own has none.
    """
    return _GROQ_FREE.get(model, ()) if provider == "groq" else ()
