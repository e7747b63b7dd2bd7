"""Jupyter notebooks, cell by cell; outputs are left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.chunkers.contexts import context_of
from retrieval.chunkers.cutting import blank_line_levels, cut
from retrieval.chunkers.documents import Heading, heading_path, path_symbol
from retrieval.chunkers.lines import MeasuredLines
from retrieval.chunkers.markdown import find_headings
from retrieval.chunkers.notebook_cells import Cell, read_cells
from retrieval.model import Chunk, ChunkKind, ParsedFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from retrieval.chunkers.measure import Measure


@dataclass(frozen=True, slots=True)
class _Group:
    """Cells that are read together, under one heading path."""

    lines: tuple[str, ...]
    file_lines: tuple[int, ...]
    titles: tuple[str, ...]


def parse_notebook(path: str, text: str, measure: Measure) -> ParsedFile:
    """Cut a notebook at its cells. Line numbers are those of the .ipynb file.

    Raises:
        ValueError: it is no notebook.
    """
    cells = (cell for cell in read_cells(text) if any(map(str.strip, cell.lines)))
    groups = _groups(cells, measure)
    chunks = tuple(chunk for group in groups for chunk in _group_chunks(path, group, measure))
    return ParsedFile(path, "jupyter", chunks)


def _groups(cells: Iterator[Cell], measure: Measure) -> Iterator[_Group]:
    """Join a small Markdown cell to the code that it introduces."""
    above: tuple[Heading, ...] = ()
    introduction: Cell | None = None
    for cell in cells:
        is_prose = cell.kind == "markdown"
        if introduction and is_prose:
            yield _group([introduction], above)
            introduction = None
        if is_prose:
            prose = MeasuredLines("\n".join(cell.lines), measure)
            for heading in find_headings(prose):
                above = heading_path(above, heading)
            if prose.is_small(prose.whole):
                introduction = cell
                continue
        yield _group([introduction, cell] if introduction else [cell], above)
        introduction = None
    if introduction:
        yield _group([introduction], above)


def _group(cells: Sequence[Cell], above: Sequence[Heading]) -> _Group:
    lines: list[str] = []
    file_lines: list[int] = []
    for cell in cells:
        if lines:
            lines.append("")
            file_lines.append(file_lines[-1])
        lines.extend(cell.lines)
        file_lines.extend(cell.file_lines)
    return _Group(tuple(lines), tuple(file_lines), tuple(heading.title for heading in above))


def _group_chunks(path: str, group: _Group, measure: Measure) -> Iterator[Chunk]:
    symbol = path_symbol(group.titles)
    context = context_of(measure, path, symbol)
    lines = MeasuredLines("\n".join(group.lines), measure)
    whole = lines.trimmed(lines.whole)
    if whole is None:
        return
    for piece in cut(lines, whole, size=context.room, levels=blank_line_levels(lines, whole)):
        yield Chunk(
            path,
            ChunkKind.CELL,
            group.file_lines[piece.start - 1],
            group.file_lines[piece.end - 1],
            piece.text,
            context.text,
            symbol=symbol,
            unit_start_line=group.file_lines[whole.start - 1],
            unit_end_line=group.file_lines[whole.end - 1],
        )
