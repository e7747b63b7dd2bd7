"""Cuts the lines of a document at its margins: what all markups share."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

from generation.extractive.markup.block import NESTED, Block, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

ADORNMENT: Final = re.compile(r"^([=\-~^\"'`#*+.:_])\1{2,}\s*$")
TABLE: Final = re.compile(r"^(?:\+[-=+]+\+|={2,}(?: +={2,})+|-{2,}(?: +-{2,})+)\s*$")
ITEM: Final = re.compile(r"^(?P<marker>[*+•-]|(?:\d+|#)[.)])\s+(?P<text>.*)$")
FENCE: Final = re.compile(r"^\s*(?P<fence>```+|~~~+)\s*\{?(?P<language>[\w+-]*)")
_BREAK: Final = re.compile(r"^\s*(?:```|~~~|:::|\.\. |>>>)")
"""Begins a block that no paragraph of an item holds."""
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
    if code.startswith(">>>"):
        language = "pycon"  # output stands between the statements
    return [Block(Kind.CODE, tuple(code.splitlines()), _LANGUAGES.get(language, language))]


def list_block(lines: list[str], at: int, clean: Callable[[str], str]) -> tuple[list[Block], int]:
    """Return the list that begins at ``at``, and the line after it.

    The literal block that an item announces ends the list, and comes after it.
    """
    items: list[str] = []
    numbered = _is_numbered(lines[at])
    first = (re.match(r"\d{1,9}", lines[at]) or ["1"])[0] if numbered else ""
    literal: list[Block] = []
    while at < len(lines) and not literal:
        line = lines[at]
        match = ITEM.match(line)
        nested = ITEM.match(line.lstrip()) if line.startswith(" ") else None
        if match and _is_numbered(line) == numbered:
            items.append(match["text"])
        elif nested:
            items.append(f"{NESTED}{nested['text']}")
        elif match is None and line.startswith(" ") and not _BREAK.match(line):
            items[-1] += " " + line.strip()
        elif line.strip() or not _list_goes_on(lines, at):
            break
        elif items[-1].endswith("::"):
            items[-1] = items[-1][:-1]
            end = _literal_end(lines, at)
            literal, at = code_block(lines[at:end], ""), end - 1
        at += 1
    cleaned = tuple(_cleaned(item, clean) for item in items if item.strip())
    listed = Block(Kind.LIST, tuple(filter(str.strip, cleaned)), first)
    return [*([listed] if listed.lines else []), *literal], at


def _cleaned(item: str, clean: Callable[[str], str]) -> str:
    return NESTED * item.startswith(NESTED) + clean(item)


def _literal_end(lines: list[str], at: int) -> int:
    """Return the line after the block that is indented as the first line at ``at`` or below is."""
    first = next((line for line in lines[at:] if line.strip()), "")
    margin = len(first) - len(first.lstrip())
    end = at
    for position in range(at, len(lines)):
        line = lines[position]
        if line.strip():
            if len(line) - len(line.lstrip()) < margin:
                break
            end = position + 1
    return end


def _is_numbered(line: str) -> bool:
    match = ITEM.match(line)
    return match is not None and match["marker"][-1] in ".)"


def _list_goes_on(lines: list[str], at: int) -> bool:
    rest = next((line for line in lines[at:] if line.strip()), "")
    return bool(ITEM.match(rest)) or (rest.startswith("  ") and not _BREAK.match(rest))


def paragraph_end(lines: list[str], at: int, *, until: re.Pattern[str] | None = None) -> int:
    """Return the line after the paragraph that begins at ``at``; ``until`` begins another block."""
    end = at + 1
    while end < len(lines) and lines[end].strip() and not FENCE.match(lines[end]):
        if until and until.match(lines[end]):
            break
        if lines[end - 1].rstrip().endswith(":") and ITEM.match(lines[end].lstrip()):
            break  # a list without the blank line before it
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
