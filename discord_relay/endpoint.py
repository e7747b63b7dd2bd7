"""``POST /discord/interactions``: checks the signature, and answers within three seconds."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
import structlog
from flask import Blueprint, Response, jsonify, request
from prometheus_client import Counter
from werkzeug.exceptions import RequestEntityTooLarge

from discord_relay import callbacks, memory, records, signatures
from discord_relay.command import ASK, MAX_QUESTION
from discord_relay.errors import SignatureRefused
from discord_relay.interactions import Ask, Forget, Ping, parse
from discord_relay.scope import NotAskable, Repositories
from discord_relay.tasks import job_of
from jobs.port import QueueUnavailable
from storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from jobs.port import Queue
    from storage import Database

log = structlog.get_logger(__name__)

MAX_BODY = 256 * 1024
"""Bytes. An interaction with every option filled stays far below."""

_refused = Counter(
    "fury_bot_discord_refused",
    "Requests to the interactions endpoint that were refused.",
    ["reason"],
)

DATABASE_TIMEOUT = 2.0
"""Seconds to wait for the database: Discord waits three for the answer."""

Reply = tuple[Response, int]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What the interactions endpoint works with."""

    database: Database
    queue: Queue
    repositories: Repositories
    conversations: memory.Memory
    public_key: Ed25519PublicKey | None
    """None: the route answers 503, for nothing is ever accepted unchecked."""
    now: Callable[[], float] = field(default=time.time)
    """Seconds since the epoch."""

    def receive(self, body: bytes) -> Reply:
        """Answer the request under way, whose raw body is ``body``."""
        if self.public_key is None:
            return _error(
                503, reason="not_configured", detail="DISCORD_PUBLIC_KEY is not set on this server"
            )
        try:
            signatures.verify(
                key=self.public_key,
                signature=request.headers.get(signatures.SIGNATURE_HEADER),
                timestamp=request.headers.get(signatures.TIMESTAMP_HEADER),
                body=body,
                now=self.now(),
            )
        except SignatureRefused as refusal:
            return _error(401, reason=refusal.reason, detail=str(refusal))
        try:
            payload = json.loads(body)
        except (ValueError, RecursionError):
            return _error(400, reason="not_json", detail="the body is not JSON")
        return jsonify(self._answer(payload)), 200

    def _answer(self, payload: object) -> dict[str, Any]:
        interaction = parse(payload)
        if isinstance(interaction, Ping):
            return callbacks.pong()
        if isinstance(interaction, Ask):
            return self._take(interaction)
        if isinstance(interaction, Forget):
            return self._forget(interaction)
        return callbacks.ephemeral(interaction.reason)

    def _take(self, ask: Ask) -> dict[str, Any]:
        if not ask.question:
            return callbacks.ephemeral("Your question is empty; please write what to look up.")
        if len(ask.question) > MAX_QUESTION:
            return callbacks.ephemeral(
                f"Your question has {len(ask.question)} characters; please keep it to "
                f"{MAX_QUESTION}."
            )
        try:
            repository = self.repositories.choose(ask.repository)
        except NotAskable as error:
            return callbacks.ephemeral(str(error))
        try:
            self._enqueue(ask, repository)
        except (StorageError, QueueUnavailable, psycopg.Error) as error:
            log.error(  # noqa: TRY400 - a statement's own words may hold the token
                "interaction_not_stored", interaction=ask.interaction_id, reason=_reason(error)
            )
            return callbacks.ephemeral("I cannot take questions right now; please try again soon.")
        return callbacks.deferred()

    def _forget(self, forget: Forget) -> dict[str, Any]:
        owner = memory.person(forget.user_id)
        try:
            questions = self.conversations.forget(owner, timeout=DATABASE_TIMEOUT)
        except (StorageError, psycopg.Error) as error:
            log.error("conversation_not_forgotten", reason=_reason(error))  # noqa: TRY400 - as above
            return callbacks.ephemeral("I cannot forget right now; please try again soon.")
        log.info("conversation_forgotten", questions=questions)
        if not questions:
            return callbacks.ephemeral("I remember nothing that you asked me.")
        return callbacks.ephemeral(
            f"I have forgotten the last {questions} that you asked me, and what I answered. The "
            "messages in the channels stay; delete them there."
        )

    def _enqueue(self, ask: Ask, repository: str) -> None:
        with self.database.transaction(timeout=DATABASE_TIMEOUT) as connection:
            new = records.claim(connection, interaction_id=ask.interaction_id, event=ASK)
            if new:
                self.queue.enqueue(job_of(ask, repository=repository), connection=connection)
        if new:
            self.queue.ring()
        log.info("interaction_received", interaction=ask.interaction_id, duplicate=not new)


def blueprint(endpoint: Endpoint) -> Blueprint:
    """Return the blueprint with the one route ``POST /discord/interactions``."""
    if endpoint.public_key is None:
        log.info("discord_interactions_are_off", reason="DISCORD_PUBLIC_KEY is not set", answer=503)
    discord = Blueprint("discord", __name__)

    @discord.post("/discord/interactions")
    def interactions() -> Reply:
        request.max_content_length = MAX_BODY
        try:
            body = request.get_data(cache=False)
        except RequestEntityTooLarge:
            return _error(413, reason="too_large", detail=f"the body exceeds {MAX_BODY} bytes")
        return endpoint.receive(body)

    return discord


def _reason(error: Exception) -> str:
    """Say what went wrong without a statement's own words, which those of the storage room are."""
    return str(error) if isinstance(error, StorageError) else type(error).__name__


def _error(status: int, *, reason: str, detail: str) -> Reply:
    _refused.labels(reason=reason).inc()
    log.warning("interaction_refused", status=status, reason=reason)
    return jsonify(error=reason, detail=detail), status
