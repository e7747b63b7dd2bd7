"""What of a draft may be shown: what it cites, and what its code and its quotations hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import structlog

import generation
from engine.checks.model import ProblemKind
from engine.checks.support import unsupporting
from engine.errors import NotIndexed
from generation import citations
from generation.protocol import Attempt, GenerationError, Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.checks.model import Problem
    from generation.protocol import Completion, Request
    from retrieval.model import SearchResult

log = structlog.get_logger(__name__)

MENDED = frozenset(ProblemKind) - {ProblemKind.UNUSED_IMPORT}
"""What a model is asked to mend. An import too many does no harm."""


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


class Writer(Protocol):
    """Writes an answer; a provider or a chain of them does."""

    @property
    def is_model(self) -> bool:
        """Whether it writes text of its own."""

    def complete(self, request: Request) -> Completion:
        """Return the whole answer."""


@dataclass(frozen=True, slots=True)
class Review:
    """A draft, and what the checks find in it."""

    draft: Completion
    problems: tuple[Problem, ...] = ()

    @property
    def cited(self) -> tuple[int, ...]:
        """The numbers of the passages that it cites, in the order in which it does."""
        return tuple(citations.cited(self.draft.text))

    @property
    def to_mend(self) -> tuple[Problem, ...]:
        """The problems that another attempt could be without."""
        return tuple(problem for problem in self.problems if problem.kind in MENDED)


class Reviewer:
    """Checks drafts against the repository, and has them mended once."""

    def __init__(self, checker: Checker | None) -> None:
        """Take what checks; None lets everything pass."""
        self._checker = checker

    def reviewed(
        self, draft: Completion, *, request: Request, found: SearchResult, writer: Writer
    ) -> Review:
        """Return ``draft`` with its problems, or what ``writer`` made of it when shown them.

        Of the two, the one with fewer problems.
        """
        first = self._review(draft, request, found)
        if not first.to_mend or not writer.is_model:
            return first
        attempt = Attempt(draft.text, tuple(problem.advice for problem in first.to_mend))
        try:
            mended = writer.complete(replace(request, attempt=attempt))
        except GenerationError as error:
            log.warning("repair_failed", error=str(error))
            return first
        second = self._review(mended, request, found)
        log.info("repaired", before=len(first.to_mend), after=len(second.to_mend))
        if not second.cited or len(second.to_mend) > len(first.to_mend):
            return first
        return second

    def _review(self, draft: Completion, request: Request, found: SearchResult) -> Review:
        draft = replace(draft, text=_supported(draft.text, request))
        if self._checker is None or not found.commit:
            return Review(draft)
        try:
            problems = self._checker.check_answer(
                draft.text,
                repository=found.repository,
                ref=found.ref,
                passages=request.passages,
                question=request.question,
            )
        except NotIndexed:  # removed while the model wrote
            problems = ()
        return Review(draft, problems)


def _supported(text: str, request: Request) -> str:
    """Return ``text`` without the citations of passages that have nothing to do with it."""
    if request.task is Task.TRANSLATE:  # what it cites is in another language
        return text
    idle = unsupporting(text, request.passages, repository=request.repository)
    return citations.keep_only(text, [n for n in citations.cited(text) if n not in idle])
