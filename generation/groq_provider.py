"""Groq, through its own SDK."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final

from generation.pacing import Limits, Source
from generation.protocol import (
    GenerationError,
    Interrupted,
    QuotaExceeded,
    Refused,
    TooLong,
    Unauthorised,
    Unavailable,
)
from generation.streamed import MAX_OUTPUT_TOKENS, TEMPERATURE, Piece, StreamedProvider

if TYPE_CHECKING:
    import groq
    import httpx
    from groq.types.chat import ChatCompletionChunk

    from generation.prompts import Prompt

DEFAULT_MODEL: Final = "llama-3.3-70b-versatile"
DEFAULT_BASE_URL: Final = "https://api.groq.com"
_SDK_PATH: Final = "/openai/v1"

_TOO_LARGE_FOR_QUOTA: Final = 413
"""Groq answers 413 to a request that alone exceeds the tokens a minute."""


class GroqProvider(StreamedProvider):
    """Chat completions of Groq.

    ``base_url`` is taken with or without the ``/openai/v1`` that the SDK adds by itself.
    """

    name: ClassVar[str] = "groq"

    def __init__(
        self,
        *,
        api_key: str,
        model: str = DEFAULT_MODEL,
        base_url: str = DEFAULT_BASE_URL,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(
            api_key=api_key,
            model=model,
            base_url=base_url.rstrip("/").removesuffix(_SDK_PATH),
            limits=limits or Limits(),
        )

    def close(self) -> None:
        """Close the SDK's connection pool."""
        if "_client" in self.__dict__:
            self._client.close()

    @cached_property
    def _client(self) -> groq.Groq:
        import groq  # noqa: PLC0415 - an SDK is loaded by the first request, never by an import

        return groq.Groq(
            api_key=self._api_key,
            base_url=self._base_url,
            timeout=self._limits.idle,
            max_retries=0,  # the chain decides what follows a failure
        )

    def _load(self) -> None:
        _ = self._client

    def _open(self, prompt: Prompt, model: str) -> Source[ChatCompletionChunk]:
        stream = self._client.chat.completions.create(
            model=model,
            messages=[
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user},
            ],
            temperature=TEMPERATURE,
            max_completion_tokens=MAX_OUTPUT_TOKENS,
            stream=True,
        )
        return Source(items=iter(stream), close=stream.close)

    def _piece(self, item: ChatCompletionChunk) -> Piece:
        if item.x_groq and item.x_groq.error:
            raise Interrupted(self.name, self._one_line(item.x_groq.error))
        choice = item.choices[0] if item.choices else None
        if choice and choice.finish_reason == "content_filter":
            raise Refused(self.name, "the answer was stopped by the content filter")
        usage = item.x_groq.usage if item.x_groq else None
        return Piece(
            text=(choice.delta.content or "") if choice else "",
            finish_reason=choice.finish_reason if choice else None,
            prompt_tokens=usage.prompt_tokens if usage else None,
            completion_tokens=usage.completion_tokens if usage else None,
        )

    @property
    def _errors(self) -> tuple[type[Exception], ...]:
        import groq  # noqa: PLC0415 - loaded already by the request that failed
        import httpx  # noqa: PLC0415 - as above

        # ValueError: an event whose data is no JSON.
        return (groq.GroqError, httpx.HTTPError, httpx.StreamError, ValueError)

    def _translate(self, error: Exception) -> GenerationError:
        import groq  # noqa: PLC0415 - loaded already by the request that failed
        import httpx  # noqa: PLC0415 - as above

        match error:
            case groq.APIStatusError():
                return self._rejected(error)
            case groq.APITimeoutError() | httpx.TimeoutException():
                return self._timed_out()
            case groq.APIConnectionError():
                cause = error.__cause__ or error
                return Unavailable(self.name, self._one_line(f"cannot connect: {cause}"))
            case httpx.HTTPError() | httpx.StreamError():
                return Interrupted(self.name, "the connection closed before the answer's end")
            case ValueError():
                return Unavailable(self.name, "the stream held something that is not JSON")
            case _:
                return Unavailable(self.name, self._one_line(str(error)))

    def _rejected(self, error: groq.APIStatusError) -> GenerationError:
        code, text = _error_fields(error.body)
        said = text or error.response.reason_phrase
        message = self._one_line(f"HTTP {error.status_code}: {said}")
        match error.status_code:
            case 401 | 403:
                return Unauthorised(self.name, message)
            case 429:
                wait = _retry_after(error.response.headers)
                return QuotaExceeded(self.name, message, retry_after=wait)
            case status if status == _TOO_LARGE_FOR_QUOTA or code == "context_length_exceeded":
                return TooLong(self.name, message)
            case _:
                return Unavailable(self.name, message)


def _error_fields(body: object) -> tuple[str | None, str | None]:
    """Return code and message of ``{"error": {"code", "message"}}``, as far as they are there."""
    error: Any = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return None, None
    return error.get("code"), error.get("message")


def _retry_after(headers: httpx.Headers) -> float | None:
    """Read ``retry-after``, which Groq gives in whole seconds."""
    try:
        return float(headers["retry-after"])
    except (KeyError, ValueError):
        return None
