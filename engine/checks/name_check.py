"""Names that nothing defines, where that is a mistake."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from engine.checks import suggestions
from engine.checks.fragments import mistaken
from engine.checks.likeness import likeness
from engine.checks.model import Problem, ProblemKind
from engine.checks.undefined import find_undefined
from retrieval.symbols.source import dotted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from engine.checks.scopes import Scope, Scopes
    from engine.checks.table import SymbolTable
    from engine.checks.undefined import Findings, Use

MOST_UNDEFINED = 50
"""Names; what lacks more is no program at all."""

MOST_UNUSED = 50
"""Imports that are compared with the names that are not defined."""

_HINT = 0.6
"""The likeness from which an unused import may be meant by a name that is not defined."""


class NameCheck:
    """Finds names that a module uses and does not define."""

    def __init__(
        self, table: SymbolTable, tree: ast.Module, scopes: Scopes, blocks: Sequence[range]
    ) -> None:
        """Take the module; ``blocks`` are the lines of those it is made of, none of one program."""
        self._table = table
        self._tree = tree
        self._scopes = scopes
        self._blocks = blocks
        self._uses: defaultdict[tuple[str, int], list[Scope]] = defaultdict(list)
        self._members: defaultdict[str, set[str]] = defaultdict(set)
        self._called: set[str] = set()
        for node in ast.walk(tree):
            self._note(node)

    def problems(self, known: Collection[str]) -> Iterator[Problem]:
        """Yield the names that are never defined, and the imports that may be meant by them."""
        findings = find_undefined(self._tree, known)
        lacking = [use for use in findings.undefined if not self._is_bound(use)]
        if len({use.name for use in lacking}) > MOST_UNDEFINED:
            return
        lacking += filter(self._is_in_no_star, findings.perhaps[:MOST_UNDEFINED])
        if self._blocks:
            lacking = list(mistaken(self._tree, self._blocks, lacking, is_own=self._is_own))
        undefined = list({use.name: use for use in reversed(lacking)}.values())
        for use in undefined:
            self._table.deadline.keep()
            yield self._problem(use)
        yield from _hinting(findings, undefined)

    def _note(self, node: ast.AST) -> None:
        match node:
            case ast.Name(id=name, lineno=line) if node in self._scopes.of:
                self._uses[name, line].append(self._scopes.of[node])
            case ast.Attribute(value=owner, attr=attribute) if path := dotted(owner):
                self._members[path].add(attribute)
        self._called.update(filter(None, map(dotted, _taken_as_callable(node))))

    def _problem(self, use: Use) -> Problem:
        return Problem(
            ProblemKind.UNDEFINED_NAME,
            use.line,
            use.name,
            f"`{use.name}` is never defined.",
            suggestions.for_undefined(
                self._table,
                use.name,
                self._visible(use),
                is_fitting=lambda path: self._is_used_as(use.name, path),
            ),
        )

    def _is_own(self, name: str) -> bool:
        """Whether the code uses a name as the module of the repository that has it.

        A module is used for what is in it; else the name is the reader's own, as ``actor`` is in
        ``scene.add(actor)``.
        """
        paths = [name] if name in self._table.packages else self._table.public_paths(name)
        return any(self._is_module(path) and self._is_used_as(name, path) for path in paths)

    def _is_used_as(self, name: str, path: str) -> bool:
        """Whether the code uses a name as what is at ``path``: by its members, or by calling it."""
        if not self._is_module(path):
            return name in self._called
        members = self._members[name]
        return bool(members) and all(self._table.find(f"{path}.{item}") for item in members)

    def _is_module(self, path: str) -> bool:
        return any(item.kind == "module" for item in self._table.find(path))

    def _visible(self, use: Use) -> set[str]:
        """Return the names that are bound where one is used."""
        names: set[str] = set()
        for scope in self._uses[use.name, use.line] or [self._scopes.module]:
            around: Scope | None = scope
            while around:
                names |= around.bindings.keys()
                around = around.parent
        return names

    def _is_bound(self, use: Use) -> bool:
        """Whether something binds a name, be it later: in a loop that may be before its use."""
        return any(scope.lookup(use.name) is not None for scope in self._uses[use.name, use.line])

    def _is_in_no_star(self, use: Use) -> bool:
        """Whether all modules that the code imports whole are known not to have a name."""
        for module in self._scopes.module.stars:
            found = self._table.find(module) if module and self._table.is_own(module) else ()
            if not found or any(item.is_open or not item.is_known for item in found):
                return False
            if self._table.find(f"{module}.{use.name}"):
                return False
        return True


def _hinting(findings: Findings, undefined: Sequence[Use]) -> Iterator[Problem]:
    """Yield the unused imports that a name which is never defined may be meant for."""
    for unused in findings.unused[:MOST_UNUSED]:
        last = unused.name.rpartition(".")[2]
        for use in undefined:
            if likeness(use.name, last) >= _HINT:
                yield Problem(
                    ProblemKind.UNUSED_IMPORT,
                    unused.line,
                    unused.name,
                    f"`{unused.name}` is imported and never used, while `{use.name}` is never "
                    "defined.",
                )
                break


def _taken_as_callable(node: ast.AST) -> list[ast.expr]:
    """Return the expressions that a node calls, decorates with, inherits, or has as a type."""
    match node:
        case ast.Call(func=function):
            return [function]
        case ast.ClassDef(bases=bases, decorator_list=decorators):
            return [*bases, *decorators]
        case ast.FunctionDef(decorator_list=decorators, returns=returns):
            return [*decorators, *filter(None, [returns])]
        case ast.arg(annotation=ast.expr() as annotation):
            return [annotation]
    return []
