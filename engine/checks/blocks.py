"""The code blocks of a Markdown text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMONMARK = MarkdownIt("commonmark")
_TAG = re.compile(r"[\w+#-]+")


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A fenced or indented block of code."""

    language: str
    """As tagged, in lower case; empty: it has no tag."""
    text: str
    line: int
    """1-based, of its first line of code in the Markdown."""


def code_blocks(markdown: str) -> list[CodeBlock]:
    """Return the code blocks of a text, those in lists and quotes among them, in order."""
    return list(_code_blocks(markdown))


def beginning(markdown: str, *, most: int) -> str:
    """Return the lines within the first ``most`` characters, without a code block that is cut."""
    if len(markdown) <= most:
        return markdown
    lines = markdown[: markdown.rfind("\n", 0, most) + 1].splitlines(keepends=True)
    for token in _COMMONMARK.parse("".join(lines)):
        if token.type not in {"fence", "code_block"} or token.map is None:
            continue
        first, end = token.map
        if end >= len(lines) and not _is_closed(token.markup, lines[first:end]):
            return "".join(lines[:first])
    return "".join(lines)


def _is_closed(fence: str, lines: list[str]) -> bool:
    last = lines[-1].strip("> \t\n")
    return len(lines) > 1 and bool(fence) and last.startswith(fence) and not last.strip(fence[0])


def _code_blocks(markdown: str) -> Iterator[CodeBlock]:
    for token in _COMMONMARK.parse(markdown):
        if token.map is None:
            continue
        if token.type == "fence":
            tag = _TAG.match(token.info.strip().lstrip("{.").lower())
            language = tag.group() if tag else ""
            yield CodeBlock(language, dedent(token.content), token.map[0] + 2)
        elif token.type == "code_block":
            yield CodeBlock("", dedent(token.content), token.map[0] + 1)
