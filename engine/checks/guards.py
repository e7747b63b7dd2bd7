"""Code that runs only where names may be missing: nothing in it is a mistake."""

from __future__ import annotations

import ast

_MISSING = frozenset(
    "AttributeError BaseException Exception ImportError ModuleNotFoundError NameError"
    " TypeError".split()
)


def catches_missing(handler: ast.ExceptHandler) -> bool:
    """Whether a handler catches what a missing name, attribute or argument raises."""
    if handler.type is None:
        return True
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(last_name(caught) in _MISSING for caught in types)


def is_suppression(expression: ast.expr) -> bool:
    """Whether a context manager swallows or expects an error: ``suppress``, ``raises``."""
    return last_name(expression) in {"suppress", "raises", "assertRaises", "assert_raises"}


def asks_for_version(test: ast.expr) -> bool:
    """Whether a condition asks which version is there, or is for type checkers."""
    names = set(map(_named, ast.walk(test)))
    return any("version" in name.lower() for name in names) or "TYPE_CHECKING" in names


def last_name(expression: ast.expr) -> str:
    """Return the last part of a dotted name, called or not; empty when it is none."""
    if isinstance(expression, ast.Call):
        expression = expression.func
    return _named(expression)


def _named(node: ast.AST) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
