"""The usual way to cut a repository: Python by function, the rest every 1000 characters."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol import Found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from protocol import File

CHARACTERS = 1000
"""The most that a chunk holds, but for a line that is longer by itself."""

_DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of a file."""

    place: Found
    text: str


def cut(files: Iterable[File]) -> list[Chunk]:
    """Return the chunks of ``files``; none is blank."""
    return [
        chunk
        for file in files
        for start, end in _ranges(file)
        for chunk in _pieces(file.path, file.text.split("\n")[start:end], start)
        if chunk.text.strip()
    ]


def _ranges(file: File) -> Iterator[tuple[int, int]]:
    """Return the line ranges, from 0, end exclusive: of each definition, and between them."""
    end = 0
    if file.path.endswith(".py"):
        try:
            with warnings.catch_warnings(action="ignore"):
                module = ast.parse(file.text)
        except (SyntaxError, ValueError):
            module = ast.Module(body=[], type_ignores=[])
        for first, last in _definitions(module):
            if end < first:
                yield end, first
            yield max(first, end), last
            end = last
    yield end, file.text.count("\n") + 1


def _definitions(parent: ast.Module | ast.ClassDef) -> Iterator[tuple[int, int]]:
    for node in parent.body:
        if isinstance(node, ast.ClassDef):
            yield from _definitions(node)
        elif isinstance(node, _DEFINITION):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            yield first - 1, node.end_lineno or node.lineno


def _pieces(path: str, lines: list[str], before: int) -> Iterator[Chunk]:
    """Cut at the ends of lines; ``before`` is how many lines of the file come first."""
    piece: list[str] = []
    start = before
    for number, line in enumerate(lines, before):
        if piece and sum(map(len, piece)) + len(piece) + len(line) > CHARACTERS:
            yield Chunk(Found(path, start + 1, number), "\n".join(piece))
            piece, start = [], number
        piece.append(line)
    if piece:
        yield Chunk(Found(path, start + 1, start + len(piece)), "\n".join(piece))
