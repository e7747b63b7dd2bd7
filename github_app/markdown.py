"""The Markdown parser that the face reads comments with, and their readable text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from storage.text import storable

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_COMMENT = 65_536
"""Characters that a comment's body holds at most, by GitHub's rule."""

_HTML_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


_parser = MarkdownIt("commonmark")


def parse(text: str) -> list[Token]:
    """Return the block tokens of CommonMark ``text``; inline ones are their children."""
    return _parser.parse(source(text))


def source(text: str) -> str:
    """Return ``text`` as a comment can hold it, each line ended by a line feed alone."""
    lines = text[:MAX_COMMENT].replace("\r\n", "\n").replace("\r", "\n")
    return storable(lines)


def without_comments(text: str) -> str:
    """Return ``text`` without HTML comments, which no reader of the page sees."""
    return _HTML_COMMENT.sub("", text)
