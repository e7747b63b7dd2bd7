"""A worker of its own process, for tests that end it: ``worker_process.py URL FOLDER METHOD``.

The method is ``run`` or ``drain``.

Its one task, ``hold``, leaves a file ``begun`` in the folder, waits for a file ``release``, and
leaves a file ``finished``.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.worker import Pace, Worker

if TYPE_CHECKING:
    from jobs.port import Arguments, Attempt


def main(database_url: str, folder: Path, method: str) -> None:
    def hold(_: Arguments, __: Attempt) -> None:
        (folder / "begun").touch()
        while not (folder / "release").exists():
            time.sleep(0.01)
        (folder / "finished").touch()

    worker = Worker(
        database_url=database_url,
        handlers={"hold": hold},
        pace=Pace(heartbeat=0.1, stalled_after=30, poll=0.1),
    )
    if method == "drain":
        worker.drain()
    else:
        worker.run()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
