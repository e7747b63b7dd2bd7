"""A block of a document, whatever markup it was written in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What a block is."""

    HEADING = auto()
    PARAGRAPH = auto()
    LIST = auto()
    CODE = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a document."""

    kind: Kind
    lines: tuple[str, ...]
    """A paragraph or heading: one. A list: its items, without markers. Code: as written."""
    language: str = ""
    """Of code; of a list ``1`` when it is numbered."""

    @property
    def text(self) -> str:
        """The lines as one text, for scoring."""
        return "\n".join(self.lines)
