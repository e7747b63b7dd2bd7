"""Reads Markdown, as far as answers need it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generation.extractive.markup.block import Block, Kind
from generation.extractive.markup.inline import from_markdown
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
_UNDERLINE: Final = re.compile(r"^(?:=+|-+)\s*$")


def read(lines: list[str]) -> Iterator[Block]:
    """Yield the blocks of a document; images and HTML are left out."""
    at = 0
    while at < len(lines):
        following = lines[at + 1] if at + 1 < len(lines) else ""
        if not lines[at].strip():
            at += 1
        elif heading := _HEADING.match(lines[at]):
            yield Block(Kind.HEADING, (from_markdown(heading["title"]),))
            at += 1
        elif _UNDERLINE.match(following):
            yield Block(Kind.HEADING, (from_markdown(lines[at]),))
            at += 2
        else:
            blocks, at = _marked(lines, at) or _paragraph(lines, at)
            yield from blocks


def _marked(lines: list[str], at: int) -> tuple[list[Block], int] | None:
    """Read a block that its first characters tell from a paragraph."""
    line = lines[at]
    if fence := FENCE.match(line):
        end = at + 1
        while end < len(lines) and not lines[end].strip().startswith(fence["fence"]):
            end += 1
        return code_block(lines[at + 1 : end], fence["language"]), end + 1
    if ITEM.match(line):
        return list_block(lines, at, from_markdown)
    if line.startswith("    "):
        end = indented_end(lines, at)
        return code_block(lines[at:end], ""), end
    if line.startswith("|"):
        end = paragraph_end(lines, at)
        return [Block(Kind.CODE, tuple(lines[at:end]), "text")], end
    return None


def _paragraph(lines: list[str], at: int) -> tuple[list[Block], int]:
    end = paragraph_end(lines, at)
    text = from_markdown(" ".join(line.removeprefix("> ") for line in lines[at:end]))
    return ([Block(Kind.PARAGRAPH, (text,))] if text else []), end
