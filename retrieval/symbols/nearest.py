"""The real names that are closest to one that does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from retrieval.symbols.lookup import members, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from storage import Connection

CUTOFF = 0.6
"""The least similarity of two names that one may be meant by the other."""

OWNERS = 3
"""Classes or modules among whose members is looked, where the owner's name is wrong itself."""

# Longer or shorter by more than a third, a name falls below the cut-off anyway.
_NAMES = """
SELECT DISTINCT ON (name) name, path FROM (
    SELECT folded AS name, qualified_name AS path, 0 AS place FROM symbols
    WHERE index_id = %(index)s
    UNION ALL
    SELECT folded, alias, 1 FROM symbol_aliases
    WHERE index_id = %(index)s AND kind = 'symbol'
) AS names
WHERE length(name) BETWEEN %(shortest)s AND %(longest)s
ORDER BY name, place, length(path), path
"""


@dataclass(frozen=True, slots=True)
class Near:
    """A real name near one that was asked for."""

    path: str
    """Dotted, in full."""
    similarity: float
    """Of the last parts of the two names, in [0, 1]; at 1 they differ in letters' case at most."""


def nearest(connection: Connection, index_id: int, name: str, limit: int = 3) -> list[Near]:
    """Return at most ``limit`` real names that ``name`` may be meant for, the closest first.

    Members of the class or module that it names come before all others; where that is spelt wrong
    too, members of those nearest to it.
    """
    owner, _, last = name.strip().strip(".").rpartition(".")
    if not last or limit < 1:
        return []
    found: dict[str, Near] = {}
    for path in _owners(connection, index_id, owner):
        names = (item.reached for item in members(connection, index_id, path))
        for near in _closest(last, names):
            found.setdefault(near.path, near)
    if len(found) < limit:
        for near in _closest(last, _anywhere(connection, index_id, last)):
            found.setdefault(near.path, near)
    return list(found.values())[:limit]


def _owners(connection: Connection, index_id: int, owner: str) -> Iterator[str]:
    if not owner:
        return
    resolved = [item for item in resolve(connection, index_id, owner) if item.is_known]
    if resolved:
        yield from (item.qualified_name for item in resolved[:OWNERS])
    else:
        yield from (near.path for near in nearest(connection, index_id, owner, OWNERS))


def _anywhere(connection: Connection, index_id: int, last: str) -> list[str]:
    size = len(last)
    values = {
        "index": index_id,
        "shortest": int(size * CUTOFF / (2 - CUTOFF)),
        "longest": int(size * (2 - CUTOFF) / CUTOFF) + 1,
    }
    return [path for _, path in connection.execute(_NAMES, values)]


def _closest(last: str, paths: Iterable[str]) -> list[Near]:
    """Return the paths whose last parts are like ``last``, the most alike first."""
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(last.lower())
    found: list[Near] = []
    for path in paths:
        matcher.set_seq1(path.rpartition(".")[2].lower())
        if (
            matcher.real_quick_ratio() >= CUTOFF
            and matcher.quick_ratio() >= CUTOFF
            and (similarity := matcher.ratio()) >= CUTOFF
        ):
            found.append(Near(path, similarity))
    return sorted(found, key=lambda near: (-near.similarity, len(near.path), near.path))
