"""What a language-model provider is, to the rest of fury-bot.

A provider turns a :class:`Request` into text. It is given everything it may say (the numbered
passages) and holds nothing else: no tools, no secrets, no network but its own endpoint.

The errors::

    GenerationError
    ├── Unauthorised        the key is wrong, or may not use the model
    ├── QuotaExceeded       too many requests; ``retry_after`` seconds when the provider says so
    ├── Unavailable         the service failed or could not be reached
    │   ├── TimedOut        no answer, or no next word, within the time-out
    │   └── Interrupted     the answer stopped before its end
    ├── EmptyCompletion     an answer without text
    ├── Refused             the provider's safety rules, or the request itself, stopped it
    └── TooLong             more than the model's window
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class GenerationError(Exception):
    """A provider did not answer. The message never holds a key."""

    def __init__(self, provider: str, message: str) -> None:
        super().__init__(f"{provider}: {message}")
        self.provider = provider


class Unauthorised(GenerationError):
    """The provider does not accept the key."""


class QuotaExceeded(GenerationError):
    """A rate limit or a quota is used up."""

    def __init__(self, provider: str, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(provider, message)
        self.retry_after = retry_after


class Unavailable(GenerationError):
    """The provider failed or could not be reached."""


class TimedOut(Unavailable):
    """The provider took too long."""


class Interrupted(Unavailable):
    """The answer broke off before its end."""


class EmptyCompletion(GenerationError):
    """The provider answered without text."""


class Refused(GenerationError):
    """The provider would not answer this request."""


class TooLong(GenerationError):
    """The request does not fit the model's window."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A numbered piece of the repository that an answer may cite as ``[number]``."""

    number: int
    path: str
    start_line: int
    end_line: int
    kind: str
    """One of the chunk kinds: module, class, function, method, section, tutorial, cell, text."""
    symbol: str | None
    signature: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """A question with all that may be said about it."""

    question: str
    repository: str
    passages: tuple[Passage, ...]
    model: str | None = None
    """The provider's own name of the model; None is the provider's default."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A provider's whole answer: Markdown that cites passages as ``[1]``, ``[2]``."""

    text: str
    provider: str
    model: str
    finish_reason: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Provider(Protocol):
    """One language model behind one endpoint (or, extractive, none)."""

    @property
    def name(self) -> str:
        """The provider's name in settings and URLs: ``groq``, ``google``, ``extractive``."""

    def stream(self, request: Request) -> Iterator[str]:
        """Yield the answer as it comes; raise :class:`GenerationError` when it does not."""

    def complete(self, request: Request) -> Completion:
        """Return the whole answer, or raise :class:`GenerationError`."""
