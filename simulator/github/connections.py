"""Cursor pagination, with GitHub's limits and GitHub's words when they are not kept."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from graphql import FieldNode

from simulator.github.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphql import GraphQLResolveInfo

MOST_RECORDS = 100


class Identified(Protocol):
    """What a connection lists: records with database ids, in whatever order."""

    @property
    def id(self) -> int:
        """The database id."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The pagination arguments of a connection field."""

    first: int | None = None
    last: int | None = None
    after: str | None = None
    before: str | None = None


def connection(
    items: Sequence[Identified], info: GraphQLResolveInfo[Any], bounds: Bounds
) -> dict[str, Any]:
    """Return the page of ``items`` that ``bounds`` select, as a GraphQL connection.

    Raises:
        Refused: the bounds are missing (and more than a count is asked for), too wide, or wrong.
    """
    if _asks_for_records(info):
        _check(bounds, info.field_name)
    start = 0 if bounds.after is None else _after(items, bounds.after)
    end = len(items) if bounds.before is None else _before(items, bounds.before)
    if bounds.first is not None:
        end = min(end, start + bounds.first)
    if bounds.last is not None:
        start = max(start, end - bounds.last)
    page = items[start:end]
    return {
        "edges": [{"cursor": cursor(item), "node": item} for item in page],
        "nodes": page,
        "totalCount": len(items),
        "pageInfo": {
            "startCursor": cursor(page[0]) if page else None,
            "endCursor": cursor(page[-1]) if page else None,
            "hasNextPage": end < len(items),
            "hasPreviousPage": start > 0,
        },
    }


def cursor(item: Identified) -> str:
    """Return the opaque position of ``item``."""
    return base64.b64encode(f"cursor:v1:{item.id}".encode()).decode()


def _asks_for_records(info: GraphQLResolveInfo[Any]) -> bool:
    for node in info.field_nodes:
        for selection in node.selection_set.selections if node.selection_set else ():
            if not isinstance(selection, FieldNode) or selection.name.value != "totalCount":
                return True
    return False


def _check(bounds: Bounds, name: str) -> None:
    if bounds.first is None and bounds.last is None:
        raise Refused(
            "MISSING_PAGINATION_BOUNDARIES",
            "You must provide a `first` or `last` value to properly paginate the "
            f"`{name}` connection.",
        )
    for argument, value in (("first", bounds.first), ("last", bounds.last)):
        if value is not None and value > MOST_RECORDS:
            raise Refused(
                "EXCESSIVE_PAGINATION",
                f"Requesting {value} records on the `{name}` connection exceeds the "
                f"`{argument}` limit of {MOST_RECORDS} records.",
            )
        if value is not None and value < 0:
            raise Refused(
                "INVALID_PAGINATION_BOUNDARIES",
                f"`{argument}` on the `{name}` connection cannot be less than zero.",
            )


def _position(text: str) -> int:
    try:
        decoded = base64.b64decode(text, validate=True).decode()
        return int(decoded.removeprefix("cursor:v1:"))
    except (binascii.Error, ValueError) as error:
        raise Refused(
            "INVALID_CURSOR_ARGUMENTS", f"`{text}` does not appear to be a valid cursor."
        ) from error


def _after(items: Sequence[Identified], text: str) -> int:
    position = _position(text)
    return _place(items, position) + any(item.id == position for item in items)


def _before(items: Sequence[Identified], text: str) -> int:
    return _place(items, _position(text))


def _place(items: Sequence[Identified], position: int) -> int:
    """Return where the record ``position`` stands, or would if it had not been deleted."""
    ids = [item.id for item in items]
    if position in ids:
        return ids.index(position)
    newest_first = ids[:1] > ids[-1:]
    return sum(other > position if newest_first else other < position for other in ids)
