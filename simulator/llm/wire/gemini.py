"""The Gemini API over REST: ``models/<model>:generateContent`` and ``:streamGenerateContent``.

Tuned models are ``tunedModels/<model>``; they take no system instruction.

A stream is one JSON array whose items arrive one at a time and whose last byte is ``]``; enums
are integers (the SDK asks for ``$alt=json;enum-encoding=int``); an error of a streaming request
comes within an array. Error bodies as in https://ai.google.dev/gemini-api/docs/troubleshooting
and as the service sends them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal

from flask import Blueprint, Response, request

from simulator.llm import delivery
from simulator.llm.faults import Fault, FaultKind
from simulator.llm.models import RecordedRequest, RecordedTurn
from simulator.llm.reply import token_count

if TYPE_CHECKING:
    from simulator.llm.models import SimulatedModels

_JSON: Final = "application/json; charset=UTF-8"
_RETRY_AFTER: Final = 34.0
_STOP: Final = 1
_SAFETY: Final = 3
_BLOCKED_FOR_SAFETY: Final = 1
_STREAMS: Final = {"generateContent": False, "streamGenerateContent": True}
_METHOD: Final = f"<any({', '.join(_STREAMS)}):method>"
_WITHOUT_SYSTEM: Final = ("tunedModels/", "gemma")
_ERROR_INFO: Final = "type.googleapis.com/google.rpc.ErrorInfo"
_RETRY_INFO: Final = "type.googleapis.com/google.rpc.RetryInfo"

_ERRORS: Final[dict[FaultKind, tuple[int, str, str]]] = {
    # HTTP status, gRPC status, message
    FaultKind.UNAUTHORISED: (
        400,
        "INVALID_ARGUMENT",
        "API key not valid. Please pass a valid API key.",
    ),
    FaultKind.FORBIDDEN: (
        403,
        "PERMISSION_DENIED",
        "Permission denied: Consumer 'api_key:{key}' has been suspended.",
    ),
    FaultKind.UNKNOWN_MODEL: (
        404,
        "NOT_FOUND",
        (
            "{model} is not found for API version v1beta, or is not supported for "
            "generateContent. Call ListModels to see the list of available models and their "
            "supported methods."
        ),
    ),
    FaultKind.RATE_LIMITED: (
        429,
        "RESOURCE_EXHAUSTED",
        (
            "You exceeded your current quota, please check your plan and billing details.\n"
            "Please retry in {seconds:g}s."
        ),
    ),
    FaultKind.SERVER_ERROR: (500, "INTERNAL", "An internal error has occurred. Please retry."),
    FaultKind.OVERLOADED: (
        503,
        "UNAVAILABLE",
        "The model is overloaded. Please try again later.",
    ),
    FaultKind.TOO_LONG: (
        400,
        "INVALID_ARGUMENT",
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    ),
}


def blueprint(models: SimulatedModels) -> Blueprint:
    """Return the endpoints as the SDK calls them below its endpoint."""
    routes = Blueprint("gemini", __name__)

    @routes.post(f"/v1beta/models/<model>:{_METHOD}")
    def of_a_model(model: str, method: str) -> Response:
        return _answer(models, model, method)

    @routes.post(f"/v1beta/tunedModels/<model>:{_METHOD}")
    def of_a_tuned_model(model: str, method: str) -> Response:
        return _answer(models, f"tunedModels/{model}", method)

    return routes


def _answer(models: SimulatedModels, model: str, method: str) -> Response:
    body = request.get_json()
    said = [_turn(content) for content in body["contents"]]
    asked = RecordedRequest(
        provider=_Wire.name,
        model=model,
        stream=_STREAMS[method],
        body=body,
        system=_text_of(body.get("systemInstruction", {})),
        user=said[-1].text if said else "",
        turns=tuple(said[:-1]),
    )
    key = request.headers.get("x-goog-api-key", "")
    wire = _Wire(key)
    if asked.system and model.startswith(_WITHOUT_SYSTEM):
        models.record(asked)
        return wire.refuse_system(asked)
    return delivery.answer(models, wire, asked, key_accepted=key == models.api_key)


def _turn(content: dict[str, Any]) -> RecordedTurn:
    role: Literal["user", "assistant"] = "assistant" if content["role"] == "model" else "user"
    return RecordedTurn(role, _text_of(content))


def _text_of(content: dict[str, Any]) -> str:
    return "".join(part.get("text", "") for part in content.get("parts", ()))


class _Wire:
    """See :class:`simulator.llm.delivery.Wire`."""

    name = "google"
    content_type = _JSON
    keep_alive = "\n"
    malformed = ',{"candidates": nothing}'
    errors = _ERRORS

    def __init__(self, key: str) -> None:
        self._key = key

    def error(self, kind: FaultKind, *, asked: RecordedRequest, fault: Fault) -> Response:
        status, name, message = _ERRORS[kind]
        seconds = _RETRY_AFTER if fault.seconds is None else fault.seconds
        resource = asked.model if "/" in asked.model else f"models/{asked.model}"
        text = fault.message or message.format(model=resource, seconds=seconds, key=self._key)
        return _error(asked, status, name, text, _details(kind, seconds))

    def refuse_system(self, asked: RecordedRequest) -> Response:
        """Return the error of a model that takes no system instruction."""
        text = f"Developer instruction is not enabled for {asked.model}"
        return _error(asked, 400, "INVALID_ARGUMENT", text, [])

    def opening(self, asked: RecordedRequest) -> str:
        # The usage alone: the items that follow can then all begin with their comma.
        return "[" + _item(asked, {"usageMetadata": _usage(asked, "")})

    def word(self, text: str, *, asked: RecordedRequest) -> str:
        return "\n,\r\n" + _item(asked, {"candidates": [_candidate(text)]})

    def ending(self, asked: RecordedRequest, answer: str) -> str:
        body = {
            "candidates": [_candidate("", finish_reason=_STOP)],
            "usageMetadata": _usage(asked, answer),
        }
        return "\n,\r\n" + _item(asked, body)

    def refusal(self, asked: RecordedRequest, *, prompt: bool) -> str:
        return "\n,\r\n" + _item(asked, _refusal(prompt=prompt))

    def closing(self) -> str:
        return "]"

    def whole(self, asked: RecordedRequest, answer: str, *, refused: FaultKind | None) -> Response:
        body = (
            _refusal(prompt=refused is FaultKind.BLOCKED)
            if refused
            else {
                "candidates": [_candidate(answer, finish_reason=_STOP)],
                "usageMetadata": _usage(asked, answer),
            }
        )
        return Response(_item(asked, body), content_type=_JSON)


def _error(
    asked: RecordedRequest, status: int, name: str, text: str, details: list[dict[str, Any]]
) -> Response:
    error = {"code": status, "message": text, "status": name, "details": details}
    body = {"error": error}
    return Response(json.dumps([body] if asked.stream else body), status=status, content_type=_JSON)


def _details(kind: FaultKind, seconds: float) -> list[dict[str, Any]]:
    if kind is FaultKind.UNAUTHORISED:
        return [
            {
                "@type": _ERROR_INFO,
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
                "metadata": {"service": "generativelanguage.googleapis.com"},
            }
        ]
    if kind is FaultKind.RATE_LIMITED:
        return [{"@type": _RETRY_INFO, "retryDelay": f"{seconds:g}s"}]
    return []


def _candidate(text: str, *, finish_reason: int | None = None) -> dict[str, Any]:
    content: dict[str, Any] = {"role": "model"}
    if text:
        content["parts"] = [{"text": text}]
    candidate: dict[str, Any] = {"content": content, "index": 0}
    if finish_reason is not None:
        candidate["finishReason"] = finish_reason
    return candidate


def _refusal(*, prompt: bool) -> dict[str, Any]:
    if prompt:
        return {"promptFeedback": {"blockReason": _BLOCKED_FOR_SAFETY}}
    return {"candidates": [_candidate("", finish_reason=_SAFETY)]}


def _item(asked: RecordedRequest, body: dict[str, Any]) -> str:
    return json.dumps(body | {"modelVersion": asked.model}, indent=2)


def _usage(asked: RecordedRequest, answer: str) -> dict[str, int]:
    prompt = token_count(asked.prompt)
    completion = token_count(answer) if answer else 0
    return {
        "promptTokenCount": prompt,
        "candidatesTokenCount": completion,
        "totalTokenCount": prompt + completion,
    }
