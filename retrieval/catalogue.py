"""The repositories that fury-bot knows."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.refs import list_paths, list_refs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retrieval.refs import IndexedRef
    from storage import Connection, Cursor, Database


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository's place in the database, and on the web."""

    id: int
    name: str
    """``owner/name``, in the case it was first written in."""
    url: str
    """Where its permalinks begin: ``https://github.com/owner/name``."""


_DELETE_FORMER_HOLDER = """
DELETE FROM repositories WHERE lower(name) = lower(%(name)s) AND github_id <> %(github)s
"""

_RENAME = "UPDATE repositories SET name = %(name)s, url = %(url)s WHERE github_id = %(github)s"

_REGISTER = """
INSERT INTO repositories (name, url, github_id) VALUES (%(name)s, %(url)s, %(github)s)
ON CONFLICT (lower(name)) DO UPDATE
SET url = excluded.url, github_id = coalesce(excluded.github_id, repositories.github_id)
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A transaction scoped to a repository that was asked for by name."""

    connection: Connection
    """In pipeline mode."""
    _located: Cursor

    def repository(self) -> Repository | None:
        """Return the repository, or None. Waits for all that was executed so far."""
        row = self._located.fetchone()
        return Repository(*row[:3]) if row and row[0] is not None else None


class Catalogue:
    """Finds repositories by name, without regard to case, as GitHub does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, name: str) -> Repository | None:
        """Return the repository called ``name``, or None."""
        with self._database.transaction() as connection:
            return _find(connection, name)

    @contextmanager
    def snapshot(self, name: str) -> Iterator[Snapshot]:
        """Yield what is known of the repository called ``name``, as it stands at one moment.

        See :meth:`storage.Database.snapshot_of`.
        """
        with self._database.snapshot_of(name) as (connection, located):
            yield Snapshot(connection, located)

    def register(self, name: str, *, url: str, github_id: int | None = None) -> Repository:
        """Return the repository called ``name``, made known now if it was not.

        On GitHub a name can pass to another repository, and a repository to another name. With
        ``github_id`` a repository that was renamed keeps its knowledge under the new name, and
        what is known of a former holder of the name is deleted first.
        """
        values = {"name": name, "url": url.rstrip("/"), "github": github_id}
        with self._database.transaction() as connection:
            if github_id is not None:
                connection.execute(_DELETE_FORMER_HOLDER, values)
                connection.execute(_RENAME, values)
            connection.execute(_REGISTER, values)
            repository = _find(connection, name)
            if repository is None:  # the row above is this transaction's own
                raise LookupError(name)
            connection.execute("SELECT create_knowledge_partition(%s)", (repository.id,))
            return repository

    def indexes(self, name: str) -> tuple[IndexedRef, ...]:
        """Return the branches, tags and releases of ``name`` that are indexed, the default first.

        None, of a repository that is not known.
        """
        repository = self.find(name)
        if repository is None:
            return ()
        with self._database.snapshot(repository.id) as connection:
            return list_refs(connection, repository_id=repository.id)

    def paths(self, name: str, *, ref: str | None = None) -> frozenset[str]:
        """Return the files that are indexed of ``name`` at ``ref``, or by default."""
        repository = self.find(name)
        if repository is None:
            return frozenset()
        with self._database.snapshot(repository.id) as connection:
            return list_paths(connection, ref=ref)

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
