"""Brings the database to the state that this release needs."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict
from yoyo import get_backend, read_migrations
from yoyo.exceptions import BadMigration

from storage.database import connect
from storage.errors import MigrationFailed

if TYPE_CHECKING:
    from yoyo.migrations import MigrationList

ADVISORY_LOCK = 0x66757279
"""The key that all processes of fury-bot lock while they migrate ("fury" in ASCII)."""


def migrate(url: str) -> list[str]:
    """Apply what is missing, and return the ids of what was applied.

    Processes that start together take turns: an advisory lock, unlike yoyo's own lock table,
    goes with the process that holds it, however that ends.

    Raises:
        DatabaseUnreachable: No connection can be made.
        MigrationFailed: A migration was refused; those before it stand.
    """
    with connect(url) as lock:
        lock.execute("SELECT pg_advisory_lock(%s)", (ADVISORY_LOCK,))
        return _apply(url)


def pending(url: str) -> list[str]:
    """Return the ids of the migrations that ``migrate`` would apply."""
    with connect(url) as connection:
        known = connection.execute("SELECT to_regclass('_yoyo_migration')").fetchone()
        applied: set[str] = set()
        if known and known[0]:
            rows = connection.execute("SELECT migration_id FROM _yoyo_migration").fetchall()
            applied = {row[0] for row in rows}
    return [migration.id for migration in _known() if migration.id not in applied]


def _apply(url: str) -> list[str]:
    logging.getLogger("yoyo").setLevel(logging.WARNING)
    backend = get_backend(_yoyo_url(url))
    try:
        missing = backend.to_apply(_known())
        backend.apply_migrations(missing)
    except (psycopg.Error, BadMigration) as error:
        reason = str(error).strip().splitlines()[0]
        raise MigrationFailed(f"a migration was refused: {reason}") from error
    finally:
        backend.connection.close()
    return [migration.id for migration in missing]


def _known() -> MigrationList:
    return read_migrations(str(_folder()))


def _folder() -> Path:
    # The folder stands beside this package, in a checkout and in a wheel.
    return Path(__file__).parent.parent / "migrations"


def _yoyo_url(url: str) -> str:
    """Return ``url``, or a libpq connection string, in the form that yoyo reads.

    The scheme names psycopg 3; every part but the database's name is passed on as it is.
    """
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value}
    database = parts.pop("dbname", "")
    return f"postgresql+psycopg:///{quote(database, safe='')}?{urlencode(parts)}"
