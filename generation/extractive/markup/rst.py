"""Reads reStructuredText, as far as answers need it: no document is rendered."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

from generation.extractive.markup.block import Block, Kind
from generation.extractive.markup.inline import from_rst
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
_CODE_DIRECTIVES: Final = frozenset(
    {"code-block", "code", "sourcecode", "prompt", "parsed-literal"}
)
_ADMONITIONS: Final = frozenset(
    {"note", "warning", "tip", "important", "caution", "hint", "attention", "danger", "seealso"}
)
_VERSIONS: Final = {
    "versionadded": "New in version",
    "versionchanged": "Changed in version",
    "deprecated": "Deprecated since version",
}


def read(lines: list[str]) -> Iterator[Block]:
    """Yield the blocks of a document; images, comments and targets are left out."""
    at = 0
    while at < len(lines):
        if not lines[at].strip() or ADORNMENT.match(lines[at]):
            at += 1
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
    end = paragraph_end(lines, at)
    if TABLE.match(line):
        return [Block(Kind.CODE, tuple(lines[at:end]), "text")], end
    if line.startswith("|"):
        drawn = tuple(s[1:].removeprefix(" ") for s in lines[at:end])
        return [Block(Kind.CODE, drawn, "text")], end
    if line.startswith(">>>"):
        code = tuple(s[4:] for s in lines[at:end] if s.startswith((">>> ", "... ")))
        return [Block(Kind.CODE, code, "python")], end
    return None


def _paragraph(lines: list[str], at: int) -> tuple[list[Block], int]:
    """Read a paragraph, with the literal block that a double colon at its end announces."""
    end = paragraph_end(lines, at)
    text = " ".join(lines[at:end]).strip()
    literal: list[Block] = []
    if text.endswith("::"):
        text = f"{text[:-2].rstrip()}:" if text != "::" else ""
        start, end = end, indented_end(lines, end)
        literal = code_block(lines[start:end], "")
    cleaned = from_rst(text)
    return ([Block(Kind.PARAGRAPH, (cleaned,))] if cleaned else []) + literal, end


def _directive(line: str, body: list[str]) -> list[Block]:
    match = _DIRECTIVE.match(line)
    if match is None:
        return []  # a comment, a target, a substitution
    name, argument = match["name"], match["argument"].strip()
    body = _without_options(body)
    if name in _CODE_DIRECTIVES:
        return code_block(body, argument)
    text = from_rst(" ".join([argument, textwrap.dedent("\n".join(body))]))
    if name in _ADMONITIONS and text:
        return [Block(Kind.PARAGRAPH, (f"**{name.capitalize()}**: {text}",))]
    if name in _VERSIONS:
        return [Block(Kind.PARAGRAPH, (f"{_VERSIONS[name]} {text}",))]
    return []


def _without_options(body: list[str]) -> list[str]:
    at = 0
    while at < len(body) and re.match(r"^\s+:[\w-]+:", body[at]):
        at += 1
    return body[at:]
