"""Which of a thread's passages go before others, where a summary has no room for all of them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from generation.protocol import Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from generation.protocol import Passage, Request

_KIND: Final = "thread"


def is_thread(request: Request) -> bool:
    """Whether a summary is asked for of one thread, whose passages stand as they were written.

    Those that a search finds stand the best first, and are of several threads.
    """
    passages = request.passages
    return (
        request.task is Task.SUMMARISE
        and all(passage.kind == _KIND for passage in passages)
        and all(
            former.path == later.path and former.end_line < later.start_line
            for former, later in pairwise(passages)
        )
    )


def by_worth(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return what opened a thread, then the newest of what followed first."""
    return (*passages[:1], *reversed(passages[1:]))


def gaps(passages: Sequence[Passage]) -> Iterator[tuple[Passage, int]]:
    """Yield each of ``passages``, in their order, and how many are left out just before it."""
    former = 0
    for passage in sorted(passages, key=lambda each: each.number):
        yield passage, passage.number - former - 1
        former = passage.number
