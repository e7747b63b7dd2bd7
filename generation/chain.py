"""Providers in order of preference: the first that answers, answers."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from generation.protocol import GenerationError, QuotaExceeded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from generation.protocol import Completion, Provider, Request

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Aside:
    """A provider that asked to be left alone."""

    until: float
    error: QuotaExceeded


class Chain:
    """Tries each provider in turn.

    A provider whose quota is used up is left alone for as long as it said. ``clock`` is monotonic,
    in seconds. Safe to share between threads: the worst a race can cost is one request too many.
    """

    def __init__(
        self, providers: Sequence[Provider], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if not providers:
            raise ValueError("a chain needs at least one provider")
        self._providers = tuple(providers)
        self._clock = clock
        self._aside: dict[int, _Aside] = {}

    def complete(self, request: Request) -> Completion:
        """Return the first answer; each failure on the way is logged once.

        ``request.model`` is a name of the first provider's; the others use their default.

        Raises:
            GenerationError: the last provider's, when none answered.
        """
        failures: list[GenerationError] = []
        for position, provider in enumerate(self._providers):
            if aside := self._left_alone(position):
                failures.append(aside.error)
                continue
            try:
                return provider.complete(request if position == 0 else replace(request, model=None))
            except GenerationError as error:
                failures.append(error)
                self._record(position, error)
        raise failures[-1]

    def _left_alone(self, position: int) -> _Aside | None:
        aside = self._aside.get(position)
        return aside if aside and self._clock() < aside.until else None

    def _record(self, position: int, error: GenerationError) -> None:
        retry_after = error.retry_after if isinstance(error, QuotaExceeded) else None
        _log.warning(
            "provider_failed",
            provider=error.provider,
            error=type(error).__name__,
            message=str(error),
            retry_after=retry_after,
        )
        if isinstance(error, QuotaExceeded) and retry_after is not None:
            self._aside[position] = _Aside(until=self._clock() + retry_after, error=error)
