"""Cuts runnable examples out of doctests and tutorials."""

from __future__ import annotations

import ast
import builtins
import re
import textwrap
import warnings
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST_LINES: Final = 18
"""Of an example."""
_PROMPT: Final = re.compile(r"^[ \t]*(?:>>>|\.\.\.)(?: |$)")
_CUSTOMARY: Final = {"np": "import numpy as np", "plt": "import matplotlib.pyplot as plt"}
"""Names that scientific Python gives without saying so."""


def parsed(code: str) -> ast.Module | None:
    """Return the tree of ``code``; None when it is no Python, or nested too deeply to tell."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the repository's code is warned of
            return ast.parse(code)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def beginning(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first statements of ``lines`` that fit :data:`MOST_LINES`.

    Code is cut between its statements: a function without its end shows nothing that runs.
    """
    if len(lines) <= MOST_LINES:
        return lines
    ends = [
        at
        for at in range(1, MOST_LINES + 1)
        if not lines[at - 1].strip() and lines[at][:1].strip() and lines[at][0] not in ")]}"
    ]
    return lines[: ends[-1] - 1] if ends else lines[:MOST_LINES]


def body_of(source: str) -> str:
    """Return the statements of the function that ``source`` is, without its docstring.

    Empty when it is none, or has more than :data:`MOST_LINES`.
    """
    source = textwrap.dedent(source)
    tree = parsed(source)
    function = tree.body[0] if tree and tree.body else None
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return ""
    body = function.body[1 if ast.get_docstring(function) else 0 :]
    if not body:
        return ""
    lines = source.splitlines()[body[0].lineno - 1 : body[-1].end_lineno]
    return textwrap.dedent("\n".join(lines)) if len(lines) <= MOST_LINES else ""


def from_doctest(text: str) -> str:
    """Return the statements of the doctests in ``text``, without prompts and output."""
    lines = [_PROMPT.sub("", line) for line in text.splitlines() if _PROMPT.match(line)]
    code = "\n".join(lines[:MOST_LINES]).rstrip()
    return code if parsed(code) is not None else ""


def slice_of(source: str, wanted: Callable[[str], bool]) -> str:
    """Return the first statement of ``source`` that is ``wanted``, with all that it rests on.

    Top-level statements are taken whole: those that bind a name which the example uses, and the
    imports. Empty when there is none, or when the example would be longer than
    :data:`MOST_LINES`.
    """
    tree = parsed(source)
    if tree is None:
        return ""
    chosen: list[ast.stmt] = []
    needed: set[str] = set()
    for statement in reversed(tree.body):
        bound = _bound(statement)
        code = _segment(source, statement)
        is_target = _is_use(statement) and wanted(code)
        if (bound & needed) or is_target:
            if is_target and not bound & needed:
                chosen, needed = [], set()  # an earlier use is the simpler one
            chosen.append(statement)
            needed |= _used(statement)
    parts = [_segment(source, statement) for statement in reversed(chosen)]
    code = "\n".join(parts)
    return code if code.count("\n") < MOST_LINES else ""


def completed(code: str, symbols: Iterable[str]) -> str:
    """Put the imports before ``code`` that it lacks and that are known.

    ``symbols`` are qualified names of the repository: ``fury.actor.sphere`` tells where ``actor``
    comes from. Return nothing when a name stays unknown: such an example would not run.
    """
    tree = parsed(code)
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


def _segment(source: str, statement: ast.stmt) -> str:
    """Return the lines of a statement, with its decorators."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    return "\n".join(source.splitlines()[first - 1 : statement.end_lineno])


def _is_use(statement: ast.stmt) -> bool:
    """Tell what does something from bare strings and imports, also those that wait for a test."""
    if isinstance(statement, ast.If):
        return any(map(_is_use, [*statement.body, *statement.orelse]))
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
