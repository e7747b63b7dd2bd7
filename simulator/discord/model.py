"""What the simulated Discord holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """How far an interaction has come."""

    SENT = "sent"
    """The application has not answered yet."""
    DEFERRED = "deferred"
    """Acknowledged; people see that an answer is being made."""
    ANSWERED = "answered"
    FAILED = "failed"
    """No valid answer within three seconds: people see that the application did not respond."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that the application wrote."""

    id: str
    content: str
    flags: int = 0
    edits: int = 0
    allowed_mentions: dict[str, Any] | None = None

    def as_json(self, *, channel_id: str, application_id: str) -> dict[str, Any]:
        """Return the message as the API shows it, in the fields that matter here."""
        return {
            "id": self.id,
            "type": 20,
            "channel_id": channel_id,
            "application_id": application_id,
            "webhook_id": application_id,
            "author": {"id": application_id, "username": "fury-bot", "bot": True},
            "content": self.content,
            "flags": self.flags,
            "embeds": [],
            "attachments": [],
            "mentions": [],
        }


@dataclass(slots=True)
class Interaction:
    """One use of a command, with what came of it."""

    id: str
    token: str = field(repr=False)
    payload: dict[str, Any] = field(repr=False)
    created_at: float
    """Seconds since the epoch, by the simulation's clock."""
    state: State = State.SENT
    failure: str | None = None
    """Why it failed."""
    messages: list[Message] = field(default_factory=list)
    """The first is ``@original``."""

    @property
    def texts(self) -> tuple[str, ...]:
        """What the messages say, in order."""
        return tuple(message.content for message in self.messages)

    def as_json(self) -> dict[str, Any]:
        """Return the interaction for a person or a script to look at; the token stays out."""
        return {
            "id": self.id,
            "state": self.state,
            "failure": self.failure,
            "options": self.payload["data"]["options"],
            "messages": [
                {"id": message.id, "content": message.content, "flags": message.flags}
                for message in self.messages
            ],
        }
