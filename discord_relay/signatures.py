"""Whether a request comes from Discord: Ed25519 over the timestamp and the raw body.

https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint-validating-security-request-headers
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from discord_relay.errors import InvalidPublicKey, Reason, SignatureRefused

SIGNATURE_HEADER = "X-Signature-Ed25519"
TIMESTAMP_HEADER = "X-Signature-Timestamp"

MAX_AGE = 300
"""Seconds that a timestamp may differ from our clock. Discord names no limit and answers are due
within three seconds, so this bounds replays and still forgives a clock that is off."""

_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_MAX_TIMESTAMP_DIGITS = 20


def load_public_key(value: str) -> Ed25519PublicKey:
    """Read the application's public key, 64 hexadecimal digits.

    Raises:
        InvalidPublicKey: Naming the setting and what was expected.
    """
    key = _hexadecimal(value.strip(), length=_KEY_BYTES)
    if key is None:
        raise InvalidPublicKey(
            f"DISCORD_PUBLIC_KEY must be {_KEY_BYTES * 2} hexadecimal digits, as the Developer "
            f"Portal shows under General Information; got {len(value)} characters"
        )
    return Ed25519PublicKey.from_public_bytes(key)


def verify(
    *,
    key: Ed25519PublicKey,
    signature: str | None,
    timestamp: str | None,
    body: bytes,
    now: float,
) -> None:
    """Return if Discord signed ``body`` not long before ``now`` (seconds since the epoch).

    ``signature`` and ``timestamp`` are the headers' values, None where a header is missing.

    Raises:
        SignatureRefused: With the reason.
    """
    if not signature:
        raise SignatureRefused(Reason.MISSING_HEADER, f"the {SIGNATURE_HEADER} header is missing")
    if not timestamp:
        raise SignatureRefused(Reason.MISSING_HEADER, f"the {TIMESTAMP_HEADER} header is missing")
    raw = _hexadecimal(signature, length=_SIGNATURE_BYTES)
    if raw is None:
        raise SignatureRefused(
            Reason.MALFORMED, f"{SIGNATURE_HEADER} must be {_SIGNATURE_BYTES * 2} hex digits"
        )
    if not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) > _MAX_TIMESTAMP_DIGITS:
        raise SignatureRefused(
            Reason.MALFORMED, f"{TIMESTAMP_HEADER} must be whole seconds since the epoch"
        )
    try:
        key.verify(raw, timestamp.encode() + body)
    except InvalidSignature:
        raise SignatureRefused(
            Reason.BAD_SIGNATURE, "the signature does not match the body and DISCORD_PUBLIC_KEY"
        ) from None
    # Last, so that only Discord itself learns about our clock.
    if abs(now - int(timestamp)) > MAX_AGE:
        raise SignatureRefused(
            Reason.STALE, f"{TIMESTAMP_HEADER} differs from this server's clock by over {MAX_AGE} s"
        )


def _hexadecimal(value: str, *, length: int) -> bytes | None:
    # bytes.fromhex forgives spaces, which a signature must not hold.
    if len(value) != length * 2:
        return None
    try:
        decoded = bytes.fromhex(value)
    except ValueError:
        return None
    return decoded if len(decoded) == length else None
