"""The demo, when somebody has seen enough of it."""

from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING

import psycopg

from storage import embedded
from tests.end_to_end.processes import COMMAND, PATIENCE, environment, wait_for

if TYPE_CHECKING:
    from pathlib import Path


def test_an_interrupted_demo_ends_amid_a_job_and_leaves_no_server(tmp_path: Path) -> None:
    folder, log = tmp_path / "data" / "demo", tmp_path / "log"
    with (
        log.open("w") as stderr,
        subprocess.Popen(  # noqa: S603 - this project's own command
            [COMMAND, "demo"],
            env=environment({"FURY_BOT_DATA_DIR": str(folder.parent)}),
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        ) as process,
    ):
        try:
            wait_for(lambda: "Installing the App" in log.read_text(), "the installation")
            # The job can come to no end: a demo that waits for it is never gone.
            with psycopg.connect(embedded.start(folder)) as lock:
                lock.execute("LOCK TABLE indexes IN ACCESS EXCLUSIVE MODE")

                def is_waited_for() -> bool:
                    row = lock.execute(
                        "SELECT count(*) FROM pg_locks"
                        " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
                    ).fetchone()
                    return row != (0,)

                wait_for(is_waited_for, "a job that waits")
                process.send_signal(signal.SIGINT)
                stdout, _ = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
            embedded.stop(folder)
    assert (process.returncode, stdout) == (130, "")
    assert log.read_text().splitlines()[-1] == "fury-bot: interrupted, stopping …"
    # This process was the last that the server ran for.
    assert not (folder / "postgres" / "postmaster.pid").exists()
