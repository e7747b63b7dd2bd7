"""Reads reStructuredText, as far as answers need it: no document is rendered."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

from generation.extractive.markup import directives
from generation.extractive.markup.block import Block, Kind
from generation.extractive.markup.inline import from_rst, is_bare_link
from generation.extractive.markup.lines import (
    ADORNMENT,
    ITEM,
    TABLE,
    code_block,
    indented_end,
    list_block,
    paragraph_end,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIRECTIVE: Final = re.compile(r"^\.\. (?P<name>[\w:-]+)::\s*(?P<argument>.*)$")
_EXPLICIT: Final = re.compile(r"^\.\.(?: |$)")
_BREAK: Final = re.compile(r"^(?:\.\. |>>>)")
"""Begins another block, also where a blank line before it was forgotten."""

_TERM: Final = re.compile(r"^[^\s|+>=:.].{0,59}(?<![.,;:])(?<!-):?$")
"""What a list of definitions may have at its margin."""


def read(lines: list[str]) -> Iterator[Block]:
    """Yield the blocks of a document; images, comments and targets are left out."""
    lines = list(lines)
    at = 0
    while at < len(lines):
        if not lines[at].strip() or ADORNMENT.match(lines[at]):
            at += 1
        elif lines[at][0].isspace():
            end = indented_end(lines, at)
            lines[at:end] = [*textwrap.dedent("\n".join(lines[at:end])).splitlines(), ""]
        elif _is_title(lines, at):
            yield Block(Kind.HEADING, (from_rst(lines[at]),))
            at += 2
        else:
            blocks, at = _marked(lines, at) or _paragraph(lines, at)
            yield from blocks


def _is_title(lines: list[str], at: int) -> bool:
    under = lines[at + 1] if at + 1 < len(lines) else ""
    # Authors get the underline's length wrong by one; docutils only warns.
    return bool(ADORNMENT.match(under)) and len(under.strip()) >= len(lines[at].strip()) - 1


def _marked(lines: list[str], at: int) -> tuple[list[Block], int] | None:
    """Read a block that its first characters tell from a paragraph."""
    line = lines[at]
    if _EXPLICIT.match(line):
        end = indented_end(lines, at + 1)
        return _directive(line, lines[at + 1 : end]), end
    if ITEM.match(line):
        return list_block(lines, at, from_rst)
    if _TERM.match(line) and _is_indented(lines, at + 1):
        return _definitions(lines, at)
    drawn = _drawn(lines, at)
    return ([drawn], at + len(drawn.lines)) if drawn else None


def _is_indented(lines: list[str], at: int) -> bool:
    return at < len(lines) and lines[at][:1].isspace() and bool(lines[at].strip())


def _definitions(lines: list[str], at: int) -> tuple[list[Block], int]:
    """Read a list of terms at the margin with what they mean, indented below."""
    items: list[str] = []
    while at < len(lines) and _TERM.match(lines[at]) and _is_indented(lines, at + 1):
        end = indented_end(lines, at + 1)
        meaning = " ".join(lines[at + 1 : end])
        items.append(from_rst(f"{lines[at].rstrip(':')}: {meaning}"))
        at = end
        while at < len(lines) and not lines[at].strip():
            at += 1
    return [Block(Kind.LIST, tuple(items))], at


def _drawn(lines: list[str], at: int) -> Block | None:
    """Read what keeps its lines: a table, a line block, statements at the prompt."""
    end = paragraph_end(lines, at)
    if TABLE.match(lines[at]):
        return Block(Kind.CODE, tuple(lines[at:end]), "text")
    if lines[at].startswith("|"):
        return Block(Kind.CODE, tuple(s[1:].removeprefix(" ") for s in lines[at:end]), "text")
    if lines[at].startswith(">>>"):
        return Block(Kind.CODE, tuple(lines[at:end]), "pycon")
    return None


def _paragraph(lines: list[str], at: int) -> tuple[list[Block], int]:
    """Read a paragraph, with the literal block that a double colon at its end announces."""
    end = paragraph_end(lines, at, until=_BREAK)
    text = " ".join(lines[at:end]).strip()
    literal: list[Block] = []
    if text.endswith("::"):
        text = text[:-2].rstrip()
        text += ":" if text and text[-1] not in ".!?" else ""
        start, end = end, indented_end(lines, end)
        literal = code_block(lines[start:end], "")
    cleaned = "" if is_bare_link(text) else from_rst(text)
    return ([Block(Kind.PARAGRAPH, (cleaned,))] if cleaned else []) + literal, end


def _directive(line: str, body: list[str]) -> list[Block]:
    match = _DIRECTIVE.match(line)
    if match is None:
        return []  # a comment, a target, a substitution
    return directives.blocks(match["name"], from_rst(match["argument"]), body, read)
