"""Connections to PostgreSQL, and the scope of a transaction."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import psycopg
from pgvector.psycopg import register_vector
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout

from storage.errors import DatabaseUnreachable, NotMigrated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

Connection = psycopg.Connection[TupleRow]
Cursor = psycopg.Cursor[TupleRow]

CONNECT_TIMEOUT = 5.0
"""Seconds to wait for a connection, whether a new one or a free one of the pool. GitHub waits ten
for the whole webhook."""


_SNAPSHOT = "ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_READ_ONLY = f"SET TRANSACTION {_SNAPSHOT}"
_BEGIN_SNAPSHOT = f"BEGIN {_SNAPSHOT}"

_UNFINISHED = frozenset({TransactionStatus.INTRANS, TransactionStatus.INERROR})

_SCOPE = """
SELECT set_config('role', 'fury_bot_tenant', true),
    set_config('fury_bot.repository_id', %s, true),
    -- A plan made for any repository would open, and lock, the partitions of all.
    set_config('plan_cache_mode', 'force_custom_plan', true)
"""

# The role is taken on whether or not the name is known: the statements behind this one are on
# their way already.
_SCOPE_BY_NAME = """
SELECT id, name, url, set_config('role', 'fury_bot_tenant', true),
    set_config('fury_bot.repository_id', coalesce(id::text, ''), true),
    set_config('plan_cache_mode', 'force_custom_plan', true)
FROM (VALUES (%s)) AS asked (called)
LEFT JOIN repositories ON lower(name) = lower(called)
"""


def describe(url: str) -> str:
    """Return where ``url`` leads, without user or password."""
    try:
        parts: dict[str, Any] = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return "DATABASE_URL"
    host = parts.get("host") or "localhost"
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"{host}{port}/{parts.get('dbname', '')}"


def connect(url: str, *, timeout: float = CONNECT_TIMEOUT) -> Connection:
    """Open one connection outside any pool, within ``timeout`` seconds (2 at the least).

    Raises:
        DatabaseUnreachable: Naming the host, never the password.
    """
    try:
        return psycopg.connect(url, connect_timeout=int(timeout))
    except psycopg.Error as error:
        raise unreachable(url, error) from error


def unreachable(url: str, error: Exception) -> DatabaseUnreachable:
    """Say in one line that ``url`` cannot be reached, why, and what to do."""
    # libpq indents its advice, and begins each reason with the address, which stands here anyway.
    lines = [line for line in str(error).splitlines() if line.strip() and line[0].isprintable()]
    reason = lines[-1].rpartition(" failed: ")[2].strip() if lines else type(error).__name__
    if isinstance(error, psycopg.ProgrammingError):
        reason = "not a PostgreSQL URL"  # the parser's words may hold the password
    return DatabaseUnreachable(
        f"cannot reach PostgreSQL at {describe(url)}: {reason}; check DATABASE_URL, or unset it "
        "to use the embedded server"
    )


class Database:
    """A pool of connections. Open lazily, safe to share between threads."""

    def __init__(self, url: str, *, max_connections: int = 8) -> None:
        self.url = url
        self._pool = ConnectionPool(
            url,
            min_size=0,
            max_size=max_connections,
            timeout=CONNECT_TIMEOUT,
            reconnect_timeout=CONNECT_TIMEOUT,
            # A restarted server closes them all; without the check the next request would fail.
            check=ConnectionPool.check_connection,
            # Every transaction is begun in so many words; of itself psycopg would wait for each to
            # have begun.
            kwargs={"connect_timeout": int(CONNECT_TIMEOUT), "autocommit": True},
            open=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection of the pool."""
        self._pool.close()

    @contextmanager
    def transaction(self, *, timeout: float = CONNECT_TIMEOUT) -> Iterator[Connection]:
        """Yield a connection in a transaction: committed at the end, rolled back on an error.

        ``timeout`` is how many seconds to wait for the connection.

        Raises:
            DatabaseUnreachable: No connection can be had.
        """
        with self._lent(timeout) as connection, connection.transaction():
            yield connection

    @contextmanager
    def knowledge(self, repository_id: int) -> Iterator[Connection]:
        """Yield a connection in a transaction that sees one repository's knowledge alone.

        Row-level security enforces it, whoever the connection's user is: the transaction takes
        on the role ``fury_bot_tenant``, and gives it back at its end.
        """
        with self.transaction() as connection:
            _scope(connection, repository_id)
            yield connection

    @contextmanager
    def snapshot(self, repository_id: int) -> Iterator[Connection]:
        """Yield a connection that reads one repository's knowledge as it stood at one moment.

        Whatever commits meanwhile, every query sees the same state.
        """
        with self.transaction() as connection:
            connection.execute(_READ_ONLY)
            _scope(connection, repository_id)
            yield connection

    @contextmanager
    def snapshot_of(self, name: str) -> Iterator[tuple[Connection, Cursor]]:
        """Yield a snapshot of the repository called ``name``, and a cursor on where it is known.

        Its row is the repository's id, name and URL; nothing but NULL for a name that is not
        known, of which nothing is seen. The connection is in pipeline mode: the statements that
        begin the transaction, and those that the caller executes before it reads a row, make one
        round trip.
        """
        with self._lent(CONNECT_TIMEOUT) as connection:
            _learn_vectors(connection)
            try:
                # psycopg's own transaction would wait at its beginning and at its end.
                with connection.pipeline():
                    connection.execute(_BEGIN_SNAPSHOT)
                    yield connection, connection.execute(_SCOPE_BY_NAME, (name,))
                    connection.execute("COMMIT")
            finally:
                if connection.info.transaction_status in _UNFINISHED:
                    connection.rollback()

    def ping(self) -> None:
        """Make one round trip.

        Raises:
            DatabaseUnreachable: The server does not answer.
        """
        with self.transaction() as connection:
            connection.execute("SELECT 1")

    @contextmanager
    def _lent(self, timeout: float) -> Iterator[Connection]:
        if self._pool.closed:
            # The pool would try on in the background and report a time-out; one attempt of our
            # own fails at once and brings the reason.
            connect(self.url, timeout=timeout).close()
            self._pool.open()
        try:
            connection = self._pool.getconn(timeout=timeout)
        except PoolTimeout as error:
            raise DatabaseUnreachable(
                f"no free connection to {describe(self.url)} within {timeout:.0f} s"
            ) from error
        try:
            yield connection
        finally:
            self._pool.putconn(connection)


def _scope(connection: Connection, repository_id: int) -> None:
    _learn_vectors(connection)
    connection.execute(_SCOPE, (str(repository_id),))


def _learn_vectors(connection: Connection) -> None:
    """Make the four look-ups in the catalogue that vectors need, once for a connection."""
    if connection.adapters.types.get("halfvec") is not None:
        return
    try:
        register_vector(connection)
    except psycopg.ProgrammingError as error:
        raise NotMigrated(f"{error}; run `fury-bot migrate`") from error
