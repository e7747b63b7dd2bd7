"""When to come back, read from whatever a service says."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.retry_times import retry_after, seconds_of

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        ("7.66s", 7.66),
        ("50.597142857s", 50.597142857),
        ("1m2s", 62),
        ("9m38.016s", 578.016),
        ("2h3m4.5s", 7384.5),
        ("540ms", 0.54),
        ("1s500ms", 1.5),
        ("1d", 86_400),
        ("6m0s", 360),
        ("", None),
        ("7.66", None),
        ("s", None),
        ("-3s", None),
        ("soon", None),
    ],
)
def test_a_duration_is_read_with_its_units(duration: str, seconds: float | None) -> None:
    read = seconds_of(duration)
    assert read == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"Retry-After": "2"}, "", 2),
        ({"retry-after-ms": "250", "retry-after": "1"}, "", 0.25),
        ({"retry-after": "Sun, 01 Mar 2026 12:01:30 GMT"}, "", 90),
        ({"retry-after": "Sun, 01 Mar 2026 11:59:00 GMT"}, "", 0),
        ({"retry-after": "Sun, 01 Mar 2026 12:00:10 -0000"}, "", 10),
        ({"retry-after": "later"}, "Please try again in 4s.", 4),
        ({}, "Used 5034, Requested 1443. Please try again in 1m47.5854s. Need more?", 107.5854),
        ({}, "Requested 385. Please try again in 644ms.", 0.644),
        ({}, "Please retry in 34.07s.", 34.07),
        ({"retry-after": "2"}, "Please try again in 7.66s.", 2),
        (
            {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "7.66s"},
            "Too many tokens.",
            7.66,
        ),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "2m59.56s",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "7.66s",
            },
            "",
            179.56,
        ),
        ({"x-ratelimit-remaining-tokens": "12", "x-ratelimit-reset-tokens": "7.66s"}, "", None),
        ({"x-ratelimit-remaining-tokens": "0"}, "", None),
        ({}, "You exceeded your current quota, please check your plan.", None),
    ],
)
def test_the_most_explicit_statement_counts(
    headers: dict[str, str], message: str, seconds: float | None
) -> None:
    stated = retry_after(httpx.Headers(headers), message, now=NOW)
    assert stated == (None if seconds is None else pytest.approx(seconds))


@given(header=st.text(), message=st.text())
def test_no_header_and_no_message_breaks_it(header: str, message: str) -> None:
    stated = retry_after({"retry-after": header}, message, now=NOW)
    assert stated is None or stated >= 0
