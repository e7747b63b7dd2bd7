"""Limits as operators write them, and the windows that they mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.budgets import (
    LONGEST_WINDOW,
    Charge,
    InvalidLimit,
    Limit,
    Period,
    Unit,
    for_each_repository,
    most_tokens,
    parse,
    published,
)

PACIFIC = "America/Los_Angeles"
MIDNIGHT_LIMIT = Limit(250, Unit.REQUESTS, Period.DAY, zone=PACIFIC)


def test_limits_are_read_as_they_are_written() -> None:
    assert parse(
        "30 requests/minute, 14400 requests / day,6_000 Tokens/minute, 250000 input tokens/minute,"
        f" 1 request/hour, 250 requests/day in {PACIFIC}"
    ) == (
        Limit(30, Unit.REQUESTS, Period.MINUTE),
        Limit(14_400, Unit.REQUESTS, Period.DAY),
        Limit(6_000, Unit.TOKENS, Period.MINUTE),
        Limit(250_000, Unit.INPUT_TOKENS, Period.MINUTE),
        Limit(1, Unit.REQUESTS, Period.HOUR),
        MIDNIGHT_LIMIT,
    )


@pytest.mark.parametrize("text", ["", "none", " None ", " , "])
def test_no_limits_can_be_said(text: str) -> None:
    assert parse(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "30",
        "30 requests",
        "requests/minute",
        "0 requests/day",
        "-1 tokens/day",
        "1.5 tokens/day",
        "30 words/minute",
        "30 requests/week",
        "30 requests/minute 10 requests/day",
    ],
)
def test_what_is_no_limit_is_quoted_with_what_was_expected(text: str) -> None:
    with pytest.raises(InvalidLimit) as raised:
        parse(f"10 requests/minute, {text}")
    assert f"`{text}` is no limit" in str(raised.value)
    assert "30 requests/minute" in str(raised.value)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "/etc/passwd"])
def test_an_unknown_time_zone_is_named(zone: str) -> None:
    with pytest.raises(InvalidLimit, match="is no time zone"):
        parse(f"250 requests/day in {zone}")


def test_a_time_zone_belongs_to_a_day() -> None:
    with pytest.raises(InvalidLimit, match="belongs to a day, not to a minute"):
        parse(f"30 requests/minute in {PACIFIC}")


@given(
    st.lists(
        st.builds(
            Limit,
            st.integers(1, 10**9),
            st.sampled_from(Unit),
            st.sampled_from([Period.MINUTE, Period.HOUR]),
        )
        | st.builds(
            Limit,
            st.integers(1, 10**9),
            st.sampled_from(Unit),
            st.just(Period.DAY),
            zone=st.sampled_from([None, PACIFIC, "UTC"]),
        )
    )
)
def test_what_a_limit_is_called_reads_as_that_limit(limits: list[Limit]) -> None:
    assert parse(", ".join(map(str, limits))) == tuple(limits)


def test_a_limit_of_each_repository_is_called_so() -> None:
    (limit,) = for_each_repository(parse("50 requests/day"))
    assert limit.per_repository
    assert str(limit) == "50 requests/day per repository"


def test_a_sliding_window_holds_what_is_not_a_period_old() -> None:
    limit = Limit(30, Unit.REQUESTS, Period.MINUTE)
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert limit.since(now) == now - timedelta(minutes=1)
    assert limit.frees(now - timedelta(seconds=20), now=now) == now + timedelta(seconds=40)


def test_what_is_under_way_may_be_over_at_once() -> None:
    limit = Limit(30, Unit.REQUESTS, Period.MINUTE)
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert limit.frees(now + timedelta(minutes=5), now=now) == now + timedelta(minutes=1)


def test_a_day_of_a_time_zone_ends_at_its_midnight() -> None:
    now = datetime(2026, 1, 15, 20, tzinfo=ZoneInfo(PACIFIC))
    midnight = datetime(2026, 1, 15, tzinfo=ZoneInfo(PACIFIC))
    assert MIDNIGHT_LIMIT.since(now) == midnight
    assert MIDNIGHT_LIMIT.frees(now, now=now) == midnight + timedelta(days=1)


@pytest.mark.parametrize(
    ("date", "hours"), [((2026, 3, 8), 23), ((2026, 11, 1), 25), ((2026, 6, 1), 24)]
)
def test_a_day_is_as_long_as_the_clocks_there_make_it(
    date: tuple[int, int, int], hours: int
) -> None:
    noon = datetime(*date, 12, tzinfo=ZoneInfo(PACIFIC)).astimezone(UTC)
    length = MIDNIGHT_LIMIT.frees(noon, now=noon) - MIDNIGHT_LIMIT.since(noon)
    assert length == timedelta(hours=hours)
    assert length <= LONGEST_WINDOW


def test_a_charge_is_counted_by_unit() -> None:
    charge = Charge(input_tokens=700, output_tokens=30)
    assert [charge.of(unit) for unit in Unit] == [1, 730, 700]


def test_a_minutes_tokens_bound_a_single_request() -> None:
    assert most_tokens(parse("30 requests/minute, 6000 tokens/minute, 500000 tokens/day")) == 6_000
    assert most_tokens(parse("30 requests/minute")) is None


def test_groq_publishes_its_free_plan_by_model_and_others_publish_none() -> None:
    assert published("groq", "llama-3.3-70b-versatile") == parse(
        "30 requests/minute, 1000 requests/day, 12000 tokens/minute, 100000 tokens/day"
    )
    assert published("groq", "unheard-of") == ()
    assert published("google", "gemini-2.5-flash") == published("ollama", "llama3.2") == ()
