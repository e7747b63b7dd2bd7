"""fury-bot's command as processes of its own, as an operator runs it, and as a machine loses it."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.context import ForkServerProcess

COMMAND = Path(sys.executable).with_name("fury-bot")

PATIENCE = 120.0
"""Seconds after which a test gives up waiting. A busy machine takes half of it to load a model."""

# Importing torch takes most of a worker's start. The fork server does it once, without making a
# thread; a worker that is forked from it is a process of its own, which runs the whole command.
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["sentence_transformers", "fury_bot.cli", "fury_bot.cli.worker"])


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Return when ``condition`` holds; ``what`` says what did not happen when it never does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE:.0f} s"
        time.sleep(0.02)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return a process's environment: the settings, and nothing of this one's that is one."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"HF_HUB_OFFLINE": "1"} | dict(settings)


@dataclass
class Command:
    """One running ``fury-bot``, forked from the fork server."""

    process: ForkServerProcess
    log: Path
    """What it writes to stderr."""

    @classmethod
    def start(cls, *arguments: str, settings: Mapping[str, str], log: Path) -> Command:
        """Run ``fury-bot ARGUMENTS`` in the folder of ``log``."""
        process = _forks.Process(
            target=_run, args=(arguments, environment(settings), log), daemon=True
        )
        process.start()
        return cls(process, log)

    def kill(self) -> None:
        """End it by SIGKILL, as the kernel does when memory is short."""
        self.process.kill()
        self.process.join(PATIENCE)

    def wait(self) -> int | None:
        """Return the exit status; None when it goes on."""
        self.process.join(PATIENCE)
        return self.process.exitcode

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the log entries with that event."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        entries = [json.loads(line) for line in lines if line.startswith("{")]
        return [entry for entry in entries if entry.get("event") == name]


def _run(arguments: tuple[str, ...], environment: dict[str, str], log: Path) -> None:
    from fury_bot.cli import main  # noqa: PLC0415 - in the forked process alone

    os.chdir(log.parent)
    os.environ.clear()
    os.environ.update(environment)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    sys.argv = ["fury-bot", *arguments]
    main()


def fury_bot(
    *arguments: str,
    settings: Mapping[str, str],
    folder: Path,
    stdin: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, from its own executable, in ``folder``."""
    return subprocess.run(  # noqa: S603 - this project's own command
        [COMMAND, *arguments],
        env=environment(settings),
        cwd=folder,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
