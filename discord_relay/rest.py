"""Discord's REST API, as far as the relay needs it.

Answering goes by the interaction's token, which stands in the URL. It is a secret, so no error
and no log line here holds a URL.

https://discord.com/developers/docs/interactions/receiving-and-responding#endpoints
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests

from discord_relay.callbacks import NO_MENTIONS
from discord_relay.errors import (
    MessageRefused,
    RegistrationRefused,
    Unavailable,
    UnknownInteraction,
)
from jobs.port import RetryLater

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_URL = "https://discord.com/api/v10"

TIMEOUT = (5.0, 15.0)
"""Seconds to connect, and to wait for the next bytes."""

DEFAULT_RETRY_AFTER = 5.0
"""Seconds to wait after a rate limit that does not say how long."""

_UNKNOWN = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Conversation:
    """The messages that answer one interaction."""

    application_id: str
    token: str = field(repr=False)
    api_url: str = DEFAULT_URL

    def edit(self, message_id: str, content: str) -> str:
        """Make ``content`` the text of a message, and return the message's id.

        ``@original`` names the first one, which the deferred answer stands for. Doing it twice
        is doing it once.

        Raises:
            RetryLater: A rate limit.
            UnknownInteraction: The token has expired, or Discord does not know it yet.
            MessageRefused: Discord calls the message invalid.
            Unavailable: Discord failed, or could not be reached.
        """
        return self._send("PATCH", f"/messages/{quote(message_id, safe='@')}", content)

    def follow_up(self, content: str) -> str:
        """Post a further message and return its id; raises what :meth:`edit` raises."""
        return self._send("POST", "", content)

    def _send(self, method: str, path: str, content: str) -> str:
        webhook = f"/webhooks/{quote(self.application_id, safe='')}/{quote(self.token, safe='')}"
        response = _request(
            method,
            self.api_url + webhook + path,
            body={"content": content, "allowed_mentions": NO_MENTIONS},
        )
        if response.status_code in _UNKNOWN:
            raise UnknownInteraction(
                f"Discord does not know the interaction ({_described(response)}); its token lives "
                "for 15 minutes"
            )
        if not response.ok:
            raise MessageRefused(f"Discord refused a message ({_described(response)})")
        message_id = _json(response).get("id")
        if not isinstance(message_id, str):
            raise Unavailable("Discord answered without a message id")
        return message_id


def register_commands(
    *,
    application_id: str,
    bot_token: str,
    commands: Sequence[dict[str, Any]],
    api_url: str = DEFAULT_URL,
) -> None:
    """Make ``commands`` the application's global commands, in place of those it had.

    https://discord.com/developers/docs/interactions/application-commands#bulk-overwrite-global-application-commands

    Raises:
        RegistrationRefused: The bot token or the commands are not accepted.
        RetryLater: A rate limit.
        Unavailable: Discord failed, or could not be reached.
    """
    response = _request(
        "PUT",
        f"{api_url}/applications/{quote(application_id, safe='')}/commands",
        body=list(commands),
        headers={"Authorization": f"Bot {bot_token}"},
    )
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        raise RegistrationRefused(
            "Discord does not accept DISCORD_BOT_TOKEN; reset it in the Developer Portal under Bot"
        )
    if not response.ok:
        raise RegistrationRefused(
            f"Discord refused the commands ({_described(response)}); check DISCORD_APPLICATION_ID"
        )


def _request(
    method: str,
    url: str,
    *,
    body: object,
    headers: dict[str, str] | None = None,
) -> requests.Response:
    """Make the request, and sort out what concerns every endpoint alike."""
    failure = ""
    try:
        response = requests.request(
            method, url, json=body, headers=headers, timeout=TIMEOUT, allow_redirects=False
        )
    except requests.RequestException as error:
        failure = type(error).__name__
    # Raised out here because the library's error, with the URL in it, would travel as the context.
    if failure:
        raise Unavailable(f"Discord could not be reached ({failure})")
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise RetryLater("Discord's rate limit is reached", seconds=retry_after(response))
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unavailable(f"Discord failed ({response.status_code})")
    return response


def retry_after(response: requests.Response) -> float:
    """Return the seconds that a 429 asks to wait: the body's figure, which is the finer one.

    https://discord.com/developers/docs/topics/rate-limits#exceeding-a-rate-limit
    """
    for value in (_json(response).get("retry_after"), response.headers.get("Retry-After")):
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            continue
        try:
            seconds = float(value)
        except (ValueError, OverflowError):
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    return DEFAULT_RETRY_AFTER


def _described(response: requests.Response) -> str:
    """Discord's own code and words, which never hold the token."""
    error = _json(response)
    return f"{response.status_code}, code {error.get('code')}: {error.get('message')}"


def _json(response: requests.Response) -> dict[str, Any]:
    try:
        decoded = response.json()
    except ValueError:
        return {}
    return decoded if isinstance(decoded, dict) else {}
