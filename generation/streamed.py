"""What all providers over the network have in common: pace, endings, errors, redaction."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from generation.pacing import Limits, Source, paced
from generation.prompts import Prompt, build
from generation.protocol import (
    Completion,
    EmptyCompletion,
    GenerationError,
    Interrupted,
    TimedOut,
)
from generation.redaction import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generation.protocol import Request

TEMPERATURE = 0.2
"""Answers are to follow the passages; a little warmth keeps sentences from repeating."""
MAX_OUTPUT_TOKENS = 4096
"""Room for a long answer, and for the tokens that a thinking model spends before it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer as it arrives."""

    text: str = ""
    finish_reason: str | None = None
    """Set on the piece that ends the answer: ``stop`` or ``length``."""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class StreamedProvider(ABC):
    """A provider that streams over HTTP.

    A subclass opens the stream, reads its items, and says what its SDK's errors mean. ``base_url``
    may point at a proxy or a simulator.
    """

    name: ClassVar[str]

    def __init__(self, *, api_key: str, model: str, base_url: str, limits: Limits) -> None:
        self._api_key = api_key
        self._model = model
        self._base_url = base_url
        self._limits = limits

    def stream(self, request: Request) -> Iterator[str]:
        """Yield the answer as it arrives.

        Raises:
            GenerationError: whatever kept the answer from its end, also after some text has come.
        """
        for piece in self._pieces(request):
            if piece.text:
                yield piece.text

    def complete(self, request: Request) -> Completion:
        """Return the whole answer.

        Raises:
            GenerationError: there is none, or only a part of one.
        """
        pieces = list(self._pieces(request))
        prompt_tokens = [p.prompt_tokens for p in pieces if p.prompt_tokens is not None]
        completion_tokens = [p.completion_tokens for p in pieces if p.completion_tokens is not None]
        return Completion(
            text="".join(piece.text for piece in pieces).strip(),
            provider=self.name,
            model=request.model or self._model,
            finish_reason=next(p.finish_reason for p in reversed(pieces) if p.finish_reason),
            prompt_tokens=prompt_tokens[-1] if prompt_tokens else None,
            completion_tokens=completion_tokens[-1] if completion_tokens else None,
        )

    @abstractmethod
    def close(self) -> None:
        """Give the connections back."""

    @abstractmethod
    def _load(self) -> None:
        """Import the SDK and build its client, once; this is no part of the provider's pace."""

    @abstractmethod
    def _open(self, prompt: Prompt, model: str) -> Source[Any]:
        """Send the request; called in the stream's own thread."""

    @abstractmethod
    def _piece(self, item: Any) -> Piece:  # noqa: ANN401 - each SDK has its own type of item
        """Read one item of the stream; raise ``Refused`` where it says so."""

    @abstractmethod
    def _translate(self, error: Exception) -> GenerationError:
        """Say what an SDK's error means to fury-bot."""

    @property
    @abstractmethod
    def _errors(self) -> tuple[type[Exception], ...]:
        """All that the SDK and its transport raise."""

    def _pieces(self, request: Request) -> Iterator[Piece]:
        prompt = build(request)
        model = request.model or self._model
        said_something = finished = False
        for item in self._items(prompt, model):
            piece = self._piece(item)
            said_something = said_something or bool(piece.text.strip())
            finished = finished or piece.finish_reason is not None
            yield piece
        if not finished:
            raise Interrupted(self.name, "the answer broke off before its end")
        if not said_something:
            raise EmptyCompletion(self.name, f"{model} answered without text")

    def _items(self, prompt: Prompt, model: str) -> Iterator[Any]:
        self._load()
        try:
            yield from paced(lambda: self._open(prompt, model), self._limits)
        except TimeoutError as error:
            raise self._timed_out() from error
        except self._errors as error:
            # The SDK's own exception may quote the request with its key: it is not chained.
            raise self._translate(error) from None

    def _timed_out(self) -> TimedOut:
        limits = self._limits
        return TimedOut(
            self.name,
            f"no word for {limits.idle:g} s, or no end within {limits.total:g} s",
        )

    def _one_line(self, message: str) -> str:
        return one_line(message, secret=self._api_key)
