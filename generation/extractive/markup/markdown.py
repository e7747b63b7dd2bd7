"""Reads Markdown, as far as answers need it."""

from __future__ import annotations

import re
import textwrap
from functools import partial
from typing import TYPE_CHECKING, Final

from generation.extractive.markup import directives, rst
from generation.extractive.markup.block import Block, Kind
from generation.extractive.markup.inline import from_markdown, is_bare_link
from generation.extractive.markup.lines import (
    FENCE,
    ITEM,
    code_block,
    indented_end,
    list_block,
    paragraph_end,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADING: Final = re.compile(r"^#{1,6}\s+(?P<title>.+?)\s*#*$")
_DIRECTIVE: Final = re.compile(
    r"^\s*(?P<fence>```+|~~~+|:::+)\s*\{(?P<name>[\w:-]+)\}(?P<argument>.*)$"
)
_DEEPEST: Final = 20
_RST: Final = "eval-rst"
_UNSEEN: Final = re.compile(r"^(?:\[[^\]]+\]:\s*\S+.*|\([\w-]+\)=|%(?: .*)?)$")
"""The address of a link, the target of a reference, a comment."""
_BULLET: Final = re.compile(r"^(?:[*+-]|1[.)])\s+\S")
_UNDERLINE: Final = re.compile(r"^(?:=+|-+)\s*$")


def read(lines: list[str], *, depth: int = 0) -> Iterator[Block]:
    """Yield the blocks of a document; images and HTML are left out.

    ``depth`` is how many directives it stands in; what stands deeper than people write is not
    read.
    """
    at = 0
    while depth <= _DEEPEST and at < len(lines):
        following = lines[at + 1] if at + 1 < len(lines) else ""
        if not lines[at].strip() or _UNSEEN.match(lines[at]):
            at += 1
        elif heading := _HEADING.match(lines[at]):
            yield Block(Kind.HEADING, (from_markdown(heading["title"]),))
            at += 1
        elif _UNDERLINE.match(following):
            yield Block(Kind.HEADING, (from_markdown(lines[at]),))
            at += 2
        else:
            blocks, at = _marked(lines, at, depth) or _paragraph(lines, at)
            yield from blocks


def _marked(lines: list[str], at: int, depth: int) -> tuple[list[Block], int] | None:
    """Read a block that its first characters tell from a paragraph."""
    line = lines[at]
    if FENCE.match(line) or _DIRECTIVE.match(line):
        return _fenced(lines, at, depth)
    if ITEM.match(line):
        return list_block(lines, at, from_markdown)
    if line[0].isspace() and ITEM.match(line.lstrip()):
        end = indented_end(lines, at)
        return list(read(textwrap.dedent("\n".join(lines[at:end])).splitlines(), depth=depth)), end
    if line.startswith("    "):
        end = indented_end(lines, at)
        return code_block(lines[at:end], ""), end
    if line.startswith("|"):
        end = paragraph_end(lines, at)
        return [Block(Kind.CODE, tuple(lines[at:end]), "text")], end
    return None


def _fenced(lines: list[str], at: int, depth: int) -> tuple[list[Block], int]:
    directive = _DIRECTIVE.match(lines[at])
    fence = directive or FENCE.match(lines[at])
    end = at + 1
    while fence and end < len(lines) and not lines[end].strip().startswith(fence["fence"]):
        end += 1
    body = lines[at + 1 : end]
    if directive:
        return _directive(directive, body, depth + 1), end + 1
    return code_block(body, fence["language"] if fence else ""), end + 1


def _directive(match: re.Match[str], body: list[str], depth: int) -> list[Block]:
    """Read a directive of MyST.

    https://myst-parser.readthedocs.io/en/latest/syntax/roles-and-directives.html
    """
    if match["name"] == _RST:
        return list(rst.read(textwrap.dedent("\n".join(body)).splitlines()))
    return directives.blocks(match["name"], match["argument"], body, partial(read, depth=depth))


def _paragraph(lines: list[str], at: int) -> tuple[list[Block], int]:
    end = paragraph_end(lines, at, until=_BULLET)
    text = from_markdown(" ".join(line.removeprefix("> ") for line in lines[at:end]))
    if not text or is_bare_link(text):
        return [], end
    return [Block(Kind.PARAGRAPH, (text,))], end
