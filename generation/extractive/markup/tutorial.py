"""Reads example scripts whose docstring and comment blocks are prose, as Sphinx-Gallery does."""

from __future__ import annotations

import inspect
import io
import re
import tokenize
from typing import TYPE_CHECKING

from generation.extractive import examples
from generation.extractive.markup import rst
from generation.extractive.markup.lines import code_block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generation.extractive.markup.block import Block


def read(text: str) -> Iterator[Block]:
    """Yield the script's prose and code in turn."""
    code: list[str] = []
    comment: list[str] = []
    text, docstring = _without_docstring(text)
    yield from rst.read(docstring.splitlines())
    inside = _lines_within_strings(text)
    for number, line in enumerate(text.splitlines(), start=1):
        is_comment = line.startswith("#") and number not in inside
        if is_comment and code:
            yield from code_block(code, "python")
            code = []
        elif not is_comment and comment:
            yield from rst.read(comment)
            comment = []
        if is_comment:
            comment.append(line.lstrip("#%").removeprefix(" "))
        else:
            code.append(line)
    yield from code_block(code, "python")
    yield from rst.read(comment)


def _without_docstring(text: str) -> tuple[str, str]:
    match = re.match(r"\s*[rRuU]?(\"\"\"|''')(?P<text>.*?)\1", text, re.DOTALL)
    return (text[match.end() :], inspect.cleandoc(match["text"])) if match else (text, "")


def _lines_within_strings(text: str) -> frozenset[int]:
    """Return the numbers of the lines that lie in a string of several lines (shader code, say)."""
    if examples.parsed(text) is None:
        return frozenset()
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return frozenset(
        number
        for token in tokens
        if token.type == tokenize.STRING
        for number in range(token.start[0] + 1, token.end[0] + 1)
    )
