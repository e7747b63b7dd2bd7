"""What the benchmark asks of every system that it compares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class File:
    """A file of the corpus, decoded."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """Lines of a file, 1-based and inclusive, that a search gave."""

    path: str
    start_line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Setup:
    """What a system is given besides the files."""

    model: str
    """The folder of the embedding model, the same for all."""
    database: str
    """The URL of an empty PostgreSQL database of the system's own, with pgvector at hand."""
    folder: Path
    """An empty folder of the system's own."""


class Peer(Protocol):
    """A system: made anew for each corpus."""

    def index(self, files: Sequence[File]) -> int:
        """Take in the corpus; return how many chunks it was cut into."""

    def search(self, query: str, k: int) -> list[Found]:
        """Return the ``k`` best chunks, the best first."""
