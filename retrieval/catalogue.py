"""The repositories that fury-bot knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage import Connection, Database


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository's place in the database, and on the web."""

    id: int
    name: str
    """``owner/name``, in the case it was first written in."""
    url: str
    """Where its permalinks begin: ``https://github.com/owner/name``."""


class Catalogue:
    """Finds repositories by name, without regard to case, as GitHub does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, name: str) -> Repository | None:
        """Return the repository called ``name``, or None."""
        with self._database.transaction() as connection:
            return _find(connection, name)

    def register(self, name: str, *, url: str) -> Repository:
        """Return the repository called ``name``, made known now if it was not."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO repositories (name, url) VALUES (%s, %s)"
                " ON CONFLICT (lower(name)) DO UPDATE SET url = excluded.url",
                (name, url.rstrip("/")),
            )
            repository = _find(connection, name)
            if repository is None:  # the row above is this transaction's own
                raise LookupError(name)
            connection.execute("SELECT create_knowledge_partition(%s)", (repository.id,))
            return repository

    def forget(self, name: str) -> bool:
        """Remove the repository with all that is known of it. False: it was not there."""
        with self._database.transaction() as connection:
            removed = connection.execute(
                "DELETE FROM repositories WHERE lower(name) = lower(%s)", (name,)
            )
            return removed.rowcount > 0


def _find(connection: Connection, name: str) -> Repository | None:
    row = connection.execute(
        "SELECT id, name, url FROM repositories WHERE lower(name) = lower(%s)", (name,)
    ).fetchone()
    return Repository(id=row[0], name=row[1], url=row[2]) if row else None
