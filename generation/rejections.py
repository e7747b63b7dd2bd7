"""What an HTTP error of a language-model service means.

One reading for all services: they share the status codes, mostly, and where they differ their
words and codes do not collide. Sources: https://console.groq.com/docs/errors,
https://ai.google.dev/gemini-api/docs/troubleshooting,
https://platform.openai.com/docs/guides/error-codes, https://docs.ollama.com/api/errors, and the
errors that llama.cpp, LM Studio and vLLM send.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from generation.protocol import (
    GenerationError,
    QuotaExceeded,
    Refused,
    TooLong,
    Unauthorised,
    Unavailable,
    UnknownModel,
)
from generation.retry_times import retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY_REASONS: Final = {"API_KEY_INVALID"}
_MODEL_REASONS: Final = {"model_not_found", "model_decommissioned"}
_LENGTH_REASONS: Final = {"context_length_exceeded", "exceed_context_size_error"}

_TOO_LONG: Final = re.compile(
    r"token count .* exceeds|payload size exceeds"  # Gemini
    r"|maximum context length is"  # vLLM
    r"|exceeds the available context size"  # llama.cpp
    r"|longer than the context length|exceeds the context length"  # Ollama
    r"|context length of only",  # LM Studio
    re.IGNORECASE,
)
_NO_SUCH_MODEL: Final = re.compile(
    r"models?\b.*(?:not found|does not exist|not a valid)|unexpected model name|not a valid model",
    re.IGNORECASE | re.DOTALL,
)

_READ: Final = 2_000
"""Characters of a message that are searched for words: a proxy's error may be a whole page."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """An HTTP error as a service put it."""

    status: int
    headers: Mapping[str, str]
    """Their names ignore case."""
    message: str
    reasons: frozenset[str] = frozenset()
    """The codes and types that the error names."""
    parameter: str | None = None
    """The parameter of the request that the error is about."""
    retry_delay: float | None = None
    """Seconds to wait, where the body has a field for it."""

    @property
    def words(self) -> str:
        """The part of the message that says what is wrong."""
        return self.message[:_READ]


def read_error(body: object) -> Mapping[str, Any]:
    """Return the error of a body, its text as ``message``.

    Taken are ``{"error": {"message", …}}``, ``{"error": "text"}`` (Ollama, LM Studio),
    ``{"message", …}`` (vLLM), a list of one of these (Gemini), and nothing useful at all.
    """
    if isinstance(body, list) and body:
        body = body[0]
    error = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(error, str):
        return {"message": error}
    return error if isinstance(error, dict) else {}


def reasons_of(error: Mapping[str, Any]) -> frozenset[str]:
    """Return what ``error`` names as ``code``, ``type`` and ``status``, numbers left out."""
    named = (error.get(name) for name in ("code", "type", "status"))
    return frozenset(reason for reason in named if isinstance(reason, str))


def error_of(provider: str, rejection: Rejection, *, message: str) -> GenerationError:
    """Return the error that ``rejection`` means.

    ``message`` is what is told of it: the service's own words on one line, without the key.
    """
    if rejection.status in {402, 429}:
        return QuotaExceeded(provider, message, retry_after=_wait(rejection))
    return _kind_of(rejection)(provider, message)


def _kind_of(rejection: Rejection) -> type[GenerationError]:
    match rejection.status:
        case 401 | 403:
            kind: type[GenerationError] = Unauthorised
        case 400 if rejection.reasons & _KEY_REASONS:
            kind = Unauthorised
        case _ if _says_too_long(rejection):
            kind = TooLong
        case 400 | 404 if _names_no_model(rejection):
            kind = UnknownModel
        case 400 | 422:
            kind = Refused
        case _:
            kind = Unavailable
    return kind


def _says_too_long(rejection: Rejection) -> bool:
    """413 is also Groq's answer to a request that alone exceeds the tokens of a minute."""
    return bool(
        rejection.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        or rejection.reasons & _LENGTH_REASONS
        or _TOO_LONG.search(rejection.words)
    )


def _names_no_model(rejection: Rejection) -> bool:
    return bool(rejection.reasons & _MODEL_REASONS or _NO_SUCH_MODEL.search(rejection.words))


def _wait(rejection: Rejection) -> float | None:
    if rejection.retry_delay is not None:
        return rejection.retry_delay
    return retry_after(rejection.headers, rejection.words, now=datetime.now(UTC))
