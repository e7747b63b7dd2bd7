"""The accounts of all processes, in PostgreSQL.

Processes take turns at an account by an advisory lock, which goes with the connection of whoever
holds it, however that ends. The database's clock is the only one that counts.
"""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from generation.budgets import LONGEST_WINDOW, Unit
from generation.ledger import LimitReached, Reservation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from psycopg import Cursor
    from psycopg.rows import TupleRow

    from generation.budgets import Charge, Limit
    from storage import Connection, Database

FOLD_AFTER: Final = timedelta(hours=1)
"""Minutes older than this stand as one row a repository: a busy day is then 1,440 rows."""
TIDY_EVERY: Final = 600.0
"""Seconds between two tidyings of one account by one process."""

_LOCK: Final = """
SELECT pg_advisory_xact_lock(hashtextextended('generation:account:' || %s, 0)),
       -- A process that is stopped while it holds the lock would stop all others.
       set_config('idle_in_transaction_session_timeout', '5s', true)
"""

_NOW: Final = "SELECT clock_timestamp()"

_USED: Final = """
SELECT coalesce(sum(used.requests), 0),
       coalesce(sum(used.input_tokens), 0),
       coalesce(sum(used.output_tokens), 0)
FROM unnest(%(since)s::timestamptz[], %(per_repository)s::boolean[]) WITH ORDINALITY
     AS windows (since, per_repository, number)
LEFT JOIN provider_usage AS used
     ON used.account = %(account)s
    AND used.until > windows.since
    AND (NOT windows.per_repository OR used.repository = %(repository)s)
GROUP BY windows.number
ORDER BY windows.number
"""

_LEAVES: Final = """
SELECT min(until)
FROM (
    SELECT until,
           sum(CASE %(unit)s
                   WHEN 'requests' THEN requests
                   WHEN 'input tokens' THEN input_tokens
                   ELSE input_tokens + output_tokens
               END) OVER (ORDER BY until) AS freed
    FROM provider_usage
    WHERE account = %(account)s
      AND until > %(since)s
      AND (NOT %(per_repository)s OR repository = %(repository)s)
) AS leaving
WHERE freed >= %(over)s
"""

_INSERT: Final = """
INSERT INTO provider_usage (account, repository, until, requests, input_tokens, output_tokens)
VALUES (%(account)s, %(repository)s, %(until)s, %(requests)s, %(input)s, %(output)s)
RETURNING id
"""

_SETTLE: Final = """
UPDATE provider_usage
SET until = clock_timestamp(), requests = %(requests)s,
    input_tokens = %(input)s, output_tokens = %(output)s
WHERE id = %(id)s
"""

_GIVE_BACK: Final = "DELETE FROM provider_usage WHERE id = %s"

_FORGET: Final = "DELETE FROM provider_usage WHERE account = %s AND until <= %s"

_FOLD: Final = """
WITH folded AS (
    DELETE FROM provider_usage
    WHERE account = %(account)s AND until <= %(before)s AND NOT is_folded
    RETURNING repository, until, requests, input_tokens, output_tokens
)
INSERT INTO provider_usage
    (account, repository, until, requests, input_tokens, output_tokens, is_folded)
SELECT %(account)s, repository, max(until),
       sum(requests), sum(input_tokens), sum(output_tokens), true
FROM folded
GROUP BY repository, date_trunc('minute', until)
"""


class PostgresLedger:
    """See :class:`generation.ledger.Ledger`; several processes may share one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._tidied: dict[str, float] = {}

    def reserve(
        self,
        account: str,
        repository: str,
        charge: Charge,
        *,
        limits: Sequence[Limit],
        hold: float,
    ) -> Reservation:
        """See :class:`generation.ledger.Ledger`.

        Raises:
            LimitReached: The limit that is the last to have room for it.
            DatabaseUnreachable: The accounts cannot be read.
        """
        with self._database.transaction() as connection:
            connection.execute(_LOCK, (account,))
            now = _value(connection.execute(_NOW))
            if self._is_to_tidy(account):
                connection.execute(_FORGET, (account, now - LONGEST_WINDOW))
                connection.execute(_FOLD, {"account": account, "before": now - FOLD_AFTER})
            whose = {"account": account, "repository": repository}
            reached = _reached(connection, limits, charge, whose=whose, now=now)
            if reached is None:
                until = now + timedelta(seconds=hold)
                values = {**whose, "until": until, **_amounts(charge)}
                return Reservation(_value(connection.execute(_INSERT, values)), charge)
        raise reached

    def settle(self, reservation: Reservation, charge: Charge) -> None:
        """See :class:`generation.ledger.Ledger`."""
        with self._database.transaction() as connection:
            connection.execute(_SETTLE, {"id": reservation.id, **_amounts(charge)})

    def give_back(self, reservation: Reservation) -> None:
        """See :class:`generation.ledger.Ledger`."""
        with self._database.transaction() as connection:
            connection.execute(_GIVE_BACK, (reservation.id,))

    def _is_to_tidy(self, account: str) -> bool:
        now = time.monotonic()
        with self._lock:
            if now - self._tidied.get(account, -TIDY_EVERY) < TIDY_EVERY:
                return False
            self._tidied[account] = now
            return True


def _reached(
    connection: Connection,
    limits: Sequence[Limit],
    charge: Charge,
    *,
    whose: dict[str, str],
    now: datetime,
) -> LimitReached | None:
    """Return the limit that ``charge`` would pass, the last to have room for it again."""
    windows = {
        "since": [limit.since(now) for limit in limits],
        "per_repository": [limit.per_repository for limit in limits],
    }
    reached = []
    for limit, row in zip(
        limits, connection.execute(_USED, {**windows, **whose}).fetchall(), strict=True
    ):
        over = _used(limit.unit, row) + charge.of(limit.unit) - limit.amount
        if over > 0:
            free = _free(connection, limit, over=over, whose=whose, now=now)
            reached.append(LimitReached(limit, wait=(free - now).total_seconds()))
    return max(reached, key=lambda each: each.wait, default=None)


def _used(unit: Unit, row: tuple[Any, ...]) -> int:
    requests, input_tokens, output_tokens = (int(value) for value in row)
    match unit:
        case Unit.REQUESTS:
            return requests
        case Unit.INPUT_TOKENS:
            return input_tokens
        case Unit.TOKENS:
            return input_tokens + output_tokens


def _free(
    connection: Connection, limit: Limit, *, over: int, whose: dict[str, str], now: datetime
) -> datetime:
    values = {
        **whose,
        "unit": limit.unit.value,
        "since": limit.since(now),
        "per_repository": limit.per_repository,
        "over": over,
    }
    leaves = _value(connection.execute(_LEAVES, values))
    return limit.frees(leaves or now, now=now)


def _amounts(charge: Charge) -> dict[str, int]:
    return {
        "requests": charge.requests,
        "input": charge.input_tokens,
        "output": charge.output_tokens,
    }


def _value(cursor: Cursor[TupleRow]) -> Any:  # noqa: ANN401 - of whichever type the column is
    ((value,),) = cursor.fetchall()
    return value
