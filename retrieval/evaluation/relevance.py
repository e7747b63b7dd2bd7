"""Which results of a search answer the question.

Two readings of the same results. By file: does the list lead to a right file? By place: to the
right lines of it? Either way several results for one target are one, the first: a system that cuts
files small must not fill its list, nor score, with the pieces of one file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from retrieval.evaluation.questions import Place


class Level(StrEnum):
    """What a result is held against."""

    FILE = "file"
    PLACE = "place"


class Located(Protocol):
    """Lines of a file that a search found; 1-based, inclusive."""

    @property
    def path(self) -> str:
        """Relative to the repository's root, with forward slashes."""

    @property
    def start_line(self) -> int:
        """The first line."""

    @property
    def end_line(self) -> int:
        """The last line."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A ranked list, as one level sees it."""

    hits: tuple[bool, ...]
    """Whether each entry is right, the best first."""
    relevant: int
    """How many entries could be."""

    @property
    def first(self) -> int | None:
        """The rank of the first right entry, from 1."""
        return self.hits.index(True) + 1 if True in self.hits else None


def judge(results: Sequence[Located], gold: Sequence[Place], level: Level) -> Judged:
    """Hold ``results``, the best first, against ``gold``."""
    return by_file(results, gold) if level is Level.FILE else by_place(results, gold)


def by_file(results: Iterable[Located], gold: Iterable[Place]) -> Judged:
    """Judge the ranked list of distinct files: a file is right when an answer stands in it."""
    right = {place.path for place in gold}
    ranked = dict.fromkeys(result.path for result in results)
    return Judged(hits=tuple(path in right for path in ranked), relevant=len(right))


def by_place(results: Iterable[Located], gold: Iterable[Place]) -> Judged:
    """Judge by lines: a result is right when it shares one with an answer in the same file.

    A result is one hit at the most, however many answers it holds: a whole file is no better than
    the best of its lines. One that touches only answers which stand higher in the list already is
    left out of it.
    """
    sought = list(dict.fromkeys((place.path, place.start_line, place.end_line) for place in gold))
    missing = set(sought)
    hits: list[bool] = []
    for result in results:
        touched = {place for place in sought if _overlap(result, place)}
        if touched & missing or not touched:
            hits.append(bool(touched))
        missing -= touched
    return Judged(hits=tuple(hits), relevant=len(sought))


def _overlap(result: Located, place: tuple[str, int, int]) -> bool:
    path, first, last = place
    return result.path == path and result.start_line <= last and first <= result.end_line
