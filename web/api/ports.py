"""What the API needs of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Generator

    from engine import Answer, Scope
    from generation.protocol import Task, Turn
    from retrieval.model import SearchResult


class Engine(Protocol):
    """Answers questions; :class:`engine.Engine` does."""

    def ask(
        self,
        question: str,
        scope: Scope,
        *,
        task: Task | None = None,
        history: tuple[Turn, ...] = (),
    ) -> Answer:
        """Return the answer."""

    def stream(
        self,
        question: str,
        scope: Scope,
        *,
        task: Task | None = None,
        history: tuple[Turn, ...] = (),
    ) -> Generator[str, None, Answer]:
        """Yield the answer's text as it is written; return the whole of it."""

    def search(self, query: str, scope: Scope) -> SearchResult:
        """Return the nearest passages."""


class Conversations(Protocol):
    """What was said before; :class:`engine.conversations.Conversations` keeps it."""

    def history(self, repository: str, owner: str) -> tuple[Turn, ...]:
        """Return what was said, the oldest first."""

    def remember(self, repository: str, owner: str, *, question: str, response: str) -> None:
        """Keep a question with its answer."""

    def forget(self, owner: str, *, repository: str | None = None) -> int:
        """Delete what was said, of one repository or of all; return how many questions it was."""
