"""What the callables of the repository take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.checks.decorators import PLAIN, Wrapping, wrapping
from engine.checks.values import Bound, LocalClass, Named
from retrieval.symbols.facts import Parameter, ParameterKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.checks.inference import Inference
    from engine.checks.values import Value
    from retrieval.symbols.lookup import Resolved

_BENIGN_BASES = frozenset("ABC Generic Protocol object".split())
"""Bases of the standard library that take no arguments and hide no member."""

_FIRST = frozenset({ParameterKind.POSITIONAL_ONLY, ParameterKind.POSITIONAL_OR_KEYWORD})


@dataclass(frozen=True, slots=True)
class Signature:
    """One way in which something may be called."""

    parameters: tuple[Parameter, ...]
    """Without the one that a method is given by itself."""
    wrapping: Wrapping = PLAIN
    is_whole: bool = True
    """False: the order of the parameters, and which may be left out, is not known."""


def signatures(inference: Inference, called: Value) -> Sequence[Signature] | None:
    """Return the ways in which a value may be called; None: they are not known."""
    match called:
        case Named(path):
            return _of_path(inference, path, is_bound=False)
        case Bound(path):
            owner, _, name = path.rpartition(".")
            if name == "__init__":
                return _of_class(inference, owner)
            return _of_path(inference, path, is_bound=True)
        case LocalClass():
            return _of_local_class(inference, called)
    return None


def _of_local_class(inference: Inference, cls: LocalClass) -> Sequence[Signature] | None:
    body = inference.scopes.bodies[cls.node]
    bases = inference.bases(cls)
    if cls.node.decorator_list or cls.node.keywords or bases is None or len(bases) != 1:
        return None
    if "__init__" in body.bindings or "__new__" in body.bindings:
        return None
    return signatures(inference, bases[0])


def _of_path(inference: Inference, path: str, *, is_bound: bool) -> Sequence[Signature] | None:
    found = inference.table.find(path)
    if not found:
        return None
    if found[0].kind == "class":
        return _of_class(inference, path) if len(found) == 1 else None
    ways: list[Signature] = []
    for function in found:
        if function.kind not in {"function", "method"}:
            return None
        if function.kind == "method" and not _is_certain(inference, path, function):
            return None
        of_one = _of_function(inference, function, is_bound=is_bound)
        if of_one is None:
            return None
        ways += of_one
    return ways


def _of_function(
    inference: Inference, function: Resolved, *, is_bound: bool
) -> Sequence[Signature] | None:
    decorators = {decorator.rpartition(".")[2] for decorator in function.decorators}
    how = wrapping(inference.table, function)
    if function.parameters is None or how is None or (is_bound and function.kind == "function"):
        return None
    gives_first = "classmethod" in decorators or (is_bound and "staticmethod" not in decorators)
    return [
        Signature(_without_first(parameters) if gives_first else parameters, how)
        for parameters in (*function.overloads, function.parameters)
    ]


def _of_class(inference: Inference, path: str) -> Sequence[Signature] | None:
    """Return how a class is called: as its ``__init__``, or that of the nearest base, takes."""
    table = inference.table
    cls = table.first(path)
    if cls is None or cls.kind != "class" or table.find(f"{path}.__new__"):
        return None
    for name in (cls.qualified_name, *cls.ancestors):
        owner = table.first(name)
        if owner is None or not inference.is_plain(owner):
            return None
        initialisers = [
            item for item in table.find(f"{name}.__init__") if _owner(item) == owner.qualified_name
        ]
        if initialisers:
            return _of_initialisers(inference, initialisers)
        if any(decorator.rpartition(".")[2] == "dataclass" for decorator in owner.decorators):
            return _of_dataclass(inference, cls)
        if len(owner.bases) > 1 and _foreign(cls):
            return None
    return None if cls.is_open or _foreign(cls) else [Signature(())]


def _of_initialisers(
    inference: Inference, initialisers: Sequence[Resolved]
) -> Sequence[Signature] | None:
    ways: list[Signature] = []
    for initialiser in initialisers:
        of_one = (
            _of_function(inference, initialiser, is_bound=True)
            if initialiser.kind == "method"
            else None
        )
        if of_one is None:
            return None
        ways += of_one
    return ways


def _of_dataclass(inference: Inference, cls: Resolved) -> Sequence[Signature] | None:
    """Return that a dataclass takes fields by name; more is not told by the table."""
    if cls.is_open or _foreign(cls):
        return None
    fields = tuple(
        Parameter(item.reached.rpartition(".")[2], ParameterKind.KEYWORD_ONLY)
        for item in inference.table.members(cls.qualified_name)
    )
    return [Signature(fields, is_whole=False)]


def _is_certain(inference: Inference, path: str, method: Resolved) -> bool:
    """Whether no base of another package can come before the class that a method is found in."""
    cls = inference.table.first(path.rpartition(".")[0])
    if cls is None or cls.kind != "class":
        return True
    if _owner(method) == cls.qualified_name or not _foreign(cls):
        return True
    line = [cls, *filter(None, map(inference.table.first, cls.ancestors))]
    return all(len(owner.bases) <= 1 for owner in line)


def _foreign(cls: Resolved) -> list[str]:
    return [base for base in cls.external_bases if base.rpartition(".")[2] not in _BENIGN_BASES]


def _owner(member: Resolved) -> str:
    return member.qualified_name.rpartition(".")[0]


def _without_first(parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    return parameters[1:] if parameters and parameters[0].kind in _FIRST else parameters
