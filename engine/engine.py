"""The one way from a question to an answer, whichever face it came through."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from engine import plain
from engine.answering import abstained, reviewed
from engine.preparation import Preparer
from engine.review import Reviewer
from engine.translation import Own
from generation.extractive import declining
from generation.protocol import drained

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from engine.answer import Answer, Scope
    from engine.ports import Checker, Pointer, Searcher, Writer
    from engine.preparation import Asked
    from engine.review import Review
    from generation.protocol import Completion, Task, Turn
    from retrieval.model import SearchResult

log = structlog.get_logger(__name__)


class Engine:
    """Answers questions about one repository at a time, from that repository alone."""

    def __init__(
        self,
        searcher: Searcher,
        *,
        chain: Writer,
        providers: Mapping[str, Writer],
        checker: Checker | None = None,
        own: Callable[[str, str | None], Own] = lambda _repository, _ref: Own(),
        known_as: Callable[[str], str | None] = lambda repository: repository,
        pointer: Pointer | None = None,
    ) -> None:
        """Take the parts.

        Args:
            searcher: Finds passages.
            chain: Answers unless a scope names a provider.
            providers: Those that a scope may name.
            checker: Checks what was written; None lets everything pass.
            own: Tells which packages and modules are a repository's own, at a ref.
            known_as: Gives a repository's name as it is known; None of one that is not.
            pointer: Reads the file that a message names; without it, files are searched for.
        """
        self._preparer = Preparer(
            searcher,
            chain=chain,
            providers=providers,
            own=own,
            known_as=known_as,
            pointer=pointer,
        )
        self._providers = providers
        self._reviewer = Reviewer(checker)

    def search(self, query: str, scope: Scope) -> SearchResult:
        """Return the nearest passages alone.

        Raises:
            NotIndexed: There is nothing to search.
        """
        return self._preparer.search(query, scope)

    def ask(
        self,
        question: str,
        scope: Scope,
        *,
        task: Task | None = None,
        history: Sequence[Turn] = (),
        material: SearchResult | None = None,
    ) -> Answer:
        """Answer ``question`` from ``scope``, or abstain.

        Abstains when what is found makes it unlikely that the repository holds the answer, when
        the model finds none in it, and when what the model writes rests on none of it.

        Args:
            question: As somebody wrote it; a follow-up is made whole by ``history``.
            scope: What to answer from, and by whom.
            task: What a command asks for; without one, the question's words tell.
            history: What was said before, the oldest first.
            material: What is to be explained, translated or summed up, in place of what would be
                found.

        Raises:
            NotIndexed: There is nothing to answer from.
            UnknownProvider: The scope names a provider that is not there.
            GenerationError: No provider answered.
        """
        asked = self._preparer.prepared(
            question, scope, task=task, history=history, material=material
        )
        if not asked.is_worth_asking:
            return _told(abstained(asked))
        return drained(self._answering(asked, asked.writer.complete(asked.request)))

    def stream(
        self,
        question: str,
        scope: Scope,
        *,
        task: Task | None = None,
        history: Sequence[Turn] = (),
        material: SearchResult | None = None,
    ) -> Generator[str, None, Answer]:
        """Yield the answer as it is written, made harmless; return what :meth:`ask` would.

        A text may be empty: a sign of life, on which whoever hung up can be noticed.

        The text on the way is unchecked, and cites the passages by the numbers under which they
        were found. What is returned is checked, perhaps mended, and numbered anew. Closing the
        generator stops the provider.

        Raises:
            As :meth:`ask`, also after some of the text has come.
        """
        asked = self._preparer.prepared(
            question, scope, task=task, history=history, material=material
        )
        yield ""  # whoever hung up meanwhile is not answered
        if not asked.is_worth_asking:
            return _told(abstained(asked))
        written: list[Completion] = []
        with closing(asked.writer.stream(asked.request)) as source:
            pieces = plain.unless_not_found(_kept(source, written))
            links = [passage.url for passage in asked.found.passages]
            yield from plain.sanitised(pieces, links=links)
        return (yield from self._answering(asked, written[0]))

    def _answering(self, asked: Asked, draft: Completion) -> Generator[str, None, Answer]:
        """Return the answer that ``draft`` comes to; yields nothing to read while it is mended."""
        answer = replace(abstained(asked), provider=draft.provider, model=draft.model)
        if draft.finish_reason == declining.FINISH_REASON:
            answer = replace(answer, response=draft.text, sources=())
        else:
            # Whoever wrote it mends it: another of the chain would write something else.
            writer = self._providers.get(draft.provider, asked.writer)
            reviewing = self._reviewer.reviewing(
                draft, request=asked.request, found=asked.found, writer=writer
            )
            answer = reviewed(answer, (yield from _silently(reviewing)))
        finished = time.monotonic()
        timings = replace(
            answer.timings, generation=finished - asked.searched, total=finished - asked.started
        )
        return _told(replace(answer, timings=timings))


def _silently(reviewing: Generator[None, None, Review]) -> Generator[str, None, Review]:
    """Yield an empty text for each sign of life, so that whoever hangs up can be noticed."""
    with closing(reviewing):
        while True:
            try:
                next(reviewing)
            except StopIteration as end:
                review: Review = end.value
                return review
            yield ""


def _kept(source: Generator[str, None, Completion], written: list[Completion]) -> Iterator[str]:
    """Yield what comes from ``source``, and keep what it returns."""
    written.append((yield from source))


def _told(answer: Answer) -> Answer:
    log.info(
        "asked",
        repository=answer.repository,
        task=answer.task.value,
        abstained=answer.abstained,
        confidence=round(answer.confidence, 3),
        provider=answer.provider,
        model=answer.model,
        sources=len(answer.sources),
        problems=len(answer.checks),
        seconds=round(answer.timings.total, 3),
    )
    return answer
