"""Holds every chunk to the window of the embedding model, whatever its tokenizer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retrieval.chunkers.measure import Measure
    from retrieval.model import Chunk, ParsedFile


def within_window(parsed: ParsedFile, measure: Measure) -> ParsedFile:
    """Return ``parsed`` with each chunk that is too long in parts.

    Lines are measured one by one. That is exact where a token never reaches across white space;
    where one does, the whole can be longer than its lines, and is then halved until it fits.
    """
    counts = measure.count([chunk.embedded_text for chunk in parsed.chunks])
    if max(counts, default=0) <= measure.window:
        return parsed
    chunks = (
        part
        for chunk, count in zip(parsed.chunks, counts, strict=True)
        for part in ([chunk] if count <= measure.window else _halved(chunk, measure))
    )
    return replace(parsed, chunks=tuple(chunks))


def _halved(chunk: Chunk, measure: Measure) -> Iterator[Chunk]:
    for half in _halves(chunk):
        if half.text.strip():
            too_long = measure.count([half.embedded_text])[0] > measure.window
            yield from _halved(half, measure) if too_long and len(half.text) > 1 else [half]


def _halves(chunk: Chunk) -> tuple[Chunk, Chunk]:
    """Part a chunk at the line end nearest to its middle, or inside its only line."""
    lines = chunk.text.split("\n")
    if len(lines) == 1:
        middle = len(chunk.text) // 2
        return replace(chunk, text=chunk.text[:middle]), replace(chunk, text=chunk.text[middle:])
    middle = len(lines) // 2
    head, tail = "\n".join(lines[:middle]), "\n".join(lines[middle:])
    if chunk.end_line - chunk.start_line + 1 != len(lines):  # not lines of the file one by one
        return replace(chunk, text=head), replace(chunk, text=tail)
    last = chunk.start_line + middle - 1
    return (
        replace(chunk, text=head, end_line=last),
        replace(chunk, text=tail, start_line=last + 1),
    )
