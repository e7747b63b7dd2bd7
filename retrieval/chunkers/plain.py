"""Text of no known structure, cut by size at blank lines; data by its outermost keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retrieval.chunkers.contexts import context_of
from retrieval.chunkers.cutting import blank_line_levels, cut
from retrieval.chunkers.lines import Lines, MeasuredLines
from retrieval.model import Chunk, ChunkKind, ParsedFile

if TYPE_CHECKING:
    from retrieval.chunkers.measure import Measure

_KEYS = {
    "ini": re.compile(r"\["),
    "json": re.compile(r"(?: {1,4}|\t)\""),
    "toml": re.compile(r"\["),
    "yaml": re.compile(r"[\w\"']"),
}
"""How a line begins that begins a part of a file of data."""


def parse_plain(
    path: str, text: str, measure: Measure, *, language: str, note: str | None = None
) -> ParsedFile:
    """Cut ``text`` by size; ``note`` says why it was not parsed as its name promises."""
    lines = MeasuredLines(text, measure)
    context = context_of(measure, path)
    levels = (_key_lines(lines, language), *blank_line_levels(lines, lines.whole))
    pieces = cut(lines, lines.whole, size=context.room, levels=levels)
    chunks = tuple(
        Chunk(path, ChunkKind.TEXT, piece.start, piece.end, piece.text, context.text)
        for piece in pieces
    )
    return ParsedFile(path, language, chunks, note=note)


def _key_lines(lines: Lines, language: str) -> tuple[int, ...]:
    """Return the lines of the outermost keys, each with the comment above it."""
    keys = _KEYS.get(language)
    starts: list[int] = []
    above = 1
    for number in range(1, len(lines) + 1):
        if keys and keys.match(lines[number]):
            starts.append(above)
        if not lines[number].startswith("#"):
            above = number + 1
    return tuple(starts)
