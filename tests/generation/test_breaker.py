"""When a provider is left alone, and when it is asked again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from generation import (
    EmptyCompletion,
    GenerationError,
    Interrupted,
    QuotaExceeded,
    Refused,
    TimedOut,
    TooLong,
    Unauthorised,
    Unavailable,
)
from generation.breaker import CircuitBreaker, Patience, Permit
from generation.protocol import UnknownModel
from generation.unasked import CircuitOpen, KeyRefused, NotAsked, Spent

if TYPE_CHECKING:
    from collections.abc import Callable

DOWN = Unavailable("p", "HTTP 503")
PATIENCE = Patience()


@dataclass
class Clock:
    """Seconds that pass when the test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(clock=clock)


def fail(breaker: CircuitBreaker, error: GenerationError = DOWN, *, times: int = 1) -> None:
    for _ in range(times):
        breaker.failed(breaker.admit(), error)


@pytest.mark.parametrize("error", [DOWN, TimedOut("p", "slow"), Interrupted("p", "cut")], ids=repr)
def test_failures_in_a_row_open_the_circuit(
    breaker: CircuitBreaker, error: GenerationError
) -> None:
    fail(breaker, error, times=2)
    breaker.admit()
    fail(breaker, error)
    with pytest.raises(CircuitOpen, match=r"left alone for 10 s more, after: "):
        breaker.admit()


def test_a_success_between_failures_starts_the_row_anew(breaker: CircuitBreaker) -> None:
    fail(breaker, times=2)
    breaker.succeeded(breaker.admit())
    fail(breaker, times=2)
    breaker.admit()


def test_failures_far_apart_are_no_row(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, times=2)
    clock.now += PATIENCE.within
    fail(breaker)
    breaker.admit()


@pytest.mark.parametrize(
    "error",
    [
        Refused("p", "no"),
        TooLong("p", "too long"),
        UnknownModel("p", "no such model"),
        EmptyCompletion("p", "no text"),
        QuotaExceeded("p", "slow down"),
    ],
    ids=repr,
)
def test_an_answer_of_any_kind_is_no_illness(
    breaker: CircuitBreaker, error: GenerationError
) -> None:
    fail(breaker, error, times=10)
    breaker.admit()


def test_a_refused_key_is_not_tried_again_for_long(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, Unauthorised("p", "HTTP 401"))
    clock.now += PATIENCE.unauthorised_wait - 1
    with pytest.raises(KeyRefused, match="left alone for 1 s more, after: HTTP 401") as raised:
        breaker.admit()
    assert raised.value.retry_after == 1
    clock.now += 1
    breaker.admit()


def test_a_quota_is_waited_for_as_long_as_the_service_said(
    breaker: CircuitBreaker, clock: Clock
) -> None:
    fail(breaker, QuotaExceeded("p", "slow down", retry_after=30))
    clock.now += 10
    with pytest.raises(Spent, match="slow down") as raised:
        breaker.admit()
    assert raised.value.retry_after == 20
    clock.now += 20
    breaker.admit()


def test_no_service_is_left_alone_for_ever(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, QuotaExceeded("p", "slow down", retry_after=1e12))
    clock.now += PATIENCE.longest_quota_wait
    breaker.admit()


def test_a_single_probe_goes_to_see_and_closes_the_circuit(
    breaker: CircuitBreaker, clock: Clock
) -> None:
    fail(breaker, times=3)
    clock.now += PATIENCE.wait
    probe = breaker.admit()
    with pytest.raises(CircuitOpen):
        breaker.admit()
    breaker.succeeded(probe)
    breaker.admit()
    fail(breaker, times=2)
    breaker.admit()


def test_each_probe_that_fails_doubles_the_wait_up_to_the_longest(
    breaker: CircuitBreaker, clock: Clock
) -> None:
    fail(breaker, times=3)
    waits = []
    for _ in range(7):
        with pytest.raises(CircuitOpen):
            breaker.admit()
        before = clock.now
        while True:
            try:
                probe = breaker.admit()
                break
            except CircuitOpen:
                clock.now += 1
        waits.append(clock.now - before)
        breaker.failed(probe, DOWN)
    assert waits == [10, 20, 40, 80, 160, 300, 300]


def test_after_a_recovery_the_first_wait_is_short_again(
    breaker: CircuitBreaker, clock: Clock
) -> None:
    fail(breaker, times=3)
    clock.now += PATIENCE.wait
    fail(breaker)
    clock.now += 2 * PATIENCE.wait
    breaker.succeeded(breaker.admit())
    fail(breaker, times=3)
    clock.now += PATIENCE.wait
    breaker.admit()


def test_a_probe_that_was_given_up_lets_the_next_one_go(
    breaker: CircuitBreaker, clock: Clock
) -> None:
    fail(breaker, times=3)
    clock.now += PATIENCE.wait
    breaker.abandoned(breaker.admit())
    breaker.admit()


def test_a_request_from_before_the_opening_that_is_given_up_lets_no_second_probe_go(
    breaker: CircuitBreaker, clock: Clock
) -> None:
    old = breaker.admit()
    fail(breaker, times=3)
    clock.now += PATIENCE.wait
    breaker.admit()
    breaker.abandoned(old)
    with pytest.raises(CircuitOpen):
        breaker.admit()


def test_a_probe_that_was_lost_lets_another_go_in_time(
    breaker: CircuitBreaker, clock: Clock
) -> None:
    fail(breaker, times=3)
    clock.now += PATIENCE.wait
    breaker.admit()
    clock.now += PATIENCE.probe
    breaker.admit()


def test_of_many_threads_at_once_one_goes_to_see(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, times=3)
    clock.now += PATIENCE.wait
    together = threading.Barrier(16)

    def ask(_: int) -> bool:
        together.wait()
        try:
            breaker.admit()
        except CircuitOpen:
            return False
        return True

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(ask, range(16))) == 1


@pytest.mark.parametrize(
    "tell", [lambda b, p: b.succeeded(p), lambda b, p: b.failed(p, DOWN)], ids=["good", "bad"]
)
def test_what_a_request_from_before_the_opening_meets_says_nothing(
    breaker: CircuitBreaker, clock: Clock, tell: Callable[[CircuitBreaker, Permit], None]
) -> None:
    old = breaker.admit()
    fail(breaker, times=3)
    tell(breaker, old)
    clock.now += PATIENCE.wait - 1
    with pytest.raises(CircuitOpen):
        breaker.admit()
    clock.now += 1
    breaker.admit()


def test_every_request_that_is_turned_away_gets_an_error_of_its_own(
    breaker: CircuitBreaker,
) -> None:
    fail(breaker, times=3)
    errors = []
    for _ in range(2):
        with pytest.raises(NotAsked) as raised:
            breaker.admit()
        errors.append(raised.value)
    assert errors[0] is not errors[1]


class AnyCourse(RuleBasedStateMachine):
    """Whatever happens in whatever order, one probe goes at a time, and one always goes again."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.breaker = CircuitBreaker(clock=self.clock)
        self.open: list[Permit] = []

    @rule()
    def ask(self) -> None:
        with suppress(NotAsked):
            self.open.append(self.breaker.admit())

    @precondition(lambda self: self.open)
    @rule(
        data=st.data(),
        error=st.sampled_from(
            [None, DOWN, Unauthorised("p", "key"), QuotaExceeded("p", "q", retry_after=5)]
        ),
    )
    def finish(self, data: st.DataObject, error: GenerationError | None) -> None:
        permit = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
        if error:
            self.breaker.failed(permit, error)
        else:
            self.breaker.succeeded(permit)

    @rule(seconds=st.sampled_from([1, 9, 60]))
    def wait(self, seconds: int) -> None:
        self.clock.now += seconds

    def teardown(self) -> None:
        """Wait for the longest that anything is waited for: then one request may go, and one."""
        self.clock.now += max(PATIENCE.longest_quota_wait, PATIENCE.probe)
        permit = self.breaker.admit()
        if permit.is_probe:
            with pytest.raises(NotAsked):
                self.breaker.admit()


TestAnyCourse = AnyCourse.TestCase
