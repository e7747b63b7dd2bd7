"""Ollama, by its own API.

Its OpenAI-compatible endpoint cannot set the window, and an Ollama that is not told cuts a prompt
beyond a few thousand tokens without a word. Spoken over plain HTTP: the streams of its SDK cannot
be hung up on. Source: https://docs.ollama.com/api/chat and https://docs.ollama.com/api/errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import BaseModel

from generation.http_provider import HttpProvider
from generation.messages import chat_messages
from generation.streamed import Piece

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generation.streamed import Asked

DEFAULT_MODEL: Final = "llama3.1"
DEFAULT_BASE_URL: Final = "http://localhost:11434"
DEFAULT_WINDOW: Final = 16_384
"""Tokens: room for the passages and a long answer, in some 2 GB beside an 8B model."""


class _Said(BaseModel):
    content: str = ""


class Line(BaseModel):
    """One line of the stream."""

    message: _Said = _Said()
    done: bool = False
    done_reason: str | None = None
    prompt_eval_count: int | None = None
    eval_count: int | None = None
    error: str | None = None


class OllamaProvider(HttpProvider[Line]):
    """Chats with a model that Ollama serves.

    ``window`` is the number of tokens of prompt and answer together that the model is loaded for.
    ``api_key`` is for Ollama's cloud, or a proxy that wants one.
    """

    name: ClassVar[str] = "ollama"
    settings_prefix: ClassVar[str] = "OLLAMA"
    default_model: ClassVar[str] = DEFAULT_MODEL
    default_base_url: ClassVar[str] = DEFAULT_BASE_URL
    default_window: ClassVar[int | None] = DEFAULT_WINDOW
    path: ClassVar[str] = "/api/chat"

    @classmethod
    def needs_key(cls, base_url: str | None) -> bool:
        """Say that an Ollama of one's own asks for none."""
        del base_url
        return False

    @staticmethod
    def _endpoint(base_url: str) -> str:
        return base_url.rstrip("/").removesuffix("/api")

    def _body(self, asked: Asked) -> Mapping[str, Any]:
        return {
            "model": asked.model,
            "messages": chat_messages(asked.prompt),
            "stream": True,
            # Neither drop what does not fit the window nor forget the passages while writing.
            "truncate": False,
            "shift": False,
            "options": {
                "num_ctx": self.window,
                "num_predict": asked.sampling.max_output_tokens,
                "temperature": asked.sampling.temperature,
            },
        }

    def _record(self, line: str) -> Line | None:
        return Line.model_validate_json(line) if line.strip() else None

    def _piece(self, item: Line) -> Piece:
        if item.error is not None:
            # The status was sent before: an error on the way comes as a line of its own.
            raise self._reported(item.error)
        return Piece(
            text=item.message.content,
            finish_reason=(item.done_reason or "stop") if item.done else None,
            prompt_tokens=item.prompt_eval_count,
            completion_tokens=item.eval_count,
        )
