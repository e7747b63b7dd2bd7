"""Text of no known structure, cut by size at blank lines."""

from __future__ import annotations

from retrieval.chunkers.cutting import blank_line_levels, cut, room
from retrieval.chunkers.lines import Lines
from retrieval.model import Chunk, ChunkKind, ParsedFile


def parse_plain(path: str, text: str, *, language: str, note: str | None = None) -> ParsedFile:
    """Cut ``text`` by size; ``note`` says why it was not parsed as its name promises."""
    lines = Lines(text)
    levels = blank_line_levels(lines, lines.whole)
    pieces = cut(lines, lines.whole, size=room(path), levels=levels)
    chunks = tuple(
        Chunk(path, ChunkKind.TEXT, piece.start, piece.end, lines.text(piece), context=path)
        for piece in pieces
    )
    return ParsedFile(path, language, chunks, note=note)
