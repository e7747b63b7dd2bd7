"""The one way from a question to an answer, whichever face it came through."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

import structlog

import generation
from engine import plain, quoted_code
from engine.answer import NOT_FOUND, Answer, Source, Timings
from engine.checks.honesty import honest_line
from engine.confidence import THRESHOLD, after_checks, confidence
from engine.errors import NotIndexed, UnknownProvider
from engine.review import Reviewer
from engine.translation import Own
from engine.understanding import understand
from generation import citations
from generation.extractive import declining
from generation.protocol import Request, Task, drained
from retrieval.errors import RepositoryNotIndexed
from retrieval.model import ChunkKind, Passage
from storage.text import storable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from engine.answer import Scope
    from engine.quoted_code import Code
    from engine.review import Checker, Review
    from engine.understanding import Understood
    from generation.protocol import Completion, Turn
    from retrieval.model import SearchResult

log = structlog.get_logger(__name__)

CUT = "The model came to its limit before the end of its answer."


class Searcher(Protocol):
    """Finds passages; :class:`retrieval.search.Retriever` does."""

    def search(
        self, query: str, *, repository: str, knn: int, ref: str | None = None
    ) -> SearchResult:
        """Return the best passages."""


class Writer(Protocol):
    """Writes an answer from passages; a provider or a chain of them does."""

    @property
    def is_model(self) -> bool:
        """Whether it writes text of its own."""

    def stream(self, request: Request) -> Generator[str, None, Completion]:
        """Yield the answer as it comes, and return the whole of it."""

    def complete(self, request: Request) -> Completion:
        """Return the whole answer."""


class Pointer(Protocol):
    """Reads what a message names; :class:`engine.pointing.NamedFiles` does."""

    def read(self, message: str, *, repository: str, ref: str | None) -> SearchResult | None:
        """Return what stands there; None, if nothing is named or it is not there."""


_ABOUT_CODE = frozenset({Task.EXPLAIN, Task.TRANSLATE})
"""Tasks that code in the message is the matter of."""

_ABOUT_A_PLACE = _ABOUT_CODE | {Task.SUMMARISE}
"""Tasks that a file which the message names is the matter of."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question on its way."""

    question: str
    scope: Scope
    writer: Writer
    understood: Understood
    history: tuple[Turn, ...]
    found: SearchResult
    confidence: float
    started: float
    searched: float

    @property
    def request(self) -> Request:
        """What a provider is told."""
        return Request(
            question=self.understood.question,
            repository=self.found.repository,
            passages=tuple(_as_read(passage) for passage in self.found.passages),
            model=self.scope.model,
            task=self.understood.task,
            language=self.understood.language,
            history=self.history,
        )


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
        self._searcher = searcher
        self._chain = chain
        self._providers = providers
        self._reviewer = Reviewer(checker)
        self._own = own
        self._known_as = known_as
        self._pointer = pointer

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
        asked = self._prepared(question, scope, task, history, material)
        if not _is_worth_asking(asked):
            return _told(_abstained(asked))
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
        asked = self._prepared(question, scope, task, history, material)
        yield ""  # whoever hung up meanwhile is not answered
        if not _is_worth_asking(asked):
            return _told(_abstained(asked))
        written: list[Completion] = []
        with closing(asked.writer.stream(asked.request)) as source:
            pieces = plain.unless_not_found(_kept(source, written))
            links = [passage.url for passage in asked.found.passages]
            yield from plain.sanitised(pieces, links=links)
        return (yield from self._answering(asked, written[0]))

    def _prepared(
        self,
        question: str,
        scope: Scope,
        task: Task | None,
        history: Sequence[Turn],
        material: SearchResult | None,
    ) -> _Asked:
        writer = self._writer(scope.provider)
        if material is None:  # before any model is asked, at this repository's cost
            scope = replace(scope, repository=self._name(scope))
        started = time.monotonic()
        named = None if material else self._named(question, scope)
        understood = understand(
            question,
            repository=scope.repository,
            own=partial(self._own, scope.repository, scope.ref),
            task=task,
            history=history,
            code=_pointed_at(material or named),
            model=writer if writer.is_model else None,
        )
        if named and understood.task in _ABOUT_A_PLACE:
            material = named
        found = material or self._found(question, understood, scope)
        return _Asked(
            question=question,
            scope=scope,
            writer=writer,
            understood=understood,
            history=tuple(history),
            found=found,
            confidence=confidence(found),
            started=started,
            searched=time.monotonic(),
        )

    def _name(self, scope: Scope) -> str:
        name = self._known_as(scope.repository)
        if name is None:
            raise NotIndexed(scope.repository, scope.ref)
        return name

    def _named(self, message: str, scope: Scope) -> SearchResult | None:
        """Read the file that a message names, unless the message brings code of its own."""
        if self._pointer is None or quoted_code.given(message):
            return None
        return self._pointer.read(message, repository=scope.repository, ref=scope.ref)

    def _found(self, message: str, understood: Understood, scope: Scope) -> SearchResult:
        """Search; code in a message that is about it goes first, and is not doubted."""
        found = self.search(understood.question, scope)
        code = _code_in(message, understood.task)
        if not code:
            return found
        said = [_said(number, block) for number, block in enumerate(code, 1)]
        ranked = enumerate((*said, *found.passages), 1)
        passages = tuple(replace(passage, rank=rank) for rank, passage in ranked)
        return replace(found, passages=passages[: max(scope.knn, len(said))], evidence=None)

    def _writer(self, name: str | None) -> Writer:
        if name is None:
            return self._chain
        try:
            return self._providers[name]
        except KeyError:
            raise UnknownProvider(name, tuple(self._providers)) from None

    def _answering(self, asked: _Asked, draft: Completion) -> Generator[str, None, Answer]:
        """Return the answer that ``draft`` comes to; yields nothing to read while it is mended."""
        answer = replace(_abstained(asked), provider=draft.provider, model=draft.model)
        if draft.finish_reason == declining.FINISH_REASON:
            answer = replace(answer, response=draft.text, sources=())
        else:
            # Whoever wrote it mends it: another of the chain would write something else.
            writer = self._providers.get(draft.provider, asked.writer)
            reviewing = self._reviewer.reviewing(
                draft, request=asked.request, found=asked.found, writer=writer
            )
            answer = _reviewed(answer, (yield from _silently(reviewing)))
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


def _code_in(message: str, task: Task) -> tuple[Code, ...]:
    """Return the code of a message that is about it."""
    if task is Task.TRANSLATE:
        return quoted_code.given(message)
    return quoted_code.blocks(message) if task in _ABOUT_CODE else ()


def _pointed_at(material: SearchResult | None) -> tuple[Code, ...]:
    """Return what a message points at, as code to be translated."""
    if material is None:
        return ()
    return tuple(quoted_code.of_file(passage.text, passage.path) for passage in material.passages)


def _said(number: int, block: Code) -> Passage:
    """Return code of the message itself as a passage. It has no place that could be linked."""
    return Passage(
        rank=number,
        path=f"message-{number}",
        start_line=1,
        end_line=block.text.count("\n") + 1,
        symbol=None,
        kind=ChunkKind.TEXT,
        text=block.text,
        url="",
        score=1.0,
        similarity=None,
        coverage=1.0,
    )


def _is_worth_asking(asked: _Asked) -> bool:
    """Whether the passages are likely enough to hold what is asked for."""
    if asked.understood.declined is not None:
        return False
    return bool(asked.found.passages) and asked.confidence >= THRESHOLD


def _kept(source: Generator[str, None, Completion], written: list[Completion]) -> Iterator[str]:
    """Yield what comes from ``source``, and keep what it returns."""
    written.append((yield from source))


def _abstained(asked: _Asked) -> Answer:
    """Return the answer that there is none, with the nearest places to look."""
    sources = tuple(_source(passage) for passage in asked.found.passages if passage.url)
    declined = asked.understood.declined
    return Answer(
        question=asked.question,
        repository=asked.found.repository,
        response=declined or NOT_FOUND,
        sources=() if declined else sources,
        provider="",
        model="",
        abstained=True,
        confidence=asked.confidence,
        timings=Timings(
            retrieval=asked.searched - asked.started,
            generation=0.0,
            total=asked.searched - asked.started,
        ),
        commit=asked.found.commit,
        task=asked.understood.task,
        standalone=asked.understood.question,
        passages=sources,
        is_provisional=not asked.found.is_whole,
    )


def _reviewed(abstention: Answer, review: Review) -> Answer:
    """Return the answer that a review leaves, with the passages that it cites and no others.

    Without any, or with more problems than the confidence bears, the abstention stays.
    """
    certainty = after_checks(abstention.confidence, len(review.to_mend))
    tried = replace(
        abstention,
        provider=review.draft.provider,
        model=review.draft.model,
        confidence=certainty,
        checks=review.problems,
    )
    if not review.is_grounded or certainty < THRESHOLD:
        return tried
    by_number = {source.number: source for source in abstention.passages}
    cited = [number for number in citations.cited(review.draft.text) if number in by_number]
    places = {number: place for place, number in enumerate(cited, 1)}
    return replace(
        tried,
        response=citations.renumber(review.draft.text, places).strip(),
        sources=tuple(replace(by_number[number], number=place) for number, place in places.items()),
        abstained=False,
        note=_note(review),
    )


def _note(review: Review) -> str:
    cut = CUT if review.is_cut else ""
    return storable(" ".join(filter(None, (cut, honest_line(review.to_mend)))))


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


def _as_read(passage: Passage) -> generation.Passage:
    return generation.Passage(
        number=passage.rank,
        path=passage.path,
        start_line=passage.start_line,
        end_line=passage.end_line,
        kind=passage.kind.value,
        symbol=passage.symbol,
        signature=passage.signature,
        text=passage.text,
    )


def _source(passage: Passage) -> Source:
    return Source(
        number=passage.rank,
        path=passage.path,
        start_line=passage.start_line,
        end_line=passage.end_line,
        symbol=passage.symbol,
        kind=passage.kind.value,
        url=passage.url,
        score=passage.score,
    )
