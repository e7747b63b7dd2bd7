"""How long to wait, and what a response means."""

from __future__ import annotations

import pytest

from github_app import limits, responses
from github_app.errors import (
    ApiError,
    BadCredentials,
    Forbidden,
    NotFound,
    RateLimited,
    ServerError,
    Unprocessable,
)
from github_app.limits import Throttle

NOW = 1000.0
USED_UP = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1090"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "7", **USED_UP}, 7.0),
        (USED_UP, 91.0),
        ({**USED_UP, "x-ratelimit-reset": "900"}, 1.0),
        ({**USED_UP, "x-ratelimit-remaining": "1"}, None),
        ({"x-ratelimit-remaining": "0"}, None),
        ({"retry-after": "Fri, 20 Nov 2026 09:00:00 GMT"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "²"}, None),
        ({}, None),
    ],
)
def test_the_headers_say_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert limits.requested_wait(headers, now=NOW) == seconds


def test_without_a_word_from_github_the_wait_is_a_minute_and_doubles() -> None:
    assert [limits.wait(None, attempt=number) for number in (1, 2, 3)] == [60.0, 120.0, 240.0]
    assert limits.wait(7.0, attempt=3) == 7.0


def test_mutations_of_one_installation_are_a_second_apart() -> None:
    now, slept = 10.0, []

    def sleep(seconds: float) -> None:
        nonlocal now
        slept.append(seconds)
        now += seconds

    throttle = Throttle(clock=lambda: now, sleep=sleep)
    throttle.await_turn(1)
    throttle.await_turn(2)
    throttle.await_turn(1)
    now += 0.25
    throttle.await_turn(1)
    now += 5
    throttle.await_turn(1)
    assert slept == [1.0, 0.75]


@pytest.mark.parametrize(
    ("status", "message", "headers", "kind", "wait"),
    [
        (401, "Bad credentials", {}, BadCredentials, None),
        (403, "Resource not accessible by integration", {}, Forbidden, None),
        (403, "You have exceeded a secondary rate limit", {}, RateLimited, None),
        (403, "Slow down", {"retry-after": "7"}, RateLimited, 7.0),
        (403, "API rate limit exceeded", USED_UP, RateLimited, 91.0),
        (429, "Too many", {}, RateLimited, None),
        (404, "Not Found", {}, NotFound, None),
        (410, "Gone", {}, NotFound, None),
        (451, "Blocked", {}, NotFound, None),
        (422, "Validation failed", {}, Unprocessable, None),
        (500, "", {}, ServerError, None),
        (502, "", USED_UP, ServerError, None),
        (418, "", {}, ServerError, None),
    ],
)
def test_a_status_becomes_its_error(
    status: int, message: str, headers: dict[str, str], kind: type[ApiError], wait: float | None
) -> None:
    error = responses.of_status(status, message=message, headers=headers, now=NOW, doing="a token")
    assert type(error) is kind
    assert str(error) == f"a token: HTTP {status}: {message}"
    assert getattr(error, "retry_after", None) == wait


@pytest.mark.parametrize(
    ("errors", "headers", "kind", "wait"),
    [
        ([{"type": "NOT_FOUND", "message": "Could not resolve"}], {}, NotFound, None),
        ([{"type": "FORBIDDEN", "message": "Resource not accessible"}], {}, Forbidden, None),
        ([{"type": "UNPROCESSABLE", "message": "Body is too long"}], {}, Unprocessable, None),
        ([{"type": "RATE_LIMITED", "message": "API rate"}], USED_UP, RateLimited, 91.0),
        ([{"message": "You have exceeded a secondary rate limit"}], {}, RateLimited, None),
        ([{"message": "abuse detection"}], {"retry-after": "7"}, RateLimited, 7.0),
        ([{"message": "Something went wrong while executing"}], {}, ServerError, None),
        ([{"type": "INTERNAL", "message": "Oops"}], {}, ServerError, None),
        ([{"message": "Field 'x' doesn't exist"}], {}, Unprocessable, None),
        ([{}], {}, Unprocessable, None),
        (["odd"], {}, Unprocessable, None),
        ([], {}, Unprocessable, None),
    ],
)
def test_graphql_errors_become_their_error(
    errors: list[object], headers: dict[str, str], kind: type[ApiError], wait: float | None
) -> None:
    error = responses.of_graphql(errors, headers=headers, now=NOW, doing="discussion")
    assert type(error) is kind
    assert str(error).startswith("discussion: ")
    assert getattr(error, "retry_after", None) == wait


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"message": "Not Found"}', "Not Found"),
        ("{}", "no message"),
        ("[]", "no message"),
        ("<html>proxy</html>", "no message"),
    ],
)
def test_only_githubs_own_words_are_repeated(body: str, message: str) -> None:
    assert responses.message(body) == message
