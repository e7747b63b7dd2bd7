"""When a failed job is tried again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from procrastinate.jobs import Job as StoredJob

from jobs.port import Permanent, RetryLater
from jobs.tasks import MAX_ATTEMPTS, MAX_WAIT, Backoff


def stored(*, attempts: int) -> StoredJob:
    return StoredJob(
        id=1,
        queue="default",
        lock=None,
        queueing_lock=None,
        task_name="github.answer",
        attempts=attempts,
    )


def wait_after(error: Exception, *, attempts: int) -> object:
    """Return the wait in seconds; it was reckoned from a moment within this call."""
    before = datetime.now(UTC)
    decision = Backoff().get_retry_decision(exception=error, job=stored(attempts=attempts))
    after = datetime.now(UTC)
    if decision is None:
        return None
    assert decision.retry_at is not None
    waits = [(decision.retry_at - moment).total_seconds() for moment in (after, before)]
    return pytest.approx(sum(waits) / 2, abs=(waits[1] - waits[0]) / 2 + 0.001)


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 5), (1, 15), (2, 45), (3, 135), (4, 405)])
def test_each_wait_is_three_times_the_one_before(attempts: int, seconds: float) -> None:
    assert wait_after(OSError("down"), attempts=attempts) == seconds


@pytest.mark.parametrize("error", [OSError("down"), RetryLater("later", seconds=1)])
def test_the_last_try_is_followed_by_none(error: Exception) -> None:
    assert wait_after(error, attempts=MAX_ATTEMPTS - 2) is not None
    assert wait_after(error, attempts=MAX_ATTEMPTS - 1) is None


def test_a_permanent_failure_is_never_tried_again() -> None:
    assert wait_after(Permanent("no such thread"), attempts=0) is None


def test_a_service_gets_the_wait_that_it_asked_for() -> None:
    assert wait_after(RetryLater("rate limit", seconds=90), attempts=3) == 90


def test_no_wait_is_longer_than_the_limit() -> None:
    assert wait_after(RetryLater("rate limit", seconds=10**6), attempts=0) == MAX_WAIT
