"""``POST /webhooks/github``: a delivery is verified, claimed and queued before it is accepted.

Nothing slow happens here: GitHub waits ten seconds, and does not ask twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import structlog
from flask import Blueprint, jsonify, request
from prometheus_client import Counter
from werkzeug.exceptions import HTTPException

from github_app import deliveries, dispatch, events, payloads, records, signatures
from github_app.errors import RefusalReason, Refused
from jobs.port import QueueUnavailable
from storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from github_app.deliveries import Delivery
    from jobs.port import Job, Queue
    from storage import Database

PATH = "/webhooks/github"

RETRY_AFTER = 30
"""Seconds after which a delivery that the database did not take may be sent again."""

log = structlog.get_logger(__name__)

_deliveries = Counter(
    "fury_bot_webhook_deliveries_total",
    "Verified deliveries from GitHub, by event and by what became of them.",
    ["event", "outcome"],
)
_refused = Counter(
    "fury_bot_webhook_refused_total",
    "Webhook requests that were not taken, by reason.",
    ["reason"],
)


def blueprint(*, secrets: Sequence[str], database: Database, queue: Queue) -> Blueprint:
    """Return the webhook's route.

    Args:
        secrets: Webhook secrets, any of which may have signed a delivery. Without one, every
            delivery is refused.
        database: Where deliveries are claimed and jobs wait.
        queue: Puts jobs into the transaction that claims their delivery.
    """
    routes = Blueprint("github_webhooks", __name__)
    if not secrets:
        log.warning("webhook_closed", path=PATH, reason="GITHUB_WEBHOOK_SECRET is not set")

    @routes.post(PATH)
    def receive() -> tuple[Response, int]:
        delivery = _read(secrets)
        event = payloads.parse(delivery)
        if isinstance(event, events.Ping):
            return _answered(delivery, {"status": "pong"}, 200)
        if isinstance(event, events.Ignored):
            return _answered(delivery, {"status": "ignored", "reason": event.reason}, 200)
        jobs = dispatch.jobs(event, delivery_id=delivery.id)
        if not _take(delivery, jobs, database=database, queue=queue):
            return _answered(delivery, {"status": "duplicate"}, 200)
        return _answered(delivery, {"status": "accepted"}, 202)

    @routes.errorhandler(Refused)
    def refuse(refusal: Refused) -> tuple[Response, int]:
        return _refusal(refusal)

    return routes


def _read(secrets: Sequence[str]) -> Delivery:
    """Return the request's delivery; nothing of it is parsed before its signature is verified."""
    if not secrets:
        raise Refused(
            RefusalReason.NO_SECRET, "no webhook secret is configured; set GITHUB_WEBHOOK_SECRET"
        )
    body = _body()
    signatures.verify(body, request.headers.get(signatures.HEADER), secrets)
    return deliveries.parse(
        event=request.headers.get(deliveries.EVENT_HEADER),
        delivery_id=request.headers.get(deliveries.DELIVERY_HEADER),
        content_type=request.headers.get("Content-Type"),
        body=body,
    )


def _body() -> bytes:
    """Return the raw body; of one that is too large, no more is read than shows that it is."""
    too_large = Refused(
        RefusalReason.TOO_LARGE, f"the body is larger than {deliveries.MAX_BYTES:,} bytes"
    )
    if (request.content_length or 0) > deliveries.MAX_BYTES:
        raise too_large
    # A chunked body announces no length; werkzeug cuts it off here without a word.
    request.max_content_length = deliveries.MAX_BYTES + 1
    try:
        body = request.get_data(cache=False)
    except HTTPException as error:
        raise Refused(RefusalReason.UNREADABLE, "the body broke off") from error
    if len(body) > deliveries.MAX_BYTES:
        raise too_large
    return body


def _take(delivery: Delivery, jobs: Sequence[Job], *, database: Database, queue: Queue) -> bool:
    """Claim ``delivery`` and enqueue its jobs, both or neither. False: it was claimed before."""
    try:
        with database.transaction() as connection:
            claimed = records.claim(connection, delivery)
            for job in jobs if claimed else ():
                queue.enqueue(job, connection=connection)
    except (StorageError, QueueUnavailable, psycopg.Error) as error:
        log.error(  # noqa: TRY400 - the reason says it all; a traceback adds nothing
            "delivery_not_taken",
            delivery=delivery.id,
            event_name=delivery.event,
            reason=str(error),
        )
        raise Refused(RefusalReason.DATABASE, _what_to_do(error)) from error
    if claimed:
        queue.ring()
    return claimed


def _what_to_do(error: Exception) -> str:
    if isinstance(error, (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)):
        return "the database lacks this release's tables; run `fury-bot migrate`, then redeliver"
    if isinstance(error, (StorageError, psycopg.OperationalError)):
        return "the database cannot be reached; redeliver later"
    return "the database did not take the delivery; redeliver later"


def _answered(delivery: Delivery, answer: dict[str, str], status: int) -> tuple[Response, int]:
    outcome = answer["status"]
    _deliveries.labels(event=delivery.event, outcome=outcome).inc()
    log.info(
        "delivery_answered",
        delivery=delivery.id,
        event_name=delivery.event,
        outcome=outcome,
        reason=answer.get("reason"),
    )
    return jsonify(answer), status


def _refusal(refusal: Refused) -> tuple[Response, int]:
    reason = refusal.reason
    _refused.labels(reason=reason.value).inc()
    log.warning("delivery_refused", reason=reason.value)
    response = jsonify(error=reason.value, detail=refusal.detail)
    if reason.status == 503:  # noqa: PLR2004 - HTTP's own number
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response, reason.status
