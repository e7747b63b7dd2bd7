"""Ollama's chat, ``POST /api/chat``: JSON, or one JSON object a line.

As in https://docs.ollama.com/api/chat and https://docs.ollama.com/api/errors. Ollama has no safety
rules of its own: a model that declines says so in words, and that is an answer like any other.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, jsonify, request

from simulator.llm import delivery
from simulator.llm.faults import Fault, FaultKind
from simulator.llm.wire.chat_completions import read, usage

if TYPE_CHECKING:
    from simulator.llm.models import RecordedRequest, SimulatedModels

_CREATED_AT: Final = "2026-01-01T00:00:00.000000Z"
_RETRY_AFTER: Final = 60.0
_DECLINED: Final = "I can't help with that."
_NANOSECONDS_A_TOKEN: Final = 20_000_000

_ERRORS: Final[dict[FaultKind, tuple[int, str]]] = {
    FaultKind.UNAUTHORISED: (401, "unauthorized"),
    FaultKind.FORBIDDEN: (
        403,
        "this model requires a subscription, upgrade for access: https://ollama.com/upgrade",
    ),
    FaultKind.UNKNOWN_MODEL: (404, "model '{model}' not found"),
    FaultKind.RATE_LIMITED: (429, "you have reached your hourly usage limit"),
    FaultKind.SERVER_ERROR: (500, "llama runner process has terminated: exit status 2"),
    FaultKind.OVERLOADED: (
        503,
        "server busy, please try again.  maximum pending requests exceeded",
    ),
    FaultKind.TOO_LONG: (
        400,
        (
            "the prompt is longer than the context length currently available to the model; "
            "shorten it or raise num_ctx"
        ),
    ),
}


def blueprint(models: SimulatedModels) -> Blueprint:
    """Return the endpoint; without a key it is open, as an Ollama of one's own."""
    routes = Blueprint("ollama", __name__)

    @routes.post("/api/chat")
    def chat() -> Response:
        # Ollama reads JSON whatever the request calls it, as its own examples call it by curl.
        asked = read(_Wire.name, request.get_json(force=True), streams_by_default=True)
        authorization = request.headers.get("Authorization")
        accepted = authorization in {None, f"Bearer {models.api_key}"}
        return delivery.answer(models, _Wire(), asked, key_accepted=accepted)

    return routes


class _Wire:
    """See :class:`simulator.llm.delivery.Wire`."""

    name = "ollama"
    content_type = "application/x-ndjson"
    keep_alive = "\n"
    malformed = '{"model": \n'
    errors = _ERRORS

    def error(self, kind: FaultKind, *, asked: RecordedRequest, fault: Fault) -> Response:
        status, message = _ERRORS[kind]
        response = jsonify({"error": fault.message or message.format(model=asked.model)})
        response.status_code = status
        if kind is FaultKind.RATE_LIMITED:
            seconds = _RETRY_AFTER if fault.seconds is None else fault.seconds
            response.headers["Retry-After"] = str(math.ceil(seconds))
        return response

    def opening(self, asked: RecordedRequest) -> str:
        del asked
        return ""

    def word(self, text: str, *, asked: RecordedRequest) -> str:
        return _line(_message(asked, text, done=False))

    def ending(self, asked: RecordedRequest, answer: str) -> str:
        return _line(_message(asked, "", done=True) | _counts(asked, answer))

    def refusal(self, asked: RecordedRequest, *, prompt: bool) -> str:
        del prompt
        return self.word(_DECLINED, asked=asked) + self.ending(asked, _DECLINED)

    def closing(self) -> str:
        return ""

    def whole(self, asked: RecordedRequest, answer: str, *, refused: FaultKind | None) -> Response:
        text = _DECLINED if refused else answer
        return jsonify(_message(asked, text, done=True) | _counts(asked, text))


def _message(asked: RecordedRequest, text: str, *, done: bool) -> dict[str, Any]:
    return {
        "model": asked.model,
        "created_at": _CREATED_AT,
        "message": {"role": "assistant", "content": text},
        "done": done,
    }


def _counts(asked: RecordedRequest, answer: str) -> dict[str, Any]:
    tokens = usage(asked, answer)
    prompt, completion = tokens["prompt_tokens"], tokens["completion_tokens"]
    return {
        "done_reason": "stop",
        "total_duration": (prompt + completion) * _NANOSECONDS_A_TOKEN,
        "load_duration": 0,
        "prompt_eval_count": prompt,
        "prompt_eval_duration": prompt * _NANOSECONDS_A_TOKEN,
        "eval_count": completion,
        "eval_duration": completion * _NANOSECONDS_A_TOKEN,
    }


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record) + "\n"
