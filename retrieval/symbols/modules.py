"""The names by which a repository's modules are imported."""

from __future__ import annotations

from posixpath import basename, dirname
from typing import TYPE_CHECKING

from retrieval.chunkers.python import module_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_INITIAL = frozenset({"__init__.py", "__init__.pyi"})


def stem(path: str) -> str:
    """Return where a module is: its path without extension, its folder if it is a package.

    A module and the stub beside it have one stem.
    """
    bare = path.rpartition(".")[0]
    return dirname(path) if basename(path) in _INITIAL else bare


def packages(paths: Iterable[str]) -> frozenset[str]:
    """Return the folders that hold an ``__init__``."""
    return frozenset(dirname(path) for path in paths if basename(path) in _INITIAL)


def import_name(path: str, packages: Collection[str]) -> str:
    """Return the dotted name of the module at ``path``, one of a repository with these packages.

    It begins at the outermost folder of the unbroken chain of packages around it, wherever in the
    repository that stands: below ``src``, or in a project of a monorepo. A file that is in no
    package has the name that its path gives.
    """
    place = stem(path)
    base = dirname(path)
    if not base or base not in packages:
        return module_name(path)
    while base and base in packages:
        base = dirname(base)
    return place[len(base) :].strip("/").replace("/", ".")
