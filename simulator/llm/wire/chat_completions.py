"""Chat completions, as OpenAI defined them and Groq and many others speak them.

JSON, or server-sent events: https://platform.openai.com/docs/api-reference/chat.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Final

from flask import Response, jsonify, request

from simulator.llm import delivery
from simulator.llm.models import RecordedRequest, RecordedTurn, SimulatedModels
from simulator.llm.reply import token_count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.llm.faults import Fault, FaultKind

_ID: Final = "chatcmpl-simulated"
_CREATED: Final = 1_700_000_000

Errors = dict["FaultKind", tuple[int, str, str | None, str]]
"""Status, type, code and message; ``{model}`` and ``{wait}`` are filled in."""


def answer(models: SimulatedModels, wire: ChatWire) -> Response:
    """Answer the current request."""
    body = request.get_json()
    key = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return delivery.answer(models, wire, read(wire.name, body), key_accepted=key == models.api_key)


def read(
    provider: str, body: Mapping[str, Any], *, streams_by_default: bool = False
) -> RecordedRequest:
    """Return what ``body`` asks, its messages sorted into system, turns and last words."""
    messages = body["messages"]
    system = [m["content"] for m in messages if m["role"] == "system"]
    turns = [RecordedTurn(m["role"], m["content"]) for m in messages if m["role"] != "system"]
    return RecordedRequest(
        provider=provider,
        model=body["model"],
        stream=body.get("stream", streams_by_default),
        body=body,
        system="\n\n".join(system),
        user=turns[-1].text if turns else "",
        turns=tuple(turns[:-1]),
    )


def error_body(
    errors: Errors, kind: FaultKind, *, asked: RecordedRequest, fault: Fault, wait: str
) -> Response:
    """Return the error for ``kind`` with its status; ``wait`` is when to come back."""
    status, type_, code, message = errors[kind]
    text = fault.message or message.format(model=asked.model, wait=wait)
    response = jsonify({"error": {"message": text, "type": type_, "param": None, "code": code}})
    response.status_code = status
    return response


def duration(seconds: float) -> str:
    """Write a wait as the services do: ``7.66s``, ``1m2s``, ``644ms``."""
    if seconds < 1:
        return f"{seconds * 1000:g}ms"
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes:g}m{seconds:g}s" if minutes else f"{seconds:g}s"


class ChatWire(ABC):
    """What the dialects share; see :class:`simulator.llm.delivery.Wire`."""

    name: str
    content_type = "text/event-stream"
    keep_alive = ": keep-alive\n\n"
    malformed = 'data: {"id": \n\n'
    errors: Errors
    added_to_chunks: ClassVar[dict[str, Any]] = {}
    """Fields of every chunk."""

    @abstractmethod
    def error(self, kind: FaultKind, *, asked: RecordedRequest, fault: Fault) -> Response:
        """Return the service's error body, status and headers for ``kind``."""

    @abstractmethod
    def ending(self, asked: RecordedRequest, answer: str) -> str:
        """Frame the finish reason and, where the dialect tells them, the token counts."""

    def opening(self, asked: RecordedRequest) -> str:
        """Frame the role, which comes before the first word."""
        return self.chunk(asked, {"role": "assistant", "content": ""})

    def word(self, text: str, *, asked: RecordedRequest) -> str:
        """Frame one word."""
        return self.chunk(asked, {"content": text})

    def refusal(self, asked: RecordedRequest, *, prompt: bool) -> str:
        """Frame a stop by the content filter."""
        del prompt  # one finish reason for both
        return self.chunk(asked, {}, finish_reason="content_filter")

    def closing(self) -> str:
        """Return the event that follows the last."""
        return "data: [DONE]\n\n"

    def whole(self, asked: RecordedRequest, answer: str, *, refused: FaultKind | None) -> Response:
        """Return an answer that is not streamed."""
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
                "usage": usage(asked, answer),
            }
        )

    def chunk(
        self,
        asked: RecordedRequest,
        delta: dict[str, str],
        *,
        finish_reason: str | None = None,
        **fields: object,
    ) -> str:
        """Frame a chunk with one choice."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return self.event(asked, choices=[choice], **fields)

    def event(self, asked: RecordedRequest, **fields: object) -> str:
        """Frame a chunk of ``fields``."""
        chunk = {
            "id": _ID,
            "object": "chat.completion.chunk",
            "created": _CREATED,
            "model": asked.model,
        }
        return f"data: {json.dumps(chunk | self.added_to_chunks | fields)}\n\n"


def usage(asked: RecordedRequest, answer: str) -> dict[str, int]:
    """Count the tokens of an exchange."""
    prompt = token_count(asked.prompt)
    completion = token_count(answer) if answer else 0
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
