"""A prompt as the messages of a chat, in the roles that most services share."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.prompts import Prompt


@dataclass(frozen=True, slots=True)
class Message:
    """What one side says before the other speaks."""

    role: Literal["user", "assistant"]
    text: str


def conversation(prompt: Prompt) -> list[Message]:
    """Return the turns before the question, and the question.

    Neighbours of one role become one message: the chat templates of several open models refuse
    roles that do not alternate.
    """
    said = [Message(turn.role, turn.text) for turn in prompt.turns]
    said.append(Message("user", prompt.user))
    return [
        Message(role, "\n\n".join(message.text for message in neighbours))
        for role, neighbours in groupby(said, key=lambda message: message.role)
    ]


def chat_messages(prompt: Prompt) -> Sequence[dict[str, str]]:
    """Return the conversation below its system message, as Groq, OpenAI and Ollama take it."""
    return [
        {"role": "system", "content": prompt.system},
        *({"role": message.role, "content": message.text} for message in conversation(prompt)),
    ]
