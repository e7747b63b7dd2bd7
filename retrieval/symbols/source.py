"""Expressions, as a person would write them."""

from __future__ import annotations

import ast

from storage.text import storable

LONGEST = 200
"""Characters of an expression that are kept: a table as a default says no more than its start."""


def written(expression: ast.expr | None) -> str | None:
    """Return the source of an expression on one line, shortened where it is long."""
    if expression is None:
        return None
    try:
        source = " ".join(storable(ast.unparse(expression)).split())
    except RecursionError:
        return "…"
    return source if len(source) <= LONGEST else f"{source[: LONGEST - 1]}…"


def dotted(expression: ast.expr) -> str | None:
    """Return ``a.b.c`` of the expression of that name; None when it is anything else."""
    parts: list[str] = []
    while isinstance(expression, ast.Attribute):
        parts.append(expression.attr)
        expression = expression.value
    if not isinstance(expression, ast.Name):
        return None
    return ".".join([expression.id, *reversed(parts)])


def called(expression: ast.expr) -> str:
    """Return the dotted name of a decorator or a called function; empty when it has none."""
    return dotted(expression.func if isinstance(expression, ast.Call) else expression) or ""


def strings(expression: ast.expr | None) -> tuple[str, ...]:
    """Return the texts that are written out in a list, a tuple or a set of them."""
    if not isinstance(expression, (ast.List, ast.Tuple, ast.Set)):
        return ()
    return tuple(filter(None, map(text, expression.elts)))


def text(expression: ast.expr | None) -> str | None:
    """Return the text that an expression is, if it is one written out."""
    match expression:
        case ast.Constant(value=str() as value):
            return storable(value)
    return None
