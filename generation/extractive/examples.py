"""Cuts runnable examples out of doctests and tutorials."""

from __future__ import annotations

import ast
import builtins
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST_LINES: Final = 18
"""Of an example."""
_PROMPT: Final = re.compile(r"^[ \t]*(?:>>>|\.\.\.)(?: |$)")
_CUSTOMARY: Final = {"np": "import numpy as np", "plt": "import matplotlib.pyplot as plt"}
"""Names that scientific Python gives without saying so."""


def from_doctest(text: str) -> str:
    """Return the statements of the doctests in ``text``, without prompts and output."""
    lines = [_PROMPT.sub("", line) for line in text.splitlines() if _PROMPT.match(line)]
    code = "\n".join(lines[:MOST_LINES]).rstrip()
    return code if _parsed(code) is not None else ""


def slice_of(source: str, wanted: Callable[[str], bool]) -> str:
    """Return the first statement of ``source`` that is ``wanted``, with all that it rests on.

    Top-level statements are taken whole: those that bind a name which the example uses, and the
    imports. Empty when there is none, or when the example would be longer than
    :data:`MOST_LINES`.
    """
    tree = _parsed(source)
    if tree is None:
        return ""
    chosen: list[ast.stmt] = []
    needed: set[str] = set()
    for statement in reversed(tree.body):
        bound = _bound(statement)
        code = ast.get_source_segment(source, statement) or ""
        is_target = _is_use(statement) and wanted(code)
        if (bound & needed) or is_target:
            if is_target and not bound & needed:
                chosen, needed = [], set()  # an earlier use is the simpler one
            chosen.append(statement)
            needed |= _used(statement)
    parts = [ast.get_source_segment(source, statement) or "" for statement in reversed(chosen)]
    code = "\n".join(parts)
    return code if code.count("\n") < MOST_LINES else ""


def completed(code: str, symbols: Iterable[str]) -> str:
    """Put the imports before ``code`` that it lacks and that are known.

    ``symbols`` are qualified names of the repository: ``fury.actor.sphere`` tells where ``actor``
    comes from. Return nothing when a name stays unknown: such an example would not run.
    """
    tree = _parsed(code)
    if tree is None or not code:
        return ""
    bound: set[str] = set().union(*(_bound(node) for node in ast.walk(tree)))
    missing = sorted(_used(tree) - bound - set(dir(builtins)))
    imports = [_import_of(name, symbols) for name in missing]
    if not all(imports):
        return ""
    return "\n".join([*filter(None, imports), code])


def _import_of(name: str, symbols: Iterable[str]) -> str | None:
    if name in _CUSTOMARY:
        return _CUSTOMARY[name]
    for symbol in symbols:
        parts = symbol.split(".")
        if name in parts:
            package = ".".join(parts[: parts.index(name)])
            return f"from {package} import {name}" if package else f"import {name}"
    return None


def _parsed(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError):
        return None


def _is_use(statement: ast.stmt) -> bool:
    """Tell what does something from imports and bare strings."""
    is_string = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return not is_string and not isinstance(statement, (ast.Import, ast.ImportFrom))


def _used(node: ast.AST) -> set[str]:
    return {
        part.id
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
    }


def _bound(node: ast.AST) -> set[str]:
    names: set[str] = set()
    for part in ast.walk(node):
        match part:
            case ast.Name(ctx=ast.Store()):
                names.add(part.id)
            case ast.Import() | ast.ImportFrom():
                names |= {(a.asname or a.name).split(".")[0] for a in part.names}
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(part.name)
            case ast.arg():
                names.add(part.arg)
            case ast.ExceptHandler(name=str(name)):
                names.add(name)
    return names
