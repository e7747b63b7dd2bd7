"""What of a draft may be shown: what it cites, and what its code and its quotations hold."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from engine.checks.model import ProblemKind
from engine.checks.support import unsupporting
from engine.errors import NotIndexed
from generation import NOT_FOUND, citations
from generation.protocol import Attempt, GenerationError, Task
from storage.text import storable

if TYPE_CHECKING:
    from collections.abc import Generator

    from engine.checks.model import Problem
    from engine.ports import Checker, Writer
    from generation.protocol import Completion, Request
    from retrieval.model import SearchResult

log = structlog.get_logger(__name__)

MENDED = frozenset(ProblemKind) - {ProblemKind.UNUSED_IMPORT}
"""What a model is asked to mend. An import too many does no harm."""


@dataclass(frozen=True, slots=True)
class Review:
    """A draft, and what the checks find in it."""

    draft: Completion
    problems: tuple[Problem, ...] = ()
    is_grounded: bool = True
    """It says something, and cites one of the passages at the least."""

    @property
    def to_mend(self) -> tuple[Problem, ...]:
        """The problems that another attempt could be without."""
        return tuple(problem for problem in self.problems if problem.kind in MENDED)

    @property
    def is_cut(self) -> bool:
        """Whether the model came to the end of its room before that of its answer."""
        return self.draft.finish_reason == "length"


class Reviewer:
    """Checks drafts against the repository, and has them mended once."""

    def __init__(self, checker: Checker | None) -> None:
        """Take what checks; None lets everything pass."""
        self._checker = checker

    def reviewing(
        self, draft: Completion, *, request: Request, found: SearchResult, writer: Writer
    ) -> Generator[None, None, Review]:
        """Return ``draft`` with its problems, or what ``writer`` made of it when shown them.

        Another attempt is taken only if it rests on a passage and has fewer problems. Yields
        while it is written; closing the generator then stops the writer.
        """
        first = self._review(draft, request, found)
        if not first.is_grounded or not first.to_mend or not writer.is_model:
            return first
        attempt = Attempt(draft.text, tuple(problem.advice for problem in first.to_mend))
        asked = replace(request, attempt=attempt, model=draft.model)
        try:
            mended = yield from _written(writer, asked)
        except GenerationError as error:
            log.warning("repair_failed", error=str(error))
            return first
        second = self._review(mended, request, found)
        log.info("repaired", before=len(first.to_mend), after=len(second.to_mend))
        if second.is_grounded and len(second.to_mend) < len(first.to_mend):
            return second
        return first

    def _review(self, draft: Completion, request: Request, found: SearchResult) -> Review:
        text = _supported(storable(draft.text), request)
        draft = replace(draft, text=text)
        grounded = text.strip() != NOT_FOUND and not {
            passage.number for passage in request.passages
        }.isdisjoint(citations.cited(text))
        if self._checker is None or not grounded:
            return Review(draft, is_grounded=grounded)
        return Review(draft, self._problems(self._checker, text, request, found))

    def _problems(
        self, checker: Checker, text: str, request: Request, found: SearchResult
    ) -> tuple[Problem, ...]:
        if found.commit:
            with suppress(NotIndexed):  # removed while the model wrote
                return checker.check_answer(
                    text,
                    repository=found.repository,
                    ref=found.ref,
                    passages=request.passages,
                    question=request.question,
                )
        return checker.check_without_index(
            text, passages=request.passages, question=request.question
        )


def _written(writer: Writer, request: Request) -> Generator[None, None, Completion]:
    """Have ``writer`` write to the end; yields with each piece."""
    with closing(writer.stream(request)) as source:
        while True:
            try:
                next(source)
            except StopIteration as end:
                completion: Completion = end.value
                return completion
            yield


def _supported(text: str, request: Request) -> str:
    """Return ``text`` without the citations of passages that have nothing to do with it."""
    if request.task is Task.TRANSLATE:  # what it cites is in another language
        return text
    idle = unsupporting(text, request.passages, repository=request.repository)
    return citations.keep_only(text, [n for n in citations.cited(text) if n not in idle])
