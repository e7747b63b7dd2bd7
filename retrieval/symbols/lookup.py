"""A name, as a person or a program writes it, to what it stands for.

Every function works within the caller's transaction, and expects it to be scoped to the one
repository (``Database.knowledge`` or ``Database.snapshot``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from retrieval.symbols.facts import Parameter, ParameterKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from storage import Connection

MOST_RESULTS = 50
"""Definitions given for one name; ``__init__`` alone may stand for thousands."""

MOST_HOPS = 16
"""Steps from part to part of a dotted name, and from a class to where it is defined."""

_COLUMNS = """
    symbols.qualified_name, symbols.kind, symbols.path, symbols.start_line, symbols.end_line,
    symbols.signature, symbols.summary, symbols.parameters, symbols.overloads, symbols.bases,
    symbols.ancestors, symbols.external_bases, symbols.is_open, symbols.decorators,
    symbols.deprecated, symbols.since
"""

# Where a name is both (``Foo = Bar``), what it stands for comes first, then the definition before
# the stub that repeats it.
_FOUND = f"""
SELECT reached, target, target_kind, {_COLUMNS}
FROM (
    SELECT alias AS reached, target, kind AS target_kind
    FROM symbol_aliases WHERE index_id = %(index)s AND alias = ANY(%(names)s)
    UNION ALL
    SELECT name, name, NULL FROM unnest(%(names)s::text[]) AS name
) AS asked
LEFT JOIN symbols ON index_id = %(index)s AND qualified_name = target
WHERE target_kind IS NOT NULL OR qualified_name IS NOT NULL
ORDER BY target_kind IS NULL, path LIKE '%%.pyi', path, start_line
"""  # noqa: S608 - the columns are this module's own

# Under the same last name, those that end in all of the name, one path to each; what is spelt so
# comes before what differs in letters' case.
_ENDING = f"""
SELECT reached, target, target_kind, {_COLUMNS}
FROM (
    SELECT DISTINCT ON (target) reached, target, target_kind
    FROM (
        SELECT alias AS reached, target, kind AS target_kind
        FROM symbol_aliases WHERE index_id = %(index)s AND folded = %(folded)s
        UNION ALL
        SELECT qualified_name, qualified_name, NULL
        FROM symbols WHERE index_id = %(index)s AND folded = %(folded)s
    ) AS paths
    WHERE right(lower('.' || reached), length(%(ending)s)) = lower(%(ending)s)
    ORDER BY target, right('.' || reached, length(%(ending)s)) <> %(ending)s,
        target_kind IS NOT NULL, length(reached), reached
) AS asked
LEFT JOIN symbols ON index_id = %(index)s AND qualified_name = target
ORDER BY
    right('.' || reached, length(%(ending)s)) <> %(ending)s, qualified_name IS NULL,
    symbols.kind IN ('variable', 'attribute'), length(reached), reached,
    path LIKE '%%.pyi', path, start_line
LIMIT {MOST_RESULTS}
"""  # noqa: S608 - the columns are this module's own

_MEMBERS = f"""
SELECT reached, target, target_kind, {_COLUMNS}
FROM (
    SELECT alias AS reached, target, kind AS target_kind
    FROM symbol_aliases WHERE index_id = %(index)s AND owner = ANY(%(owners)s)
    UNION ALL
    SELECT qualified_name, qualified_name, NULL
    FROM symbols WHERE index_id = %(index)s AND owner = ANY(%(owners)s)
) AS asked
LEFT JOIN symbols ON index_id = %(index)s AND qualified_name = target
ORDER BY
    array_position(%(owners)s::text[], regexp_replace(reached, '[.][^.]*$', '')),
    target_kind IS NULL, path LIKE '%%.pyi', path, start_line
"""  # noqa: S608 - the columns are this module's own

_VERSIONS = """
SELECT id, ref, commit_sha, is_default FROM indexes
WHERE kind = 'tree' AND answers ORDER BY is_default DESC, ref
"""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a name stands for."""

    reached: str
    """The full path that led to it: ``fury.sphere``."""
    qualified_name: str
    """Where it is defined: ``fury.actor.sphere``; of an inherited member, in the base."""
    kind: str
    """A symbol's kind; ``external``: it is another package's, or ``missing``: the repository does
    not show it (a compiled or generated module). Of those two nothing but the name is known."""
    path: str | None = None
    start_line: int | None = None
    end_line: int | None = None
    signature: str | None = None
    summary: str | None = None
    parameters: tuple[Parameter, ...] | None = None
    overloads: tuple[tuple[Parameter, ...], ...] = ()
    bases: tuple[str, ...] = ()
    """Of a class, as written."""
    ancestors: tuple[str, ...] = ()
    """Of a class, the repository's classes that it inherits from, in the order of search."""
    external_bases: tuple[str, ...] = ()
    is_open: bool = False
    """A class or a module that may have members which are listed nowhere."""
    decorators: tuple[str, ...] = ()
    deprecated: str | None = None
    since: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether the repository shows its definition."""
        return self.path is not None


@dataclass(frozen=True, slots=True)
class Version:
    """What a name stands for in one indexed version of the repository."""

    index_id: int
    ref: str
    commit: str
    is_default: bool
    resolved: Resolved | None
    """None: it is not there."""


class Paths:
    """Follows full dotted paths of one index; what was read is kept, so that it is read once."""

    def __init__(self, connection: Connection, index_id: int) -> None:
        """Take a connection that is scoped to the repository, for as long as paths are followed."""
        self._connection = connection
        self._index_id = index_id
        self._known: dict[str, list[Resolved]] = {}

    def expect(self, names: Iterable[str]) -> None:
        """Read at once what following ``names`` needs first."""
        self._read(prefix for name in names for prefix in _prefixes(name))

    def follow(self, name: str) -> list[Resolved]:
        """Return what the full dotted path ``name`` stands for; nothing, when it leads nowhere."""
        path = name
        for _ in range(MOST_HOPS):
            prefixes = _prefixes(path)
            self._read(prefixes)
            prefix = next((prefix for prefix in prefixes if self._known[prefix]), None)
            if prefix is None:
                return []
            rest = path[len(prefix) + 1 :]
            if not rest:
                return [replace(item, reached=name) for item in self._known[prefix]]
            owner = self._known[prefix][0]
            if not owner.is_known:
                reached = f"{owner.qualified_name}.{rest}"
                return [replace(owner, reached=name, qualified_name=reached)]
            if prefix != owner.qualified_name:
                path = f"{owner.qualified_name}.{rest}"
                continue
            member, _, after = rest.partition(".")
            place = self._inherited(owner, member)
            if place is None:
                return []
            path = f"{place}.{after}" if after else place
        return []

    def _inherited(self, owner: Resolved, member: str) -> str | None:
        places = [f"{ancestor}.{member}" for ancestor in owner.ancestors]
        self._read(places)
        return next((place for place in places if self._known[place]), None)

    def _read(self, names: Iterable[str]) -> None:
        unread = list(dict.fromkeys(name for name in names if name not in self._known))
        if unread:
            found = _found(self._connection, self._index_id, unread)
            self._known.update((name, found.get(name, [])) for name in unread)


def resolve(connection: Connection, index_id: int, name: str) -> list[Resolved]:
    """Return what ``name`` stands for, the likeliest first; nothing, when there is no such name.

    It is a full dotted path (``fury.actor.sphere``, ``fury.sphere``), or the end of one
    (``actor.sphere``, ``ShowManager.render``); a member may be inherited. Where nothing is spelt
    so, letters' case is left out of account.
    """
    name = name.strip().strip(".")
    if not name:
        return []
    return (
        _walked(connection, index_id, name)
        or _ending(connection, index_id, name)
        or _member_of_ending(connection, index_id, name)
    )


def members(connection: Connection, index_id: int, qualified_name: str) -> list[Resolved]:
    """Return the members of a class, those that it inherits among them, or of a module.

    ``reached`` is their path below what was asked for. Each name comes once: what a class defines
    hides what it inherits.
    """
    owners = [item for item in _walked(connection, index_id, qualified_name) if item.is_known]
    if not owners:
        return []
    owner = owners[0]
    values = {"index": index_id, "owners": [owner.qualified_name, *owner.ancestors]}
    found: dict[str, Resolved] = {}
    for row in connection.execute(_MEMBERS, values):
        item = _resolved(row)
        last = item.reached.rpartition(".")[2]
        found.setdefault(last, replace(item, reached=f"{owner.qualified_name}.{last}"))
    return list(found.values())


def versions(connection: Connection, name: str) -> list[Version]:
    """Return what the full dotted path ``name`` stands for in each indexed version.

    The default version comes first, then the others by their refs.
    """
    indexes = connection.execute(_VERSIONS).fetchall()
    return [
        Version(
            index_id, ref, commit, is_default, next(iter(_walked(connection, index_id, name)), None)
        )
        for index_id, ref, commit, is_default in indexes
    ]


def _walked(connection: Connection, index_id: int, name: str) -> list[Resolved]:
    return Paths(connection, index_id).follow(name)


def _found(
    connection: Connection, index_id: int, names: Sequence[str]
) -> Mapping[str, list[Resolved]]:
    rows = connection.execute(_FOUND, {"index": index_id, "names": list(names)})
    return _by_path(map(_resolved, rows))


def _prefixes(path: str) -> list[str]:
    """Return a dotted path and all that it begins with, the longest first."""
    parts = path.split(".")[:MOST_HOPS]
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _by_path(items: Iterable[Resolved]) -> Mapping[str, list[Resolved]]:
    """Group by the path reached, each definition once: without the stubs that repeat it."""
    grouped: dict[str, list[Resolved]] = {}
    for item in items:
        others = grouped.setdefault(item.reached, [])
        if not any(_repeats(item, other) for other in others):
            others.append(item)
    return grouped


def _repeats(item: Resolved, other: Resolved) -> bool:
    """Whether ``item`` adds nothing to ``other``, which comes before it."""
    if other.qualified_name != item.qualified_name:  # ``Foo = Bar`` is no definition of its own
        return other.reached == item.reached
    return not item.is_known or (item.path or "").endswith(".pyi")


def _ending(connection: Connection, index_id: int, name: str) -> list[Resolved]:
    """Return what paths that end in ``name`` lead to: as spelt, else whatever the case."""
    last = name.rpartition(".")[2]
    values = {"index": index_id, "folded": last.lower(), "ending": f".{name}"}
    found = [_resolved(row) for row in connection.execute(_ENDING, values)]
    spelt = [item for item in found if f".{item.reached}".endswith(f".{name}")]
    return [item for items in _by_path(spelt or found).values() for item in items]


def _member_of_ending(connection: Connection, index_id: int, name: str) -> list[Resolved]:
    """Return a member, inherited perhaps, of what is known by the end of its path."""
    owner, _, member = name.rpartition(".")
    if not owner:
        return []
    owners = [item for item in _ending(connection, index_id, owner) if item.is_known]
    places = [
        f"{path}.{member}" for item in owners for path in (item.qualified_name, *item.ancestors)
    ]
    found = _found(connection, index_id, places) if places else {}
    for item in owners:
        for path in (item.qualified_name, *item.ancestors):
            if members := found.get(f"{path}.{member}"):
                reached = f"{item.qualified_name}.{member}"
                return [replace(each, reached=reached) for each in members]
    return []


def _resolved(row: Sequence[Any]) -> Resolved:
    reached, target, target_kind, *columns = row
    if columns[0] is None:
        return Resolved(reached, target, target_kind or "missing")
    return Resolved(
        reached=reached,
        qualified_name=columns[0],
        kind=columns[1],
        path=columns[2],
        start_line=columns[3],
        end_line=columns[4],
        signature=columns[5],
        summary=columns[6],
        parameters=None if columns[7] is None else _parameters(columns[7]),
        overloads=tuple(map(_parameters, columns[8] or ())),
        bases=tuple(columns[9]),
        ancestors=tuple(columns[10]),
        external_bases=tuple(columns[11]),
        is_open=columns[12],
        decorators=tuple(columns[13]),
        deprecated=columns[14],
        since=columns[15],
    )


def _parameters(rows: Iterable[Sequence[Any]]) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(name, ParameterKind(kind), default, annotation)
        for name, kind, default, annotation in rows
    )
