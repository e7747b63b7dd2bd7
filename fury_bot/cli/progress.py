"""Signs of life on a terminal, nothing elsewhere."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from rich.progress import TaskID


@contextlib.contextmanager
def waiting(what: str) -> Iterator[None]:
    """Say on stderr what is waited for, until it is there."""
    if sys.stderr.isatty():
        with Console(stderr=True).status(f"{what} …"):
            yield
    else:
        yield


class ProgressBar:
    """A bar on stderr for each stage of an index run; a context manager."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
            transient=True,
        )
        self._stage: TaskID | None = None

    def say(self, line: str) -> None:
        """Write a line above the bars."""
        self._progress.console.print(line, highlight=False, markup=False)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def start(self, stage: str, total: int) -> None:
        """Begin ``stage``, of ``total`` steps."""
        if self._stage is not None:
            self._progress.remove_task(self._stage)
        self._stage = self._progress.add_task(stage, total=total) if total else None

    def advance(self, steps: int) -> None:
        """Finish ``steps`` more of the stage."""
        if self._stage is not None:
            self._progress.advance(self._stage, steps)
