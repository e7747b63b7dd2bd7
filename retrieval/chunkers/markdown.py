"""Markdown (CommonMark with tables, as GitHub has them) by heading."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.rules_block import table

from retrieval.chunkers.cutting import blank_line_levels
from retrieval.chunkers.documents import Heading, parse_document
from retrieval.chunkers.lines import Lines, MeasuredLines

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

    from retrieval.chunkers.cutting import Levels
    from retrieval.chunkers.measure import Measure
    from retrieval.model import ParsedFile

_FRONT_MATTER = "---"


def _whole_table(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls it
    """Read a table as one block: a token for each cell is what makes a large one slow."""
    if not table(state, start_line, end_line, silent=True):
        return False
    if not silent:
        token = state.push("table", "table", 0)
        state.line = _table_end(state, start_line, end_line)
        token.map = [start_line, state.line]
    return True


def _table_end(state: StateBlock, start_line: int, end_line: int) -> int:
    """Return the line after the table: it ends before a blank line, or before another block."""
    others = state.md.block.ruler.getRules("blockquote")
    for line in range(start_line + 2, end_line):
        if state.isEmpty(line) or state.sCount[line] < state.blkIndent or state.is_code_block(line):
            return line
        if any(begins(state, line, end_line, True) for begins in others):  # noqa: FBT003 - theirs
            return line
    return end_line


# Only blocks are looked at: inline markup needs no parsing.
_PARSER = MarkdownIt("commonmark").enable("table").disable("inline")
_PARSER.block.ruler.at("table", _whole_table, {"alt": ["paragraph", "reference"]})


def parse_markdown(path: str, text: str, measure: Measure) -> ParsedFile:
    """Cut a Markdown document at its headings."""
    lines = MeasuredLines(text, measure)
    tokens = _PARSER.parse(_without_front_matter(lines))
    return parse_document(
        path, lines, _headings(tokens), levels=_levels(lines, tokens), language="markdown"
    )


def find_headings(lines: Lines) -> list[Heading]:
    """Return the headings of a text."""
    return _headings(_PARSER.parse(lines.for_parsers()))


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
