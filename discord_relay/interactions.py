"""Discord's interaction payload, read into what the relay acts on. No input makes it raise.

https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeVar

from discord_relay.command import ASK, FORGET, QUESTION, REPOSITORY
from storage.text import storable

_SNOWFLAKE = re.compile(r"[0-9]{1,20}", re.ASCII)
_TOKEN = re.compile(r"[!-~]{1,1024}")

T = TypeVar("T")


class InteractionType(IntEnum):
    """Discord's interaction types that the relay tells apart."""

    PING = 1
    APPLICATION_COMMAND = 2


@dataclass(frozen=True, slots=True)
class Ping:
    """Discord asks whether the endpoint lives."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A person used ``/ask``."""

    interaction_id: str
    application_id: str
    token: str = field(repr=False)
    """Lets its holder speak in the channel as the application for 15 minutes: a secret."""
    question: str
    """Without surrounding white space; may be empty."""
    user_id: str | None = None
    channel_id: str | None = None
    guild_id: str | None = None
    """None in a direct message."""
    repository: str | None = None


@dataclass(frozen=True, slots=True)
class Forget:
    """A person used ``/forget``."""

    user_id: str


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Something the relay does not do."""

    reason: str
    """For the person who did it."""


Interaction = Ping | Ask | Forget | Unsupported


def parse(payload: object) -> Interaction:
    """Read a decoded JSON ``payload``; whatever is missing or of another kind is tolerated."""
    kind = _get(payload, "type", int)
    if kind == InteractionType.PING:
        return Ping()
    if kind != InteractionType.APPLICATION_COMMAND:
        return Unsupported("I only understand the commands /ask and /forget.")
    data = _get(payload, "data", dict)
    name = _get(data, "name", str)
    if name == FORGET:
        return _forget(payload)
    if name != ASK:
        return Unsupported("I do not know that command; try /ask.")
    return _ask(payload, data)


def _forget(payload: object) -> Forget | Unsupported:
    user_id = _user_id(payload)
    if user_id is None:
        return Unsupported("Discord did not say who you are, so I do not know what to forget.")
    return Forget(user_id)


def _ask(payload: object, data: object) -> Ask | Unsupported:
    interaction_id = _snowflake(payload, "id")
    application_id = _snowflake(payload, "application_id")
    token = _get(payload, "token", str)
    if interaction_id is None or application_id is None or not token or not _TOKEN.fullmatch(token):
        return Unsupported("Discord sent this command without what it takes to answer it.")
    return Ask(
        interaction_id=interaction_id,
        application_id=application_id,
        token=token,
        question=_option(data, QUESTION) or "",
        user_id=_user_id(payload),
        channel_id=_snowflake(payload, "channel_id"),
        guild_id=_snowflake(payload, "guild_id"),
        repository=_option(data, REPOSITORY) or None,
    )


def _user_id(payload: object) -> str | None:
    # In a guild the user stands within the member, in a direct message by itself.
    member = _get(payload, "member", dict)
    return _snowflake(_get(member, "user", dict), "id") or _snowflake(
        _get(payload, "user", dict), "id"
    )


def _option(data: object, name: str) -> str | None:
    for option in _get(data, "options", list) or []:
        if _get(option, "name", str) == name:
            value = _get(option, "value", str)
            return None if value is None else storable(value).strip()
    return None


def _snowflake(container: object, key: str) -> str | None:
    value = _get(container, key, str)
    return value if value is not None and _SNOWFLAKE.fullmatch(value) else None


def _get(container: object, key: str, kind: type[T]) -> T | None:
    value = container.get(key) if isinstance(container, dict) else None
    # JSON's true is no number, though Python's is.
    return value if isinstance(value, kind) and not isinstance(value, bool) else None
