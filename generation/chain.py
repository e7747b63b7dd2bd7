"""Providers in order of preference: the first that answers, answers."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

import structlog

from generation.failure_reasons import reason_of
from generation.protocol import GenerationError, QuotaExceeded, Refused, Task
from generation.unasked import LeftAlone, NotAsked

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from generation.protocol import Completion, Provider, Request

_log = structlog.get_logger(__name__)

WRITTEN: Final = frozenset({Task.STANDALONE, Task.CLASSIFY})
"""Tasks whose text is no quotation: only a model can do them."""


class Chain:
    """Tries each provider in turn, as one provider. Safe to share between threads.

    ``request.model`` is a name of the first provider's; the others use their default. What cannot
    be quoted is asked of models alone. Each failure on the way is logged once.

    Whoever is to be left alone or has a budget is given as a
    :class:`generation.guarded.GuardedProvider`, which knows of it by itself.
    """

    name: ClassVar[str] = "chain"

    def __init__(self, providers: Sequence[Provider]) -> None:
        if not providers:
            raise ValueError("a chain needs at least one provider")
        self._providers = tuple(providers)

    @property
    def is_model(self) -> bool:
        """Whether any of its providers writes text of its own."""
        return any(provider.is_model for provider in self._providers)

    def stream(self, request: Request) -> Generator[str, None, Completion]:
        """Yield the answer of the first provider that says a word, and return the whole of it.

        Raises:
            GenerationError: As for :meth:`complete`; or the error of a provider that had begun to
                speak, since nobody can take its words back.
        """
        failures: list[GenerationError] = []
        for provider, asked in self._in_turn(request, failures):
            with closing(provider.stream(asked)) as answer:
                try:
                    beginning = _first_words(answer)
                except StopIteration as end:
                    completion: Completion = end.value
                    return completion
                except GenerationError as error:
                    _record(error)
                    failures.append(error)
                    continue
                try:
                    yield beginning
                    return (yield from answer)
                except GenerationError as error:
                    _record(error)
                    raise
        raise _most_telling(failures)

    def complete(self, request: Request) -> Completion:
        """Return the first whole answer.

        Raises:
            QuotaExceeded: Every provider's quota is used up; ``retry_after`` is of the first that
                will have some.
            GenerationError: The last provider's that failed otherwise, when none answered.
        """
        failures: list[GenerationError] = []
        for provider, asked in self._in_turn(request, failures):
            try:
                return provider.complete(asked)
            except GenerationError as error:
                _record(error)
                failures.append(error)
        raise _most_telling(failures)

    def close(self) -> None:
        """Close every provider."""
        for provider in self._providers:
            provider.close()

    def _in_turn(
        self, request: Request, failures: Sequence[GenerationError]
    ) -> Iterator[tuple[Provider, Request]]:
        """Yield each provider with what it is asked; ``failures`` grows between them."""
        for position, provider in enumerate(self._providers):
            asked = request if position == 0 else replace(request, model=None)
            if provider.is_model:
                yield provider, asked
            elif request.task not in WRITTEN:
                yield provider, replace(asked, unanswered=tuple(map(reason_of, failures)))


def _first_words(answer: Generator[str, None, Completion]) -> str:
    """Return what ``answer`` begins with, up to the first word.

    Raises:
        StopIteration: With the completion, when no word came.
    """
    text = next(answer)
    while not text.strip():
        text += next(answer)
    return text


def _record(error: GenerationError) -> None:
    told = {
        "provider": error.provider,
        "error": type(error).__name__,
        "message": str(error),
        "retry_after": (
            error.retry_after if isinstance(error, QuotaExceeded | LeftAlone) else None
        ),
    }
    if isinstance(error, NotAsked):
        _log.info("provider_passed_over", **told)
    else:
        _log.warning("provider_failed", **told)


def _most_telling(failures: Sequence[GenerationError]) -> GenerationError:
    if not failures:
        return Refused(Chain.name, "no provider of the chain writes text of its own")
    quotas = [error for error in failures if isinstance(error, QuotaExceeded)]
    if len(quotas) < len(failures):
        return [error for error in failures if not isinstance(error, QuotaExceeded)][-1]
    return min(
        quotas, key=lambda error: float("inf") if error.retry_after is None else error.retry_after
    )
