"""What a decorator leaves of the parameters of the function that it wraps."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

from retrieval.symbols.source import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.checks.table import SymbolTable
    from retrieval.symbols.lookup import Resolved

_TRANSPARENT = frozenset(
    "abstractclassmethod abstractmethod abstractstaticmethod asynccontextmanager cache classmethod"
    " contextmanager deprecated final jit lru_cache njit overload override staticmethod"
    " typing_extensions.deprecated".split()
)
"""Last names of decorators of the standard library, and a few more, that take what the function
takes."""

_REMOVING = frozenset({"clear", "pop", "popitem"})
_ADDING = frozenset({"setdefault", "update"})


@dataclass(frozen=True, slots=True)
class Wrapping:
    """How a wrapper hands on what it is given."""

    keywords: frozenset[str] = frozenset()
    """Those that it takes itself."""
    is_exact: bool = True
    """It hands on just what it is given; otherwise it may put arguments in, or in order."""


PLAIN = Wrapping()
"""Of a function that is not wrapped."""


def wrapping(table: SymbolTable, function: Resolved) -> Wrapping | None:
    """Return what the decorators of a function do together; None: that is not known."""
    keywords: set[str] = set()
    is_exact = True
    for decorator in function.decorators:
        if decorator.rpartition(".")[2] in _TRANSPARENT:
            continue
        one = _of_decorator(table, function, decorator)
        if one is None:
            return None
        keywords |= one.keywords
        is_exact &= one.is_exact
    return Wrapping(frozenset(keywords), is_exact)


def _of_decorator(table: SymbolTable, function: Resolved, decorator: str) -> Wrapping | None:
    module = table.module_of(function)
    found = table.find(f"{module}.{decorator}") if module else ()
    if len(found) != 1 or found[0].kind != "function" or found[0].decorators:
        return None
    try:
        tree = ast.parse(dedent(table.source(found[0])))
    except (SyntaxError, ValueError, RecursionError):
        return None
    wrappers = [_wrapper(node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    passing = [wrapper for wrapper in wrappers if wrapper]
    return passing[0] if len(passing) == 1 else None


def _wrapper(function: ast.FunctionDef) -> Wrapping | None:
    """Read a wrapper that takes ``*args, **kwargs`` and calls another function with them."""
    packed, named = function.args.vararg, function.args.kwarg
    if packed is None or named is None:
        return None
    calls = list(_forwarding(function, packed.arg, named.arg))
    if not calls or _takes_out(function, named.arg):
        return None
    plain = not function.args.args and not function.args.posonlyargs
    is_exact = plain and all(len(call.args) == 1 and len(call.keywords) == 1 for call in calls)
    return Wrapping(
        keywords=frozenset(
            argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)
        ),
        is_exact=is_exact and not _puts_in(function, packed.arg, named.arg),
    )


def _forwarding(function: ast.FunctionDef, packed: str, named: str) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Name()):
                unpacks = any(
                    isinstance(argument, ast.Starred) and dotted(argument.value) == packed
                    for argument in node.args
                )
                if unpacks and any(
                    keyword.arg is None and dotted(keyword.value) == named
                    for keyword in node.keywords
                ):
                    yield node


def _takes_out(function: ast.FunctionDef, named: str) -> bool:
    """Whether keywords may be taken out before the rest is handed on."""
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)):
                if name == named and method in _REMOVING:
                    return True
            case ast.Delete(targets=targets) if any(
                isinstance(target, ast.Subscript) and dotted(target.value) == named
                for target in targets
            ):
                return True
            case ast.Name(id=name, ctx=ast.Store()) if name == named:
                return True
    return False


def _puts_in(function: ast.FunctionDef, packed: str, named: str) -> bool:
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)):
                if name == named and method in _ADDING:
                    return True
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()) if name == named:
                return True
            case ast.Name(id=name, ctx=ast.Store()) if name == packed:
                return True
    return False
