"""What can go wrong between GitHub and fury-bot.

The tree::

    GitHubAppError
    ├── Refused             a webhook request that is not taken; ``reason``
    ├── SettingsMistake     .github/fury-bot.yml is wrong; ``mistakes``
    ├── UnusableKey         GITHUB_PRIVATE_KEY is not an RSA private key
    ├── ArchiveTooLarge     a repository's archive is over the cap
    └── ApiError            GitHub did not do what was asked
        ├── BadCredentials  401: the JWT or the token is not accepted
        ├── Forbidden       the App may not do this here
        ├── NotFound        gone, or never visible to this installation
        ├── Unprocessable   GitHub understood, and will not do it
        ├── RateLimited     too much at once; ``retry_after`` seconds, when GitHub says
        └── ServerError     GitHub failed, or could not be reached
"""

from __future__ import annotations

from enum import StrEnum


class GitHubAppError(Exception):
    """The GitHub face cannot go on."""


class RefusalReason(StrEnum):
    """Why a webhook request is not taken; the value labels a metric."""

    NO_SECRET = "no_secret"  # noqa: S105 - a metric's label
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_MALFORMED = "signature_malformed"
    SIGNATURE_TRUNCATED = "signature_truncated"
    SIGNATURE_MISMATCH = "signature_mismatch"
    FORM_ENCODED = "form_encoded"
    CONTENT_TYPE = "content_type"
    EVENT_MISSING = "event_missing"
    EVENT_MALFORMED = "event_malformed"
    DELIVERY_MISSING = "delivery_missing"
    DELIVERY_MALFORMED = "delivery_malformed"
    BODY_MALFORMED = "body_malformed"
    BODY_NOT_OBJECT = "body_not_object"
    DATABASE = "database"

    @property
    def status(self) -> int:
        """The HTTP status that tells the sender."""
        return _STATUS.get(self, 400)


_STATUS = {
    RefusalReason.NO_SECRET: 503,
    RefusalReason.DATABASE: 503,
    RefusalReason.TOO_LARGE: 413,
    RefusalReason.SIGNATURE_MISSING: 401,
    RefusalReason.SIGNATURE_MALFORMED: 401,
    RefusalReason.SIGNATURE_TRUNCATED: 401,
    RefusalReason.SIGNATURE_MISMATCH: 401,
    RefusalReason.FORM_ENCODED: 415,
    RefusalReason.CONTENT_TYPE: 415,
}


class Refused(GitHubAppError):
    """A webhook request is not taken. The message is for the sender."""

    def __init__(self, reason: RefusalReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class SettingsMistake(GitHubAppError):
    """A settings file holds what it should not; each mistake names the key and what is expected."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


class UnusableKey(GitHubAppError):
    """The App's private key cannot be used. The message never holds any of it."""


class ArchiveTooLarge(GitHubAppError):
    """A repository's archive is over the cap."""


class ApiError(GitHubAppError):
    """GitHub did not do what was asked."""


class BadCredentials(ApiError):
    """GitHub does not accept the JWT or the token."""


class Forbidden(ApiError):
    """The App has no permission for this, here."""


class NotFound(ApiError):
    """There is no such thing, or the installation cannot see it."""


class Unprocessable(ApiError):
    """GitHub understood the request, and will not carry it out."""


class RateLimited(ApiError):
    """A primary or secondary limit is reached."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ServerError(ApiError):
    """GitHub failed, took too long or could not be reached. It may still have done the work."""
