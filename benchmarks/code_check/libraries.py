"""The libraries whose own documentation is checked, indexed in several versions."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mutants import Names

from retrieval.catalogue import Catalogue
from retrieval.indexing import Indexer
from retrieval.symbols.lookup import members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from retrieval.embeddings import Vectors
    from storage import Connection, Database

# The archives are fetched as those of the retrieval benchmark are.
sys.path.append(str(Path(__file__).parents[1] / "retrieval"))
functions = importlib.import_module("functions")


@dataclass(frozen=True, slots=True)
class Library:
    """A library, and the versions that its mutants take names from."""

    name: str
    version: str
    others: tuple[str, ...] = ()

    @property
    def repository(self) -> str:
        """What it is indexed as."""
        return f"{self.name}/{self.name}"


LIBRARIES = (
    Library("fury", "0.12.0", others=("0.2.0", "0.8.0", "2.0.0")),
    Library("networkx", "3.5"),
)


class Words:
    """Counts words: names are read from the files, and no model is needed."""

    model = "words"
    dimension = 1
    window = 250

    @property
    def measure(self) -> Words:
        """Itself."""
        return self

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return how many words each text has."""
        return [len(text.split()) for text in texts]

    def encode(self, texts: Sequence[str], *, done: Callable[[int], None] | None = None) -> Vectors:
        """Refuse: nothing is embedded."""
        raise NotImplementedError(len(texts), done)


def index(database: Database, library: Library, cache: Path) -> Path:
    """Index a library in all its versions; return where the documented one is unpacked."""
    indexer = Indexer(database, Catalogue(database), Words())
    roots = [
        functions.fetch(functions.Archive(library.name, version), cache)
        for version in (library.version, *library.others)
    ]
    for version, root in zip((library.version, *library.others), roots, strict=True):
        indexer.index(
            root,
            repository=library.repository,
            url=f"https://github.com/{library.repository}",
            ref=version,
            commit=version,
            embed=False,
        )
    return Path(roots[0])


_INDEXES = "SELECT id, is_default FROM indexes"

_MEMBERS = r"""
SELECT DISTINCT name FROM symbols
WHERE index_id = %s AND kind IN ('function', 'class', 'method', 'property', 'module')
    AND path LIKE %s AND path NOT LIKE '%%test%%' AND name NOT LIKE '\_%%'
"""

_PARAMETERS = "SELECT parameters FROM symbols WHERE index_id = %s AND parameters IS NOT NULL"

_MODULES = """
SELECT DISTINCT qualified_name FROM symbols
WHERE index_id = %s AND kind = 'module' AND path LIKE %s AND path NOT LIKE '%%test%%'
"""


def names(database: Database, library: Library) -> Names:
    """Return what mutants are made of."""
    place = Catalogue(database).find(library.repository)
    if place is None:
        raise LookupError(library.repository)
    own = f"{library.name}/%"
    with database.snapshot(place.id) as connection:
        indexes = dict(connection.execute(_INDEXES).fetchall())
        (default,) = (index_id for index_id, is_default in indexes.items() if is_default)
        listed = connection.execute(_PARAMETERS, (default,))
        keywords = {parameter[0] for (parameters,) in listed for parameter in parameters}
        found = connection.execute(_MEMBERS, (default, own)).fetchall()
        former: dict[str, set[str]] = {}
        for other in indexes.keys() - {default}:
            for (module,) in connection.execute(_MODULES, (other, own)).fetchall():
                former.setdefault(module, set()).update(
                    _lost(connection, module, old=other, new=default)
                )
    return Names(
        package=library.name,
        members={name for (name,) in found},
        former={module: sorted(lost) for module, lost in former.items() if lost},
        keywords=keywords,
    )


def _lost(connection: Connection, module: str, *, old: int, new: int) -> Iterator[str]:
    """Yield the functions and classes that a module has in one version and not in the other."""
    now = {item.reached for item in members(connection, new, module)}
    for item in members(connection, old, module) if now else ():
        is_public = not item.reached.rpartition(".")[2].startswith("_")
        if item.kind in {"function", "class"} and is_public and item.reached not in now:
            yield item.reached.rpartition(".")[2]
