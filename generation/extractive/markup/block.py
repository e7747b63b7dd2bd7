"""A block of a document, whatever markup it was written in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

NESTED = "  "
"""Begins an item that stands in an item."""


class Kind(Enum):
    """What a block is."""

    HEADING = auto()
    PARAGRAPH = auto()
    LIST = auto()
    CODE = auto()
    VERSION = auto()
    """A note of the version in which something came, changed or goes; one line."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a document."""

    kind: Kind
    lines: tuple[str, ...]
    """A paragraph or heading: one. A list: its items, without markers; those of a list
    within it begin with :data:`NESTED`. Code: as written."""
    language: str = ""
    """Of code; of a list that is numbered, its first number."""

    @property
    def text(self) -> str:
        """The lines as one text, for scoring."""
        return "\n".join(self.lines)
