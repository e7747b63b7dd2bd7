"""Where every query begins: nodes by their ids, repositories by their names, the viewer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simulator.github import model
from simulator.github.clock import isoformat
from simulator.github.errors import Refused, unresolved_node
from simulator.github.resolvers.git_objects import find_git_node
from simulator.github.resolvers.permissions import readable

if TYPE_CHECKING:
    from simulator.github.resolvers.context import Context, Info, Resolver


def _find_node(context: Context, node_id: str) -> Any:  # noqa: ANN401 - any node type
    """Return the node with the global id.

    Raises:
        Refused: there is none, or none that the token may read.
    """
    subject = context.state.threads.find(node_id)
    if subject is not None:
        return readable(context, subject)
    for repository in context.state.repositories():
        if repository.node_id == node_id and context.access.sees(repository):
            return repository
        found = find_git_node(context, repository, node_id)
        if found is not None:
            return found
    for account in context.state.accounts():
        if account.node_id == node_id:
            return account
    raise unresolved_node(node_id)


def _node(_root: None, info: Info, *, id: str) -> Any:  # noqa: A002, ANN401 - GitHub's argument; any node type
    return _find_node(info.context, id)


def _nodes(_root: None, info: Info, *, ids: list[str]) -> list[Any]:
    return [_node_or_error(info.context, node_id) for node_id in ids]


def _node_or_error(context: Context, node_id: str) -> Any:  # noqa: ANN401 - any node type
    try:
        return _find_node(context, node_id)
    except Refused as error:
        return error


def _repository(
    _root: None, info: Info, *, owner: str, name: str, **_options: bool
) -> model.Repository:
    context = info.context
    repository = context.state.find_repository(f"{owner}/{name}")
    if repository is None or not context.access.sees(repository):
        raise Refused(
            "NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'."
        )
    return repository


def _repository_owner(_root: None, info: Info, *, login: str) -> model.Account | None:
    account = info.context.state.find_account(login)
    return account if account and account.kind is not model.AccountKind.BOT else None


def _viewer(_root: None, info: Info) -> model.Account:
    # For an installation token GitHub answers with the bot, as a User and with its suffix.
    return replace(info.context.state.bot, kind=model.AccountKind.USER)


def _rate_limit(_root: None, info: Info, **_options: bool) -> dict[str, Any]:
    budget = info.context.budget
    return {
        "cost": 1,
        "limit": budget.limit,
        "nodeCount": 0,
        "remaining": budget.remaining,
        "resetAt": isoformat(budget.reset_at),
        "used": budget.used,
    }


FIELDS: dict[str, dict[str, Resolver]] = {
    "Query": {
        "node": _node,
        "nodes": _nodes,
        "rateLimit": _rate_limit,
        "repository": _repository,
        "repositoryOwner": _repository_owner,
        "viewer": _viewer,
    },
}
