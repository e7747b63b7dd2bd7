"""What the GitHub face needs from other rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from engine.answer import Answer, Scope
    from retrieval.model import IndexReport, SearchResult


class Answerer(Protocol):
    """Answers from what is indexed. Both raise :class:`engine.errors.NotIndexed`."""

    def ask(self, question: str, scope: Scope) -> Answer:
        """Answer ``question``, or abstain."""

    def search(self, query: str, scope: Scope) -> SearchResult:
        """Return the passages that match ``query`` best."""


class Indexer(Protocol):
    """Keeps the index of each repository (``owner/name``)."""

    def register(self, repository: str, url: str, *, github_id: int | None = None) -> int:
        """Make the repository known, and return its id in the database.

        What is known of ``github_id`` goes by this name from now on; what is known of another
        repository under this name is deleted.
        """

    def index(self, root: Path, *, repository: str, url: str, ref: str, commit: str) -> IndexReport:
        """Bring the index to the state of the tree at ``root``."""

    def forget(self, repository: str) -> None:
        """Delete the repository with all that is known of it; an unknown one is no error."""
