"""Example scripts, cut at the comment blocks that sphinx-gallery renders as prose.

See https://sphinx-gallery.github.io/stable/syntax.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retrieval.chunkers.contexts import context_of
from retrieval.chunkers.cutting import cut, split
from retrieval.chunkers.definitions import docstring_span, statement_levels
from retrieval.chunkers.docstrings import docstring_levels, docstring_text, first_sentence
from retrieval.chunkers.documents import path_symbol
from retrieval.chunkers.lines import Lines, MeasuredLines, Span
from retrieval.chunkers.python import syntax_tree
from retrieval.chunkers.rst import find_headings
from retrieval.model import Chunk, ChunkKind, ParsedFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retrieval.chunkers.cutting import Levels
    from retrieval.chunkers.measure import Measure

_PLACES = frozenset({"demo", "demos", "example", "examples", "gallery", "tutorial", "tutorials"})
_BLOCK = re.compile(r"#\s?%%.*|#{20,}\s*")


def is_tutorial(path: str) -> bool:
    """Whether a Python file is an example by the directory it is in."""
    return not _PLACES.isdisjoint(path.split("/")[:-1])


def parse_tutorial(path: str, text: str, measure: Measure) -> ParsedFile:
    """Cut an example script at its blocks of prose. It defines no symbols: nobody imports it.

    Raises:
        SyntaxError: it cannot be parsed.
    """
    lines = MeasuredLines(text, measure)
    tree = syntax_tree(lines)
    docstring = docstring_span(tree)
    levels = statement_levels(tree.body, lines=lines)
    if docstring:
        levels = (*levels, *docstring_levels(lines, docstring))
    title = _title(docstring_text(tree))
    chunks = (
        chunk
        for block in _blocks(lines, docstring)
        for chunk in _block_chunks(path, lines, block, title=title, levels=levels)
    )
    return ParsedFile(path, "python", tuple(chunks))


def _title(docstring: str | None) -> str | None:
    headings = find_headings(Lines(docstring or ""))
    return headings[0].title if headings else first_sentence(docstring)


def _blocks(lines: MeasuredLines, docstring: Span | None) -> list[Span]:
    """Return the docstring's block and those of the comments; a small one joins the next."""
    if not len(lines):
        return []
    after_docstring = docstring.end + 1 if docstring else 1
    marks = [n for n in range(after_docstring, len(lines) + 1) if _BLOCK.fullmatch(lines[n])]
    starts = sorted({after_docstring, *marks} - {1, len(lines) + 1})
    blocks: list[Span] = []
    for block in split(lines.whole, starts):
        if blocks and lines.is_small(blocks[-1]):
            blocks[-1] = Span(blocks[-1].start, block.end)
        else:
            blocks.append(block)
    return blocks


def _block_chunks(
    path: str, lines: MeasuredLines, block: Span, *, title: str | None, levels: Levels
) -> Iterator[Chunk]:
    titles = [title] if title else []
    heading = _block_heading(lines, block)
    symbol = path_symbol([*titles, heading] if heading else titles)
    context = context_of(lines.measure, path, symbol)
    for piece in cut(lines, block, size=context.room, levels=levels):
        yield Chunk(
            path,
            ChunkKind.TUTORIAL,
            piece.start,
            piece.end,
            piece.text,
            context.text,
            symbol=symbol,
        )


def _block_heading(lines: Lines, block: Span) -> str | None:
    """Return the first heading of the prose that opens a block, if it has one."""
    if not _BLOCK.fullmatch(lines[block.start]):
        return None
    prose: list[str] = []
    for number in range(block.start + 1, block.end + 1):
        if not lines[number].startswith("#") or _BLOCK.fullmatch(lines[number]):
            break
        prose.append(lines[number].removeprefix("#").removeprefix(" "))
    headings = find_headings(Lines("\n".join(prose)))
    return headings[0].title if headings else None
