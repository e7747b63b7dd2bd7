"""OpenAI, and every server that speaks its chat completions: LM Studio, vLLM, llama.cpp.

Spoken over plain HTTP: OpenAI's own SDK is some 30 MB for the one call that is needed, and the
servers that only resemble OpenAI send what its types do not foresee.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

from generation.chat_completions import Chunk, read_chunk
from generation.http_provider import HttpProvider, Rejected
from generation.messages import chat_messages

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from generation.pacing import Limits, Source
    from generation.streamed import Asked, Piece

DEFAULT_MODEL: Final = "gpt-4.1-mini"
DEFAULT_BASE_URL: Final = "https://api.openai.com/v1"

_DATA: Final = "data:"
_DONE: Final = "[DONE]"
_DISPENSABLE: Final = frozenset({"temperature", "max_completion_tokens", "stream_options"})
_NOT_SUPPORTED: Final = {"unsupported_value", "unsupported_parameter"}


class OpenAIProvider(HttpProvider[Chunk]):
    """Chat completions of OpenAI or a server like it.

    ``base_url`` holds the path below which ``/chat/completions`` lies; without any path it is
    ``/v1``. A server of one's own needs no key.
    """

    name: ClassVar[str] = "openai"
    settings_prefix: ClassVar[str] = "OPENAI"
    default_model: ClassVar[str] = DEFAULT_MODEL
    default_base_url: ClassVar[str] = DEFAULT_BASE_URL
    path: ClassVar[str] = "/chat/completions"

    def __init__(
        self,
        *,
        api_key: str = "",
        model: str | None = None,
        base_url: str | None = None,
        window: int | None = None,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(
            api_key=api_key, model=model, base_url=base_url, window=window, limits=limits
        )
        self._left_out: dict[str, frozenset[str]] = {}
        """By model: the parameters that it has refused."""

    @classmethod
    def needs_key(cls, base_url: str | None) -> bool:
        """Say whether ``base_url`` is OpenAI itself."""
        return (
            urlsplit(base_url or DEFAULT_BASE_URL).hostname == urlsplit(DEFAULT_BASE_URL).hostname
        )

    @staticmethod
    def _endpoint(base_url: str) -> str:
        base_url = base_url.rstrip("/")
        return base_url if urlsplit(base_url).path else f"{base_url}/v1"

    def _body(self, asked: Asked) -> Mapping[str, Any]:
        left_out = self._left_out.get(asked.model, frozenset())
        body = {
            "model": asked.model,
            "messages": chat_messages(asked.prompt),
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": asked.sampling.temperature,
            "max_completion_tokens": asked.sampling.max_output_tokens,
        }
        return {name: value for name, value in body.items() if name not in left_out}

    def _open(self, client: httpx.Client, asked: Asked) -> Source[Chunk]:
        """Ask; a parameter that the model refuses is left out from then on.

        OpenAI's reasoning models take no temperature but their own, and servers of an older make
        know neither of the others.
        """
        while True:
            body = self._body(asked)
            try:
                return self._post(client, body)
            except Rejected as error:
                refused = error.rejection.parameter
                if refused not in _DISPENSABLE & body.keys():
                    raise
                if not error.rejection.reasons & _NOT_SUPPORTED:
                    raise
                left_out = self._left_out.get(asked.model, frozenset())
                self._left_out[asked.model] = left_out | {refused}

    def _record(self, line: str) -> Chunk | None:
        """Read a line of server-sent events; all but data is left aside, comments too."""
        data = line.removeprefix(_DATA).strip()
        if not line.startswith(_DATA) or data == _DONE:
            return None
        return Chunk.model_validate_json(data)

    def _piece(self, item: Chunk) -> Piece:
        if item.error:
            raise self._reported(item.error)
        return read_chunk(self.name, item, one_line=self._one_line)
