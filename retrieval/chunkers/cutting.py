"""Cuts a span of lines into pieces of the size that the embedding model reads."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

from retrieval.chunkers.lines import Lines, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

TARGET_CHARACTERS = 1_000
"""The length aimed at for a piece with its context.

The embedding model reads 256 word pieces: some 1,000 characters of plain prose, 600 to 900 of code
and markup. Pieces of this length leave the model the greater part of each at the least number of
pieces; the end of a dense one is found by its words alone.
"""

SMALL_CHARACTERS = TARGET_CHARACTERS // 4
"""A piece below this says too little to be found on its own account."""

Levels = tuple[tuple[int, ...], ...]
"""Lines at which a piece may start, ascending, by preference: a level is used inside a block only
when cutting at the levels before it left the block too long."""


def room(context: str) -> int:
    """Return how many characters of text a piece may have beside its context."""
    return max(TARGET_CHARACTERS - len(context) - 1, TARGET_CHARACTERS // 2)


def cut(lines: Lines, span: Span, *, size: int, levels: Levels) -> list[Span]:
    """Cut ``span`` into pieces of about ``size`` characters, without blank lines at their ends.

    The pieces hold every line that is not blank, in order. A piece is longer than ``size`` only by
    a small neighbour taken in, or when it is one long line.
    """
    pieces = _pieces(lines, span, size=size, levels=levels)
    return [piece for piece in map(lines.trimmed, pieces) if piece]


def _pieces(lines: Lines, span: Span, *, size: int, levels: Levels) -> list[Span]:
    if span.end < span.start:
        return []
    if span.start == span.end or lines.size(span) <= size:
        return [span]
    for depth, level in enumerate(levels):
        starts = level[bisect_right(level, span.start) : bisect_right(level, span.end)]
        if starts:
            finer = levels[depth + 1 :]
            blocks = split(span, starts)
            pieces = [p for b in blocks for p in _pieces(lines, b, size=size, levels=finer)]
            return _packed(lines, pieces, size=size)
    single_lines = [Span(number, number) for number in range(span.start, span.end + 1)]
    return _packed(lines, single_lines, size=size)


def split(span: Span, starts: Sequence[int]) -> list[Span]:
    """Split ``span`` before each of ``starts``: ascending, and inside the span."""
    bounds = [span.start, *starts, span.end + 1]
    return [Span(a, b - 1) for a, b in pairwise(bounds)]


def _packed(lines: Lines, blocks: Sequence[Span], *, size: int) -> list[Span]:
    """Join neighbours while they fit; a small one may make its neighbour a quarter too long."""
    packed: list[Span] = []
    for block in blocks:
        last = packed[-1] if packed else None
        if last and _fit(lines, last, block, size=size):
            packed[-1] = Span(last.start, block.end)
        else:
            packed.append(block)
    return packed


def _fit(lines: Lines, one: Span, other: Span, *, size: int) -> bool:
    together = lines.size(Span(one.start, other.end))
    smaller = min(lines.size(one), lines.size(other))
    return together <= size or (smaller < size // 4 and together <= size * 5 // 4)


def blank_line_levels(lines: Lines, span: Span) -> Levels:
    """Return where text of no known structure is best cut.

    Before a line at the margin that follows a blank one; before any line that follows a blank one;
    before any line at the margin but a bracket, which belongs to the line above.
    """
    inside = range(span.start + 1, span.end + 1)
    after_blank = tuple(n for n in inside if lines.is_blank(n - 1) and not lines.is_blank(n))
    at_margin = tuple(n for n in inside if lines[n][:1].strip() and lines[n][0] not in "{}[]()")
    margins = set(at_margin)
    return (tuple(n for n in after_blank if n in margins), after_blank, at_margin)
