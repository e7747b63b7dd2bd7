"""Since when a definition is there, and whether it is on its way out."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from retrieval.symbols.source import called, text, written

if TYPE_CHECKING:
    from collections.abc import Sequence

_DECORATOR = re.compile(r"_*deprecat(?!.*(?:param|arg|kw|position))\w*", re.IGNORECASE)
"""``deprecated``, ``deprecate_with_version``; not those that speak of a parameter alone."""

_WARNINGS = frozenset(
    "DeprecationWarning FutureWarning PendingDeprecationWarning VisibleDeprecationWarning".split()
)

# At the margin of the docstring: an indented one speaks of the parameter above it.
_DIRECTIVE = r"^\.\. {}::[ \t]*(?P<version>\S*)(?P<rest>.*(?:\n[ \t]+\S.*)*)"
_DEPRECATED = re.compile(_DIRECTIVE.format("deprecated"), re.MULTILINE)
_ADDED = re.compile(_DIRECTIVE.format("versionadded"), re.MULTILINE)

LONGEST = 300
"""Characters of a notice that are kept."""


def since(docstring: str | None) -> str | None:
    """Return the version in a docstring's ``.. versionadded::``."""
    match = _ADDED.search(docstring or "")
    return (match["version"].rstrip(".,;:") or None) if match else None


def deprecated(
    *, decorators: Sequence[ast.expr], body: Sequence[ast.stmt], docstring: str | None
) -> str | None:
    """Return the notice of a deprecated definition; None when it is not deprecated.

    It is by a decorator, by a docstring's ``.. deprecated::``, or by a warning that every call
    gives. A warning under a condition speaks of one way to call it.
    """
    notice = _by_docstring(docstring) or _by_decorator(decorators) or _by_warning(body)
    if notice is None or len(notice) <= LONGEST:
        return notice
    return f"{notice[: LONGEST - 1]}…"


def _by_docstring(docstring: str | None) -> str | None:
    match = _DEPRECATED.search(docstring or "")
    return " ".join(f"{match['version']}{match['rest']}".split()) or "deprecated" if match else None


def _by_decorator(decorators: Sequence[ast.expr]) -> str | None:
    for decorator in decorators:
        if _DECORATOR.fullmatch(called(decorator).rpartition(".")[2]):
            return _message(decorator) or written(decorator)
    return None


def _by_warning(body: Sequence[ast.stmt]) -> str | None:
    for statement in body:
        match statement:
            case ast.Expr(value=ast.Call() as call) if _is_deprecation(call):
                return _message(call) or "deprecated"
    return None


def _is_deprecation(call: ast.Call) -> bool:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    categories = {called(argument).rpartition(".")[2] for argument in given}
    return called(call).rpartition(".")[2] == "warn" and bool(categories & _WARNINGS)


def _message(call: ast.expr) -> str | None:
    """Return the text that a call is given first, or by the name of ``message``."""
    if not isinstance(call, ast.Call):
        return None
    named = [k.value for k in call.keywords if k.arg in {"message", "msg", "reason"}]
    for argument in [*named, *call.args]:
        match argument:
            case ast.JoinedStr():
                return written(argument)
            case ast.Call() if argument.args:  # a warning made beforehand, or a text's format()
                return _message(argument)
        if found := text(argument):
            return " ".join(found.split())
    return None
