"""What the check of an answer finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProblemKind(StrEnum):
    """What is wrong with a piece of an answer."""

    SYNTAX = "syntax"
    UNDEFINED_NAME = "undefined-name"
    UNUSED_IMPORT = "unused-import"
    UNKNOWN_IMPORT = "unknown-import"
    UNKNOWN_ATTRIBUTE = "unknown-attribute"
    UNKNOWN_ARGUMENT = "unknown-argument"
    MISSING_ARGUMENT = "missing-argument"
    DEPRECATED = "deprecated"
    UNSUPPORTED_QUOTE = "unsupported-quote"
    UNSUPPORTED_VERSION = "unsupported-version"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not hold."""

    kind: ProblemKind
    line: int
    """1-based, within the code that was checked; of an answer, within its Markdown."""
    name: str
    """What is wrong, as written: ``actor.shpere``."""
    problem: str
    """One sentence for a person."""
    suggestion: str | None = None
    """The nearest real name, as it would be written in its place."""
    block: int = 0
    """Of an answer, the number of the code block that it is in; 0: in none."""
    block_line: int = 0
    """1-based, within that block."""

    @property
    def hint(self) -> str:
        """The suggestion in a sentence; empty when there is none."""
        return f"Did you mean `{self.suggestion}`?" if self.suggestion else ""

    @property
    def advice(self) -> str:
        """The problem with its suggestion, as one who is to mend it is told."""
        return f"{self.problem} {self.hint}".rstrip()
