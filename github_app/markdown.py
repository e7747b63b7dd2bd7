"""The Markdown parser that the face reads comments with, and their readable text."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_COMMENT = 65_536
"""Characters that a comment's body holds at most, by GitHub's rule."""

_HTML_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


@cache
def _parser() -> MarkdownIt:
    # Without text_join an escaped character stays apart from the text around it.
    return MarkdownIt("commonmark").disable("text_join")


def parse(text: str) -> list[Token]:
    """Return the block tokens of CommonMark ``text``; inline ones are their children."""
    return _parser().parse(storable(text[:MAX_COMMENT]))


def storable(text: str) -> str:
    """Return ``text`` without what UTF-8 or PostgreSQL cannot hold: lone surrogates, NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def without_comments(text: str) -> str:
    """Return ``text`` without HTML comments, which no reader of the page sees."""
    return _HTML_COMMENT.sub("", text)
