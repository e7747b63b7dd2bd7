"""The parameters of a Python function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.symbols.facts import Parameter, ParameterKind
from retrieval.symbols.source import written

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Sequence


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[Parameter, ...]:
    """Return the parameters in the order in which they are written."""
    return tuple(_parameters(function.args))


def _parameters(arguments: ast.arguments) -> Iterator[Parameter]:
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    defaults += arguments.defaults
    only = len(arguments.posonlyargs)
    yield from _of_kind(positional[:only], defaults[:only], ParameterKind.POSITIONAL_ONLY)
    yield from _of_kind(positional[only:], defaults[only:], ParameterKind.POSITIONAL_OR_KEYWORD)
    if arguments.vararg:
        yield from _of_kind([arguments.vararg], [None], ParameterKind.VAR_POSITIONAL)
    yield from _of_kind(arguments.kwonlyargs, arguments.kw_defaults, ParameterKind.KEYWORD_ONLY)
    if arguments.kwarg:
        yield from _of_kind([arguments.kwarg], [None], ParameterKind.VAR_KEYWORD)


def _of_kind(
    arguments: Sequence[ast.arg], defaults: Sequence[ast.expr | None], kind: ParameterKind
) -> Iterator[Parameter]:
    for argument, default in zip(arguments, defaults, strict=True):
        yield Parameter(
            name=argument.arg,
            kind=kind,
            default=written(default),
            annotation=written(argument.annotation),
        )
