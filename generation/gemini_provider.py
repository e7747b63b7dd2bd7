"""Gemini, through google-generativeai: the one file that knows this SDK.

The client is built here, not by ``genai.configure``, whose key and endpoint are global: two
providers of one process would overwrite each other's.
"""

from __future__ import annotations

import json
import re
import warnings
from dataclasses import dataclass
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
    from collections.abc import Mapping

    import requests
    from google.ai.generativelanguage import GenerateContentResponse, GenerativeServiceClient

    from generation.prompts import Prompt

DEFAULT_MODEL: Final = "gemini-2.5-flash"
DEFAULT_BASE_URL: Final = "https://generativelanguage.googleapis.com"
_SDK_PATH: Final = "/v1beta"

_BAD_STATUS: Final = 400
_FINISHED: Final = {1: "stop", 2: "length"}
"""``Candidate.FinishReason`` of an answer; all others but 0 say why there is none."""
_TOO_LONG: Final = re.compile(r"token count .* exceeds|payload size exceeds", re.IGNORECASE)
"""Gemini has no code of its own for a prompt beyond the window: only INVALID_ARGUMENT and this."""


@dataclass
class _Rejected(Exception):
    """The service answered with an HTTP error."""

    status: int
    headers: Mapping[str, str]
    message: str
    details: tuple[Mapping[str, Any], ...]


class GeminiProvider(StreamedProvider):
    """Content generation of the Gemini API over REST.

    ``base_url`` is taken with or without the ``/v1beta`` that the SDK adds by itself.
    """

    name: ClassVar[str] = "google"

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
        """Close the SDK's HTTP session."""
        if "_client" in self.__dict__:
            transport: Any = self._client.transport  # whose close() carries no types
            transport.close()

    @cached_property
    def _client(self) -> GenerativeServiceClient:
        return _build_client(api_key=self._api_key, base_url=self._base_url)

    def _load(self) -> None:
        _ = self._client

    def _open(self, prompt: Prompt, model: str) -> Source[GenerateContentResponse]:
        protos = _sdk().protos
        stream: Any = self._client.stream_generate_content(
            protos.GenerateContentRequest(
                model=model if "/" in model else f"models/{model}",
                system_instruction=protos.Content(parts=[protos.Part(text=prompt.system)]),
                contents=[protos.Content(role="user", parts=[protos.Part(text=prompt.user)])],
                generation_config=protos.GenerationConfig(
                    temperature=TEMPERATURE, max_output_tokens=MAX_OUTPUT_TOKENS
                ),
            ),
            retry=None,  # the chain decides what follows a failure
            timeout=self._limits.idle,
        )
        return Source(items=stream, close=stream.cancel)

    def _piece(self, item: GenerateContentResponse) -> Piece:
        if blocked := int(item.prompt_feedback.block_reason):
            raise Refused(self.name, f"the prompt was blocked (block reason {blocked})")
        candidate = item.candidates[0] if item.candidates else None
        reason = int(candidate.finish_reason) if candidate else 0
        if reason and reason not in _FINISHED:
            raise Refused(self.name, f"the answer was stopped (finish reason {reason})")
        usage = item.usage_metadata
        return Piece(
            text="".join(part.text for part in candidate.content.parts) if candidate else "",
            finish_reason=_FINISHED.get(reason),
            prompt_tokens=usage.prompt_token_count or None,
            completion_tokens=usage.candidates_token_count or None,
        )

    @property
    def _errors(self) -> tuple[type[Exception], ...]:
        import requests  # noqa: PLC0415 - loaded already by the request that failed
        from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415 - as above
        from google.protobuf.json_format import ParseError  # noqa: PLC0415 - as above

        # ValueError: the reader of the stream met its end within an object, or no array at all.
        return (_Rejected, requests.RequestException, GoogleAuthError, ParseError, ValueError)

    def _translate(self, error: Exception) -> GenerationError:
        import requests  # noqa: PLC0415 - loaded already by the request that failed
        from urllib3.exceptions import ReadTimeoutError  # noqa: PLC0415 - as above

        match error:
            case _Rejected():
                return self._rejected(error)
            case requests.Timeout():
                return self._timed_out()
            case requests.ConnectionError(args=(ReadTimeoutError(), *_)):
                return self._timed_out()  # between two words requests does not call it a time-out
            case requests.exceptions.ChunkedEncodingError():
                return Interrupted(self.name, "the connection closed before the answer's end")
            case requests.RequestException():
                cause = getattr(error.args[0], "reason", error) if error.args else error
                return Unavailable(self.name, self._one_line(f"cannot connect: {cause}"))
            case _:
                return Unavailable(self.name, "the stream held something that is not an answer")

    def _rejected(self, error: _Rejected) -> GenerationError:
        message = self._one_line(f"HTTP {error.status}: {error.message}")
        reasons = {detail.get("reason") for detail in error.details}
        match error.status:
            case 401 | 403:
                return Unauthorised(self.name, message)
            case 400 if "API_KEY_INVALID" in reasons:
                return Unauthorised(self.name, message)
            case 400 if _TOO_LONG.search(error.message):
                return TooLong(self.name, message)
            case 429:
                return QuotaExceeded(self.name, message, retry_after=_retry_after(error))
            case _:
                return Unavailable(self.name, message)


def _sdk() -> Any:  # noqa: ANN401 - the SDK exports its names to no type checker
    """Import the SDK, without its farewell and its advice."""
    with warnings.catch_warnings():
        # The SDK announces its end of life at every import. It is kept on purpose, behind this
        # file; the announcement would only fill the logs.
        warnings.filterwarnings(
            "ignore", message=r"\s*All support for the `google", category=FutureWarning
        )
        # Its foundations announce the end of life of the running Python years ahead. Which
        # Python fury-bot runs on is stated in pyproject.toml, and is no news to who runs it.
        warnings.filterwarnings(
            "ignore", message="You are using a Python version", category=FutureWarning
        )
        import google.generativeai as genai  # noqa: PLC0415 - loaded by the first request

    return genai


def _build_client(*, api_key: str, base_url: str) -> GenerativeServiceClient:
    """Build a REST client of its own, whose errors are read here."""
    _sdk()
    from google.ai.generativelanguage import GenerativeServiceClient  # noqa: PLC0415 - as _sdk
    from google.ai.generativelanguage_v1beta.services.generative_service.transports import (  # noqa: PLC0415 - as _sdk
        GenerativeServiceRestTransport,
    )

    class Transport(GenerativeServiceRestTransport):
        """REST, with a hook that sees each response before the SDK does.

        The service wraps the error of a streaming request in an array, on which the SDK's own
        reader of errors fails and loses status, headers and message.
        """

        def __init__(self, **options: Any) -> None:  # noqa: ANN401 - the SDK's own signature
            super().__init__(**options)
            self._session.hooks["response"].append(_raise_rejection)

    return GenerativeServiceClient(
        transport=Transport,
        client_options={"api_endpoint": base_url, "api_key": api_key},
    )


def _raise_rejection(response: requests.Response, **_options: object) -> None:
    if response.status_code < _BAD_STATUS:
        return
    with response:
        body = response.text
    error = _error(body)
    raise _Rejected(
        status=response.status_code,
        headers=response.headers,
        message=str(error.get("message") or response.reason),
        details=tuple(detail for detail in error.get("details", ()) if isinstance(detail, dict)),
    )


def _error(body: str) -> Mapping[str, Any]:
    """Return the ``error`` of a body that is an object, an array of one, or no JSON at all."""
    try:
        payload = json.loads(body)
    except ValueError:
        return {}
    if isinstance(payload, list) and payload:
        payload = payload[0]
    error = payload.get("error") if isinstance(payload, dict) else None
    return error if isinstance(error, dict) else {}


def _retry_after(error: _Rejected) -> float | None:
    """Read ``RetryInfo.retryDelay`` (``"34.5s"``), else the ``Retry-After`` header (seconds)."""
    delays = [str(d["retryDelay"]).removesuffix("s") for d in error.details if "retryDelay" in d]
    for delay in (*delays, error.headers.get("Retry-After", "")):
        try:
            return float(delay)
        except ValueError:
            continue
    return None
