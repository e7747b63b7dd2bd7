"""What the relay answers an interaction with, at once.

https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object
"""

from __future__ import annotations

from typing import Any

_PONG = 1
_CHANNEL_MESSAGE = 4
_DEFERRED_CHANNEL_MESSAGE = 5

_EPHEMERAL = 1 << 6

NO_MENTIONS: dict[str, list[str]] = {"parse": []}
"""``allowed_mentions`` by which nothing in a message notifies anybody."""


def pong() -> dict[str, Any]:
    """Answer a ping."""
    return {"type": _PONG}


def deferred() -> dict[str, Any]:
    """Show everybody that an answer is being made; it is to follow within 15 minutes."""
    return {"type": _DEFERRED_CHANNEL_MESSAGE}


def ephemeral(line: str) -> dict[str, Any]:
    """Tell ``line`` to the person who used the command, and to nobody else."""
    return {
        "type": _CHANNEL_MESSAGE,
        "data": {"content": line, "flags": _EPHEMERAL, "allowed_mentions": NO_MENTIONS},
    }
