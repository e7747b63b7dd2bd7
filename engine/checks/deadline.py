"""The time that a check may take."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final, TypeVar

from engine.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


class OutOfTime(EngineError):
    """A check takes longer than it may. It never leaves the checks."""


class Deadline:
    """A moment by which a check is to be done, on a clock that never goes back."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Set it ``seconds`` from now."""
        self._clock = clock
        self._end = clock() + seconds

    def keep(self) -> None:
        """Go on while there is time.

        Raises:
            OutOfTime: There is none left.
        """
        if self._clock() > self._end:
            raise OutOfTime


NEVER: Final = Deadline(math.inf)


def gathered(found: Iterable[T]) -> list[T]:
    """Return what is found before time is over."""
    kept: list[T] = []
    try:
        for item in found:
            kept.append(item)  # noqa: PERF402 - what came before the exception is to stay
    except OutOfTime:
        pass
    return kept
