"""An engine that does as it is told, and a memory of conversations in a dictionary."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine import Answer, Scope, Source, Timings
from generation.protocol import Turn
from retrieval.model import ChunkKind, Passage, SearchResult

if TYPE_CHECKING:
    from collections.abc import Generator

    from generation.protocol import Task

REPOSITORY = "octo/kitchen"
BLOB = f"https://github.com/{REPOSITORY}/blob/c0ffee"
PATIENCE = 30.0
"""Seconds after which a wait is given up."""


def source(number: int) -> Source:
    """Return the passage that the search finds at ``number``."""
    return Source(
        number=number,
        path=f"kitchen/{number}.py",
        start_line=number,
        end_line=number + 9,
        symbol=f"kitchen.{number}",
        kind="function",
        url=f"{BLOB}/kitchen/{number}.py#L{number}-L{number + 9}",
        score=1 / number,
    )


def passage(rank: int) -> Passage:
    """Return the search result of that rank."""
    found = source(rank)
    return Passage(
        rank=rank,
        path=found.path,
        start_line=found.start_line,
        end_line=found.end_line,
        symbol=found.symbol,
        kind=ChunkKind.FUNCTION,
        text="def boil(): ...",
        url=found.url,
        score=found.score,
        similarity=0.8,
        coverage=1.0,
    )


@dataclass
class ScriptedEngine:
    """Answers that it boils water, from the second passage that it finds."""

    words: tuple[str, ...] = ("Boil ", "it ", "[1].")
    failure: Exception | None = None
    fails_after: int = 0
    """Words before the failure of a stream."""
    gate: threading.Event = field(default_factory=threading.Event)
    """Held before each word after the first, and before an answer that is not streamed."""
    asked: list[tuple[str, Scope, tuple[Turn, ...]]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    """Set when a stream was closed before its end."""

    def __post_init__(self) -> None:
        self.gate.set()

    def ask(
        self,
        question: str,
        scope: Scope,
        *,
        task: Task | None = None,  # noqa: ARG002 - the port's
        history: tuple[Turn, ...] = (),
    ) -> Answer:
        self.asked.append((question, scope, history))
        assert self.gate.wait(PATIENCE)
        if self.failure:
            raise self.failure
        return self._answer(question, scope)

    def stream(
        self,
        question: str,
        scope: Scope,
        *,
        task: Task | None = None,  # noqa: ARG002 - the port's
        history: tuple[Turn, ...] = (),
    ) -> Generator[str, None, Answer]:
        self.asked.append((question, scope, history))
        try:
            for number, word in enumerate(self.words):
                if self.failure and number == self.fails_after:
                    raise self.failure
                if number:
                    assert self.gate.wait(PATIENCE)
                yield word
        except GeneratorExit:
            self.stopped.set()
            raise
        return self._answer(question, scope)

    def search(self, query: str, scope: Scope) -> SearchResult:
        if self.failure:
            raise self.failure
        passages = tuple(passage(rank) for rank in range(1, scope.knn + 1))
        return SearchResult(query, scope.repository, scope.ref or "main", "c0ffee", passages)

    def _answer(self, question: str, scope: Scope) -> Answer:
        passages = tuple(source(number) for number in range(1, scope.knn + 1))
        return Answer(
            question=question,
            repository=scope.repository,
            response="".join(self.words),
            sources=tuple(replace(cited, number=1) for cited in passages[1:2] or passages),
            passages=passages,
            provider=scope.provider or "chain",
            model=scope.model or "m-1",
            abstained=False,
            confidence=0.9,
            timings=Timings(retrieval=0.1, generation=0.2, total=0.3),
            commit="c0ffee",
        )


@dataclass
class Memory:
    """Conversations in memory."""

    turns: dict[tuple[str, str], tuple[Turn, ...]] = field(default_factory=dict)

    def history(self, repository: str, owner: str) -> tuple[Turn, ...]:
        return self.turns.get((repository, owner), ())

    def remember(self, repository: str, owner: str, *, question: str, response: str) -> None:
        said = (Turn("user", question), Turn("assistant", response))
        self.turns[repository, owner] = (*self.history(repository, owner), *said)

    def forget(self, owner: str, *, repository: str | None = None) -> int:
        keys = [key for key in self.turns if key[1] == owner and repository in {None, key[0]}]
        return sum(len(self.turns.pop(key)) // 2 for key in keys)
