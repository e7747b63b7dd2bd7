"""Cuts a line that is longer than the embedding model reads, between its words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retrieval.chunkers.lines import text_sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retrieval.chunkers.measure import Measure

_LONGEST_WORD = 100
"""Characters. WordPiece takes what is longer for one unknown token; cut there, the parts of such
a word are never more tokens together than apart."""


def cut_line(line: str, *, size: int, measure: Measure) -> list[str]:
    """Cut ``line`` into parts of at most ``size`` tokens, which joined are the line again.

    Cut between words and signs; inside a word only when it alone is longer.
    """
    words = list(_words(line, longest=max(1, min(_LONGEST_WORD, size))))
    parts: list[str] = []
    left = 0
    part: list[str] = []
    for word, length in zip(words, text_sizes(words, measure), strict=True):
        if part and length > left:
            parts.append("".join(part))
            part = []
        if not part:
            left = size
        part.append(word)
        left -= length
    return [*parts, "".join(part)]


def _words(line: str, *, longest: int) -> Iterator[str]:
    pattern = rf"\s+|[^\W_]{{1,{longest}}}|_|[^\w\s]"
    for match in re.finditer(pattern, line):
        yield match[0]
