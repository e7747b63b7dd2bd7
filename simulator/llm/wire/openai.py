"""OpenAI's chat completions, ``POST /v1/chat/completions``.

Error bodies as in https://platform.openai.com/docs/guides/error-codes and as the service sends
them; limits as in https://platform.openai.com/docs/guides/rate-limits.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Final

from flask import Blueprint, Response, jsonify, request

from simulator.llm.faults import Fault, FaultKind
from simulator.llm.wire import chat_completions
from simulator.llm.wire.chat_completions import ChatWire, Errors, duration, error_body, usage

if TYPE_CHECKING:
    from simulator.llm.models import RecordedRequest, SimulatedModels

_RETRY_AFTER: Final = 20.0
_REASONING_MODEL: Final = re.compile(r"o\d|gpt-5")
_TEMPERATURE: Final = 1
"""The only one that a reasoning model knows."""

_ERRORS: Final[Errors] = {
    FaultKind.UNAUTHORISED: (
        401,
        "invalid_request_error",
        "invalid_api_key",
        (
            "Incorrect API key provided. You can find your API key at "
            "https://platform.openai.com/account/api-keys."
        ),
    ),
    FaultKind.FORBIDDEN: (
        403,
        "invalid_request_error",
        "model_not_found",
        "Project `proj_simulated` does not have access to model `{model}`",
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
        (
            "Rate limit reached for {model} in organization org-simulated on tokens per min (TPM): "
            "Limit 30000, Used 29937, Requested 385. Please try again in {wait}. Visit "
            "https://platform.openai.com/account/rate-limits to learn more."
        ),
    ),
    FaultKind.SERVER_ERROR: (
        500,
        "server_error",
        None,
        "The server had an error while processing your request. Sorry about that!",
    ),
    FaultKind.OVERLOADED: (
        503,
        "server_error",
        None,
        "The engine is currently overloaded, please try again later",
    ),
    FaultKind.TOO_LONG: (
        400,
        "invalid_request_error",
        "context_length_exceeded",
        (
            "This model's maximum context length is 128000 tokens. However, your messages resulted "
            "in 130000 tokens. Please reduce the length of the messages."
        ),
    ),
    FaultKind.BLOCKED: (
        400,
        "invalid_request_error",
        "invalid_prompt",
        (
            "Invalid prompt: your prompt was flagged as potentially violating our usage policy. "
            "Please try again with a different prompt."
        ),
    ),
}


def blueprint(models: SimulatedModels) -> Blueprint:
    """Return the endpoint as clients call it below a base URL that ends with ``/v1``."""
    routes = Blueprint("openai", __name__)

    @routes.post("/v1/chat/completions")
    def chat_completions_() -> Response:
        if refused := _unsupported(request.get_json()):
            models.record(chat_completions.read(_Wire.name, request.get_json()))
            return refused
        return chat_completions.answer(models, _Wire())

    return routes


def _unsupported(body: dict[str, Any]) -> Response | None:
    """Return the refusal of a temperature that a reasoning model does not have."""
    temperature = body.get("temperature", _TEMPERATURE)
    if not _REASONING_MODEL.match(body["model"]) or temperature == _TEMPERATURE:
        return None
    response = jsonify(
        {
            "error": {
                "message": f"Unsupported value: 'temperature' does not support {temperature} with "
                "this model. Only the default (1) value is supported.",
                "type": "invalid_request_error",
                "param": "temperature",
                "code": "unsupported_value",
            }
        }
    )
    response.status_code = 400
    return response


class _Wire(ChatWire):
    name = "openai"
    errors = _ERRORS
    added_to_chunks: ClassVar[dict[str, Any]] = {
        "service_tier": "default",
        "system_fingerprint": "fp_simulated",
        "usage": None,
    }

    def error(self, kind: FaultKind, *, asked: RecordedRequest, fault: Fault) -> Response:
        seconds = _RETRY_AFTER if fault.seconds is None else fault.seconds
        response = error_body(_ERRORS, kind, asked=asked, fault=fault, wait=duration(seconds))
        if kind is FaultKind.RATE_LIMITED:
            response.headers["x-ratelimit-remaining-requests"] = "499"
            response.headers["x-ratelimit-reset-requests"] = "120ms"
            response.headers["x-ratelimit-remaining-tokens"] = "0"
            response.headers["x-ratelimit-reset-tokens"] = duration(seconds)
        return response

    def ending(self, asked: RecordedRequest, answer: str) -> str:
        end = self.chunk(asked, {}, finish_reason="stop")
        if (asked.body.get("stream_options") or {}).get("include_usage"):
            return end + self.event(asked, choices=[], usage=usage(asked, answer))
        return end

    def refusal(self, asked: RecordedRequest, *, prompt: bool) -> str:
        del prompt  # a prompt that is refused is an error
        declined = self.chunk(asked, {"refusal": "I'm sorry, I can't assist with that."})
        return declined + self.chunk(asked, {}, finish_reason="stop")
