"""What can go wrong with the database.

::

    StorageError
    ├── DatabaseUnreachable   no connection; the message names the host, never the password
    ├── NotMigrated           the database is empty, or older than this release
    └── MigrationFailed       a migration's SQL was refused
"""

from __future__ import annotations


class StorageError(Exception):
    """The database cannot be used."""


class DatabaseUnreachable(StorageError):
    """No connection can be made."""


class NotMigrated(StorageError):
    """What this release reads is not in the database yet."""


class MigrationFailed(StorageError):
    """A migration did not apply; the database is as it was before it."""
