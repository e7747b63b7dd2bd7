"""The check of Python code against the names of the repository."""

from __future__ import annotations

import ast
from itertools import islice
from typing import TYPE_CHECKING

from engine.checks import suggestions
from engine.checks.arguments import faults
from engine.checks.deadline import gathered
from engine.checks.imports import (
    ImportCheck,
    deprecation,
    in_versions,
    misspelt_packages,
    paths_imported,
)
from engine.checks.inference import Inference
from engine.checks.membership import lack
from engine.checks.model import Problem, ProblemKind
from engine.checks.name_check import NameCheck
from engine.checks.scope_reader import read_scopes
from engine.checks.signatures import signatures
from engine.checks.values import Bound, Named
from retrieval.symbols.source import dotted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from engine.checks.arguments import Fault
    from engine.checks.membership import Lack
    from engine.checks.scopes import Binding
    from engine.checks.signatures import Signature
    from engine.checks.table import SymbolTable
    from engine.checks.values import Value

MOST_PROBLEMS = 30
"""Misuses of the repository that are looked for; whoever has to mend so many writes anew."""


def check_module(
    table: SymbolTable,
    tree: ast.Module,
    *,
    known: Collection[str] = (),
    is_whole: bool = True,
    blocks: Sequence[range] = (),
) -> list[Problem]:
    """Return what in a module does not hold, as far as the table's deadline lets it, by lines.

    Args:
        table: The names of the repository.
        tree: The module.
        known: Names that are defined outside of what is checked.
        is_whole: Nothing is left out of the code; otherwise any name may be defined in what is.
        blocks: The lines of each of the blocks that make up the module; none: it is one.
    """
    try:
        check = _Check(table, tree, blocks)
        found = gathered(check.names(known)) if is_whole else []
        found += gathered(islice(check.own(), MOST_PROBLEMS))
    except RecursionError:  # an expression nested deeper than anybody writes
        return []
    unique = {(problem.kind, problem.line, problem.name): problem for problem in found}
    return sorted(unique.values(), key=lambda problem: (problem.line, problem.name))


class _Check:
    def __init__(self, table: SymbolTable, tree: ast.Module, blocks: Sequence[range]) -> None:
        self._table = table
        self._tree = tree
        self._blocks = blocks
        self._scopes = read_scopes(tree)
        self._inference = Inference(table, self._scopes)
        self._deprecated: set[str] = set()

    def names(self, known: Collection[str]) -> Iterator[Problem]:
        """Yield what is wrong with names, whosever they are."""
        return NameCheck(self._table, self._tree, self._scopes, self._blocks).problems(known)

    def own(self) -> Iterator[Problem]:
        """Yield what is wrong with the use of the repository's packages."""
        misspelt = misspelt_packages(self._table, self._tree)
        paths = paths_imported(self._table, self._tree)
        if not paths and not misspelt:
            return
        self._table.expect([*paths, *_attribute_paths(self._tree, self._scopes.module.bindings)])
        yield from ImportCheck(self._table, self._scopes, misspelt).problems(self._tree)
        for node in ast.walk(self._tree):
            if node in self._scopes.guarded:
                continue
            self._table.deadline.keep()
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                yield from self._attribute(node)
            elif isinstance(node, ast.Call):
                yield from self._call(node)

    # Attributes

    def _attribute(self, node: ast.Attribute) -> Iterator[Problem]:
        values = self._inference.values(node.value)
        if values is None:
            return
        lacks = [lack(self._inference, value, node.attr) for value in values]
        if lacks and all(lacks):
            owner = next(filter(None, lacks))
            yield self._unknown_attribute(node, owner)
            return
        yield from self._deprecation(node)

    def _unknown_attribute(self, node: ast.Attribute, owner: Lack) -> Problem:
        last = owner.owner.rpartition(".")[2]
        written = dotted(node.value) or last
        if owner.is_module:
            suggestion = suggestions.replacement(
                self._table, self._scopes, owner=owner.owner, written=written, name=node.attr
            )
        else:
            near = suggestions.member(self._table, owner.owner, node.attr)
            suggestion = f"{written}.{near}" if near else None
        path = f"{owner.owner}.{node.attr}"
        return Problem(
            ProblemKind.UNKNOWN_ATTRIBUTE,
            node.end_lineno or node.lineno,
            f"{written}.{node.attr}",
            f"`{last}` has no `{node.attr}`{in_versions(self._table, path)}.",
            suggestion,
        )

    def _deprecation(self, node: ast.Attribute) -> Iterator[Problem]:
        values = self._inference.values(node)
        if not values or len(values) != 1:
            return
        match next(iter(values)):
            case Named(path) | Bound(path) if path not in self._deprecated:
                self._deprecated.add(path)
                written = dotted(node) or path.rpartition(".")[2]
                yield from deprecation(self._table, path, written, node.lineno)

    # Calls

    def _call(self, node: ast.Call) -> Iterator[Problem]:
        values = self._inference.values(node.func)
        if not values:
            return
        ways = self._ways(values)
        if ways is None:
            return
        found = [faults(node, way) for way in ways]
        if found and all(found):
            # Of several ways to call it, what is wrong with the one that fits best.
            best = min(found, key=len)
            # An argument by a wrong name leaves one of the right name missing.
            misnamed = [fault for fault in best if fault.is_by_name]
            for fault in misnamed or best:
                yield _argument_problem(node, fault)

    def _ways(self, values: Collection[Value]) -> Sequence[Signature] | None:
        ways: list[Signature] = []
        for value in values:
            of_one = signatures(self._inference, value)
            if of_one is None:
                return None
            ways += of_one
        return ways


def _argument_problem(call: ast.Call, fault: Fault) -> Problem:
    function = dotted(call.func) or ast.unparse(call.func).rpartition(".")[2]
    if fault.kind is ProblemKind.MISSING_ARGUMENT:
        return Problem(
            fault.kind,
            fault.line,
            f"{function}({fault.name})",
            f"`{function}` needs the argument `{fault.name}`.",
        )
    if not fault.name:
        return Problem(
            fault.kind,
            fault.line,
            function,
            f"`{function}` is given more arguments by position than it takes.",
        )
    return Problem(
        fault.kind,
        fault.line,
        fault.name,
        f"`{function}` takes no argument `{fault.name}`.",
        suggestions.keyword(fault.name, fault.names),
    )


def _attribute_paths(tree: ast.Module, bindings: Mapping[str, list[Binding]]) -> Iterator[str]:
    """Yield the full paths that dotted names in the code may stand for, by its imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (written := dotted(node)):
            first, _, rest = written.partition(".")
            for binding in bindings.get(first, ()):
                path = getattr(binding, "path", None)
                if path:
                    yield f"{path}.{rest}"
