"""A file's text as GitHub numbers its lines."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.chunkers.measure import Measure

MOST_CHARACTERS_A_TOKEN = 12
"""A line of more characters counts as one of more tokens.

Words that a model does not know can be one token however long they are: a line of base64 would
be shown, and searched, whole. English and code have about 4 characters a token.
"""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Lines ``start`` to ``end``, 1-based, both included."""

    start: int
    end: int


class Lines:
    r"""Text by its line numbers.

    Only ``\n`` (and ``\r\n``) ends a line on GitHub. ``str.splitlines`` also breaks at a lone
    ``\r``, form feeds and Unicode separators, and would point permalinks at the wrong lines.
    """

    def __init__(self, text: str) -> None:
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        self._lines = [line.removesuffix("\r") for line in lines]

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, number: int) -> str:
        return self._lines[number - 1]

    @property
    def whole(self) -> Span:
        """Every line; empty (its end before its start) of an empty text."""
        return Span(1, len(self))

    def text(self, span: Span) -> str:
        r"""Return the span's lines joined by ``\n``."""
        return "\n".join(self._lines[span.start - 1 : span.end])

    def is_blank(self, number: int) -> bool:
        """Whether there is nothing but whitespace in the line."""
        return not self[number].strip()

    def trimmed(self, span: Span) -> Span | None:
        """Return the span without blank lines at its ends; None when it has no others."""
        start, end = span.start, span.end
        while start <= end and self.is_blank(start):
            start += 1
        while end > start and self.is_blank(end):
            end -= 1
        return Span(start, end) if start <= end else None

    def for_parsers(self) -> str:
        r"""Return the text for parsers that take a lone ``\r`` for a line's end.

        Line by line it is the same length; a lone ``\r`` is a space.
        """
        return "\n".join(self._lines).replace("\r", " ") + "\n"


class MeasuredLines(Lines):
    """Lines of known length in tokens."""

    def __init__(self, text: str, measure: Measure) -> None:
        super().__init__(text)
        self.measure = measure
        self._ends = [0, *accumulate(text_sizes(self._lines, measure))]

    def size(self, span: Span) -> int:
        """Return the length of the span in tokens."""
        return max(0, self._ends[span.end] - self._ends[span.start - 1])

    def is_small(self, span: Span) -> bool:
        """Whether the span says too little to be found on its own account."""
        return self.size(span) < self.measure.window // 4


def text_sizes(lines: list[str], measure: Measure) -> list[int]:
    """Return the length of each line in tokens, its line end among them.

    To some models the line end is a token; to those whose tokens never hold white space, lengths
    add up exactly.
    """
    counts = measure.count([f"{line}\n" for line in lines])
    return [
        max(count, -(-len(line.strip()) // MOST_CHARACTERS_A_TOKEN))
        for count, line in zip(counts, lines, strict=True)
    ]
