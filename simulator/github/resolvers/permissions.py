"""What a token may read, and what guards it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.github import model
from simulator.github.errors import forbidden, unresolved_node

if TYPE_CHECKING:
    from simulator.github.resolvers.context import Context
    from simulator.github.state import State


def permission_for(subject: model.AnySubject) -> str:
    """Name the permission that guards ``subject``."""
    if isinstance(subject, model.Discussion | model.DiscussionComment):
        return "discussions"
    return "issues"


def readable(context: Context, subject: model.AnySubject) -> model.AnySubject:
    """Return ``subject`` if the token may read it.

    Raises:
        Refused: NOT_FOUND when it is out of the token's sight, FORBIDDEN when the permission
            is missing.
    """
    if not context.access.sees(subject.repository):
        raise unresolved_node(subject.node_id)
    require(context, subject.repository, permission_for(subject))
    return subject


def readable_state(context: Context, repository: model.Repository, permission: str) -> State:
    """Return the state, for what ``permission`` guards in ``repository``.

    Raises:
        Refused: The permission is missing.
    """
    require(context, repository, permission)
    return context.state


def require(context: Context, repository: model.Repository, permission: str) -> None:
    """Refuse a token that may not read what ``permission`` guards in ``repository``.

    Raises:
        Refused: The permission is missing.
    """
    if not context.access.may_read(repository, permission):
        raise forbidden()
