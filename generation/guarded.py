"""One provider behind its circuit breaker, its budget and its window."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
import structlog

from generation import budgets
from generation.breaker import CircuitBreaker
from generation.budgets import Charge
from generation.ledger import LimitReached
from generation.packing import pack, size
from generation.protocol import (
    GenerationError,
    Interrupted,
    QuotaExceeded,
    TimedOut,
    TooLong,
    Unauthorised,
    Unavailable,
    UnknownModel,
)
from generation.tokens import estimate, vocabulary_of
from generation.unasked import NotAsked, Oversized, Spent
from generation.windows import window_of
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from generation.breaker import Permit
    from generation.budgets import Limit
    from generation.ledger import Ledger, Reservation
    from generation.protocol import Completion, Provider, Request
    from generation.tokens import Vocabulary

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Call:
    """What has come of a request so far."""

    tokens: int = 0
    """Of its prompt and of the room for its answer, as it was sent."""
    has_spoken: bool = False
    completion: Completion | None = None
    error: GenerationError | None = None

    @property
    def was_turned_away(self) -> bool:
        """Whether the service has done no work for it."""
        if self.has_spoken or isinstance(self.error, TimedOut | Interrupted):
            return False
        return isinstance(
            self.error, Unavailable | Unauthorised | UnknownModel | QuotaExceeded | TooLong
        )


class GuardedProvider:
    """A provider that is asked only what it can take, and only when it can take it.

    A request is packed into the model's window, and into the most tokens that the limits allow a
    single request; its cost is reserved before it is sent and settled after. One that the service
    still finds too long is packed into half of what it was and sent once more.

    A request that names a model of its own goes past the circuit breaker: what it meets may be that
    model's fault, and whoever asks could otherwise close the provider to all by naming a bad one.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        model: str,
        ledger: Ledger,
        limits: Sequence[Limit] = (),
        window: int | None = None,
        breaker: CircuitBreaker | None = None,
        hold: float = 300.0,
        thinking: int = 0,
    ) -> None:
        """Guard ``provider``, whose default model is ``model``.

        ``window`` is in tokens, for whichever model; None is what is known of each. ``hold`` is
        how many seconds a request can last at the very most. ``thinking`` is how many tokens the
        provider may spend beside an answer's own.
        """
        self._provider = provider
        self._model = model
        self._ledger = ledger
        self._limits = tuple(limits)
        self._window = window
        self._breaker = breaker or CircuitBreaker()
        self._hold = hold
        self._thinking = thinking

    @property
    def name(self) -> str:
        """The provider's own."""
        return self._provider.name

    @property
    def is_model(self) -> bool:
        """Whether the provider writes text of its own."""
        return self._provider.is_model

    def stream(self, request: Request) -> Generator[str, None, Completion]:
        """Yield the provider's answer, and return the whole of it.

        Raises:
            NotAsked: The provider is being left alone, its budget is used up, or the request does
                not fit it.
            GenerationError: The provider's own.
        """
        window = self._window_for(request)
        call = _Call()
        try:
            return (yield from self._streamed(request, window, call))
        except TooLong as error:
            smaller = self._smaller(error, call)
        return (yield from self._streamed(request, smaller, _Call()))

    def complete(self, request: Request) -> Completion:
        """Return the provider's whole answer; raises as :meth:`stream` does."""
        window = self._window_for(request)
        call = _Call()
        try:
            return self._completed(request, window, call)
        except TooLong as error:
            smaller = self._smaller(error, call)
        return self._completed(request, smaller, _Call())

    def close(self) -> None:
        """Close the provider."""
        self._provider.close()

    def _streamed(
        self, request: Request, window: int, call: _Call
    ) -> Generator[str, None, Completion]:
        with (
            self._admitted(request, window, call) as packed,
            closing(self._provider.stream(packed)) as answer,
        ):
            while True:
                try:
                    text = next(answer)
                except StopIteration as end:
                    completion: Completion = end.value
                    call.completion = completion
                    return completion
                call.has_spoken = True
                yield text

    def _completed(self, request: Request, window: int, call: _Call) -> Completion:
        with self._admitted(request, window, call) as packed:
            completion = call.completion = self._provider.complete(packed)
            return completion

    def _window_for(self, request: Request) -> int:
        window = self._window or window_of(self._model_of(request))
        return min(window, budgets.most_tokens(self._limits) or window)

    def _model_of(self, request: Request) -> str:
        return request.model or self._model

    def _smaller(self, error: TooLong, call: _Call) -> int:
        """Return half of what was sent, or raise ``error`` where less cannot help."""
        if call.has_spoken or isinstance(error, NotAsked):
            raise error
        _log.info("packed_smaller", provider=self.name, tokens=call.tokens, reason=str(error))
        return call.tokens // 2

    @contextmanager
    def _admitted(self, request: Request, window: int, call: _Call) -> Iterator[Request]:
        """Yield ``request`` as it is to be sent, and tell the breaker how it ended."""
        permit = None if request.model else self._breaker.admit()
        try:
            with self._reserved(request, window, call) as packed:
                yield packed
        finally:
            if permit:
                self._tell(permit, call)

    def _tell(self, permit: Permit, call: _Call) -> None:
        if call.error and not isinstance(call.error, NotAsked):
            self._breaker.failed(permit, call.error)
        elif call.completion or call.has_spoken:
            self._breaker.succeeded(permit)
        else:
            self._breaker.abandoned(permit)

    @contextmanager
    def _reserved(self, request: Request, window: int, call: _Call) -> Iterator[Request]:
        """Yield ``request`` packed, with its cost taken from the budget until it is known."""
        vocabulary = vocabulary_of(self.name, self._model_of(request))
        reservation = None
        try:
            packed, charge = self._packed(request, window, vocabulary)
            call.tokens = charge.input_tokens + charge.output_tokens
            if self._limits:
                reservation = self._reserve(packed, charge)
            yield packed
        except GenerationError as error:
            call.error = error
            raise
        finally:
            if reservation:
                self._settle(reservation, call, vocabulary)

    def _packed(
        self, request: Request, window: int, vocabulary: Vocabulary
    ) -> tuple[Request, Charge]:
        packed = pack(request, window=window - self._thinking, vocabulary=vocabulary)
        output = (packed.max_output_tokens or 0) + self._thinking
        charge = Charge(input_tokens=size(packed, vocabulary), output_tokens=output)
        if charge.input_tokens + charge.output_tokens > window:
            raise Oversized(
                self.name,
                f"the question alone needs {charge.input_tokens} tokens beside {output} for its "
                f"answer, of {window}",
            )
        return packed, charge

    def _reserve(self, packed: Request, charge: Charge) -> Reservation:
        try:
            return self._ledger.reserve(
                self.name,
                packed.repository.lower(),  # GitHub's names are the same in any case
                charge,
                limits=self._limits,
                hold=self._hold,
            )
        except LimitReached as error:
            raise Spent(self.name, str(error), retry_after=error.wait) from None

    def _settle(self, reservation: Reservation, call: _Call, vocabulary: Vocabulary) -> None:
        """Put the real cost into the ledger: the answer stands even where that fails."""
        try:
            if call.was_turned_away:
                self._ledger.give_back(reservation)
            else:
                self._ledger.settle(reservation, _cost(reservation, call, vocabulary))
        except (StorageError, psycopg.Error) as error:
            _log.warning("budget_not_settled", provider=self.name, error=str(error))


def _cost(reservation: Reservation, call: _Call, vocabulary: Vocabulary) -> Charge:
    """Return what the service says; where it broke off, all that it may have counted."""
    expected, completion = reservation.charge, call.completion
    if completion is None:
        return expected
    prompt, answer = completion.prompt_tokens, completion.completion_tokens
    return Charge(
        input_tokens=expected.input_tokens if prompt is None else prompt,
        output_tokens=estimate(completion.text, vocabulary) if answer is None else answer,
    )
