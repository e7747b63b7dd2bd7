"""The chunks of a streamed chat completion, which Groq, OpenAI and their like share.

Source: https://platform.openai.com/docs/api-reference/chat-streaming. Servers that only resemble
OpenAI send null where a list is due, and leave fields out: nothing but a text and an end is
needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from generation.protocol import Refused
from generation.streamed import Piece

if TYPE_CHECKING:
    from collections.abc import Callable

_FILTERED: Final = "content_filter"


class Delta(BaseModel):
    """What a chunk adds to the message."""

    content: str | None = None
    refusal: str | None = None


class Choice(BaseModel):
    """The one message that is asked for."""

    delta: Delta | None = None
    finish_reason: str | None = None


class Usage(BaseModel):
    """Tokens that the whole exchange took."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Chunk(BaseModel):
    """One event of the stream."""

    choices: list[Choice] | None = None
    usage: Usage | None = None
    error: Any = None
    """What went wrong after the answer had begun."""


def read_chunk(provider: str, chunk: Chunk, *, one_line: Callable[[str], str]) -> Piece:
    """Return what ``chunk`` brings; ``one_line`` makes the service's words fit to be told.

    Raises:
        Refused: The safety rules stopped the answer, or the model declined in a field of its own.
    """
    choice = chunk.choices[0] if chunk.choices else Choice()
    delta = choice.delta or Delta()
    if delta.refusal:
        raise Refused(provider, one_line(f"the model declined: {delta.refusal}"))
    if choice.finish_reason == _FILTERED:
        raise Refused(provider, "the answer was stopped by the content filter")
    usage = chunk.usage or Usage()
    return Piece(
        text=delta.content or "",
        finish_reason=choice.finish_reason,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
    )
