"""Who fury-bot is to GitHub: the App's JWT, and installation tokens bought with it.

https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from github_app.errors import UnusableKey
from github_app.events import ThreadKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CLOCK_SKEW = 60
"""Seconds that GitHub's clock may be behind ours."""

JWT_LIFETIME = 9 * 60
"""Seconds; GitHub takes at most ten minutes, by its own clock."""

EXPIRY_MARGIN = 60.0
"""Seconds before its end at which a token is no longer used."""

FRESH = 10.0
"""Seconds after its issue in which a token may not be known to all of GitHub yet."""

READING: Mapping[str, str] = {"contents": "read", "metadata": "read"}
"""What a token is asked for to read a repository, whatever more the App was granted."""

ANSWERING: Mapping[ThreadKind, Mapping[str, str]] = {
    ThreadKind.DISCUSSION: {**READING, "discussions": "write"},
    ThreadKind.ISSUE: {**READING, "issues": "write"},
}
"""What it is asked for to answer in a thread. GitHub refuses to give more than an installation
has: one without issues is to be answered in its discussions all the same."""

READING_THREADS: Mapping[ThreadKind, Mapping[str, str]] = {
    ThreadKind.DISCUSSION: {**READING, "discussions": "read"},
    ThreadKind.ISSUE: {**READING, "issues": "read"},
}
"""What it is asked for to read what was answered."""


def app_claims(app_id: str, *, now: float) -> dict[str, int | str]:
    """Return the claims by which the App introduces itself. ``now`` is seconds since the epoch."""
    return {"iat": int(now) - CLOCK_SKEW, "exp": int(now) + JWT_LIFETIME, "iss": app_id}


def load_private_key(text: str) -> RSAPrivateKey:
    r"""Read the App's private key from PEM; line ends may be written ``\n``.

    Raises:
        UnusableKey: In one line, saying what is wrong and never showing any of it.
    """
    pem = text.strip().strip("\"'").replace("\\n", "\n").strip()
    _check_armour(pem)
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except TypeError as error:
        raise _unusable("the key is encrypted; GitHub's own download is not") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _unusable("the PEM is damaged; paste the whole file again") from error
    if not isinstance(key, RSAPrivateKey):
        raise _unusable("the key is not an RSA key, as GitHub Apps have")
    return key


def _check_armour(pem: str) -> None:
    if "-----BEGIN" not in pem:
        raise _unusable("not PEM; it must begin with -----BEGIN RSA PRIVATE KEY-----")
    if "PUBLIC KEY-----" in pem:
        raise _unusable("a public key; the private key, a .pem file, is what the App needs")
    if "-----END" not in pem:
        raise _unusable("truncated; it must end with -----END RSA PRIVATE KEY-----")


def _unusable(what: str) -> UnusableKey:
    return UnusableKey(f"GITHUB_PRIVATE_KEY: {what}")


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """An installation token as GitHub issues it."""

    value: str = field(repr=False)
    expires_at: float
    """Seconds since the epoch."""


class TokenIssuer(Protocol):
    """Where installation tokens come from."""

    def create_installation_token(
        self, installation_id: int, *, jwt: str, repository: str, permissions: Mapping[str, str]
    ) -> IssuedToken:
        """Buy a token for ``repository`` (its name without the owner) alone."""


@dataclass(frozen=True, slots=True)
class Token:
    """An installation token at work."""

    value: str = field(repr=False)
    expires_at: float
    issued_at: float


_Key = tuple[int, str, frozenset[tuple[str, str]]]


@dataclass(slots=True)
class _Slot:
    """Where the token of one key is kept; its lock is held while one is bought."""

    token: Token | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(slots=True)
class InstallationTokens:
    """Tokens narrowed to one repository and a few permissions, each used until near its end.

    Safe to share between threads.
    """

    app_id: str
    key: RSAPrivateKey = field(repr=False)
    issuer: TokenIssuer
    clock: Callable[[], float] = time.time
    _slots: dict[_Key, _Slot] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    """Of the dictionary alone: nobody waits for another's token."""

    def get(self, installation_id: int, repository: str, permissions: Mapping[str, str]) -> Token:
        """Return a token for ``repository`` (``owner/name``) with ``permissions``.

        Raises:
            ApiError: GitHub gives none.
        """
        key = _key(installation_id, repository, permissions)
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
        with slot.lock:
            if slot.token is None or self._is_over(slot.token):
                self._evict()
                slot.token = self._issue(installation_id, repository, permissions)
            return slot.token

    def drop(
        self, installation_id: int, repository: str, permissions: Mapping[str, str], token: Token
    ) -> None:
        """Use ``token`` no more; another that came in its place stays."""
        with self._lock:
            slot = self._slots.get(_key(installation_id, repository, permissions))
        if slot is not None:
            with slot.lock:
                if slot.token is token:
                    slot.token = None

    def is_fresh(self, token: Token) -> bool:
        """Say whether ``token`` is so new that parts of GitHub may still refuse it."""
        return self.clock() < token.issued_at + FRESH

    def app_jwt(self) -> str:
        """Return a JWT that speaks for the App itself, not for an installation."""
        claims = dict(app_claims(self.app_id, now=self.clock()))
        return jwt.encode(claims, self.key, algorithm="RS256")

    def _is_over(self, token: Token) -> bool:
        return self.clock() >= token.expires_at - EXPIRY_MARGIN

    def _evict(self) -> None:
        """Let go of what is of no more use; a slot that is at work is its user's."""
        with self._lock:
            for key, slot in list(self._slots.items()):
                if not slot.lock.locked() and (slot.token is None or self._is_over(slot.token)):
                    del self._slots[key]

    def _issue(
        self, installation_id: int, repository: str, permissions: Mapping[str, str]
    ) -> Token:
        now = self.clock()
        issued = self.issuer.create_installation_token(
            installation_id,
            jwt=self.app_jwt(),
            repository=repository.partition("/")[2],
            permissions=permissions,
        )
        return Token(value=issued.value, expires_at=issued.expires_at, issued_at=now)


def _key(installation_id: int, repository: str, permissions: Mapping[str, str]) -> _Key:
    return installation_id, repository.lower(), frozenset(permissions.items())
