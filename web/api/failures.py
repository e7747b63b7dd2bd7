"""What a failure of the rooms below is over HTTP."""

from __future__ import annotations

import uuid

import psycopg
import structlog

from engine import NotIndexed, UnknownProvider
from generation.protocol import (
    GenerationError,
    QuotaExceeded,
    Refused,
    TimedOut,
    TooLong,
    Unavailable,
)
from generation.unasked import LeftAlone
from storage import NotMigrated, StorageError
from web.api.errors import (
    ApiError,
    InternalError,
    NotFound,
    ProviderFailed,
    ProviderTimedOut,
    ServiceUnavailable,
    TooManyRequests,
    Unprocessable,
)

RETRY_AFTER = 30.0
"""Seconds after which to ask again when nobody says how long a shortage lasts."""

log = structlog.get_logger(__name__)


def api_error(error: Exception) -> ApiError:
    """Return what the caller is told of ``error``; what is a mistake of ours is logged here."""
    match error:
        case ApiError():
            return error
        case NotIndexed() | UnknownProvider():
            return NotFound(str(error))
        case GenerationError():
            return _of_provider(error)
        case NotMigrated() | psycopg.errors.UndefinedTable():
            log.error("database_not_migrated", reason=str(error))
            return ServiceUnavailable("the database is not set up yet", retry_after=RETRY_AFTER)
        case StorageError() | psycopg.OperationalError():
            # The message names the database's host, which is no business of the caller's.
            log.error("database_unavailable", reason=str(error))
            return ServiceUnavailable("the database cannot be reached", retry_after=RETRY_AFTER)
        case _:
            return _unexpected(error)


def _of_provider(error: GenerationError) -> ApiError:
    message = " ".join(str(error).split())
    match error:
        case QuotaExceeded():
            wait = RETRY_AFTER if error.retry_after is None else error.retry_after
            return TooManyRequests(message, retry_after=wait)
        case TooLong() | Refused():
            return Unprocessable(message)
        case TimedOut():
            return ProviderTimedOut(message)
        case Unavailable():
            wait = error.retry_after if isinstance(error, LeftAlone) else RETRY_AFTER
            return ServiceUnavailable(message, retry_after=wait)
        case _:
            known = error.retry_after if isinstance(error, LeftAlone) else None
            return ProviderFailed(message, retry_after=known)


def _unexpected(error: Exception) -> InternalError:
    number = uuid.uuid4().hex[:12]
    log.error("request_failed", id=number, exc_info=error)
    return InternalError(f"something went wrong here; the log tells more under {number}")
