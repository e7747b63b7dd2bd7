"""Gemini, through google-generativeai: the one file that knows this SDK.

The client is built here, not by ``genai.configure``, whose key and endpoint are global: two
providers of one process would overwrite each other's.
"""

from __future__ import annotations

import json
import re
import warnings
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from generation.messages import conversation
from generation.pacing import Source
from generation.protocol import Refused, Turn, UnknownModel
from generation.rejections import Rejection, read_error, reasons_of
from generation.retry_times import seconds_of
from generation.streamed import Piece, StreamedProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests
    from google.ai.generativelanguage import GenerateContentResponse, GenerativeServiceClient

    from generation.prompts import Prompt
    from generation.protocol import GenerationError
    from generation.streamed import Asked

DEFAULT_MODEL: Final = "gemini-2.5-flash"
DEFAULT_BASE_URL: Final = "https://generativelanguage.googleapis.com"
_SDK_PATH: Final = "/v1beta"

_BAD_STATUS: Final = 400
_FINISHED: Final = {1: "stop", 2: "length"}
"""``Candidate.FinishReason`` of an answer; all others but 0 say why there is none."""
_ROLES: Final = {"user": "user", "assistant": "model"}
_RESOURCE: Final = re.compile(r"(?:models|tunedModels)/[\w.-]+", re.ASCII)
_WITHOUT_SYSTEM: Final = ("tunedModels/", "models/gemma")
"""They refuse a system instruction ("Developer instruction is not enabled"): the rules go to
the head of what the user says."""
_CONNECTIONS: Final = 64
"""Kept open for the next stream; more are opened where more are needed."""


class _Rejected(Exception):
    """The service answered with an HTTP error."""

    def __init__(self, rejection: Rejection) -> None:
        super().__init__(rejection.status)
        self.rejection = rejection


@dataclass(frozen=True, slots=True)
class _Sdk:
    """The SDK, loaded: its client, and the messages that it sends."""

    client: GenerativeServiceClient
    protos: Any


class GeminiProvider(StreamedProvider[_Sdk, "GenerateContentResponse"]):
    """Content generation of the Gemini API over REST.

    A model is named by itself (``gemini-2.5-flash``) or by its resource name: ``models/…``, or
    ``tunedModels/…`` for one that was tuned. ``base_url`` is taken with or without the ``/v1beta``
    that the SDK adds by itself.
    """

    name: ClassVar[str] = "google"
    settings_prefix: ClassVar[str] = "GEMINI"
    default_model: ClassVar[str] = DEFAULT_MODEL
    default_base_url: ClassVar[str] = DEFAULT_BASE_URL
    thinking_tokens: ClassVar[int] = 1_024
    """Gemini 2.5 thinks first, and this SDK cannot keep it from it."""

    @staticmethod
    def _endpoint(base_url: str) -> str:
        return base_url.rstrip("/").removesuffix(_SDK_PATH)

    def _connect(self) -> _Sdk:
        sdk = _import_sdk()
        return _Sdk(_build_client(api_key=self._api_key, base_url=self._base_url), sdk.protos)

    def _disconnect(self, client: _Sdk) -> None:
        transport: Any = client.client.transport  # whose close() carries no types
        transport.close()

    def _open(self, client: _Sdk, asked: Asked) -> Source[GenerateContentResponse]:
        model = self._resource(asked.model)
        stream: Any = client.client.stream_generate_content(
            client.protos.GenerateContentRequest(
                model=model,
                generation_config=client.protos.GenerationConfig(
                    temperature=asked.sampling.temperature,
                    max_output_tokens=asked.sampling.max_output_tokens + self.thinking_tokens,
                ),
                **_contents(client.protos, asked.prompt, model),
            ),
            retry=None,  # the chain decides what follows a failure
            timeout=self._limits.longest_wait,
        )
        response = stream._response  # noqa: SLF001 - the SDK shows no other way to the socket
        return Source(items=stream, close=lambda: _hang_up(response))

    def _resource(self, model: str) -> str:
        """Return the model's resource name, which becomes a part of the URL."""
        name = model if "/" in model else f"models/{model}"
        if not _RESOURCE.fullmatch(name):
            said = self._one_line(f"{model!r} is neither a model's name nor tunedModels/…")
            raise UnknownModel(self.name, said)
        return name

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
            completion_tokens=_completion_tokens(usage),
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
                return self._rejected(error.rejection)
            case requests.Timeout():
                return self._timed_out()
            case requests.ConnectionError(args=(ReadTimeoutError(), *_)):
                return self._timed_out()  # between two words requests does not call it a time-out
            case requests.exceptions.ChunkedEncodingError():
                return self._cut_off()
            case requests.RequestException():
                cause = getattr(error.args[0], "reason", error) if error.args else error
                return self._unreachable(cause)
            case _:
                return self._unreadable()


def _completion_tokens(usage: Any) -> int | None:  # noqa: ANN401 - the SDK exports its names to no type checker
    """Return what was spent on the answer: its own tokens, and the thoughts before it.

    This SDK does not know the count of thoughts, which the total holds.
    https://ai.google.dev/gemini-api/docs/thinking#pricing
    """
    said: int = usage.candidates_token_count
    return max(said, usage.total_token_count - usage.prompt_token_count) if said else None


def _contents(protos: Any, prompt: Prompt, model: str) -> dict[str, Any]:  # noqa: ANN401 - the SDK exports its names to no type checker
    """Return what is said, and the instruction it is said under."""

    def content(text: str, role: str | None = None) -> Any:  # noqa: ANN401 - as above
        return protos.Content(role=role, parts=[protos.Part(text=text)])

    def said(prompt: Prompt) -> list[Any]:
        return [content(message.text, _ROLES[message.role]) for message in conversation(prompt)]

    if model.startswith(_WITHOUT_SYSTEM):
        rules = Turn("user", prompt.system)
        return {"contents": said(replace(prompt, turns=(rules, *prompt.turns)))}
    return {"contents": said(prompt), "system_instruction": content(prompt.system)}


def _hang_up(response: requests.Response) -> None:
    """Close the connection below ``response``, unless the answer has come to its end.

    A thread that waits for the next byte holds the response: it is woken first.
    """
    with suppress(ValueError, RuntimeError):  # the connection is closed, or given back, already
        response.raw.shutdown()
    response.close()


def _import_sdk() -> Any:  # noqa: ANN401 - the SDK exports its names to no type checker
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
    from google.ai.generativelanguage import GenerativeServiceClient  # noqa: PLC0415 - as the SDK
    from google.ai.generativelanguage_v1beta.services.generative_service.transports import (  # noqa: PLC0415 - as the SDK
        GenerativeServiceRestTransport,
    )
    from requests.adapters import HTTPAdapter  # noqa: PLC0415 - as the SDK

    class Transport(GenerativeServiceRestTransport):
        """REST, with a hook that sees each response before the SDK does.

        The service wraps the error of a streaming request in an array, on which the SDK's own
        reader of errors fails and loses status, headers and message.
        """

        def __init__(self, **options: Any) -> None:  # noqa: ANN401 - the SDK's own signature
            super().__init__(**options)
            self._session.hooks["response"].append(_raise_rejection)
            self._session.mount("https://", HTTPAdapter(pool_maxsize=_CONNECTIONS))
            self._session.mount("http://", HTTPAdapter(pool_maxsize=_CONNECTIONS))

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
    listed = error.get("details")
    details = [d for d in listed if isinstance(d, dict)] if isinstance(listed, list) else []
    raise _Rejected(
        Rejection(
            status=response.status_code,
            headers=response.headers,
            message=str(error.get("message") or response.reason),
            reasons=reasons_of(error) | _reasons(details),
            retry_delay=_retry_delay(details),
        )
    )


def _error(body: str) -> Mapping[str, Any]:
    try:
        return read_error(json.loads(body))
    except ValueError:
        return {}


def _reasons(details: list[dict[str, Any]]) -> frozenset[str]:
    """Return what the ``ErrorInfo`` of an error names."""
    return frozenset(str(detail["reason"]) for detail in details if "reason" in detail)


def _retry_delay(details: list[dict[str, Any]]) -> float | None:
    """Read ``RetryInfo.retryDelay``: ``"34.5s"``."""
    delays = (seconds_of(str(d["retryDelay"])) for d in details if "retryDelay" in d)
    return next((delay for delay in delays if delay is not None), None)
