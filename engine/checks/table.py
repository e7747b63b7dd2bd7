"""What an index knows of a repository's names, read as a check asks for it and kept for it."""

from __future__ import annotations

import sys
from functools import cached_property
from posixpath import dirname
from typing import TYPE_CHECKING

from engine.checks.deadline import NEVER
from retrieval.symbols.lookup import Paths, members, versions
from retrieval.symbols.modules import packages, stem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from engine.checks.deadline import Deadline
    from retrieval.symbols.lookup import Resolved
    from storage import Connection

_PROJECT_FILES = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
_USUAL_PARENTS = frozenset({"", "src", "lib", "python"})
_NOT_SHIPPED = frozenset(
    "benchmark benchmarks build conf conftest demo doc docs examples example setup script scripts"
    " test tests tools".split()
)
"""Folders that repositories have side by side with what they install; an answer's reader has
others by the same names."""

_PYTHON_FILES = """
SELECT path FROM documents
WHERE index_id = %s AND path ~ '\\.pyi?$|(^|/)(pyproject.toml|setup.cfg)$'
"""

_UNIT = """
SELECT content, start_line FROM chunks
WHERE index_id = %s AND path = %s AND unit_start_line BETWEEN %s AND %s AND symbol = %s
ORDER BY start_line
"""

_MODULE = """
SELECT EXISTS (
    SELECT FROM symbols WHERE index_id = %s AND qualified_name = %s AND kind = 'module'
)
"""

_MODULE_BELOW = """
SELECT EXISTS (
    SELECT FROM symbols
    WHERE index_id = %s AND folded = lower(%s) AND kind = 'module'
        AND starts_with(qualified_name, %s) AND right(qualified_name, length(%s) + 1) = '.' || %s
)
"""

_FILE_OF_MODULE = "SELECT EXISTS (SELECT FROM documents WHERE index_id = %s AND path LIKE ANY(%s))"

# An attribute that a statement somewhere gives to an object that is not its own. PostgreSQL takes
# the two conditions to be equally dear; the first is a hundred times cheaper.
_ASSIGNED = """
SELECT EXISTS (
    SELECT FROM chunks
    WHERE index_id = %(index)s AND path LIKE '%%.py'
        AND CASE WHEN strpos(content, %(member)s) > 0 THEN content ~ %(assignment)s END
)
"""

_DYNAMIC = """
SELECT EXISTS (
    SELECT FROM chunks
    WHERE index_id = %(index)s AND path = ANY(%(paths)s)
        AND (
            symbol = ANY(%(classes)s)
            OR regexp_replace(symbol, '[.][^.]*$', '') = ANY(%(classes)s)
        )
        AND content ~ 'setattr\\s*\\(|__dict__|vars\\s*\\('
)
"""

_SUBCLASS_MEMBERS = """
SELECT EXISTS (
    SELECT FROM symbols AS class
    WHERE class.index_id = %(index)s AND class.kind = 'class'
        AND class.ancestors && %(classes)s::text[]
        AND (class.is_open OR EXISTS (
            SELECT FROM symbols AS member
            WHERE member.index_id = %(index)s
                AND member.qualified_name = class.qualified_name || '.' || %(member)s
        ))
)
"""

_ORIGINS = """
SELECT target, count(DISTINCT document_id) AS files FROM symbol_aliases
WHERE index_id = %s AND folded = lower(%s) AND right(alias, length(%s) + 1) = '.' || %s
    AND (kind = 'external' OR target = ANY(%s))
GROUP BY target ORDER BY files DESC, length(target), target LIMIT 1
"""

_REACHED = """
SELECT reached FROM (
    SELECT alias AS reached FROM symbol_aliases
    WHERE index_id = %(index)s AND folded = %(folded)s AND kind = 'symbol'
    UNION
    SELECT qualified_name FROM symbols
    WHERE index_id = %(index)s AND folded = %(folded)s AND owner <> ''
) AS paths
ORDER BY length(reached), reached LIMIT 20
"""


class SymbolTable:
    """Answers what the names of one indexed version stand for.

    It lives as long as the transaction of ``connection``, which is scoped to the repository.
    """

    def __init__(
        self, connection: Connection, index_id: int, ref: str, deadline: Deadline = NEVER
    ) -> None:
        """Take a connection; what is asked after ``deadline`` raises :class:`OutOfTime`."""
        self._connection = connection
        self._index_id = index_id
        self.ref = ref
        self.deadline = deadline
        self._paths = Paths(connection, index_id)
        self._members: dict[str, Sequence[Resolved]] = {}
        self._sources: dict[str, str] = {}
        self._existing: dict[tuple[str, str], bool] = {}

    @cached_property
    def packages(self) -> frozenset[str]:
        """The names by which what the repository installs is imported: ``fury``.

        They are packages or modules that stand at the repository's top, below ``src``, or in a
        project of their own. Those of the standard library are never taken for the repository's.
        """
        paths = [path for (path,) in self._connection.execute(_PYTHON_FILES, (self._index_id,))]
        folders = packages(paths)
        projects = {dirname(path) for path in paths if path.rpartition("/")[2] in _PROJECT_FILES}
        tops = {
            top.rpartition("/")[2]
            for top in (_top(path, folders) for path in paths)
            if _is_installed(dirname(top), projects) and not _NOT_SHIPPED & {*top.split("/")}
        }
        own = {top for top in tops if top.isidentifier() and not top.startswith("_")}
        return frozenset(own - sys.stdlib_module_names)

    def is_own(self, path: str) -> bool:
        """Whether a dotted path begins with a package of the repository."""
        return path.partition(".")[0] in self.packages

    def expect(self, paths: Iterable[str]) -> None:
        """Read at once what following ``paths`` needs."""
        self._paths.expect(paths)

    def find(self, path: str) -> Sequence[Resolved]:
        """Return what a full dotted path stands for, the likeliest first."""
        self.deadline.keep()
        return self._paths.follow(path)

    def first(self, path: str) -> Resolved | None:
        """Return the likeliest of what a full dotted path stands for."""
        return next(iter(self.find(path)), None)

    def members(self, path: str) -> Sequence[Resolved]:
        """Return the members of a class, or the names of a module."""
        if path not in self._members:
            self._members[path] = members(self._connection, self._index_id, path)
        return self._members[path]

    def module_of(self, definition: Resolved) -> str | None:
        """Return the name of the module that a definition stands in."""
        path = definition.qualified_name
        while path:
            found = self.first(path)
            if found and found.kind == "module":
                return path
            path = path.rpartition(".")[0]
        return None

    def source(self, definition: Resolved) -> str:
        """Return the source of a function, as far as its lines are kept; it may be cut."""
        name = definition.qualified_name
        if name not in self._sources:
            start, end = definition.start_line or 0, definition.end_line or 0
            rows = self._connection.execute(
                _UNIT, (self._index_id, definition.path, start, end, name)
            ).fetchall()
            self._sources[name] = _joined(rows)
        return self._sources[name]

    def has_file(self, module: str) -> bool:
        """Whether a file of any language, or a folder, stands where a module would."""
        place = module.replace(".", "/").replace("_", r"\_")
        values = [f"{place}.%", f"{place}/%", f"%/{place}.%", f"%/{place}/%"]
        return self._exists(_FILE_OF_MODULE, (self._index_id, values))

    def has_module(self, path: str) -> bool:
        """Whether a module is imported by ``path``, be another thing of its package called so."""
        return self._exists(_MODULE, (self._index_id, path))

    def has_below(self, package: str, name: str) -> bool:
        """Whether a module of that name stands anywhere below a package.

        Whoever imports it makes it an attribute of the package around it, and all that such a
        package has may be imported from there.
        """
        values = (self._index_id, name, f"{package}.", name, name)
        return self._exists(_MODULE_BELOW, values)

    def is_assigned(self, attribute: str, *, module: str | None = None) -> bool:
        """Whether the repository's Python code sets an attribute from outside of its owner.

        ``module`` is the last name of the owner, if that is a module; of objects the name is not
        known, but ``self`` is none.
        """
        owner = rf"\m{module}" if module else r"(?<!\mself|\mcls)"
        values = {
            "index": self._index_id,
            "member": f".{attribute}",
            "assignment": rf"{owner}\.{attribute}\s*(:[^=\n]+)?=[^=]",
        }
        return self._exists(_ASSIGNED, values)

    def sets_attributes(self, classes: Sequence[str]) -> bool:
        """Whether one of ``classes`` makes attributes by names that are not written out."""
        paths = [found.path for name in classes if (found := self.first(name))]
        values = {"index": self._index_id, "classes": list(classes), "paths": paths}
        return self._exists(_DYNAMIC, values)

    def subclass_has(self, classes: Sequence[str], member: str) -> bool:
        """Whether a class that inherits one of ``classes`` has, or may have, a member."""
        values = {"index": self._index_id, "classes": list(classes), "member": member}
        return self._exists(_SUBCLASS_MEMBERS, values)

    def elsewhere(self, path: str) -> tuple[str, ...]:
        """Return the other indexed versions in which a full dotted path stands for something."""
        return tuple(
            version.ref
            for version in versions(self._connection, path)
            if version.resolved and version.index_id != self._index_id
        )

    def origin(self, name: str) -> str | None:
        """Return the package, or what of another's, that the repository's code calls ``name``."""
        values = (self._index_id, name, name, name, list(self.packages))
        row = self._connection.execute(_ORIGINS, values).fetchone()
        return row[0] if row else None

    def public_paths(self, name: str) -> Sequence[str]:
        """Return the paths of the repository's packages that end in ``name``, the shortest first.

        Members of classes, and what is in tests, are none of them.
        """
        self.deadline.keep()
        rows = self._connection.execute(
            _REACHED, {"index": self._index_id, "folded": name.lower()}
        ).fetchall()
        return [
            path for (path,) in rows if path.rpartition(".")[2] == name and self._is_public(path)
        ]

    def _is_public(self, path: str) -> bool:
        *owners, last = path.split(".")
        if not owners or not self.is_own(path):
            return False
        if any(part.startswith("_") or part in _NOT_SHIPPED for part in owners):
            return False
        owner, found = self.first(".".join(owners)), self.first(path)
        if owner is None or found is None or owner.kind != "module" or not found.is_known:
            return False
        return found.qualified_name.rpartition(".")[2] == last

    def _exists(self, query: str, values: Sequence[object] | Mapping[str, object]) -> bool:
        """Return whether a query finds something. Code asks the same of every use of a name."""
        asked = (query, repr(values))
        if asked not in self._existing:
            self.deadline.keep()
            row = self._connection.execute(query, values).fetchone()
            self._existing[asked] = bool(row and row[0])
        return self._existing[asked]


def _top(path: str, folders: Collection[str]) -> str:
    """Return where the outermost package around a file is; the module itself, if it is in none."""
    top = stem(path)
    while dirname(top) in folders and dirname(top):
        top = dirname(top)
    return top


def _is_installed(parent: str, projects: Collection[str]) -> bool:
    base = parent.rpartition("/")[2]
    return (
        parent in _USUAL_PARENTS
        or parent in projects
        or (base in _USUAL_PARENTS and dirname(parent) in projects)
    )


def _joined(rows: Sequence[tuple[str, int]]) -> str:
    """Put chunks of one unit together by their lines; what stands between them is left blank."""
    lines: dict[int, str] = {}
    for content, start in rows:
        for number, line in enumerate(content.split("\n"), start):
            lines.setdefault(number, line)
    if not lines:
        return ""
    return "\n".join(lines.get(number, "") for number in range(min(lines), max(lines) + 1))
