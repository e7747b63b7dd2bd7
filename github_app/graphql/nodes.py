"""What the operations have in common: sending a document, and reading nodes by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_app.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


class NodeOperations:
    """Calls over whatever sends a document and returns its data."""

    def __init__(self, execute: Callable[[str, Mapping[str, Any]], dict[str, Any]]) -> None:
        self._execute = execute

    def _nodes(
        self, name: str, ids: Sequence[str], **variables: object
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the nodes that are there, by a document that takes many ids.

        GitHub answers for none of them when one is gone: then the rest are asked for by halves.
        """
        try:
            found = self._execute(name, {"ids": list(ids), **variables})["nodes"]
        except NotFound:
            if len(ids) == 1:
                return
            half = len(ids) // 2
            yield from self._nodes(name, ids[:half], **variables)
            yield from self._nodes(name, ids[half:], **variables)
            return
        yield from (node for node in found if node)


def present(connection: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Return a connection's nodes without the nulls that GitHub leaves for what it took down."""
    return [node for node in (connection or {}).get("nodes") or () if node]
