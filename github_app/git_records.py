"""The SQL of the folders that are known by git's names.

All functions expect a transaction scoped to the one repository (``Database.knowledge``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.types.json import Jsonb

from github_app.graphql.model import Folder, FolderEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from storage import Connection


def find_folders(connection: Connection, oids: Sequence[str]) -> tuple[Folder, ...]:
    """Return those of the folders that are known."""
    rows = connection.execute(
        "SELECT oid, entries FROM git_trees WHERE oid = ANY(%s)", (list(oids),)
    )
    return tuple(
        Folder(oid, tuple(FolderEntry(*entry) for entry in entries)) for oid, entries in rows
    )


def save_folders(connection: Connection, repository_id: int, folders: Iterable[Folder]) -> None:
    """Remember folders."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO git_trees (repository_id, oid, entries) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [(repository_id, folder.oid, Jsonb(_rows(folder))) for folder in folders],
        )


def use_folders(connection: Connection, oids: Sequence[str]) -> None:
    """Note that a tree holds these folders now; forget those that none has held for 90 days."""
    connection.execute(
        "UPDATE git_trees SET used_at = now()"
        " WHERE oid = ANY(%s) AND used_at < now() - interval '1 day'",
        (list(oids),),
    )
    connection.execute("DELETE FROM git_trees WHERE used_at < now() - interval '90 days'")


def _rows(folder: Folder) -> list[list[str | int | None]]:
    return [
        [entry.name, entry.type, entry.mode, entry.oid, entry.size, entry.node_id]
        for entry in folder.entries
    ]
