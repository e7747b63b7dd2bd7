"""What went wrong, from the responses of GitHub's APIs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from github_app import limits
from github_app.errors import (
    ApiError,
    BadCredentials,
    Forbidden,
    NotFound,
    RateLimited,
    ServerError,
    Unprocessable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BY_STATUS: Mapping[int, type[ApiError]] = {
    400: Unprocessable,
    401: BadCredentials,
    403: Forbidden,
    404: NotFound,
    410: NotFound,
    422: Unprocessable,
    451: NotFound,
}

_BY_TYPE: Mapping[str, type[ApiError]] = {
    "FORBIDDEN": Forbidden,
    "INSUFFICIENT_SCOPES": Forbidden,
    "NOT_FOUND": NotFound,
    "UNPROCESSABLE": Unprocessable,
}

_LIMIT_TYPES = {"RATE_LIMITED", "RATE_LIMIT"}
_SERVER_TYPES = {"INTERNAL", "SERVICE_UNAVAILABLE", "TIMEOUT"}


def of_status(
    status: int, *, message: str, headers: Mapping[str, str], now: float, doing: str
) -> ApiError:
    """Return the error of an HTTP status of 400 or more. ``headers`` has lower-case names."""
    description = f"{doing}: HTTP {status}: {message}"
    wait = limits.requested_wait(headers, now=now)
    if status == 429 or (status == 403 and (wait is not None or _speaks_of_limit(message))):  # noqa: PLR2004 - HTTP's own numbers
        return RateLimited(description, retry_after=wait)
    return _BY_STATUS.get(status, ServerError)(description)


def of_graphql(
    errors: Sequence[object], *, headers: Mapping[str, str], now: float, doing: str
) -> ApiError:
    """Return the error of a GraphQL response that carries ``errors``, whatever its status."""
    first = errors[0] if errors and isinstance(errors[0], dict) else {}
    message = str(first.get("message", "an error without a message"))
    kind = str(first.get("type", ""))
    description = f"{doing}: {message}"
    if kind in _LIMIT_TYPES or _speaks_of_limit(message):
        wait = limits.requested_wait(headers, now=now)
        return RateLimited(description, retry_after=wait)
    if kind in _SERVER_TYPES or message.startswith("Something went wrong"):
        return ServerError(description)
    # What is left, a document that does not fit the schema say, no retry can mend.
    return _BY_TYPE.get(kind, Unprocessable)(description)


def message(body: str) -> str:
    """Return GitHub's own words in an error's body; another server's page is not repeated."""
    try:
        answer = json.loads(body)
    except ValueError:
        return "no message"
    return str(answer.get("message", "no message")) if isinstance(answer, dict) else "no message"


def _speaks_of_limit(message: str) -> bool:
    # Secondary limits have no type of their own, and headers only sometimes.
    return "rate limit" in message.lower() or "abuse detection" in message.lower()
