"""What all providers over the network have in common: pace, endings, errors, redaction."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from generation.pacing import Limits, NoThread, Source, paced
from generation.prompts import Prompt, build
from generation.protocol import (
    Completion,
    EmptyCompletion,
    GenerationError,
    Interrupted,
    TimedOut,
    Unavailable,
    drained,
)
from generation.redaction import one_line, without_credentials
from generation.rejections import Rejection, error_of, read_error, reasons_of
from generation.sampling import Sampling, sampling_for
from generation.thoughts import Thoughts

if TYPE_CHECKING:
    from collections.abc import Generator

    from generation.protocol import Request

Client = TypeVar("Client")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is sent to a service, before it is put into the service's own words."""

    prompt: Prompt
    model: str
    sampling: Sampling


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer as it arrives."""

    text: str = ""
    finish_reason: str | None = None
    """Set on the piece that ends the answer: ``stop`` or ``length``."""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class StreamedProvider(ABC, Generic[Client, Item]):
    """A provider that streams over HTTP. Safe to share between threads.

    A subclass connects, opens a stream, reads its items, and says what its SDK's errors mean.
    ``base_url`` may point at a proxy or a simulator; whatever is left out is the class's default.
    """

    name: ClassVar[str]
    settings_prefix: ClassVar[str]
    """Of the settings ``<PREFIX>_API_KEY``, ``<PREFIX>_BASE_URL`` and ``<PREFIX>_MODEL``."""
    default_model: ClassVar[str]
    default_base_url: ClassVar[str]
    default_window: ClassVar[int | None] = None
    thinking_tokens: ClassVar[int] = 0
    """What a model is let spend beside the answer's own, before it."""
    is_model: ClassVar[bool] = True

    def __init__(
        self,
        *,
        api_key: str = "",
        model: str | None = None,
        base_url: str | None = None,
        window: int | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._api_key = api_key
        self._model = model or self.default_model
        self._base_url = self._endpoint(base_url or self.default_base_url)
        self.window = window or self.default_window
        """Tokens of prompt and answer together, where they are not the model's own limit."""
        self._limits = limits or Limits()
        self._connecting = threading.Lock()
        self._client: Client | None = None

    @classmethod
    def needs_key(cls, base_url: str | None) -> bool:
        """Say whether the service at ``base_url`` (None: the default) answers only with a key."""
        del base_url
        return True

    def stream(self, request: Request) -> Generator[str, None, Completion]:
        """Yield the answer as it arrives, and return the whole of it.

        Raises:
            GenerationError: whatever kept the answer from its end, also after some text has come.
        """
        sampling = sampling_for(request.task, at_most=request.max_output_tokens)
        asked = Asked(build(request), request.model or self._model, sampling)
        said: list[str] = []
        pieces: list[Piece] = []
        thoughts = Thoughts()
        with closing(self._pieces(asked)) as arriving:
            for piece in arriving:
                pieces.append(piece)
                if text := thoughts.left_out_of(piece.text):
                    said.append(text)
                    yield text
        return self._completion(asked.model, "".join(said).strip(), pieces)

    def complete(self, request: Request) -> Completion:
        """Return the whole answer.

        Raises:
            GenerationError: there is none, or only a part of one.
        """
        return drained(self.stream(request))

    def close(self) -> None:
        """Give the connections back; a later request opens new ones."""
        with self._connecting:
            client, self._client = self._client, None
        if client is not None:
            self._disconnect(client)

    @staticmethod
    @abstractmethod
    def _endpoint(base_url: str) -> str:
        """Return ``base_url`` in the form that the client wants."""

    @abstractmethod
    def _connect(self) -> Client:
        """Import the SDK and build its client; this is no part of the provider's pace."""

    @abstractmethod
    def _disconnect(self, client: Client) -> None:
        """Close the client's connections."""

    @abstractmethod
    def _open(self, client: Client, asked: Asked) -> Source[Item]:
        """Send the request; called in the stream's own thread."""

    @abstractmethod
    def _piece(self, item: Item) -> Piece:
        """Read one item of the stream; raise ``Refused`` where it says so."""

    @abstractmethod
    def _translate(self, error: Exception) -> GenerationError:
        """Say what an SDK's error means to fury-bot."""

    @property
    @abstractmethod
    def _errors(self) -> tuple[type[Exception], ...]:
        """All that the SDK and its transport raise."""

    def _pieces(self, asked: Asked) -> Generator[Piece, None, None]:
        client = self._connected()
        try:
            with closing(paced(lambda: self._open(client, asked), self._limits)) as items:
                for item in items:
                    yield self._piece(item)
        except TimeoutError as error:
            raise self._timed_out() from error
        except NoThread as error:
            raise Interrupted(self.name, f"this process ends, or is full: {error}") from error
        except self._errors as error:
            # The SDK's own exception may quote the request with its key: it is not chained.
            raise self._translate(error) from None

    def _connected(self) -> Client:
        with self._connecting:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def _completion(self, model: str, text: str, pieces: list[Piece]) -> Completion:
        """Return what the pieces are together: an answer, when one of them ends it."""
        finish_reasons = [piece.finish_reason for piece in pieces if piece.finish_reason]
        if not finish_reasons:
            raise Interrupted(self.name, "the answer broke off before its end")
        if not text:
            raise EmptyCompletion(self.name, f"{model} answered without text")
        prompt_tokens = [p.prompt_tokens for p in pieces if p.prompt_tokens is not None]
        completion_tokens = [p.completion_tokens for p in pieces if p.completion_tokens is not None]
        return Completion(
            text=text,
            provider=self.name,
            model=model,
            finish_reason=finish_reasons[-1],
            prompt_tokens=prompt_tokens[-1] if prompt_tokens else None,
            completion_tokens=completion_tokens[-1] if completion_tokens else None,
        )

    def _rejected(self, rejection: Rejection) -> GenerationError:
        said = self._one_line(f"HTTP {rejection.status}: {rejection.message}")
        return error_of(self.name, rejection, message=said)

    def _reported(self, body: object) -> GenerationError:
        """Say what an error means that comes in the stream itself, behind HTTP 200."""
        error = read_error(body)
        said = str(error.get("message") or "the service reported an error")
        code = error.get("code")
        rejection = Rejection(
            status=code if isinstance(code, int) else HTTPStatus.INTERNAL_SERVER_ERROR,
            headers={},
            message=said,
            reasons=reasons_of(error),
        )
        meant = error_of(self.name, rejection, message=self._one_line(said))
        return Interrupted(self.name, self._one_line(said)) if type(meant) is Unavailable else meant

    def _timed_out(self) -> TimedOut:
        limits = self._limits
        return TimedOut(
            self.name,
            f"no word for {limits.idle:g} s, or no end within {limits.total:g} s",
        )

    def _unreachable(self, cause: object) -> Unavailable:
        setting = f"{self.settings_prefix}_BASE_URL"
        address = without_credentials(self._base_url)
        return Unavailable(
            self.name, self._one_line(f"cannot connect to {address} ({setting}): {cause}")
        )

    def _cut_off(self) -> Interrupted:
        return Interrupted(self.name, "the connection closed before the answer's end")

    def _unreadable(self) -> Unavailable:
        return Unavailable(self.name, "the stream held something that is not an answer")

    def _one_line(self, message: str) -> str:
        return one_line(message, secret=self._api_key)
