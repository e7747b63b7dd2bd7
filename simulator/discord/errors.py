"""Discord's errors, as its API words them.

https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
"""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Any


class ApiError(Exception):
    """An answer with an error status and Discord's JSON."""

    def __init__(
        self,
        status: HTTPStatus,
        body: dict[str, Any],
        *,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(body["message"])
        self.status = status
        self.body = body
        self.headers = headers or {}


def unknown_webhook() -> ApiError:
    """Return the error for a token that is not known, or whose interaction is not acknowledged."""
    return ApiError(HTTPStatus.NOT_FOUND, {"message": "Unknown Webhook", "code": 10015})


def expired_token() -> ApiError:
    """Return the error for a token older than 15 minutes."""
    return ApiError(HTTPStatus.UNAUTHORIZED, {"message": "Invalid Webhook Token", "code": 50027})


def unknown_message() -> ApiError:
    """Return the error for a message id that the interaction does not have."""
    return ApiError(HTTPStatus.NOT_FOUND, {"message": "Unknown Message", "code": 10008})


def empty_message() -> ApiError:
    """Return the error for a message without visible content."""
    return ApiError(
        HTTPStatus.BAD_REQUEST, {"message": "Cannot send an empty message", "code": 50006}
    )


def invalid_form(field: str, code: str, message: str) -> ApiError:
    """Return the error for a body with a wrong field."""
    return ApiError(
        HTTPStatus.BAD_REQUEST,
        {
            "message": "Invalid Form Body",
            "code": 50035,
            "errors": {field: {"_errors": [{"code": code, "message": message}]}},
        },
    )


def unauthorized() -> ApiError:
    """Return the error for a wrong bot token."""
    return ApiError(HTTPStatus.UNAUTHORIZED, {"message": "401: Unauthorized", "code": 0})


def rate_limited(retry_after: float) -> ApiError:
    """Return the error that asks for ``retry_after`` seconds of patience."""
    return ApiError(
        HTTPStatus.TOO_MANY_REQUESTS,
        {
            "message": "You are being rate limited.",
            "retry_after": retry_after,
            "global": False,
        },
        headers={"Retry-After": str(math.ceil(retry_after))},
    )
