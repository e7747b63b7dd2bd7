"""PostgreSQL: the pool, the embedded server, the migrations runner."""

from storage.database import Connection, Cursor, Database
from storage.errors import DatabaseUnreachable, MigrationFailed, NotMigrated, StorageError

__all__ = [
    "Connection",
    "Cursor",
    "Database",
    "DatabaseUnreachable",
    "MigrationFailed",
    "NotMigrated",
    "StorageError",
]
