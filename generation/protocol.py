"""What a language-model provider is, to the rest of fury-bot.

A provider turns a :class:`Request` into text. It is given everything it may say (the numbered
passages) and holds nothing else: no tools, no secrets, no network but its own endpoint.

The errors::

    GenerationError
    ├── Unauthorised        the key is wrong, or may not use the model
    ├── UnknownModel        the provider has no model of that name
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
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import datetime


class GenerationError(Exception):
    """A provider did not answer. The message never holds a key."""

    def __init__(self, provider: str, message: str) -> None:
        super().__init__(f"{provider}: {message}")
        self.provider = provider


class Unauthorised(GenerationError):
    """The provider does not accept the key."""


class UnknownModel(GenerationError):
    """The provider has no model of that name, or has it no longer."""


class QuotaExceeded(GenerationError):
    """A rate limit or a quota is used up; ``retry_after`` is in seconds, None where not known."""

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


class Task(StrEnum):
    """What a completion is wanted for; the last two are the engine's own."""

    QUESTION = "question"
    EXPLAIN = "explain"
    SUMMARISE = "summarise"
    TRANSLATE = "translate"
    """Code, to another programming language."""
    WRITE = "write"
    """Code that uses the repository."""
    FIND = "find"
    WALKTHROUGH = "walkthrough"
    """Step by step, for a beginner."""
    STANDALONE = "standalone"
    """The question alone, so that it can be understood without what was said before it."""
    CLASSIFY = "classify"
    """One word: which of the tasks above the question asks for."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Something said earlier in the same thread or session."""

    role: Literal["user", "assistant"]
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """An answer that was found wanting, to be written anew."""

    text: str
    problems: tuple[str, ...]
    """One sentence each."""


@dataclass(frozen=True, slots=True)
class Request:
    """A question with all that may be said about it."""

    question: str
    repository: str
    passages: tuple[Passage, ...]
    model: str | None = None
    """The provider's own name of the model; None is the provider's default."""
    task: Task = Task.QUESTION
    language: str | None = None
    """Of ``TRANSLATE``: the language to translate to."""
    history: tuple[Turn, ...] = ()
    """What was said before, the oldest first."""
    attempt: Attempt | None = None
    max_output_tokens: int | None = None
    """The most that the answer may be; None is what its task is given."""
    unanswered: tuple[str, ...] = ()
    """Why the models that were asked before gave no answer, a clause each."""


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
        """The provider's name in settings and URLs, one of :data:`generation.registry.NAMES`."""

    @property
    def is_model(self) -> bool:
        """Whether it writes text of its own; what only quotes can neither rewrite nor translate."""

    def stream(self, request: Request) -> Generator[str, None, Completion]:
        """Yield the answer as it comes, and return the whole of it.

        Closing the generator hangs up on the service.

        Raises:
            GenerationError: Whatever kept the answer from its end, also after some text has come.
        """

    def complete(self, request: Request) -> Completion:
        """Return the whole answer, or raise :class:`GenerationError`."""

    def close(self) -> None:
        """Give the connections back."""


Whole = TypeVar("Whole")


def drained(stream: Generator[str, None, Whole]) -> Whole:
    """Run ``stream`` to its end, and return the whole that it returns."""
    while True:
        try:
            next(stream)
        except StopIteration as end:
            whole: Whole = end.value
            return whole
