"""A webhook request as data: which event, under which id, with what payload."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from github_app.errors import RefusalReason, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES = 25 * 1024 * 1024
"""GitHub sends no larger payload."""

EVENT_HEADER = "X-GitHub-Event"
DELIVERY_HEADER = "X-GitHub-Delivery"

_EVENT = re.compile(r"[a-z][a-z0-9_]{0,63}")
DELIVERY_ID = re.compile(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*")
_LONGEST_ID = 72


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event that GitHub tells of. A redelivery has the id of the first delivery."""

    id: str
    event: str
    payload: Mapping[str, object]


def parse(
    *, event: str | None, delivery_id: str | None, content_type: str | None, body: bytes
) -> Delivery:
    """Read a request whose signature is verified.

    Raises:
        Refused: With the reason, and what was expected.
    """
    _check_content_type(content_type)
    return Delivery(id=_id(delivery_id), event=_event(event), payload=_payload(body))


def _check_content_type(content_type: str | None) -> None:
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type == "application/x-www-form-urlencoded":
        raise Refused(
            RefusalReason.FORM_ENCODED,
            "the payload is form-encoded; set the webhook's content type to application/json",
        )
    if media_type != "application/json":
        raise Refused(RefusalReason.CONTENT_TYPE, "Content-Type must be application/json")


def _event(name: str | None) -> str:
    if not name:
        raise Refused(RefusalReason.EVENT_MISSING, f"the request has no {EVENT_HEADER} header")
    if not _EVENT.fullmatch(name):
        raise Refused(
            RefusalReason.EVENT_MALFORMED,
            f"{EVENT_HEADER} must be lower-case letters, digits and underscores",
        )
    return name


def _id(delivery_id: str | None) -> str:
    if not delivery_id:
        raise Refused(
            RefusalReason.DELIVERY_MISSING, f"the request has no {DELIVERY_HEADER} header"
        )
    if len(delivery_id) > _LONGEST_ID or not DELIVERY_ID.fullmatch(delivery_id):
        raise Refused(RefusalReason.DELIVERY_MALFORMED, f"{DELIVERY_HEADER} must be a GUID")
    return delivery_id


def _payload(body: bytes) -> Mapping[str, object]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:  # not JSON, not Unicode, or nested too deep
        raise Refused(RefusalReason.BODY_MALFORMED, "the body is not JSON") from error
    if not isinstance(payload, dict):
        raise Refused(RefusalReason.BODY_NOT_OBJECT, "the body must be a JSON object")
    return payload
