"""PostgreSQL: the pool, the embedded server, the migrations runner."""

from storage.database import Connection, Database
from storage.errors import DatabaseUnreachable, MigrationFailed, StorageError

__all__ = ["Connection", "Database", "DatabaseUnreachable", "MigrationFailed", "StorageError"]
