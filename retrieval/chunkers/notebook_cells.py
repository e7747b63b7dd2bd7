"""The cells of a notebook with the lines of the file on which their source stands.

The JSON is walked by hand because permalinks go to the raw file, and a JSON parser (nbformat's
too) keeps no positions.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed leaves it out
from typing import TYPE_CHECKING

from storage.text import storable

if TYPE_CHECKING:
    from collections.abc import Iterator

_WHITESPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's source, line by line."""

    kind: str
    """``code``, ``markdown`` or ``raw``."""
    lines: tuple[str, ...]
    file_lines: tuple[int, ...]
    """For each line of the source, the line of the file that it stands on."""


def read_cells(text: str) -> list[Cell]:
    """Return the cells of a notebook of format 4, or 3 (whose cells stand in worksheets).

    Raises:
        ValueError: this is not a notebook.
    """
    document = _Document(text)
    members = dict(document.members(document.after_space(0)))
    if "cells" in members:
        return [document.cell(at) for at in document.items(members["cells"])]
    if "worksheets" in members:
        sheets = [dict(document.members(at)) for at in document.items(members["worksheets"])]
        starts = [at for sheet in sheets for at in document.items(sheet["cells"])]
        return [document.cell(at) for at in starts]
    raise ValueError("it has no cells")


class _Document:
    """JSON text, read by position."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def cell(self, at: int) -> Cell:
        members = dict(self.members(at))
        kind = self._value(members["cell_type"])[0]
        source = members.get("source", members.get("input"))
        lines: list[str] = []
        file_lines: list[int] = []
        for part, position in self._strings(source):
            new = part.split("\n")
            if lines:
                last = lines.pop()
                new[0] = last + new[0]
                del file_lines[len(lines) + bool(last) :]  # an empty line begins with this part
            lines.extend(new)
            file_line = bisect_right(self._line_starts, position)
            file_lines.extend([file_line] * (len(lines) - len(file_lines)))
        return Cell(str(kind), tuple(lines), tuple(file_lines))

    def members(self, at: int) -> Iterator[tuple[str, int]]:
        """Yield the keys of the object at a position, and where their values are."""
        at = self._expect("{", at)
        while self._text[at : at + 1] != "}":
            self._expect('"', at, skip=False)
            key, at = scanstring(self._text, at + 1)
            at = self._expect(":", self.after_space(at))
            yield key, at
            at = self._next(at, closing="}")

    def items(self, at: int) -> Iterator[int]:
        """Yield where the items of the array at a position are."""
        at = self._expect("[", at)
        while self._text[at : at + 1] != "]":
            yield at
            at = self._next(at, closing="]")

    def after_space(self, at: int) -> int:
        match = _WHITESPACE.match(self._text, at)
        return match.end() if match else at

    def _strings(self, at: int | None) -> Iterator[tuple[str, int]]:
        """Yield the strings of a source, which is one string or an array of them."""
        if at is None:
            raise ValueError("a cell has no source")
        for position in self.items(at) if self._text[at : at + 1] == "[" else [at]:
            part = self._value(position)[0]
            if not isinstance(part, str):
                raise ValueError("a cell's source is not text")  # noqa: TRY004 - one kind of error
            yield storable(part), position

    def _value(self, at: int) -> tuple[object, int]:
        return _DECODER.raw_decode(self._text, at)

    def _next(self, at: int, *, closing: str) -> int:
        """Return where the member or item after the one at ``at`` is, or the closing bracket."""
        end = self.after_space(self._value(at)[1])
        return end if self._text[end : end + 1] == closing else self._expect(",", end)

    def _expect(self, character: str, at: int, *, skip: bool = True) -> int:
        if self._text[at : at + 1] != character:
            line = bisect_right(self._line_starts, at)
            raise ValueError(f"{character!r} expected on line {line}")
        return self.after_space(at + 1) if skip else at
