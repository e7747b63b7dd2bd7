"""Code by definition, whatever its language: what belongs together, and how it is cut."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.chunkers.contexts import context_of
from retrieval.chunkers.cutting import cut, split
from retrieval.chunkers.lines import MeasuredLines, Span
from retrieval.chunkers.surfaces import surface_of
from retrieval.model import Chunk, ChunkKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from retrieval.chunkers.cutting import Levels


@dataclass(frozen=True, slots=True)
class Unit:
    """A definition, or a file as the owner of its definitions."""

    kind: ChunkKind
    symbol: str | None
    """Its qualified name."""
    signature: str | None
    span: Span
    """With decorators, and the comment that documents it."""
    documentation: Span | None
    """Its docstring, or the comment that documents it."""
    header: int
    """The last line before its members, none of which begins there."""
    opening: Span
    """Its header, with the first paragraph of a docstring below that."""
    statements: tuple[int, ...]
    """Lines, ascending, on which a statement that does something of its own starts."""
    levels: Callable[[], Levels]
    """Where it may be cut."""
    listings: tuple[str, ...]
    """How its owner's surface lists it, in ever less detail; empty when it is not public."""
    members: tuple[Unit, ...]
    """The definitions in it that are cut on their own, in the order of their lines."""


_CLOSING = "})];, \t\r\n"


@dataclass(frozen=True, slots=True)
class _Extent:
    """A definition with the lines around it that mean nothing alone."""

    unit: Unit
    lines: Span


@dataclass(frozen=True, slots=True)
class UnitCutter:
    """Cuts one file into chunks."""

    path: str
    lines: MeasuredLines
    is_comment: Callable[[int], bool]
    """Whether a line right above a definition is a comment on it."""

    def chunks(self, file: Unit) -> tuple[Chunk, ...]:
        """Cut a file: its definitions, and the runs of lines between them."""
        chunks = sorted(
            self._file_chunks(file), key=lambda chunk: (chunk.start_line, -chunk.end_line)
        )
        return tuple(chunks)

    def _file_chunks(self, file: Unit) -> Iterator[Chunk]:
        runs, extents = self._partition(self.lines.whole, file)
        for run in runs:
            yield from self._cut(run, file, whole=run)
        for extent in extents:
            yield from self._unit_chunks(extent)

    def _partition(self, span: Span, owner: Unit) -> tuple[list[Span], list[_Extent]]:
        """Divide ``span`` into runs of its owner's lines and the definitions in it.

        A comment right above a definition goes with it; so do a few lines without a statement
        (comments, a lone ``else:``), at the end with the definition before. A definition that
        begins on a line of another, or of its owner's header, is no part of its own.
        """
        runs: list[Span] = []
        extents: list[_Extent] = []
        free_from = span.start
        is_file = owner.kind is ChunkKind.MODULE
        for member in owner.members:
            if member.span.start < free_from or not (is_file or owner.header < member.span.start):
                continue
            start = self._comment_above(member.span.start, free_from)
            gap = self.lines.trimmed(Span(free_from, start - 1))
            if gap and extents and self._closes(gap):
                extents[-1] = _Extent(extents[-1].unit, Span(extents[-1].lines.start, gap.end))
            elif gap and gap.start > span.start and self._means_nothing_alone(gap, owner):
                start = gap.start
            elif gap:
                runs.append(gap)
            extents.append(_Extent(member, Span(start, member.span.end)))
            free_from = member.span.end + 1
        gap = self.lines.trimmed(Span(free_from, span.end))
        if gap and extents and self._means_nothing_alone(gap, owner):
            last = extents.pop()
            extents.append(_Extent(last.unit, Span(last.lines.start, gap.end)))
        elif gap:
            runs.append(gap)
        return runs, extents

    def _comment_above(self, start: int, free_from: int) -> int:
        """Return where the comment that ends right above line ``start`` begins, if one does."""
        first = start
        while first > free_from and self.is_comment(first - 1):
            first -= 1
        return first if self.lines.is_small(Span(first, start - 1)) else start

    def _closes(self, gap: Span) -> bool:
        """Whether there is nothing in ``gap`` but the ends of blocks."""
        return not self.lines.text(gap).strip(_CLOSING)

    def _means_nothing_alone(self, gap: Span, owner: Unit) -> bool:
        statements = owner.statements
        has_statement = bisect_left(statements, gap.start) < bisect_right(statements, gap.end)
        return self.lines.is_small(gap) and not has_statement

    def _unit_chunks(self, extent: _Extent) -> Iterator[Chunk]:
        if extent.unit.members:
            yield from self._class_chunks(extent)
        else:
            yield from self._cut(extent.lines, extent.unit, whole=extent.unit.span)

    def _class_chunks(self, extent: _Extent) -> Iterator[Chunk]:
        """Cut a class that has methods: what it offers, the rest of its own lines, its methods."""
        unit = extent.unit
        runs, members = self._partition(extent.lines, unit)
        if not members:
            yield from self._cut(extent.lines, unit, whole=unit.span)
            return
        context = context_of(self.lines.measure, self.path, unit.symbol, unit.signature)
        listings = [member.listings for member in unit.members if member.listings]
        surface = surface_of(self.lines, runs, listings, opening=unit.opening, size=context.room)
        for text in surface.texts:
            yield self._chunk(extent.lines, unit, text=text, context=context.text, whole=unit.span)
        for run in surface.rest:
            yield from self._cut(run, unit, whole=unit.span)
        for member in members:
            yield from self._unit_chunks(member)

    def _cut(self, run: Span, unit: Unit, *, whole: Span) -> Iterator[Chunk]:
        """Yield the pieces of the part ``run`` of a unit: it whole when it fits."""
        context = context_of(self.lines.measure, self.path, unit.symbol, unit.signature)
        fits = self.lines.size(run) <= context.room
        levels = () if fits else unit.levels()
        for block in [run] if fits else self._parted(run, unit.documentation):
            for piece in cut(self.lines, block, size=context.room, levels=levels):
                span = Span(piece.start, piece.end)
                yield self._chunk(span, unit, text=piece.text, context=context.text, whole=whole)

    def _parted(self, run: Span, documentation: Span | None) -> list[Span]:
        """Part a run after its documentation, unless either side is small."""
        if documentation is None or not run.start <= documentation.end < run.end:
            return [run]
        head, rest = split(run, [documentation.end + 1])
        return [run] if self.lines.is_small(head) or self.lines.is_small(rest) else [head, rest]

    def _chunk(self, span: Span, unit: Unit, *, text: str, context: str, whole: Span) -> Chunk:
        return Chunk(
            self.path,
            unit.kind,
            span.start,
            span.end,
            text,
            context,
            symbol=unit.symbol,
            unit_start_line=whole.start,
            unit_end_line=whole.end,
        )
