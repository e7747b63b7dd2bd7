"""A question made ready: understood, and with what is found to answer it from."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import generation
from engine import quoted_code
from engine.confidence import THRESHOLD, confidence
from engine.errors import NotIndexed, UnknownProvider
from engine.understanding import understand
from generation.protocol import Request, Task
from retrieval.errors import RepositoryNotIndexed
from retrieval.model import ChunkKind, Passage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engine.answer import Scope
    from engine.ports import Pointer, Searcher, Writer
    from engine.quoted_code import Code
    from engine.translation import Own
    from engine.understanding import Understood
    from generation.protocol import Turn
    from retrieval.model import SearchResult

_ABOUT_CODE = frozenset({Task.EXPLAIN, Task.TRANSLATE})
"""Tasks that code in the message is the matter of."""

_ABOUT_A_PLACE = _ABOUT_CODE | {Task.SUMMARISE}
"""Tasks that a file which the message names is the matter of."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on its way, with what was found for it; times are of ``time.monotonic``."""

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

    @property
    def is_worth_asking(self) -> bool:
        """Whether the passages are likely enough to hold what is asked for."""
        if self.understood.declined is not None:
            return False
        return bool(self.found.passages) and self.confidence >= THRESHOLD


class Preparer:
    """Understands questions, and finds what they are to be answered from."""

    def __init__(
        self,
        searcher: Searcher,
        *,
        chain: Writer,
        providers: Mapping[str, Writer],
        own: Callable[[str, str | None], Own],
        known_as: Callable[[str], str | None],
        pointer: Pointer | None,
    ) -> None:
        """Take the parts; :class:`engine.engine.Engine` says what each is."""
        self._searcher = searcher
        self._chain = chain
        self._providers = providers
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

    def prepared(
        self,
        question: str,
        scope: Scope,
        *,
        task: Task | None,
        history: Sequence[Turn],
        material: SearchResult | None,
    ) -> Asked:
        """Make ``question`` ready to be answered from ``scope``; all is as the engine was asked.

        Raises:
            NotIndexed: There is nothing to answer from.
            UnknownProvider: The scope names a provider that is not there.
        """
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
        return Asked(
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
