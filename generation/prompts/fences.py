"""Fences that no text between them can open or close."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generation.prompts.visibility import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

_CODE_BYTES: Final = 8
_LONGEST_LABEL: Final = 600
"""Characters of a label: a path of Git's may be as long as its author likes."""


@dataclass(frozen=True, slots=True)
class Block:
    """A text, and one line that says what it is; both are free of what no reader sees."""

    label: str
    text: str


def fresh_code(blocks: Iterable[Block]) -> str:
    """Draw a code that none of ``blocks`` holds."""
    texts = [text for block in blocks for text in (block.label, block.text)]
    while True:
        code = secrets.token_hex(_CODE_BYTES)
        if not any(code in text for text in texts):
            return code


def fenced(block: Block, code: str) -> str:
    """Return ``block`` between its fences."""
    return f"<<<{code} {block.label}\n{block.text}\n{code}>>>"


def inline(text: str) -> str:
    """Return ``text`` fit to stand in a label: one line, of bounded length."""
    return " ".join(visible(text[: 4 * _LONGEST_LABEL]).split())[:_LONGEST_LABEL]
