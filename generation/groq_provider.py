"""Groq, through its own SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from generation.chat_completions import Chunk, read_chunk
from generation.hanging_up import hang_up
from generation.messages import chat_messages
from generation.pacing import Source
from generation.rejections import Rejection, read_error, reasons_of
from generation.streamed import StreamedProvider

if TYPE_CHECKING:
    import groq
    from groq.types.chat import ChatCompletionChunk

    from generation.protocol import GenerationError
    from generation.streamed import Asked, Piece

DEFAULT_MODEL: Final = "openai/gpt-oss-120b"
DEFAULT_BASE_URL: Final = "https://api.groq.com"
_SDK_PATH: Final = "/openai/v1"


class GroqProvider(StreamedProvider["groq.Groq", "ChatCompletionChunk"]):
    """Chat completions of Groq.

    ``base_url`` is taken with or without the ``/openai/v1`` that the SDK adds by itself.
    """

    name: ClassVar[str] = "groq"
    settings_prefix: ClassVar[str] = "GROQ"
    default_model: ClassVar[str] = DEFAULT_MODEL
    default_base_url: ClassVar[str] = DEFAULT_BASE_URL

    @staticmethod
    def _endpoint(base_url: str) -> str:
        return base_url.rstrip("/").removesuffix(_SDK_PATH)

    def _connect(self) -> groq.Groq:
        import groq  # noqa: PLC0415 - an SDK is loaded by the first request, never by an import

        return groq.Groq(
            api_key=self._api_key,
            base_url=self._base_url,
            timeout=self._limits.longest_wait,
            max_retries=0,  # the chain decides what follows a failure
        )

    def _disconnect(self, client: groq.Groq) -> None:
        client.close()

    def _open(self, client: groq.Groq, asked: Asked) -> Source[ChatCompletionChunk]:
        stream = client.chat.completions.create(
            model=asked.model,
            messages=cast("Any", chat_messages(asked.prompt)),  # a typed dictionary for each role
            temperature=asked.sampling.temperature,
            max_completion_tokens=asked.sampling.max_output_tokens,
            stream=True,
        )
        return Source(items=iter(stream), close=lambda: hang_up(stream.response))

    def _piece(self, item: ChatCompletionChunk) -> Piece:
        """Read a chunk, with what Groq says under a name of its own."""
        fields = item.to_dict(warnings=False)
        own = cast("dict[str, Any]", fields.get("x_groq") or {})
        if error := own.get("error"):
            raise self._reported(error)
        usage = own.get("usage") or fields.get("usage")
        chunk = Chunk.model_validate({"choices": fields.get("choices"), "usage": usage})
        return read_chunk(self.name, chunk, one_line=self._one_line)

    @property
    def _errors(self) -> tuple[type[Exception], ...]:
        import groq  # noqa: PLC0415 - loaded already by the request that failed
        import httpx  # noqa: PLC0415 - as above

        # ValueError: an event whose data is no JSON, or no chunk.
        return (groq.GroqError, httpx.HTTPError, httpx.StreamError, ValueError)

    def _translate(self, error: Exception) -> GenerationError:
        import groq  # noqa: PLC0415 - loaded already by the request that failed
        import httpx  # noqa: PLC0415 - as above

        match error:
            case groq.APIStatusError():
                return self._rejected(_rejection(error))
            case groq.APITimeoutError() | httpx.TimeoutException():
                return self._timed_out()
            case groq.APIConnectionError():
                return self._unreachable(error.__cause__ or error)
            case groq.APIError():
                return self._reported(error.body)
            case httpx.HTTPError() | httpx.StreamError():
                return self._cut_off()
            case _:
                return self._unreadable()


def _rejection(error: groq.APIStatusError) -> Rejection:
    said = read_error(error.body)
    return Rejection(
        status=error.status_code,
        headers=error.response.headers,
        message=str(said.get("message") or error.response.reason_phrase),
        reasons=reasons_of(said),
    )
