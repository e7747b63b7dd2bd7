"""A definition's header as written, on one line."""

from __future__ import annotations

import io
import tokenize
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retrieval.chunkers.lines import Lines, Span

_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")
_UNSEEN = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT})


def signature(lines: Lines, header: Span) -> str:
    """Return the ``def`` or ``class`` statement at ``header``, without its colon and body.

    Whitespace is one blank where there was any, comments are left out, and the comma before a
    closing bracket that ended its line goes with that line's end.
    """
    written = ""
    end = (1, 0)
    for token in _header_tokens(lines.text(header).lstrip().replace("\r", " ") + "\n"):
        closes_line = token.string in _CLOSING and token.start[0] > end[0]
        if closes_line:
            written = written.removesuffix(",")
        elif written and token.start != end and written[-1] not in _OPENING:
            written += " "
        written += token.string
        end = token.end
    return written


def _header_tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    """Yield the tokens before the colon that opens the body."""
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.OP:
            depth += (token.string in _OPENING) - (token.string in _CLOSING)
            if token.string == ":" and depth == 0:
                return
        if token.type not in _UNSEEN:
            yield token
