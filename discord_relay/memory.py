"""Whose conversations the relay keeps, by which names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from generation.protocol import Turn


class Memory(Protocol):
    """What was said before; :class:`engine.conversations.Conversations` keeps it."""

    def history(self, repository: str, owner: str) -> tuple[Turn, ...]:
        """Return what was said, oldest first."""

    def remember(
        self, repository: str, owner: str, *, question: str, response: str, delivery_id: str
    ) -> None:
        """Add a question with its answer, once for a delivery."""

    def forget(self, owner: str, *, timeout: float) -> int:
        """Delete all that is ``owner``'s, and return how many questions that were."""


def person(user_id: str) -> str:
    """Return the owner of all that a person said."""
    return f"discord:{user_id}"


def place(user_id: str | None, channel_id: str | None) -> str | None:
    """Return the owner of what a person said in a channel; None where Discord names neither.

    A channel is a topic: what was asked in another one is not what a follow-up is about.
    """
    if user_id is None:
        return None
    return f"{person(user_id)}:{channel_id or 'direct'}"
