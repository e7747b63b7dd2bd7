"""The arguments of a call against what is taken."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.checks.model import ProblemKind
from retrieval.symbols.facts import ParameterKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.checks.signatures import Signature

_POSITIONAL = frozenset({ParameterKind.POSITIONAL_ONLY, ParameterKind.POSITIONAL_OR_KEYWORD})
_NAMED = frozenset({ParameterKind.KEYWORD_ONLY, ParameterKind.POSITIONAL_OR_KEYWORD})


@dataclass(frozen=True, slots=True)
class Fault:
    """An argument that is not taken, or one that is missing."""

    kind: ProblemKind
    name: str
    """Of the argument; empty: there is one too many."""
    line: int
    names: tuple[str, ...] = ()
    """Those that are taken and not given."""

    @property
    def is_by_name(self) -> bool:
        """Whether an argument is given by a name that is not taken."""
        return self.kind is ProblemKind.UNKNOWN_ARGUMENT and bool(self.name)


def faults(call: ast.Call, signature: Signature) -> list[Fault]:
    """Return what of a call does not fit one way of calling."""
    return [
        *_unknown(call, signature),
        *_surplus(call, signature),
        *_missing(call, signature),
    ]


def _unknown(call: ast.Call, signature: Signature) -> Iterator[Fault]:
    kinds = {parameter.kind for parameter in signature.parameters}
    if ParameterKind.VAR_KEYWORD in kinds:
        return
    known = {item.name for item in signature.parameters if item.kind in _NAMED}
    known |= signature.wrapping.keywords
    given = {keyword.arg for keyword in call.keywords}
    free = tuple(
        item.name for item in signature.parameters if item.kind in _NAMED and item.name not in given
    )
    for keyword in call.keywords:
        if keyword.arg is not None and keyword.arg not in known:
            yield Fault(ProblemKind.UNKNOWN_ARGUMENT, keyword.arg, keyword.lineno, free)


def _surplus(call: ast.Call, signature: Signature) -> Iterator[Fault]:
    kinds = {parameter.kind for parameter in signature.parameters}
    if not signature.is_whole or ParameterKind.VAR_POSITIONAL in kinds or is_elided(call):
        return
    # A wrapper that puts arguments in order may take by position what the function does not.
    taken = [
        item
        for item in signature.parameters
        if item.kind in _POSITIONAL or not signature.wrapping.is_exact
    ]
    if len(call.args) > len(taken) + len(signature.wrapping.keywords):
        yield Fault(ProblemKind.UNKNOWN_ARGUMENT, "", call.args[len(taken)].lineno)


def _missing(call: ast.Call, signature: Signature) -> Iterator[Fault]:
    packed = is_elided(call) or any(keyword.arg is None for keyword in call.keywords)
    if packed or not signature.is_whole or not signature.wrapping.is_exact:
        return
    given = {keyword.arg for keyword in call.keywords}
    positional = [item for item in signature.parameters if item.kind in _POSITIONAL]
    given |= {item.name for item in positional[: len(call.args)]}
    for item in signature.parameters:
        is_needed = item.default is None and item.kind in _POSITIONAL | _NAMED
        if is_needed and item.name not in given:
            yield Fault(ProblemKind.MISSING_ARGUMENT, item.name, call.lineno)


def is_elided(call: ast.Call) -> bool:
    """Whether some arguments are not written out: ``*args``, or a bare ``...`` in their place."""
    return any(
        isinstance(argument, ast.Starred)
        or (isinstance(argument, ast.Constant) and argument.value is Ellipsis)
        for argument in call.args
    )
