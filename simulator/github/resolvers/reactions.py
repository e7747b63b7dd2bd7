"""Reactions, one by one and in groups by their kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.github import model
from simulator.github.errors import unresolved_node
from simulator.github.resolvers.fields import ID, moment, page
from simulator.github.resolvers.permissions import permission_for

if TYPE_CHECKING:
    from simulator.github.resolvers.context import Info, Resolver


@dataclass(frozen=True, slots=True)
class ReactionGroup:
    """The reactions of one kind to one subject."""

    subject: model.AnySubject
    content: model.Reaction


def reaction_groups(subject: model.AnySubject) -> list[ReactionGroup]:
    """Return a group for each kind of reaction, used or not, as GitHub does."""
    return [ReactionGroup(subject, content) for content in model.Reaction]


def _can_react(subject: model.AnySubject, info: Info) -> bool:
    access = info.context.access
    return access.may_write(subject.repository, permission_for(subject))


def _reactions(
    subject: model.AnySubject,
    info: Info,
    *,
    content: str | None = None,
    **bounds: int | str,
) -> dict[str, Any]:
    state = info.context.state
    given = state.threads.reactions(subject, model.Reaction[content] if content else None)
    return {
        **page(given, info, bounds),
        "viewerHasReacted": any(one.account.id == state.bot.id for one in given),
    }


def _reactors(group: ReactionGroup, info: Info, **bounds: int | str) -> dict[str, Any]:
    given = info.context.state.threads.reactions(group.subject, group.content)
    return page(sorted((one.account for one in given), key=lambda who: who.id), info, bounds)


def _viewer_has_reacted(group: ReactionGroup, info: Info) -> bool:
    state = info.context.state
    given = state.threads.reactions(group.subject, group.content)
    return any(one.account.id == state.bot.id for one in given)


def _reactable(given: model.GivenReaction, info: Info) -> model.AnySubject:
    subject = info.context.state.threads.find(given.subject_id)
    if subject is None:
        raise unresolved_node(given.subject_id)
    return subject


FIELDS: dict[str, dict[str, Resolver]] = {
    "Reaction": {
        **ID,
        "content": lambda given, _info: given.content.name,
        "createdAt": moment("created_at"),
        "databaseId": lambda given, _info: given.id,
        "reactable": _reactable,
        "user": lambda given, _info: (
            given.account if given.account.kind is model.AccountKind.USER else None
        ),
    },
    "ReactionGroup": {
        "content": lambda group, _info: group.content.name,
        "reactors": _reactors,
        "viewerHasReacted": _viewer_has_reacted,
    },
}

OF_SUBJECT: dict[str, Resolver] = {
    "reactionGroups": lambda subject, _info: reaction_groups(subject),
    "reactions": _reactions,
    "viewerCanReact": _can_react,
}
"""What leads here from a thread or a comment."""
