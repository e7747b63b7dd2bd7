"""Interactions as Discord sends them.

https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from simulator.discord.snowflakes import snowflake

_STRING = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Who uses the command, and where."""

    user_id: str = "80351110224678912"
    channel_id: str = "772908445358620702"
    guild_id: str | None = "290926798626357999"
    """None for a direct message."""


def ping(*, application_id: str, now: float) -> dict[str, Any]:
    """Return the payload by which Discord checks an endpoint."""
    return {
        "id": snowflake(now),
        "application_id": application_id,
        "type": 1,
        "token": secrets.token_urlsafe(64),
        "version": 1,
        "entitlements": [],
    }


def command(
    *, application_id: str, now: float, name: str, options: dict[str, str], place: Place
) -> dict[str, Any]:
    """Return the payload of a slash command with text ``options``."""
    user = {"id": place.user_id, "username": "ada", "discriminator": "0", "global_name": "Ada"}
    payload: dict[str, Any] = {
        "id": snowflake(now),
        "application_id": application_id,
        "type": 2,
        "token": secrets.token_urlsafe(64),
        "version": 1,
        "channel_id": place.channel_id,
        "channel": {"id": place.channel_id, "type": 0 if place.guild_id else 1},
        "locale": "en-GB",
        "app_permissions": "442368",
        "entitlements": [],
        "authorizing_integration_owners": {"0": place.guild_id or "0"},
        "context": 0 if place.guild_id else 1,
        "data": {
            "id": snowflake(now),
            "name": name,
            "type": 1,
            "options": [
                {"name": option, "type": _STRING, "value": value}
                for option, value in options.items()
            ],
        },
    }
    if place.guild_id is None:
        return payload | {"user": user}
    member: dict[str, Any] = {
        "user": user,
        "roles": [],
        "joined_at": "2024-05-01T09:00:00+00:00",
        "nick": None,
    }
    return payload | {"member": member, "guild_id": place.guild_id, "guild_locale": "en-GB"}
