"""The answers of the API that are no answer.

::

    ApiError
    ├── BadRequest            400  the body is not JSON, or broke off
    ├── TokenRequired         401  no token, or one that is not valid
    ├── RepositoryForbidden   403  the token is for other repositories
    ├── NotFound              404  no such provider, or nothing indexed
    ├── TooLarge              413  a body over the limit
    ├── WrongContentType      415
    ├── Unprocessable         422  the schema; the detail names the field
    ├── TooManyRequests       429  of the token, or of the provider
    ├── InternalError         500  with the id under which the log tells more
    ├── ProviderFailed        502
    ├── ServiceUnavailable    503  the provider, the database, or every place is taken
    └── ProviderTimedOut      504
"""

from __future__ import annotations

import math
from typing import ClassVar


class ApiError(Exception):
    """A request that is not answered as it was meant."""

    status: ClassVar[int]
    reason: ClassVar[str]
    """``error`` in the body; for programs."""

    def __init__(self, detail: str, *, retry_after: float | None = None) -> None:
        """Take what a person is told, and the seconds after which to ask again."""
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after

    @property
    def body(self) -> dict[str, str]:
        """What is sent."""
        return {"error": self.reason, "detail": self.detail}

    @property
    def headers(self) -> dict[str, str]:
        """What is sent beside the body."""
        if self.retry_after is None:
            return {}
        return {"Retry-After": str(max(1, math.ceil(self.retry_after)))}


class BadRequest(ApiError):
    """What came cannot be read."""

    status = 400
    reason = "bad_request"


class TokenRequired(ApiError):
    """The caller is not known."""

    status = 401
    reason = "unauthorised"

    @property
    def headers(self) -> dict[str, str]:
        """Name the scheme, as RFC 9110 wants of a 401."""
        return {"WWW-Authenticate": 'Bearer realm="fury-bot"'}


class RepositoryForbidden(ApiError):
    """The caller may ask, but not about this repository."""

    status = 403
    reason = "forbidden"


class NotFound(ApiError):
    """What is asked about is not there."""

    status = 404
    reason = "not_found"


class TooLarge(ApiError):
    """The body is over the limit."""

    status = 413
    reason = "too_large"


class WrongContentType(ApiError):
    """The body does not say that it is JSON."""

    status = 415
    reason = "wrong_content_type"


class Unprocessable(ApiError):
    """A field is missing, unknown or not as it has to be."""

    status = 422
    reason = "invalid"


class TooManyRequests(ApiError):
    """A limit is used up."""

    status = 429
    reason = "too_many_requests"


class InternalError(ApiError):
    """A mistake of ours."""

    status = 500
    reason = "internal_error"


class ProviderFailed(ApiError):
    """The provider would not answer."""

    status = 502
    reason = "provider_failed"


class ServiceUnavailable(ApiError):
    """What the answer needs cannot be had just now."""

    status = 503
    reason = "unavailable"


class ProviderTimedOut(ApiError):
    """The provider took too long."""

    status = 504
    reason = "provider_timed_out"
