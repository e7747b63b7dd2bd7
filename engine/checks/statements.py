"""The prose of an answer, statement by statement, with what each cites."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from generation import citations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

_COMMONMARK = MarkdownIt("commonmark")

# A sentence ends at its sign, with the quotation marks and the citations that belong to it. What
# one sign looks through has no other sign in it, so that the time is linear in the text.
_END = re.compile(rf"[.!?:][\"'”)*_]*+(?:\s*+(?:{citations.CITATION})++(?=\s|\Z))*+(?=\s|\Z)")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|cf|approx|Fig|No)\.$", re.IGNORECASE)
_LONGEST_ABBREVIATION = len("approx.")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, or a quoted paragraph, of an answer."""

    text: str
    line: int
    """1-based, where the paragraph begins."""
    cited: tuple[int, ...]
    """The numbers of the passages that it cites."""
    is_quotation: bool
    """It stands in a block quotation."""


def statements(markdown: str) -> list[Statement]:
    """Return the statements of an answer's prose, in order; code blocks are none."""
    return list(_statements(markdown))


def _statements(markdown: str) -> Iterator[Statement]:
    quoted: list[Token] = []
    depth = 0
    for token in _COMMONMARK.parse(markdown):
        if token.type == "blockquote_open":
            depth += 1
        elif token.type == "blockquote_close":
            depth -= 1
            if not depth:
                yield from _quotation(quoted)
                quoted = []
        elif token.type == "inline" and token.map is not None:
            if depth:
                quoted.append(token)
            else:
                yield from _sentences(token.content, token.map[0] + 1)


def _quotation(paragraphs: list[Token]) -> Iterator[Statement]:
    """Yield a block quotation as one statement: what it cites may stand at its very end."""
    if paragraphs and paragraphs[0].map:
        text = "\n".join(token.content for token in paragraphs)
        yield Statement(text, paragraphs[0].map[0] + 1, citations.cited(text), is_quotation=True)


def _sentences(paragraph: str, line: int) -> Iterator[Statement]:
    start = 0
    for end in [*_ends(paragraph), len(paragraph)]:
        text = paragraph[start:end].strip()
        if text:
            yield Statement(text, line, citations.cited(text), is_quotation=False)
        start = end


def _ends(paragraph: str) -> Iterator[int]:
    """Yield where the sentences of a paragraph end; an abbreviation's dot ends none."""
    for match in _END.finditer(paragraph):
        end = match.end()
        is_abbreviation = _ABBREVIATION.search(paragraph, end - _LONGEST_ABBREVIATION, end)
        if match.start() and not is_abbreviation:
            yield end
