"""What the engine is put together from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    import generation
    from engine.checks.model import Problem
    from generation.protocol import Completion, Request
    from retrieval.model import SearchResult


class Searcher(Protocol):
    """Finds passages; :class:`retrieval.search.Retriever` does."""

    def search(
        self, query: str, *, repository: str, knn: int, ref: str | None = None
    ) -> SearchResult:
        """Return the best passages."""


class Pointer(Protocol):
    """Reads what a message names; :class:`engine.pointing.NamedFiles` does."""

    def read(self, message: str, *, repository: str, ref: str | None) -> SearchResult | None:
        """Return what stands there; None, if nothing is named or it is not there."""


class Writer(Protocol):
    """Writes an answer from passages; a provider or a chain of them does."""

    @property
    def is_model(self) -> bool:
        """Whether it writes text of its own."""

    def stream(self, request: Request) -> Generator[str, None, Completion]:
        """Yield the answer as it comes, and return the whole of it."""

    def complete(self, request: Request) -> Completion:
        """Return the whole answer."""


class Checker(Protocol):
    """Finds what in an answer does not hold; :class:`engine.checks.checker.Checker` does."""

    def check_answer(
        self,
        markdown: str,
        *,
        repository: str,
        ref: str | None = None,
        passages: Sequence[generation.Passage] = (),
        question: str | None = None,
    ) -> tuple[Problem, ...]:
        """Return what does not hold, by its lines."""

    def check_without_index(
        self,
        markdown: str,
        *,
        passages: Sequence[generation.Passage] = (),
        question: str | None = None,
    ) -> tuple[Problem, ...]:
        """Return what does not hold whatever the repository defines."""
