"""Character offsets to line numbers, for the systems that keep no lines."""

from __future__ import annotations

from bisect import bisect_right

from protocol import Found


class Lines:
    """The lines of a text."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._starts = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]

    def found(self, start: int, end: int) -> Found:
        """Return the lines of the characters from ``start`` up to, not including, ``end``."""
        return Found(self._path, self._number(start), self._number(max(start, end - 1)))

    def _number(self, offset: int) -> int:
        return bisect_right(self._starts, offset)
