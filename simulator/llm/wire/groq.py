"""Groq's chat completions, ``POST /openai/v1/chat/completions``: JSON, or server-sent events.

Error bodies as in https://console.groq.com/docs/errors and as the service sends them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, jsonify, request

from simulator.llm import delivery
from simulator.llm.faults import Fault, FaultKind
from simulator.llm.models import RecordedRequest
from simulator.llm.reply import token_count

if TYPE_CHECKING:
    from simulator.llm.models import SimulatedModels

_ID: Final = "chatcmpl-simulated"
_CREATED: Final = 1_700_000_000
_RETRY_AFTER: Final = 2.0

_ERRORS: Final[dict[FaultKind, tuple[int, str, str, str]]] = {
    # status, type, code, message
    FaultKind.UNAUTHORISED: (401, "invalid_request_error", "invalid_api_key", "Invalid API Key"),
    FaultKind.FORBIDDEN: (
        403,
        "permissions_error",
        "model_permission_blocked_org",
        "The model `{model}` is blocked at the organization level.",
    ),
    FaultKind.UNKNOWN_MODEL: (
        404,
        "invalid_request_error",
        "model_not_found",
        "The model `{model}` does not exist or you do not have access to it.",
    ),
    FaultKind.RATE_LIMITED: (
        429,
        "tokens",
        "rate_limit_exceeded",
        "Rate limit reached for model `{model}`. Please try again in {seconds:g}s.",
    ),
    FaultKind.SERVER_ERROR: (
        500,
        "internal_server_error",
        "internal_server_error",
        "Internal Server Error",
    ),
    FaultKind.OVERLOADED: (
        503,
        "internal_server_error",
        "service_unavailable",
        "The service is over capacity. Please try again later.",
    ),
    FaultKind.TOO_LONG: (
        400,
        "invalid_request_error",
        "context_length_exceeded",
        "Please reduce the length of the messages or completion.",
    ),
}


def blueprint(models: SimulatedModels) -> Blueprint:
    """Return the endpoint as the SDK calls it below its base URL."""
    routes = Blueprint("groq", __name__)

    @routes.post("/openai/v1/chat/completions")
    def chat_completions() -> Response:
        body = request.get_json()
        asked = RecordedRequest(
            provider=_Wire.name,
            model=body["model"],
            stream=bool(body.get("stream")),
            body=body,
            system=_text_of(body, "system"),
            user=_text_of(body, "user"),
        )
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return delivery.answer(models, _Wire(), asked, key_accepted=key == models.api_key)

    return routes


def _text_of(body: dict[str, Any], role: str) -> str:
    return "\n\n".join(m["content"] for m in body["messages"] if m["role"] == role)


class _Wire:
    """See :class:`simulator.llm.delivery.Wire`."""

    name = "groq"
    content_type = "text/event-stream"
    keep_alive = ": keep-alive\n\n"
    malformed = 'data: {"id": \n\n'

    def error(self, kind: FaultKind, *, asked: RecordedRequest, fault: Fault) -> Response:
        status, type_, code, message = _ERRORS[kind]
        seconds = _RETRY_AFTER if fault.seconds is None else fault.seconds
        text = fault.message or message.format(model=asked.model, seconds=seconds)
        response = jsonify({"error": {"message": text, "type": type_, "code": code}})
        response.status_code = status
        if kind is FaultKind.RATE_LIMITED:
            response.headers["retry-after"] = f"{seconds:g}"
        return response

    def opening(self, asked: RecordedRequest) -> str:
        return _chunk(asked, {"role": "assistant", "content": ""}, x_groq={"id": "req_simulated"})

    def word(self, text: str, *, asked: RecordedRequest) -> str:
        return _chunk(asked, {"content": text})

    def ending(self, asked: RecordedRequest, answer: str) -> str:
        x_groq = {"id": "req_simulated", "usage": _usage(asked, answer)}
        return _chunk(asked, {}, finish_reason="stop", x_groq=x_groq)

    def refusal(self, asked: RecordedRequest, *, prompt: bool) -> str:
        del prompt  # one finish reason for both
        return _chunk(asked, {}, finish_reason="content_filter")

    def closing(self) -> str:
        return "data: [DONE]\n\n"

    def whole(self, asked: RecordedRequest, answer: str, *, refused: FaultKind | None) -> Response:
        return jsonify(
            {
                "id": _ID,
                "object": "chat.completion",
                "created": _CREATED,
                "model": asked.model,
                "choices": [
                    {
                        "index": 0,
                        "message": {"role": "assistant", "content": "" if refused else answer},
                        "finish_reason": "content_filter" if refused else "stop",
                        "logprobs": None,
                    }
                ],
                "usage": _usage(asked, answer),
            }
        )


def _chunk(
    asked: RecordedRequest,
    delta: dict[str, str],
    *,
    finish_reason: str | None = None,
    x_groq: dict[str, Any] | None = None,
) -> str:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    chunk: dict[str, Any] = {
        "id": _ID,
        "object": "chat.completion.chunk",
        "created": _CREATED,
        "model": asked.model,
        "choices": [choice],
    }
    if x_groq:
        chunk["x_groq"] = x_groq
    return f"data: {json.dumps(chunk)}\n\n"


def _usage(asked: RecordedRequest, answer: str) -> dict[str, int]:
    prompt, completion = token_count(asked.system + asked.user), token_count(answer)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
