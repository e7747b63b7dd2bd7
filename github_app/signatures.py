"""Whether a webhook's body was signed by GitHub with a secret that we share.

https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from github_app.errors import RefusalReason, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = "X-Hub-Signature-256"

_PREFIX = "sha256="
_DIGITS = hashlib.sha256().digest_size * 2
_HEX = re.compile(r"[0-9a-fA-F]*", re.ASCII)


def sign(body: bytes, secret: str) -> str:
    """Return the header that GitHub sends with ``body``."""
    return _PREFIX + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def verify(body: bytes, header: str | None, secrets: Sequence[str]) -> None:
    """Accept ``body``, as raw bytes, when any of ``secrets`` signed it.

    Several secrets are valid at once while one replaces the other.

    Raises:
        Refused: With the reason; the webhook answers 401, stores nothing, and never tells what
            was expected.
    """
    if not header:
        raise Refused(RefusalReason.SIGNATURE_MISSING, f"the request has no {HEADER} header")
    digest = header.removeprefix(_PREFIX)
    if digest == header or not _HEX.fullmatch(digest) or len(digest) > _DIGITS:
        raise Refused(
            RefusalReason.SIGNATURE_MALFORMED,
            f"{HEADER} must be {_PREFIX} and {_DIGITS} hexadecimal digits",
        )
    if len(digest) < _DIGITS:
        raise Refused(
            RefusalReason.SIGNATURE_TRUNCATED,
            f"{HEADER} has {len(digest)} hexadecimal digits, not {_DIGITS}",
        )
    # Every secret is tried, so that the time taken does not tell which one matched.
    given = _PREFIX + digest.lower()
    matches = [hmac.compare_digest(sign(body, secret), given) for secret in secrets]
    if not any(matches):
        raise Refused(
            RefusalReason.SIGNATURE_MISMATCH,
            f"{HEADER} does not match the body; check that GITHUB_WEBHOOK_SECRET is the App's",
        )
