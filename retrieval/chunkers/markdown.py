"""Markdown (CommonMark with tables, as GitHub has them) by heading."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from retrieval.chunkers.cutting import blank_line_levels
from retrieval.chunkers.documents import Heading, parse_document
from retrieval.chunkers.lines import Lines

if TYPE_CHECKING:
    from markdown_it.token import Token

    from retrieval.chunkers.cutting import Levels
    from retrieval.model import ParsedFile

_FRONT_MATTER = "---"

# Only blocks are looked at: inline markup needs no parsing.
_PARSER = MarkdownIt("commonmark").enable("table").disable("inline")


def parse_markdown(path: str, text: str) -> ParsedFile:
    """Cut a Markdown document at its headings."""
    lines = Lines(text)
    tokens = _PARSER.parse(_without_front_matter(lines))
    return parse_document(
        path, lines, _headings(tokens), levels=_levels(lines, tokens), language="markdown"
    )


def find_headings(text: str) -> list[Heading]:
    """Return the headings of ``text``, by their lines in it."""
    return _headings(_PARSER.parse(Lines(text).for_parsers()))


def _headings(tokens: list[Token]) -> list[Heading]:
    """Return the headings that are not inside a quote or a list."""
    headings = []
    for token, content in pairwise(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            start = token.map[0] + 1
            title = " ".join(content.content.split())
            depth = int(token.tag.removeprefix("h"))
            headings.append(Heading(start, title, depth, anchored_from=start))
    return headings


def _levels(lines: Lines, tokens: list[Token]) -> Levels:
    """Cut between blocks, then between the items of lists, then as any text."""
    starts: tuple[set[int], set[int]] = (set(), set())
    for token in tokens:
        if token.map and token.nesting >= 0:
            starts[token.level > 0].add(token.map[0] + 1)
    outer, inner = (tuple(sorted(level)) for level in starts)
    return (outer, inner, *blank_line_levels(lines, lines.whole))


def _without_front_matter(lines: Lines) -> str:
    """Blank out a YAML preamble, whose closing rule would make a heading of its last line."""
    text = lines.for_parsers()
    if len(lines) and lines[1].rstrip() == _FRONT_MATTER:
        for number in range(2, len(lines) + 1):
            if lines[number].rstrip() == _FRONT_MATTER:
                return "\n" * number + text.split("\n", number)[number]
    return text
