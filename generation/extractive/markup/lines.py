"""Cuts the lines of a document at its margins: what all markups share."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

from generation.extractive.markup.block import Block, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

ADORNMENT: Final = re.compile(r"^([=\-~^\"'`#*+.:_])\1{2,}\s*$")
TABLE: Final = re.compile(r"^(?:\+[-=+]+\+|={2,}(?: +={2,})+|-{2,}(?: +-{2,})+)\s*$")
ITEM: Final = re.compile(r"^(?P<marker>[*+•-]|(?:\d+|#)[.)])\s+(?P<text>.*)$")
FENCE: Final = re.compile(r"^\s*(?P<fence>```+|~~~+)\s*\{?(?P<language>[\w+-]*)")
_LANGUAGES: Final = {
    "shell": "bash",
    "sh": "bash",
    "console": "bash",
    "python3": "python",
    "py": "python",
}


def code_block(lines: list[str], language: str) -> list[Block]:
    """Return the lines as a block of code without their common indent; nothing when blank."""
    code = textwrap.dedent("\n".join(lines)).strip("\n").rstrip()
    if not code:
        return []
    return [Block(Kind.CODE, tuple(code.splitlines()), _LANGUAGES.get(language, language))]


def list_block(lines: list[str], at: int, clean: Callable[[str], str]) -> tuple[list[Block], int]:
    """Return the list that begins at ``at``, and the line after it."""
    items: list[str] = []
    numbered = _is_numbered(lines[at])
    while at < len(lines):
        match = ITEM.match(lines[at])
        if match and _is_numbered(lines[at]) == numbered:
            items.append(match["text"])
        elif match is None and lines[at].startswith(" ") and not FENCE.match(lines[at]):
            items[-1] += " " + lines[at].strip()
        elif lines[at].strip() or not _list_goes_on(lines, at):
            break
        at += 1
    cleaned = tuple(filter(None, map(clean, items)))
    return [Block(Kind.LIST, cleaned, "1" if numbered else "")], at


def _is_numbered(line: str) -> bool:
    match = ITEM.match(line)
    return match is not None and match["marker"][-1] in ".)"


def _list_goes_on(lines: list[str], at: int) -> bool:
    rest = next((line for line in lines[at:] if line.strip()), "")
    return bool(ITEM.match(rest)) or (rest.startswith("  ") and not FENCE.match(rest))


def paragraph_end(lines: list[str], at: int) -> int:
    """Return the line after the paragraph that begins at ``at``."""
    end = at + 1
    while end < len(lines) and lines[end].strip() and not FENCE.match(lines[end]):
        if ADORNMENT.match(lines[end]) and not TABLE.match(lines[at]):
            return max(at + 1, end - 1)
        end += 1
    return end


def indented_end(lines: list[str], at: int) -> int:
    """Return the line after the indented lines that begin at ``at``, blank ones between."""
    end = at
    for position in range(at, len(lines)):
        line = lines[position]
        if line.strip():
            if not line[0].isspace():
                break
            end = position + 1
    return end
