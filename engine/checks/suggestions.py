"""The real name that was meant, as it would be written in the place of the wrong one."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from engine.checks.likeness import closest, likeness
from engine.checks.scopes import Imported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engine.checks.scopes import Scopes
    from engine.checks.table import SymbolTable

_GOOD = 0.8
"""The likeness from which a member of the same owner is meant, rather than the same name of
another module."""

_NEAR = 0.8
"""The likeness from which another name of the code is meant by one that is not defined."""

_CUSTOMARY = {"np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot"}
"""Names that readers expect to be imported, whether or not the repository's own code does."""

_INSTEAD = re.compile(
    r"\b(?:use|instead of it|replaced by|renamed to|in favou?r of|moved to|see)\b:?\s+"
    r"(?:the\s+|new\s+|method\s+|function\s+|class\s+)*(?::\w+(?::\w+)?:)?[`'\"~]*(?P<name>[A-Za-z_][\w.]*\w)",
    re.IGNORECASE,
)


def member(table: SymbolTable, owner: str, name: str) -> str | None:
    """Return the member of a class or a module that ``name`` is most likely meant for."""
    return closest(name, _public_members(table, owner))


def replacement(
    table: SymbolTable, scopes: Scopes, *, owner: str, written: str, name: str
) -> str | None:
    """Return what may be written in place of ``written.name``, which does not exist.

    It is a member of ``owner`` of nearly the same name, or what another module has by the very
    name, or at last the nearest there is in ``owner``.
    """
    near = member(table, owner, name)
    if near and likeness(name, near) >= _GOOD:
        return f"{written}.{near}"
    for path in table.public_paths(name):
        return as_written(scopes, path)
    return f"{written}.{near}" if near else None


def as_written(scopes: Scopes, path: str) -> str:
    """Return how a full path is written where the code has imported what it begins with."""
    for name, bindings in scopes.module.bindings.items():
        for binding in bindings:
            if isinstance(binding, Imported) and path.startswith(f"{binding.path}."):
                return f"{name}{path[len(binding.path) :]}"
    return path


def for_import(table: SymbolTable, module: str, name: str) -> str | None:
    """Return the path of what ``from module import name`` is meant to import."""
    near = member(table, module, name)
    if near and likeness(name, near) >= _GOOD:
        return f"{module}.{near}"
    for path in table.public_paths(name):
        return path
    return f"{module}.{near}" if near else None


def for_module(table: SymbolTable, path: str, names: Iterable[str]) -> str | None:
    """Return the module that the unknown one at ``path`` is meant for.

    ``names`` are imported from it: a module that has one of them is likelier than one that is
    called alike.
    """
    owner, _, last = path.rpartition(".")
    near = None
    if owner and table.find(owner):
        modules = [
            item.reached.rpartition(".")[2]
            for item in table.members(owner)
            if item.kind == "module"
        ]
        near = closest(last, modules)
    if near and likeness(last, near) >= _GOOD:
        return f"{owner}.{near}"
    for name in names:
        for found in table.public_paths(name):
            return found.rpartition(".")[0]
    for found in table.public_paths(last):
        return found
    return f"{owner}.{near}" if near else None


def for_undefined(
    table: SymbolTable, name: str, visible: Iterable[str], *, is_fitting: Callable[[str], bool]
) -> str | None:
    """Return what an undefined name is meant for: an import that is missing, or another name.

    ``is_fitting`` says of a path of the repository whether the code uses the name as what is there.
    """
    imported = missing_import(table, name, is_fitting=is_fitting)
    near = closest(name, (item for item in visible if not item.startswith("__")), cutoff=_NEAR)
    own = next(iter(table.public_paths(name)), None)
    if imported or near or own:
        return imported or near or _import_of(own or "", name)
    module = closest(name, [*table.packages, *_exported(table)], cutoff=_GOOD)
    return missing_import(table, module, is_fitting=is_fitting) if module else None


def missing_import(
    table: SymbolTable, name: str, *, is_fitting: Callable[[str], bool]
) -> str | None:
    """Return the statement that imports ``name``, if it is a name that is known to be imported."""
    if name in table.packages:
        return f"import {name}"
    own = next(filter(is_fitting, table.public_paths(name)), None)
    path = own or _CUSTOMARY.get(name) or table.origin(name)
    if path is None:
        return f"import {name}" if name in sys.stdlib_module_names else None
    return _import_of(path, name)


def _import_of(path: str, name: str) -> str:
    """Return the statement that binds ``name`` to what is at ``path``."""
    module, _, last = path.rpartition(".")
    if not module:
        return f"import {path}" if path == name else f"import {path} as {name}"
    if last == name:
        return f"from {module} import {name}"
    if path in _CUSTOMARY.values():
        return f"import {path} as {name}"
    return f"from {module} import {last} as {name}"


def instead(table: SymbolTable, notice: str, owner: str) -> str | None:
    """Return the name that a notice of deprecation tells to use, if there is such a name."""
    for match in _INSTEAD.finditer(notice):
        name = match["name"].strip(".")
        for path in (name, f"{owner}.{name}"):
            if table.is_own(path) and table.find(path):
                return path
        for path in table.public_paths(name.rpartition(".")[2]):
            return path
    return None


def keyword(name: str, free: Sequence[str]) -> str | None:
    """Return the parameter that an unknown argument is meant for."""
    return closest(name, free, cutoff=0.5)


def _exported(table: SymbolTable) -> list[str]:
    """Return the modules and classes that stand in the repository's packages themselves."""
    return [
        item.reached.rpartition(".")[2]
        for package in table.packages
        for item in table.members(package)
        if item.kind in {"module", "class"}
    ]


def _public_members(table: SymbolTable, owner: str) -> list[str]:
    """Return the members that are meant for others; of a module, none of what it imports."""
    found = table.members(owner)
    names = {item.reached.rpartition(".")[2] for item in found if item.is_known}
    return [name for name in names if not name.startswith("_")]
