"""How fields are read that many types have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulator.github import model
from simulator.github.clock import isoformat
from simulator.github.connections import Bounds, connection
from simulator.github.errors import unresolved_node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphql import GraphQLAbstractType

    from simulator.github.connections import Identified
    from simulator.github.resolvers.context import Info, Resolver

ID: dict[str, Resolver] = {"id": lambda source, _info: source.node_id}

LOCATED: dict[str, Resolver] = {
    "databaseId": lambda source, _info: source.id,
    "url": lambda source, _info: model.url(source),
}

_ORDERS = {"CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "NAME": "tag_name"}


def default_resolver(source: Any, info: Info) -> Any:  # noqa: ANN401 - GraphQL values are of any type
    """Read ``camelCase`` from a mapping's key, or from a record's ``snake_case`` attribute."""
    if isinstance(source, Mapping):
        return source.get(info.field_name)
    return getattr(source, re.sub(r"(?<!^)(?=[A-Z])", "_", info.field_name).lower())


def type_of(
    value: Any,  # noqa: ANN401 - GraphQL values are of any type
    _info: Info,
    _abstract_type: GraphQLAbstractType,
) -> str:
    """Name the concrete GraphQL type of ``value``."""
    return value.kind.value if isinstance(value, model.Account) else type(value).__name__


def page(items: Sequence[Identified], info: Info, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the page of ``items`` that a connection field's ``arguments`` select."""
    bounds = Bounds(
        first=arguments.get("first"),
        last=arguments.get("last"),
        after=arguments.get("after"),
        before=arguments.get("before"),
    )
    return connection(items, info, bounds)


def ordered(found: Sequence[Any], order: Mapping[str, str] | None) -> list[Any]:
    """Return what was found as ``orderBy`` asks for it."""
    if order is None:
        return list(found)
    in_order = sorted(found, key=lambda one: (getattr(one, _ORDERS[order["field"]]), one.id))
    return in_order[::-1] if order["direction"] == "DESC" else in_order


def moment(name: str) -> Resolver:
    """Return the resolver of a time that a record keeps under ``name``, or None."""

    def resolve(source: Any, _info: Info) -> str | None:  # noqa: ANN401 - any record with times
        at = getattr(source, name)
        return isoformat(at) if at else None

    return resolve


def repository_of(
    part: model.Commit | model.Category | model.Label, info: Info
) -> model.Repository:
    """Return the repository that ``part`` names by its id.

    Raises:
        Refused: It is gone.
    """
    for repository in info.context.state.repositories():
        if repository.id == part.repository_id:
            return repository
    raise unresolved_node(part.node_id)
