"""Discord's behaviour: sends interactions, and holds the messages that answer them."""

from __future__ import annotations

import json
import secrets
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from simulator.discord import errors, payloads
from simulator.discord.commands import checked
from simulator.discord.faults import Faults
from simulator.discord.model import Interaction, Message, State
from simulator.discord.snowflakes import snowflake

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWER_WITHIN = 3.0
"""Seconds an application has for its first answer."""

TOKEN_LIFETIME = 900.0
"""Seconds that an interaction's token is good for."""

MAX_CONTENT = 2000
"""Characters of a message; code points, as Discord counts."""

_LOADING = 1 << 7
_PONG, _MESSAGE, _DEFERRED = 1, 4, 5


@dataclass
class Discord:
    """One application, registered with a simulated Discord.

    ``now`` returns seconds since the epoch; a test replaces it to let tokens expire.
    """

    application_id: str = field(default_factory=lambda: snowflake(time.time()))
    bot_token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    now: Callable[[], float] = field(default=time.time)
    answer_within: float = ANSWER_WITHIN
    faults: Faults = field(default_factory=Faults)
    commands: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        self._lock = threading.RLock()
        self._interactions: dict[str, Interaction] = {}  # by token

    @property
    def public_key(self) -> str:
        """What the application sets as DISCORD_PUBLIC_KEY."""
        return self._key.public_key().public_bytes_raw().hex()

    @property
    def interactions(self) -> tuple[Interaction, ...]:
        """Every command that was used, oldest first."""
        with self._lock:
            return tuple(self._interactions.values())

    def signed(self, body: bytes) -> dict[str, str]:
        """Return the headers of a request with ``body``, signed at this moment."""
        timestamp = str(int(self.now()))
        signature = self._key.sign(timestamp.encode() + body)
        return {
            "Content-Type": "application/json",
            "User-Agent": "Discord-Interactions/1.0 (+https://discord.com)",
            "X-Signature-Ed25519": signature.hex(),
            "X-Signature-Timestamp": timestamp,
        }

    # The application's endpoint

    def accepts_endpoint(self, url: str) -> bool:
        """Check ``url`` as Discord does before it takes it: a ping, and one signed wrongly."""
        body = _encoded(payloads.ping(application_id=self.application_id, now=self.now()))
        headers = self.signed(body)
        forged = headers | {"X-Signature-Ed25519": "00" * 64}
        try:
            good = self._post(url, body, headers)
            bad = self._post(url, body, forged)
        except requests.RequestException:
            return False
        return (
            good.ok
            and _object(good).get("type") == _PONG
            and bad.status_code == requests.codes.unauthorized
        )

    def ask(
        self,
        url: str,
        question: str,
        *,
        repository: str | None = None,
        place: payloads.Place | None = None,
    ) -> Interaction:
        """Use ``/ask`` and return the interaction after the endpoint's answer, or its failure."""
        options = {"question": question}
        if repository is not None:
            options["repository"] = repository
        return self.use(url, "ask", options, place=place)

    def use(
        self, url: str, name: str, options: dict[str, str], *, place: payloads.Place | None = None
    ) -> Interaction:
        """Use the command ``name`` and return the interaction after the endpoint's answer."""
        payload = payloads.command(
            application_id=self.application_id,
            now=self.now(),
            name=name,
            options=options,
            place=place or payloads.Place(),
        )
        interaction = Interaction(
            id=payload["id"], token=payload["token"], payload=payload, created_at=self.now()
        )
        with self._lock:
            self._interactions[interaction.token] = interaction
        self._deliver(url, interaction)
        return interaction

    def _deliver(self, url: str, interaction: Interaction) -> None:
        body = _encoded(interaction.payload)
        started = time.monotonic()
        try:
            response = self._post(url, body, self.signed(body))
        except requests.RequestException as error:
            self._fail(interaction, f"no answer: {type(error).__name__}")
            return
        # The library's time-out is between two bytes; Discord's is for the whole answer.
        if time.monotonic() - started > self.answer_within:
            self._fail(interaction, "the answer came too late")
        elif not response.ok:
            self._fail(interaction, f"status {response.status_code}")
        else:
            self._accept(interaction, _object(response))

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> requests.Response:
        return requests.post(url, data=body, headers=headers, timeout=self.answer_within)

    def _accept(self, interaction: Interaction, answer: dict[str, Any]) -> None:
        data = answer.get("data") or {}
        if answer.get("type") == _DEFERRED:
            flags = data.get("flags", 0) | _LOADING
            first = Message(id=snowflake(self.now()), content="", flags=flags)
            state = State.DEFERRED
        elif answer.get("type") == _MESSAGE:
            try:
                first = self._message(data)
            except errors.ApiError as error:
                self._fail(interaction, str(error))
                return
            state = State.ANSWERED
        else:
            self._fail(interaction, f"not an answer to a command: type {answer.get('type')!r}")
            return
        with self._lock:
            interaction.messages.append(first)
            interaction.state = state

    def _fail(self, interaction: Interaction, reason: str) -> None:
        with self._lock:
            interaction.state, interaction.failure = State.FAILED, reason

    # The API

    def edit(self, token: str, message_id: str, body: dict[str, Any]) -> Message:
        """Replace what a message says; ``@original`` is the first.

        Raises:
            ApiError: As Discord answers.
        """
        with self._lock:
            interaction = self._by_token(token)
            at = self._position(interaction, message_id)
            old = interaction.messages[at]
            new = self._message(body)
            edited = replace(new, id=old.id, flags=old.flags & ~_LOADING, edits=old.edits + 1)
            interaction.messages[at] = edited
            interaction.state = State.ANSWERED
            return edited

    def follow_up(self, token: str, body: dict[str, Any]) -> Message:
        """Add a message. The first one after a deferred answer fills that, as in Discord.

        Raises:
            ApiError: As Discord answers.
        """
        with self._lock:
            interaction = self._by_token(token)
            if interaction.state is State.DEFERRED:
                return self.edit(token, "@original", body)
            message = self._message(body)
            interaction.messages.append(message)
            return message

    def read(self, token: str, message_id: str) -> Message:
        """Return a message; raises :class:`ApiError` as Discord answers."""
        with self._lock:
            interaction = self._by_token(token)
            return interaction.messages[self._position(interaction, message_id)]

    def channel_of(self, token: str) -> str:
        """Return the id of the channel of a known interaction."""
        with self._lock:
            channel: str = self._interactions[token].payload["channel_id"]
            return channel

    def overwrite_commands(self, authorization: str | None, body: object) -> list[dict[str, Any]]:
        """Take the application's commands, in place of all that were there.

        Raises:
            ApiError: As Discord answers.
        """
        if authorization != f"Bot {self.bot_token}":
            raise errors.unauthorized()
        registered = [
            {
                "id": snowflake(self.now()),
                "application_id": self.application_id,
                "version": snowflake(self.now()),
            }
            | command
            for command in checked(body)
        ]
        with self._lock:
            self.commands = registered
        return registered

    def _by_token(self, token: str) -> Interaction:
        interaction = self._interactions.get(token)
        if interaction is None or interaction.state in (State.SENT, State.FAILED):
            raise errors.unknown_webhook()
        if self.now() - interaction.created_at > TOKEN_LIFETIME:
            raise errors.expired_token()
        return interaction

    def _position(self, interaction: Interaction, message_id: str) -> int:
        if message_id == "@original":
            return 0
        for at, message in enumerate(interaction.messages):
            if message.id == message_id:
                return at
        raise errors.unknown_message()

    def _message(self, body: dict[str, Any]) -> Message:
        content = body.get("content")
        if not isinstance(content, str) or not content.strip():
            raise errors.empty_message()
        if len(content) > MAX_CONTENT:
            raise errors.invalid_form(
                "content",
                "BASE_TYPE_MAX_LENGTH",
                f"Must be {MAX_CONTENT} or fewer in length.",
            )
        return Message(
            id=snowflake(self.now()),
            content=content.strip(),
            flags=body.get("flags", 0),
            allowed_mentions=body.get("allowed_mentions"),
        )


def _encoded(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, separators=(",", ":")).encode()


def _object(response: requests.Response) -> dict[str, Any]:
    try:
        decoded = response.json()
    except ValueError:
        return {}
    return decoded if isinstance(decoded, dict) else {}
