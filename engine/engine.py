"""The one way from a question to an answer, whichever face it came through."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import structlog

import generation
from engine.answer import Answer, Source, Timings
from engine.confidence import MEASURED_PASSAGES, THRESHOLD, confidence
from engine.errors import NotIndexed, UnknownProvider
from generation import citations
from retrieval.errors import RepositoryNotIndexed
from storage.text import storable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.answer import Scope
    from retrieval.model import Passage, SearchResult

log = structlog.get_logger(__name__)

NOT_FOUND = "I could not find an answer to this in the repository."


class Searcher(Protocol):
    """Finds passages; :class:`retrieval.search.Retriever` does."""

    def search(
        self, query: str, *, repository: str, knn: int, ref: str | None = None
    ) -> SearchResult:
        """Return the best passages."""


class Generator(Protocol):
    """Writes an answer from passages; a provider or a chain of them does."""

    def complete(self, request: generation.Request) -> generation.Completion:
        """Return the answer."""


class Engine:
    """Answers questions about one repository at a time, from that repository alone."""

    def __init__(
        self, searcher: Searcher, *, chain: Generator, providers: Mapping[str, Generator]
    ) -> None:
        """Take the parts: ``providers`` are those that a scope may name, ``chain`` the rest."""
        self._searcher = searcher
        self._chain = chain
        self._providers = providers

    def search(self, query: str, scope: Scope) -> SearchResult:
        """Return the nearest passages alone.

        Raises:
            NotIndexed: There is nothing to search.
        """
        try:
            return self._searcher.search(
                query, repository=scope.repository, knn=scope.knn, ref=scope.ref
            )
        except RepositoryNotIndexed as error:
            raise NotIndexed(error.repository, error.ref) from error

    def ask(self, question: str, scope: Scope) -> Answer:
        """Answer ``question`` from ``scope``, or abstain.

        Abstains when the passages found make it unlikely that the repository holds the answer,
        when the model finds none in them, and when what the model writes rests on none of them.

        Raises:
            NotIndexed: There is nothing to answer from.
            UnknownProvider: The scope names a provider that is not there.
            GenerationError: No provider answered.
        """
        generator = self._generator(scope.provider)
        started = time.monotonic()
        wide = self.search(question, replace(scope, knn=max(scope.knn, MEASURED_PASSAGES)))
        found = replace(wide, passages=wide.passages[: scope.knn])
        searched = time.monotonic()
        certainty = confidence(wide.passages[:MEASURED_PASSAGES])
        draft = (
            self._generate(generator, question, scope, found)
            if certainty >= THRESHOLD and found.passages
            else None
        )
        finished = time.monotonic()
        answer = Answer(
            question=question,
            repository=found.repository,
            response=NOT_FOUND,
            sources=_sources(found.passages),
            provider="",
            model="",
            abstained=True,
            confidence=certainty,
            timings=Timings(
                retrieval=searched - started,
                generation=finished - searched,
                total=finished - started,
            ),
            commit=found.commit,
            is_provisional=not found.is_whole,
        )
        if draft:
            answer = _supported(answer, draft)
        log.info(
            "asked",
            repository=answer.repository,
            abstained=answer.abstained,
            confidence=round(answer.confidence, 3),
            provider=answer.provider,
            model=answer.model,
            sources=len(answer.sources),
            seconds=round(answer.timings.total, 3),
        )
        return answer

    def _generator(self, name: str | None) -> Generator:
        if name is None:
            return self._chain
        try:
            return self._providers[name]
        except KeyError:
            raise UnknownProvider(name, tuple(self._providers)) from None

    def _generate(
        self, generator: Generator, question: str, scope: Scope, found: SearchResult
    ) -> generation.Completion:
        return generator.complete(
            generation.Request(
                question=question,
                repository=found.repository,
                passages=tuple(
                    generation.Passage(
                        number=passage.rank,
                        path=passage.path,
                        start_line=passage.start_line,
                        end_line=passage.end_line,
                        kind=passage.kind.value,
                        symbol=passage.symbol,
                        signature=passage.signature,
                        text=passage.text,
                    )
                    for passage in found.passages
                ),
                model=scope.model,
            )
        )


def _supported(abstention: Answer, draft: generation.Completion) -> Answer:
    """Return the answer that ``draft`` gives, with the passages that it cites and no others."""
    by_number = {source.number: source for source in abstention.sources}
    cited = [number for number in citations.cited(draft.text) if number in by_number]
    tried = replace(abstention, provider=draft.provider, model=draft.model)
    if not cited or draft.text.strip() == generation.NOT_FOUND:
        return tried
    places = {number: place for place, number in enumerate(cited, 1)}
    return replace(
        tried,
        response=storable(citations.renumber(draft.text, places).strip()),
        sources=tuple(replace(by_number[number], number=place) for number, place in places.items()),
        abstained=False,
    )


def _sources(passages: Sequence[Passage]) -> tuple[Source, ...]:
    return tuple(
        Source(
            number=passage.rank,
            path=passage.path,
            start_line=passage.start_line,
            end_line=passage.end_line,
            symbol=passage.symbol,
            kind=passage.kind.value,
            url=passage.url,
            score=passage.score,
        )
        for passage in passages
    )
