"""A module's ``__all__``."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from retrieval.chunkers.definitions import statements_in
from retrieval.symbols.source import dotted, strings, text

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(slots=True)
class Exports:
    """What ``__all__`` holds, as far as it is written out."""

    names: list[str] | None = None
    """None: there is no ``__all__``."""
    modules: list[str] = field(default_factory=list)
    """Dotted names of the modules whose ``__all__`` is part of it."""

    def add(self, expression: ast.expr) -> None:
        """Add what an expression holds: a list, another module's ``__all__``, a sum of such."""
        match expression:
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                self.add(left)
                self.add(right)
            case ast.Starred(value=value):
                self.add(value)
            case ast.Attribute(value=module, attr="__all__") if path := dotted(module):
                self.modules.append(path)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                self.names = [*(self.names or ()), *strings(expression)]
                for item in items:
                    if isinstance(item, ast.Starred):
                        self.add(item)
            case ast.Call(args=[inner]):  # list(…), sorted(…)
                self.add(inner)


def exports_of(body: Sequence[ast.stmt]) -> Exports:
    """Return what a module's body puts into ``__all__``."""
    exports = Exports()
    for statement in statements_in(body):
        match statement:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                exports.names = []
                exports.modules.clear()
                exports.add(value)
            case ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as value):
                exports.add(value)
            case ast.AugAssign(target=ast.Name(id="__all__"), value=value):
                exports.add(value)
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id="__all__"), attr=method), args=[value]
                )
            ):
                _call(exports, method, value)
    return exports


def _call(exports: Exports, method: str, value: ast.expr) -> None:
    if method == "extend":
        exports.add(value)
    elif method == "append" and (name := text(value)):
        exports.names = [*(exports.names or ()), name]
