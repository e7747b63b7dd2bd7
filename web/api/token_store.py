"""The tokens and what was asked with them, in PostgreSQL, so that all processes count together."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from web.api import tokens
from web.api.errors import TooManyRequests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from storage import Connection, Database

_CREATE = """
    INSERT INTO api_tokens (name, digest, repositories, per_minute, per_day, expires_at)
    VALUES (
        %(name)s, %(digest)s, %(repositories)s, %(per_minute)s, %(per_day)s, %(expires_at)s
    )
    ON CONFLICT (name) DO NOTHING
"""

_COLUMNS = "id, name, repositories, per_minute, per_day, created_at, expires_at"

_LIST = f"""
    SELECT {_COLUMNS}, (
        SELECT max(began) FROM api_token_usage WHERE token_id = id AND span = 'minute'
    ) AS used_at
    FROM api_tokens ORDER BY name
"""  # noqa: S608 - the columns are this module's own

_FIND = f"""
    SELECT {_COLUMNS}, digest, coalesce(expires_at <= now(), false) AS is_expired
    FROM api_tokens WHERE digest = %s
"""  # noqa: S608 - likewise

_REVOKE = "DELETE FROM api_tokens WHERE name = %s"

# A row a span, which the first request of a new minute or day takes over: nothing piles up. A
# transaction that began before the span did counts to the newer one.
_COUNT = """
    INSERT INTO api_token_usage (token_id, span, began, requests)
    VALUES (%(id)s, %(span)s, date_trunc(%(span)s, now(), 'UTC'), 1)
    ON CONFLICT (token_id, span) DO UPDATE SET
        began = greatest(api_token_usage.began, excluded.began),
        requests = CASE
            WHEN api_token_usage.began >= excluded.began THEN api_token_usage.requests + 1
            ELSE 1
        END
    RETURNING requests, extract(epoch FROM began + ('1 ' || span)::interval - now())::float
"""


@dataclass(frozen=True, slots=True)
class Token:
    """A token, without its secret."""

    id: int
    name: str
    repositories: list[str] | None
    """``owner/name`` of those it may ask about; None: all."""
    per_minute: int | None
    per_day: int | None
    """Requests that it may make; None: as many as it likes. Days are UTC's."""
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedToken(Token):
    """A token, and the minute in which it was last used."""

    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class _FoundToken(Token):
    digest: bytes
    is_expired: bool


class TokenStore:
    """Makes tokens, knows them again, and counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        name: str,
        *,
        repositories: tuple[str, ...] | None,
        per_minute: int | None = None,
        per_day: int | None = None,
        expires_at: datetime | None = None,
    ) -> str | None:
        """Return a new token, which nothing can show again. None: the name is taken."""
        token = tokens.mint()
        with self._database.transaction() as connection:
            created = connection.execute(
                _CREATE,
                {
                    "name": name,
                    "digest": tokens.digest(token),
                    "repositories": None if repositories is None else list(repositories),
                    "per_minute": per_minute,
                    "per_day": per_day,
                    "expires_at": expires_at,
                },
            )
        return token if created.rowcount else None

    def tokens(self) -> tuple[ListedToken, ...]:
        """Return every token, by name."""
        with (
            self._database.transaction() as connection,
            connection.cursor(row_factory=class_row(ListedToken)) as cursor,
        ):
            return tuple(cursor.execute(_LIST))

    def revoke(self, name: str) -> bool:
        """Delete the token. False: there is none of that name."""
        with self._database.transaction() as connection:
            return connection.execute(_REVOKE, (name,)).rowcount == 1

    def admit(self, token: str) -> Token | None:
        """Count one request of ``token``, and return what is known of it; None: not valid.

        Raises:
            TooManyRequests: A limit is used up. The request is not counted.
        """
        digest = tokens.digest(token)
        with self._database.transaction() as connection:
            with connection.cursor(row_factory=class_row(_FoundToken)) as cursor:
                found = cursor.execute(_FIND, (digest,)).fetchone()
            # The index has compared already, in a time that tells of the digest and not of the
            # token; this comparison tells nothing at all.
            if found is None or not hmac.compare_digest(found.digest, digest):
                return None
            if found.is_expired:
                return None
            for span, limit in _limits(found):
                _count(connection, found, span, limit)
        return found


def _limits(token: Token) -> Iterator[tuple[str, int | None]]:
    yield "minute", token.per_minute
    yield "day", token.per_day


def _count(connection: Connection, token: Token, span: str, limit: int | None) -> None:
    row = connection.execute(_COUNT, {"id": token.id, "span": span}).fetchone()
    if row is not None and limit is not None and row[0] > limit:
        raise TooManyRequests(
            f"this token may make {limit} requests a {span}, and has made them",
            retry_after=row[1],
        )
