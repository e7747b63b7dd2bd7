"""Who a request acts for: App JWTs, installation tokens, and what those may do."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import jwt

from simulator.github.errors import HttpError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.github.app import App
    from simulator.github.clock import Clock
    from simulator.github.model import Installation, Repository
    from simulator.github.state import State

TOKEN_LIFETIME = timedelta(hours=1)
JWT_LIFETIME_SECONDS = 600
"""The furthest ahead that GitHub lets an App's ``exp`` be."""

_LEVELS = {"read": 1, "write": 2, "admin": 3}
_ALPHABET = string.ascii_letters + string.digits


def covers(granted: Mapping[str, str], name: str, level: str) -> bool:
    """Say whether ``granted`` permissions include ``name`` at ``level``."""
    return _LEVELS.get(granted.get(name, ""), 0) >= _LEVELS.get(level, len(_LEVELS) + 1)


@dataclass(frozen=True, slots=True)
class Token:
    """An installation access token."""

    secret: str = field(repr=False)
    installation_id: int
    permissions: Mapping[str, str]
    repository_ids: frozenset[int] | None
    """None: every repository of the installation."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Access:
    """A valid token at work, with the installation as it is now."""

    token: Token
    installation: Installation

    def reaches(self, repository: Repository) -> bool:
        """Say whether ``repository`` is within the token's installation and narrowing."""
        narrowed = self.token.repository_ids
        return repository.id in self.installation.repository_ids and (
            narrowed is None or repository.id in narrowed
        )

    def sees(self, repository: Repository) -> bool:
        """Say whether ``repository`` exists for this token: any token sees what is public."""
        return not repository.private or self.reaches(repository)

    def may_read(self, repository: Repository, permission: str) -> bool:
        """Say whether the token may read what ``permission`` guards in ``repository``."""
        if not repository.private:
            return True
        return self.reaches(repository) and covers(self.token.permissions, permission, "read")

    def may_write(self, repository: Repository, permission: str) -> bool:
        """Say whether the token may write what ``permission`` guards in ``repository``."""
        return self.reaches(repository) and covers(self.token.permissions, permission, "write")


class Tokens:
    """The installation tokens that were given out."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._tokens: dict[str, Token] = {}

    def issue(
        self,
        installation: Installation,
        *,
        permissions: Mapping[str, str],
        repository_ids: frozenset[int] | None,
    ) -> Token:
        """Give out a token for an hour."""
        token = Token(
            secret="ghs_" + "".join(secrets.choice(_ALPHABET) for _ in range(36)),
            installation_id=installation.id,
            permissions=dict(permissions),
            repository_ids=repository_ids,
            expires_at=self._state.clock.now() + TOKEN_LIFETIME,
        )
        with self._state.lock:
            self._tokens[token.secret] = token
        return token

    def access(self, authorization: str | None) -> Access:
        """Return what the ``Authorization`` header of a request gives access to.

        Raises:
            HttpError: 401 for no token, a wrong one or an expired one; 403 for one whose
                installation is suspended.
        """
        secret = credential(authorization)
        with self._state.lock:
            token = self._tokens.get(secret)
        if token is None or token.expires_at <= self._state.clock.now():
            raise HttpError(401, "Bad credentials")
        installation = self._state.find_installation(token.installation_id)
        if installation is None:
            raise HttpError(401, "Bad credentials")
        if installation.suspended_at is not None:
            raise HttpError(403, "This installation has been suspended")
        return Access(token, installation)


def credential(authorization: str | None) -> str:
    """Return the token or JWT of an ``Authorization`` header: ``Bearer …`` or ``token …``.

    Raises:
        HttpError: 401, when there is none.
    """
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() not in {"bearer", "token"} or not value.strip():
        raise HttpError(401, "Requires authentication")
    return value.strip()


def verify_app_jwt(authorization: str | None, *, app: App, clock: Clock) -> None:
    """Check an App's JWT as GitHub does.

    Raises:
        HttpError: 401 for a token that is undecodable, expired or too long-lived; 404 for an
            issuer that is no App.
    """
    encoded = credential(authorization)
    claims = _claims(encoded)
    if str(claims.get("iss")) not in {str(app.id), app.client_id}:
        raise HttpError(404, "Integration not found")
    try:
        jwt.decode(
            encoded,
            app.public_key,
            algorithms=["RS256"],
            # Times are checked below, on the simulated clock.
            options={
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_sub": False,
            },
        )
    except jwt.PyJWTError as error:
        raise HttpError(401, "A JSON web token could not be decoded") from error
    _check_times(claims, now=clock.now().timestamp())


def _claims(encoded: str) -> dict[str, object]:
    try:
        claims: dict[str, object] = jwt.decode(encoded, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise HttpError(401, "A JSON web token could not be decoded") from error
    return claims


def _check_times(claims: Mapping[str, object], *, now: float) -> None:
    expires, issued = claims.get("exp"), claims.get("iat")
    if not isinstance(expires, int) or expires <= now:
        raise HttpError(
            401,
            "'Expiration time' claim ('exp') must be a numeric value representing the future time "
            "at which the assertion expires",
        )
    if expires > now + JWT_LIFETIME_SECONDS:
        raise HttpError(401, "'Expiration time' claim ('exp') is too far in the future")
    if not isinstance(issued, int) or issued > now:
        raise HttpError(
            401,
            "'Issued at' claim ('iat') must be an Integer representing the time that the "
            "assertion was issued",
        )
