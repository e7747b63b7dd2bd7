"""The accounts of what was asked, in memory and in PostgreSQL."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.budgets import Charge, Limit, Period, Unit, for_each_repository, parse
from generation.ledger import Ledger, LimitReached, MemoryLedger, Reservation
from generation.postgres_ledger import PostgresLedger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage import Database

ONE = Charge(input_tokens=100, output_tokens=50)
THREE_A_MINUTE = parse("3 requests/minute")
HOLD = 300.0


class Books(Protocol):
    """A ledger, and time that passes when the test says so."""

    @property
    def ledger(self) -> Ledger: ...

    def wait(self, seconds: float) -> None: ...

    def passed(self) -> float:
        """Return the seconds, at most, that have passed of themselves."""


@dataclass
class InMemory:
    """Under a clock that stands still."""

    now: datetime = datetime(2026, 3, 2, 12, tzinfo=UTC)
    ledger: MemoryLedger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = MemoryLedger(clock=lambda: self.now)

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def passed(self) -> float:
        return 0.0


@dataclass
class InPostgres:
    """Under the database's clock: what was, is moved back."""

    database: Database
    ledger: PostgresLedger = field(init=False)
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = PostgresLedger(self.database)
        self.began = time.monotonic()

    def passed(self) -> float:
        return time.monotonic() - self.began

    def wait(self, seconds: float) -> None:
        with self.database.transaction() as connection:
            connection.execute(
                "UPDATE provider_usage SET until = until - make_interval(secs => %s)", (seconds,)
            )


@pytest.fixture(params=["memory", "postgres"])
def books(request: pytest.FixtureRequest) -> Books:
    if request.param == "memory":
        return InMemory()
    return InPostgres(request.getfixturevalue("database"))


def reserve(
    books: Books,
    charge: Charge = ONE,
    *,
    limits: Sequence[Limit] = THREE_A_MINUTE,
    account: str = "groq",
    repository: str = "octo/shapes",
) -> Reservation:
    return books.ledger.reserve(account, repository, charge, limits=limits, hold=HOLD)


def spend(books: Books, charge: Charge = ONE, *, limits: Sequence[Limit] = THREE_A_MINUTE) -> None:
    books.ledger.settle(reserve(books, charge, limits=limits), charge)


def wait_for(books: Books, charge: Charge = ONE, *, limits: Sequence[Limit]) -> float:
    with pytest.raises(LimitReached) as raised:
        reserve(books, charge, limits=limits)
    return raised.value.wait


def about(books: Books, seconds: float) -> object:
    """Return what a wait of ``seconds`` compares with, however slow the machine is."""
    return pytest.approx(seconds, abs=2 + books.passed())


def test_a_limit_is_used_up_to_its_edge_and_not_passed(books: Books) -> None:
    for _ in range(3):
        reserve(books)
    with pytest.raises(LimitReached, match="3 requests/minute is used up"):
        reserve(books)


def test_what_is_a_period_old_is_free_again(books: Books) -> None:
    spend(books)
    books.wait(30)
    spend(books)
    spend(books)
    assert wait_for(books, limits=THREE_A_MINUTE) == about(books, 30)
    books.wait(30)
    spend(books)
    assert wait_for(books, limits=THREE_A_MINUTE) == about(books, 30)


def test_a_request_stands_while_it_lasts_and_a_period_more(books: Books) -> None:
    slow = reserve(books, limits=parse("1 requests/minute"))
    books.wait(100)
    assert wait_for(books, limits=parse("1 requests/minute")) == about(books, 60)
    books.ledger.settle(slow, ONE)
    books.wait(30)
    wait_for(books, limits=parse("1 requests/minute"))
    books.wait(31)
    reserve(books, limits=parse("1 requests/minute"))


def test_the_real_cost_takes_the_place_of_the_expected_one(books: Books) -> None:
    limits = parse("1000 tokens/minute")
    guess = reserve(books, Charge(600, 400), limits=limits)
    wait_for(books, Charge(1, 0), limits=limits)
    books.ledger.settle(guess, Charge(300, 100))
    reserve(books, Charge(500, 100), limits=limits)
    wait_for(books, Charge(1, 0), limits=limits)


def test_what_is_given_back_is_free_at_once(books: Books) -> None:
    limits = parse("1 requests/minute, 150 tokens/minute")
    books.ledger.give_back(reserve(books, limits=limits))
    reserve(books, limits=limits)


def test_input_tokens_are_counted_without_the_answer(books: Books) -> None:
    limits = parse("250 input tokens/minute")
    spend(books, Charge(100, 9_000), limits=limits)
    spend(books, Charge(150, 9_000), limits=limits)
    wait_for(books, Charge(1, 0), limits=limits)


def test_a_reservation_takes_from_every_limit_or_from_none(books: Books) -> None:
    both = parse("5 requests/minute, 200 tokens/minute")
    reserve(books, Charge(150, 0), limits=both)
    wait_for(books, Charge(100, 0), limits=both)
    for _ in range(4):
        reserve(books, Charge(0, 0), limits=parse("5 requests/minute"))
    wait_for(books, Charge(0, 0), limits=parse("5 requests/minute"))


def test_the_longest_wait_is_told(books: Books) -> None:
    limits = parse("1 requests/minute, 1 requests/hour")
    spend(books, limits=limits)
    assert wait_for(books, limits=limits) == about(books, 3600)


def test_the_wait_is_until_enough_is_free_not_until_anything_is(books: Books) -> None:
    limits = parse("300 tokens/minute")
    for _ in range(3):
        spend(books, Charge(100, 0), limits=limits)
        books.wait(10)
    assert wait_for(books, Charge(150, 0), limits=limits) == about(books, 40)


def test_the_first_to_end_is_the_first_to_leave_whoever_began_first(books: Books) -> None:
    limits = parse("200 tokens/minute")
    slow = reserve(books, Charge(100, 0), limits=limits)
    spend(books, Charge(100, 0), limits=limits)
    books.wait(20)
    books.ledger.settle(slow, Charge(100, 0))
    assert wait_for(books, Charge(100, 0), limits=limits) == about(books, 40)
    assert wait_for(books, Charge(200, 0), limits=limits) == about(books, 60)


def test_a_request_beyond_the_whole_limit_is_never_let_through(books: Books) -> None:
    wait_for(books, Charge(301, 0), limits=parse("300 tokens/minute"))


def test_accounts_and_repositories_are_counted_apart(books: Books) -> None:
    limits = (*parse("3 requests/day"), *for_each_repository(parse("2 requests/day")))
    for _ in range(2):
        reserve(books, limits=limits, repository="octo/shapes")
    with pytest.raises(LimitReached, match="per repository"):
        reserve(books, limits=limits, repository="octo/shapes")
    reserve(books, limits=limits, repository="octo/colours")
    with pytest.raises(LimitReached, match=r"of 3 requests/day is"):
        reserve(books, limits=limits, repository="octo/forms")
    reserve(books, limits=limits, account="google")


def test_settling_what_is_long_forgotten_does_no_harm(books: Books) -> None:
    old = reserve(books)
    books.wait(HOLD + 26 * 3600)
    spend(books)
    books.ledger.settle(old, ONE)
    books.ledger.give_back(old)


@pytest.mark.parametrize("hour", [0.01, 12, 23.99])
def test_a_day_of_a_time_zone_is_free_at_its_midnight_alone(hour: float) -> None:
    midnight = datetime(2026, 3, 2, 8, tzinfo=UTC)  # in Los Angeles
    books = InMemory(now=midnight + timedelta(hours=hour))
    limits = parse("2 requests/day in America/Los_Angeles")
    spend(books, limits=limits)
    spend(books, limits=limits)
    wait = wait_for(books, limits=limits)
    assert wait == pytest.approx((24 - hour) * 3600)
    books.wait(wait - 1)
    wait_for(books, limits=limits)
    books.wait(1)
    reserve(books, limits=limits)


def test_a_request_across_midnight_counts_on_both_days() -> None:
    books = InMemory(now=datetime(2026, 3, 2, 7, 59, 50, tzinfo=UTC))
    limits = parse("1 requests/day in America/Los_Angeles")
    late = reserve(books, limits=limits)
    books.wait(20)
    books.ledger.settle(late, ONE)
    wait_for(books, limits=limits)


@dataclass
class Asked:
    """A request as it really went."""

    start: datetime
    charge: Charge
    reservation: Reservation
    end: datetime | None = None


steps = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), st.integers(1, 40)),
        st.tuples(st.just("settle"), st.integers(0, 40)),
        st.tuples(st.just("give back"), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 45)),
    ),
    max_size=60,
)


@settings(max_examples=300)
@given(steps, st.integers(1, 6), st.integers(40, 100))
def test_no_window_ever_holds_more_than_a_limit_and_none_is_turned_away_without_need(
    course: list[tuple[str, int]], requests: int, tokens: int
) -> None:
    books = InMemory()
    limits = (
        Limit(requests, Unit.REQUESTS, Period.MINUTE),
        Limit(tokens, Unit.TOKENS, Period.MINUTE),
    )
    asked: list[Asked] = []
    for step, amount in course:
        under_way = [one for one in asked if one.end is None]
        if step == "wait":
            books.wait(amount)
        elif step == "reserve":
            charge = Charge(amount, 0)
            try:
                asked.append(Asked(books.now, charge, reserve(books, charge, limits=limits)))
            except LimitReached:
                held = standing(asked, books.now)
                assert any(
                    total(held, limit) + charge.of(limit.unit) > limit.amount for limit in limits
                )
        elif under_way and step == "settle":
            one = under_way[0]
            one.charge, one.end = Charge(min(amount, one.charge.input_tokens), 0), books.now
            books.ledger.settle(one.reservation, one.charge)
        elif under_way:
            asked.remove(under_way[0])
            books.ledger.give_back(under_way[0].reservation)
        for limit in limits:
            assert total(standing(asked, books.now), limit) <= limit.amount


def standing(asked: list[Asked], now: datetime) -> list[Asked]:
    """Return what a service may have counted in the last minute, whenever it counts."""
    minute_ago = now - timedelta(minutes=1)
    limit_of_hold = timedelta(seconds=HOLD)
    return [one for one in asked if (one.end or one.start + limit_of_hold) > minute_ago]


def total(asked: list[Asked], limit: Limit) -> int:
    return sum(one.charge.of(limit.unit) for one in asked)


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 50)), max_size=20), st.integers(1, 100)
)
def test_after_the_wait_that_is_told_there_is_room(
    spent: list[tuple[int, int]], wanted: int
) -> None:
    books = InMemory()
    limits = parse("100 tokens/minute")
    for amount, pause in spent:
        try:
            spend(books, Charge(amount, 0), limits=limits)
        except LimitReached:
            books.wait(pause)
    try:
        reserve(books, Charge(wanted, 0), limits=limits)
    except LimitReached as error:
        books.wait(math.nextafter(error.wait, 0) - 0.001)
        wait_for(books, Charge(wanted, 0), limits=limits)
        books.wait(0.002)
        reserve(books, Charge(wanted, 0), limits=limits)
