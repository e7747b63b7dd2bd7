"""Groq's chat completions, ``POST /openai/v1/chat/completions``.

Error bodies as in https://console.groq.com/docs/errors and as the service sends them; limits as in
https://console.groq.com/docs/rate-limits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response

from simulator.llm.faults import Fault, FaultKind
from simulator.llm.wire import chat_completions
from simulator.llm.wire.chat_completions import ChatWire, Errors, duration, error_body, usage

if TYPE_CHECKING:
    from simulator.llm.models import RecordedRequest, SimulatedModels

_RETRY_AFTER: Final = 2.0
_REQUEST_ID: Final = "req_simulated"

_ERRORS: Final[Errors] = {
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
        (
            "Rate limit reached for model `{model}` in organization `org_simulated` service tier "
            "`on_demand` on tokens per minute (TPM): Limit 6000, Used 5034, Requested 1443. "
            "Please try again in {wait}. Need more tokens? Upgrade to Dev Tier today at "
            "https://console.groq.com/settings/billing"
        ),
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
    def chat_completions_() -> Response:
        return chat_completions.answer(models, _Wire())

    return routes


class _Wire(ChatWire):
    name = "groq"
    errors = _ERRORS

    def error(self, kind: FaultKind, *, asked: RecordedRequest, fault: Fault) -> Response:
        seconds = _RETRY_AFTER if fault.seconds is None else fault.seconds
        response = error_body(_ERRORS, kind, asked=asked, fault=fault, wait=duration(seconds))
        if kind is FaultKind.RATE_LIMITED:
            response.headers["retry-after"] = str(math.ceil(seconds))
            response.headers["x-ratelimit-remaining-tokens"] = "0"
            response.headers["x-ratelimit-reset-tokens"] = duration(seconds)
        return response

    def opening(self, asked: RecordedRequest) -> str:
        delta = {"role": "assistant", "content": ""}
        return self.chunk(asked, delta, x_groq={"id": _REQUEST_ID})

    def ending(self, asked: RecordedRequest, answer: str) -> str:
        x_groq = {"id": _REQUEST_ID, "usage": usage(asked, answer)}
        return self.chunk(asked, {}, finish_reason="stop", x_groq=x_groq)
