"""Who asks, and what they may ask about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from web.api import tokens
from web.api.errors import RepositoryForbidden, TokenRequired

if TYPE_CHECKING:
    from web.api.loopback import Origin
    from web.api.token_store import TokenStore


@dataclass(frozen=True, slots=True)
class Caller:
    """The one who asks."""

    key: str
    """Tells callers apart: the number of the token, or ``local``."""
    repositories: frozenset[str] | None
    """Lower-case names of those that may be asked about; None: all."""

    def owner(self, user_id: str) -> str:
        """Return the owner of the conversation of a user of this caller's, and of no other's.

        An owner ``a`` stands for ``a:b`` too where conversations are forgotten. Users are their
        own masters, so a user's name brings no colon.
        """
        return f"api:{self.key}:{user_id.replace(':', '|')}"

    def check(self, repository: str) -> None:
        """Return when the caller may ask about ``repository``.

        Raises:
            RepositoryForbidden: Whether it is there or not.
        """
        if self.repositories is not None and repository.lower() not in self.repositories:
            raise RepositoryForbidden(f"repo: this token may not ask about {repository}")


LOCAL = Caller(key="local", repositories=None)
"""Whoever sits at this machine."""


def caller(*, authorization: str | None, origin: Origin, store: TokenStore) -> Caller:
    """Return who asks, and count the request if it bears a token.

    Raises:
        TokenRequired: There is no token and has to be one, or it is not valid.
        TooManyRequests: The token's limit is used up.
    """
    token = tokens.of_header(authorization)
    if token is None:
        if origin.is_this_machine:
            return LOCAL
        raise TokenRequired(
            "a token is needed: Authorization: Bearer fb_…; `fury-bot tokens create` makes one"
        )
    known = store.admit(token)
    if known is None:
        raise TokenRequired("this token is unknown, revoked or expired")
    repositories = known.repositories
    return Caller(
        key=str(known.id),
        repositories=None if repositories is None else frozenset(map(str.lower, repositories)),
    )
