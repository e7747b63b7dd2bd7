"""Documents by heading, whatever markup the headings are written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.chunkers.contexts import context_of
from retrieval.chunkers.cutting import cut
from retrieval.chunkers.lines import MeasuredLines, Span
from retrieval.model import Chunk, ChunkKind, ParsedFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from retrieval.chunkers.cutting import Levels


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in a document."""

    start: int
    """Its first line: an overline, or the title."""
    title: str
    depth: int
    """1 for the outermost in this document."""
    anchored_from: int
    """The first of the lines directly above that only name it (labels), else ``start``."""


@dataclass(frozen=True, slots=True)
class _Section:
    """A heading's own text, up to the next heading of any depth."""

    lines: Span
    """With the labels above the heading."""
    unit_start: int
    path: tuple[str, ...]
    """Titles from the outermost heading to its own; empty before the first heading."""


def parse_document(
    path: str, lines: MeasuredLines, headings: Sequence[Heading], *, levels: Levels, language: str
) -> ParsedFile:
    """Cut a document at ``headings``, and a long section at ``levels``."""
    chunks = (
        chunk
        for section in _joined(lines, _sections(lines, headings))
        for chunk in _section_chunks(path, lines, section, levels)
    )
    return ParsedFile(path, language, tuple(chunks))


def heading_path(above: Sequence[Heading], heading: Heading) -> tuple[Heading, ...]:
    """Return ``heading`` under those of ``above`` that it stands under."""
    return (*(other for other in above if other.depth < heading.depth), heading)


def path_symbol(titles: Sequence[str]) -> str | None:
    """Return a heading path as a symbol, None for an empty one."""
    return " > ".join(titles) or None


def _sections(lines: MeasuredLines, headings: Sequence[Heading]) -> Iterator[_Section]:
    first = headings[0].anchored_from if headings else len(lines) + 1
    preamble = lines.trimmed(Span(1, first - 1))
    if preamble:
        yield _Section(preamble, preamble.start, ())
    above: tuple[Heading, ...] = ()
    ends = [*(heading.anchored_from - 1 for heading in headings[1:]), len(lines)]
    for heading, end in zip(headings, ends, strict=False):
        above = heading_path(above, heading)
        titles = tuple(part.title for part in above)
        yield _Section(Span(heading.anchored_from, end), heading.start, titles)


def _joined(lines: MeasuredLines, sections: Iterator[_Section]) -> Iterator[_Section]:
    """Join a section of a line or two to the first section under it, whose path names it."""
    waiting: _Section | None = None
    for section in sections:
        if waiting is None:
            waiting = section
        elif lines.is_small(waiting.lines) and _is_under(section, waiting):
            joined = Span(waiting.lines.start, section.lines.end)
            waiting = _Section(joined, waiting.unit_start, section.path)
        else:
            yield waiting
            waiting = section
    if waiting:
        yield waiting


def _is_under(section: _Section, other: _Section) -> bool:
    return section.path[: len(other.path)] == other.path and section.path != other.path


def _section_chunks(
    path: str, lines: MeasuredLines, section: _Section, levels: Levels
) -> Iterator[Chunk]:
    symbol = path_symbol(section.path)
    context = context_of(lines.measure, path, symbol)
    extent = lines.trimmed(section.lines)
    if extent is None:
        return
    for piece in cut(lines, extent, size=context.room, levels=levels):
        yield Chunk(
            path,
            ChunkKind.SECTION,
            piece.start,
            piece.end,
            piece.text,
            context.text,
            symbol=symbol,
            unit_start_line=section.unit_start,
            unit_end_line=extent.end,
        )
