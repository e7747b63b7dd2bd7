"""Cuts documents into blocks of GitHub Markdown."""

from __future__ import annotations

import textwrap

from generation.extractive.markup import markdown, rst, tutorial
from generation.extractive.markup.block import NESTED, Block, Kind
from generation.extractive.markup.inline import from_rst

__all__ = ["NESTED", "Block", "Kind", "from_prose", "from_rst", "read"]

_MARKDOWN = (".md", ".markdown", ".ipynb")


def read(text: str, path: str) -> list[Block]:
    """Return the blocks of a document; its file's name tells the markup."""
    text = textwrap.dedent(text)
    if path.endswith(_MARKDOWN):
        return list(markdown.read(text.splitlines()))
    if path.endswith(".py"):
        return list(tutorial.read(text))
    return list(rst.read(text.splitlines()))


def from_prose(text: str) -> list[Block]:
    """Return the blocks of a docstring, whose margin is already off."""
    return list(rst.read(text.splitlines()))
