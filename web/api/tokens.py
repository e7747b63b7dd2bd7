"""Bearer tokens: how they are made, told apart, and read from a request."""

from __future__ import annotations

import hashlib
import re
import secrets

from web.api.errors import TokenRequired

PREFIX = "fb_"
"""Lets a person, and a secret scanner, see what it is."""

_BITS = 256
_FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


def mint() -> str:
    """Return a new token: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(_BITS // 8)


def digest(token: str) -> bytes:
    """Return what is kept of a token: its SHA-256.

    A slow hash, as passwords need, would add nothing: 256 random bits cannot be guessed.
    """
    return hashlib.sha256(token.encode()).digest()


def of_header(header: str | None) -> str | None:
    """Return the token of an ``Authorization`` header (RFC 6750); None when there is no header.

    Raises:
        TokenRequired: The header holds something else.
    """
    if header is None:
        return None
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise TokenRequired("send the token as Authorization: Bearer fb_…")
    if not _FORM.fullmatch(token.strip()):
        raise TokenRequired("this is no token of fury-bot; they begin with fb_")
    return token.strip()
