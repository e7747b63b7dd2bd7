"""The embedded server: whom it runs for, and when it stops."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 120.0

START = """
import os, pathlib, signal, sys, threading
from storage import embedded
folder = pathlib.Path(sys.argv[1])
"""

USE = f"{START}embedded.start(folder)"

USE_AND_DIE = f"{USE}\nos.kill(os.getpid(), signal.SIGKILL)"

STOP_AND_DIE = f"{USE}\nembedded.stop(folder)\nos._exit(0)"

USE_INTERRUPTED = f"""{START}
def interrupt():
    while not (folder / "postgres" / "log").exists():
        pass
    os.killpg(0, signal.SIGINT)

threading.Thread(target=interrupt).start()
try:
    embedded.start(folder)
except KeyboardInterrupt:
    print("interrupted")
"""


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the programs above
        [sys.executable, "-W", "ignore", "-c", program, str(folder)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        start_new_session=True,
    )


def is_running(folder: Path) -> bool:
    return (folder / "postgres" / "postmaster.pid").exists()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_the_server_a_killed_process_left_stops_with_the_next_one_that_uses_it(
    folder: Path,
) -> None:
    assert run(USE_AND_DIE, folder).returncode == -signal.SIGKILL
    assert is_running(folder)

    done = run(USE, folder)

    assert (done.returncode, done.stderr) == (0, "")
    assert not is_running(folder)


def test_a_terminals_interrupt_waits_until_the_server_runs_and_can_be_stopped(
    folder: Path,
) -> None:
    done = run(USE_INTERRUPTED, folder)

    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")
    assert not is_running(folder)
    assert run(USE, folder).returncode == 0


def test_a_process_that_does_not_exit_in_good_order_can_stop_the_server_first(
    folder: Path,
) -> None:
    done = run(STOP_AND_DIE, folder)

    assert (done.returncode, done.stderr) == (0, "")
    assert not is_running(folder)
