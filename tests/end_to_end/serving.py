"""``fury-bot serve`` as a process of its own."""

from __future__ import annotations

import random
import socket
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests

from tests.end_to_end.processes import COMMAND, PATIENCE, environment, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

TIMEOUT = 60
"""Seconds that a single request may take."""


@contextmanager
def served(settings: Mapping[str, str], folder: Path, *, host: str = "127.0.0.1") -> Iterator[str]:
    """Run ``fury-bot serve`` on ``host``, and yield its URL on this machine."""
    with serving(settings, folder, host=host) as (url, _):
        yield url


@contextmanager
def serving(
    settings: Mapping[str, str], folder: Path, *, host: str = "127.0.0.1"
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """As :func:`served`, with the process, which leads a group of processes as in a terminal."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    with (
        (folder / "serve.log").open("a") as log,
        subprocess.Popen(  # noqa: S603 - this project's own command
            [COMMAND, "serve", "--host", host, "--port", str(port)],
            env=environment(settings),
            cwd=folder,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            wait_for(
                lambda: process.poll() is not None or _is_up(url), "an answer of fury-bot serve"
            )
            assert process.poll() is None, (folder / "serve.log").read_text()
            yield url, process
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _free_port() -> int:
    """Return a port that is free, and none of those that a system gives out by itself.

    One of those might be another's by the time that the server has started.
    """
    while True:
        port = random.randrange(20_000, 30_000)  # noqa: S311 - it need not be a secret
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port


def _is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=TIMEOUT).ok
    except requests.RequestException:
        return False
