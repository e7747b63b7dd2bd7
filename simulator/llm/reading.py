"""Reads a prompt as a careful model does: by the fences of the request, and no others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_CODE: Final = re.compile(
    r"^A block begins with <<<(?P<code>[0-9a-f]+) and its label", re.MULTILINE
)
_BLOCK: Final = r"^<<<(?P<code>{code}) (?P<label>[^\n]*)\n(?P<text>.*?)\n(?P=code)>>>$"
_ANY_BLOCK: Final = re.compile(_BLOCK.format(code="[0-9a-f]+"), re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two fences, and what it is said to be."""

    label: str
    text: str


def blocks(user: str, *, system: str = "") -> tuple[Block, ...]:
    """Return the blocks of ``user``, in order; of any code where ``system`` names none."""
    return tuple(Block(m["label"], m["text"]) for m in _pattern(system).finditer(user))


def outside(user: str, *, system: str) -> str:
    """Return what of ``user`` stands in no block: the words that are not data."""
    return _pattern(system).sub("\n", user)


def _pattern(system: str) -> re.Pattern[str]:
    named = _CODE.search(system)
    if named is None:
        return _ANY_BLOCK
    return re.compile(_BLOCK.format(code=named["code"]), re.MULTILINE | re.DOTALL)
