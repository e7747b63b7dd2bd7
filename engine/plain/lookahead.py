"""Text that has come and is not given out yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re


@dataclass(slots=True)
class Lookahead:
    """What is held back, from its first character on."""

    text: str = ""
    is_end: bool = False
    """Nothing follows it."""

    def knows(self, end: int) -> bool:
        """Whether the text up to ``end`` is there, or never will be."""
        return self.is_end or end <= len(self.text)

    def matched(self, pattern: re.Pattern[str], at: int) -> str:
        """Return what ``pattern`` matches at ``at``, or nothing."""
        match = pattern.match(self.text, at)
        return match[0] if match else ""

    def line_end(self, at: int, limit: int) -> int | None:
        """Return where the line ends, if that is before ``limit``."""
        end = self.text.find("\n", at, limit)
        return end if end >= 0 else None


@dataclass(frozen=True, slots=True)
class Step:
    """What is given out for the text up to ``end``."""

    end: int
    text: str
