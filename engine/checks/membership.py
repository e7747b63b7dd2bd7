"""Whether a value has an attribute: no, only where that is certain."""

from __future__ import annotations

import abc
import builtins
import enum
import typing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.checks.likeness import is_slip
from engine.checks.values import Inherited, Instance, LocalClass, LocalInstance, Named

if TYPE_CHECKING:
    from engine.checks.inference import Inference
    from engine.checks.values import Value
    from retrieval.symbols.lookup import Resolved

_STANDARD = (builtins, enum, abc, typing)
"""Modules of the standard library whose classes add members that are known here."""


@dataclass(frozen=True, slots=True)
class Lack:
    """A value that does not have an attribute."""

    owner: str
    """The path of the class or module."""
    is_module: bool


def lack(inference: Inference, value: Value, name: str) -> Lack | None:
    """Return of what an attribute is missing; None: it is there, or may be."""
    if name.startswith("_") or name in inference.scopes.stored:
        return None
    match value:
        case Named(path):
            return _lack_of_named(inference, path, name)
        case Instance(path, is_exact):
            return _lack_of_class(inference, path, name, is_exact=is_exact)
        case LocalInstance(cls) | Inherited(cls) | (LocalClass() as cls):
            return _lack_of_local(inference, cls, name)
    return None


def _lack_of_named(inference: Inference, path: str, name: str) -> Lack | None:
    found = inference.table.find(path)
    kinds = {item.kind for item in found}
    if kinds == {"module"}:
        return _lack_of_module(inference, path, name)
    if kinds == {"class"}:
        return _lack_of_class(inference, path, name, is_exact=True)
    return None


def _lack_of_module(inference: Inference, path: str, name: str) -> Lack | None:
    table = inference.table
    module = table.first(path)
    if module is None or any(item.is_open for item in table.find(path)):
        return None
    if table.find(f"{path}.{name}") or table.has_file(f"{module.qualified_name}.{name}"):
        return None
    if table.has_below(module.qualified_name, name):
        return None
    if table.is_assigned(name, module=module.qualified_name.rpartition(".")[2]):
        return None
    return Lack(path, is_module=True)


def _lack_of_class(inference: Inference, path: str, name: str, *, is_exact: bool) -> Lack | None:
    table = inference.table
    cls = table.first(path)
    if cls is None or len(table.find(path)) != 1 or not inference.is_plain(cls):
        return None
    if hasattr(type, name) or _standard_base_has(cls, name) or table.find(f"{path}.{name}"):
        return None
    if cls.is_open and not _is_slip_of_member(inference, path, name):
        return None
    line = [cls.qualified_name, *cls.ancestors]
    if not is_exact and table.subclass_has(line, name):
        return None
    if table.is_assigned(name) or table.sets_attributes(line):
        return None
    return Lack(path, is_module=False)


def _is_slip_of_member(inference: Inference, path: str, name: str) -> bool:
    """Whether a name is one slip away from a member that the repository's own code lists.

    Where a class inherits from another package that package's members are not known: all that
    can be told is that a name is hardly one of them. Packages that spell their members in another
    way differ by more than a slip.
    """
    table = inference.table
    if table.find(f"{path}.__getattr__") or table.find(f"{path}.__getattribute__"):
        return False
    known = (member.reached.rpartition(".")[2] for member in table.members(path))
    return any(
        name.lower() != member.lower() and is_slip(name, member)
        for member in known
        if not member.startswith("_")
    )


def _standard_base_has(cls: Resolved, name: str) -> bool:
    for base in cls.external_bases:
        last = base.rpartition(".")[2]
        for module in _STANDARD:
            standard = getattr(module, last, None)
            # An enumeration's ``name`` is there for its members alone: the class has it hidden.
            if isinstance(standard, type) and any(name in vars(part) for part in standard.__mro__):
                return True
    return False


def _lack_of_local(inference: Inference, cls: LocalClass, name: str) -> Lack | None:
    """Return what a class of the code lacks by the repository's class that it inherits.

    What is found of a class is kept: of two that inherit it, each would look through all above it.
    """
    if (cls, name) not in inference.lacks:
        inference.lacks[cls, name] = None  # of itself, while it is looked for
        inference.lacks[cls, name] = _lack_by_bases(inference, cls, name)
    return inference.lacks[cls, name]


def _lack_by_bases(inference: Inference, cls: LocalClass, name: str) -> Lack | None:
    bases = inference.bases(cls)
    if cls.node.decorator_list or cls.node.keywords or not bases:
        return None
    if name in inference.scopes.bodies[cls.node].bindings:
        return None
    lacks = [
        _lack_of_local(inference, base, name)
        if isinstance(base, LocalClass)
        else lack(inference, base, name)
        for base in bases
    ]
    if not all(lacks):
        return None
    return lacks[0]
