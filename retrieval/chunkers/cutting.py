"""Cuts a span of lines into pieces that the embedding model reads whole."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from retrieval.chunkers.lines import Lines, MeasuredLines, Span
from retrieval.chunkers.words import cut_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Levels = tuple[tuple[int, ...], ...]
"""Lines at which a piece may start, ascending, by preference: a level is used inside a block only
when cutting at the levels before it left the block too long."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of a file, or a part of one line."""

    start: int
    end: int
    text: str


def cut(lines: MeasuredLines, span: Span, *, size: int, levels: Levels) -> Iterator[Piece]:
    """Cut ``span`` into pieces of at most ``size`` tokens, without blank lines at their ends.

    The pieces hold every line that is not blank, in order. A longer line is cut inside: its parts
    have the same number.
    """
    for piece in _pieces(lines, span, size=size, levels=levels):
        trimmed = lines.trimmed(piece)
        if trimmed is None:
            continue
        if lines.size(trimmed) <= size:
            yield Piece(trimmed.start, trimmed.end, lines.text(trimmed))
        else:
            number = trimmed.start
            for part in cut_line(lines[number], size=size, measure=lines.measure):
                if part.strip():
                    yield Piece(number, number, part)


def _pieces(lines: MeasuredLines, span: Span, *, size: int, levels: Levels) -> list[Span]:
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


def _packed(lines: MeasuredLines, blocks: Sequence[Span], *, size: int) -> list[Span]:
    """Join neighbours while they fit; a small remainder takes from the piece before it."""
    packed: list[Span] = []
    for block in blocks:
        last = packed[-1] if packed else None
        if last and lines.size(Span(last.start, block.end)) <= size:
            packed[-1] = Span(last.start, block.end)
        else:
            packed.append(block)
    starts = [block.start for block in blocks]
    for at in range(1, len(packed)):
        one, other = packed[at - 1], packed[at]
        if lines.is_small(other) and not lines.is_small(one) and lines.size(one) <= size:
            packed[at - 1 : at + 1] = _balanced(lines, one, other, starts=starts, size=size)
    return packed


def _balanced(
    lines: MeasuredLines, one: Span, other: Span, *, starts: Sequence[int], size: int
) -> list[Span]:
    """Part two neighbours anew at one of ``starts``, as evenly as can be."""
    choices = starts[bisect_right(starts, one.start) : bisect_left(starts, other.start) + 1]

    def longer(start: int) -> int:
        head, tail = Span(one.start, start - 1), Span(start, other.end)
        return max(lines.size(head), lines.size(tail))

    best = min(choices, key=longer)
    if longer(best) > size:
        return [one, other]
    return [Span(one.start, best - 1), Span(best, other.end)]


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
