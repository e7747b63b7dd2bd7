"""Imports of the repository's own packages."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from engine.checks import suggestions
from engine.checks.likeness import is_slip
from engine.checks.model import Problem, ProblemKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.checks.scopes import Scopes
    from engine.checks.table import SymbolTable


def misspelt_packages(table: SymbolTable, tree: ast.Module) -> dict[str, str]:
    """Return the package that is meant by each that is not quite spelt so.

    It is meant only if it has what the code imports from the other, or takes off it: a name that
    is close to the repository's may well be another project's.
    """
    meant: dict[str, str] = {}
    for top, names in _foreign(table, tree).items():
        for package in table.packages:
            is_near = top.lower() == package.lower() or is_slip(top.lower(), package.lower())
            if is_near and any(table.find(f"{package}.{name}") for name in names):
                meant[top] = package
    return meant


def paths_imported(table: SymbolTable, tree: ast.Module) -> set[str]:
    """Return the paths of the repository that the code imports."""
    paths: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            paths |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            paths |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {path for path in paths if table.is_own(path)}


class ImportCheck:
    """Finds imports that lead nowhere."""

    def __init__(self, table: SymbolTable, scopes: Scopes, misspelt: dict[str, str]) -> None:
        self._table = table
        self._scopes = scopes
        self._misspelt = misspelt

    def problems(self, tree: ast.Module) -> Iterator[Problem]:
        """Yield what is wrong with the imports of a module."""
        for node in ast.walk(tree):
            if node in self._scopes.guarded:
                continue
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield from self._module(alias.name, node.lineno, ())
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield from self._names(node, node.module)

    def _names(self, node: ast.ImportFrom, module: str) -> Iterator[Problem]:
        names = [alias.name for alias in node.names if alias.name != "*"]
        wrong = list(self._module(module, node.lineno, names))
        yield from wrong
        found = self._table.find(module) if self._table.is_own(module) else ()
        if wrong or not any(item.kind == "module" for item in found):
            return
        for alias in node.names:
            if alias.name != "*":
                yield from self._name(module, alias)

    def _module(self, path: str, line: int, names: list[str] | tuple[()]) -> Iterator[Problem]:
        top = path.partition(".")[0]
        if top in self._misspelt:
            right = f"{self._misspelt[top]}{path[len(top) :]}"
            yield Problem(
                ProblemKind.UNKNOWN_IMPORT,
                line,
                path,
                f"`{top}` is no package of this repository.",
                right,
            )
            return
        if not self._table.is_own(path) or self._may_be_module(path):
            return
        near = suggestions.for_module(self._table, path, names)
        yield Problem(
            ProblemKind.UNKNOWN_IMPORT,
            line,
            path,
            f"There is no module `{path}`{in_versions(self._table, path)}.",
            near,
        )

    def _may_be_module(self, path: str) -> bool:
        found = self._table.find(path)
        if any(item.kind == "module" or not item.is_known for item in found):
            return True
        if found:
            return self._table.has_module(path)
        if path.rpartition(".")[2].startswith("_") or self._table.has_file(path):
            return True
        parent = path
        while parent := parent.rpartition(".")[0]:
            above = self._table.find(parent)
            if above:
                return any(item.is_open or not item.is_known for item in above)
        return False

    def _name(self, module: str, alias: ast.alias) -> Iterator[Problem]:
        path = f"{module}.{alias.name}"
        found = self._table.find(path)
        if found:
            yield from deprecation(self._table, path, path, alias.lineno)
            return
        if alias.name.startswith("_") or self._may_be_module(path):
            return
        last = module.rpartition(".")[2]
        if self._table.has_below(module, alias.name) or self._table.is_assigned(
            alias.name, module=last
        ):
            return
        yield Problem(
            ProblemKind.UNKNOWN_IMPORT,
            alias.lineno,
            path,
            f"`{module}` has no `{alias.name}`{in_versions(self._table, path)}.",
            suggestions.for_import(self._table, module, alias.name),
        )


def deprecation(table: SymbolTable, path: str, written: str, line: int) -> Iterator[Problem]:
    """Yield that what a path leads to is deprecated, if all that it may be is."""
    found = table.find(path)
    notices = [item.deprecated for item in found if item.deprecated]
    if found and len(notices) == len(found):
        owner = found[0].qualified_name.rpartition(".")[0]
        yield Problem(
            ProblemKind.DEPRECATED,
            line,
            written,
            f"`{written}` is deprecated: {notices[0].rstrip('.')}.",
            suggestions.instead(table, notices[0], owner),
        )


def in_versions(table: SymbolTable, path: str) -> str:
    """Return in which other indexed versions a path leads somewhere: ``: it is in 0.9, …``."""
    refs = table.elsewhere(path)
    return f": it is in {', '.join(refs[:3])}, not in {table.ref}" if refs else ""


def _foreign(table: SymbolTable, tree: ast.Module) -> dict[str, set[str]]:
    """Return what is imported from each package that is not the repository's, or taken off it."""
    names: dict[str, set[str]] = {}
    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top, _, rest = alias.name.partition(".")
                names.setdefault(top, set()).update(filter(None, [rest]))
                bound[alias.asname or top] = top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            top, _, rest = node.module.partition(".")
            imported = {rest} if rest else {alias.name for alias in node.names}
            names.setdefault(top, set()).update(imported)
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in bound:
                names[bound[name]].add(attribute)
    return {
        top: found
        for top, found in names.items()
        if top not in table.packages and top not in sys.stdlib_module_names
    }
