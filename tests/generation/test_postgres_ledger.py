"""Accounts that many threads and processes share, some of which die."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from generation.budgets import Charge, parse
from generation.ledger import LimitReached
from generation.postgres_ledger import _LOCK, PostgresLedger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.budgets import Limit
    from storage import Database

ROOT = Path(__file__).parents[2]
ONE = Charge(input_tokens=7, output_tokens=3)

SPENDER = """
import sys
from generation.budgets import Charge, parse
from generation.ledger import LimitReached
from generation.postgres_ledger import PostgresLedger
from storage import Database

url, limits, attempts = sys.argv[1], parse(sys.argv[2]), int(sys.argv[3])
had = 0
with Database(url) as database:
    ledger = PostgresLedger(database)
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(attempts):
        try:
            reservation = ledger.reserve("groq", "o/r", Charge(7, 3), limits=limits, hold=60)
            had += 1
            ledger.settle(reservation, Charge(7, 3))
        except LimitReached:
            pass
print(had)
"""

HOLDER = """
import sys
from generation.budgets import Charge, parse
from generation.postgres_ledger import PostgresLedger
from storage import Database

with Database(sys.argv[1]) as database:
    PostgresLedger(database).reserve(
        "groq", "o/r", Charge(7, 3), limits=parse(sys.argv[2]), hold=60
    )
    print("held", flush=True)
    sys.stdin.readline()
"""

LOCKER = """
import sys
from generation.postgres_ledger import _LOCK
from storage import Database

with Database(sys.argv[1]) as database, database.transaction() as connection:
    connection.execute(_LOCK, ("groq",))
    print("locked", flush=True)
    sys.stdin.readline()
"""


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - the scripts above
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def kill(process: subprocess.Popen[str]) -> None:
    with process:
        process.kill()


def try_reserve(ledger: PostgresLedger, limits: Sequence[Limit]) -> bool:
    try:
        ledger.reserve("groq", "o/r", ONE, limits=limits, hold=60)
    except LimitReached:
        return False
    return True


@pytest.mark.parametrize(
    ("limits", "room"), [("20 requests/minute", 20), ("37 requests/hour, 250 tokens/minute", 25)]
)
def test_threads_together_reach_the_limit_and_never_pass_it(
    database: Database, limits: str, room: int
) -> None:
    ledger, parsed = PostgresLedger(database), parse(limits)
    together = threading.Barrier(8)

    def spend(_: int) -> int:
        together.wait()
        return sum(try_reserve(ledger, parsed) for _ in range(10))

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(spend, range(8))) == room


def test_processes_together_reach_the_limit_and_never_pass_it(database_url: str) -> None:
    spenders = [start(SPENDER, database_url, "50 requests/minute", "40") for _ in range(3)]
    try:
        assert [line_of(spender) for spender in spenders] == ["ready"] * 3
        for spender in spenders:
            assert spender.stdin
            spender.stdin.write("go\n")
            spender.stdin.flush()
        had = [int(line_of(spender)) for spender in spenders]
    finally:
        for spender in spenders:
            kill(spender)
    assert sum(had) == 50


def test_what_a_killed_process_held_comes_free_in_time(database: Database) -> None:
    limits = parse("1 requests/minute")
    holder = start(HOLDER, database.url, "1 requests/minute")
    assert line_of(holder) == "held"
    kill(holder)
    ledger = PostgresLedger(database)
    with pytest.raises(LimitReached):
        ledger.reserve("groq", "o/r", ONE, limits=limits, hold=60)
    pass_time(database, seconds=60 + 61)
    assert try_reserve(ledger, limits)


def test_a_process_killed_in_the_middle_of_an_account_leaves_it_open(database: Database) -> None:
    locker = start(LOCKER, database.url)
    assert line_of(locker) == "locked"
    kill(locker)
    assert try_reserve(PostgresLedger(database), parse("1 requests/minute"))


def test_a_process_that_stops_in_the_middle_of_an_account_is_not_waited_for_for_ever(
    database: Database,
) -> None:
    with database.transaction() as connection:
        connection.execute(_LOCK, ("groq",))
        limit = connection.execute("SHOW idle_in_transaction_session_timeout").fetchone()
    assert limit == ("5s",)
    with database.transaction() as connection:
        usual = connection.execute("SHOW idle_in_transaction_session_timeout").fetchone()
    assert usual == ("0",)


def test_minutes_long_past_are_kept_as_sums(database: Database) -> None:
    limits = parse("100 requests/day")
    ledger = PostgresLedger(database)
    for _ in range(30):
        ledger.settle(ledger.reserve("groq", "o/r", ONE, limits=limits, hold=60), ONE)
    ledger.reserve("groq", "o/other", ONE, limits=limits, hold=60)
    pass_time(database, seconds=2 * 3600)
    fresh = PostgresLedger(database)
    assert try_reserve(fresh, limits)
    assert count(database) <= 2 * 2 + 1  # a minute may have turned while they were spent
    assert sum(try_reserve(fresh, limits) for _ in range(100)) == 100 - 32


def test_a_sum_stands_no_longer_than_its_parts(database: Database) -> None:
    limits = parse("3 requests/day")
    ledger = PostgresLedger(database)
    for _ in range(3):
        ledger.settle(ledger.reserve("groq", "o/r", ONE, limits=limits, hold=60), ONE)
    pass_time(database, seconds=2 * 3600)
    assert not try_reserve(PostgresLedger(database), limits)
    pass_time(database, seconds=22 * 3600)
    assert sum(try_reserve(PostgresLedger(database), limits) for _ in range(5)) == 3


def test_what_no_window_holds_any_more_is_forgotten(database: Database) -> None:
    limits = parse("100 requests/day")
    ledger = PostgresLedger(database)
    for _ in range(5):
        ledger.settle(ledger.reserve("groq", "o/r", ONE, limits=limits, hold=60), ONE)
    pass_time(database, seconds=26 * 3600)
    assert try_reserve(PostgresLedger(database), limits)
    assert count(database) == 1


def pass_time(database: Database, *, seconds: float) -> None:
    with database.transaction() as connection:
        connection.execute(
            "UPDATE provider_usage SET until = until - make_interval(secs => %s)", (seconds,)
        )


def count(database: Database) -> int:
    with database.transaction() as connection:
        ((rows,),) = connection.execute("SELECT count(*) FROM provider_usage").fetchall()
    return int(rows)
