"""What an expression of the checked code may stand for.

A set of values says that it is one of them; None says that nothing is known, and whatever follows
from it is not judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast

    from engine.checks.scopes import Scope


@dataclass(frozen=True, slots=True)
class Named:
    """A module, class, function or variable of the repository, by the path it is reached by."""

    path: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A method of the repository, got from an object."""

    path: str


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a class of the repository."""

    path: str
    is_exact: bool
    """Made by the class; otherwise it may be of a class that inherits it."""


@dataclass(frozen=True, eq=False, slots=True)
class LocalClass:
    """A class that the code itself defines."""

    node: ast.ClassDef
    scope: Scope
    """Where it is defined."""


@dataclass(frozen=True, slots=True)
class LocalInstance:
    """An object of such a class."""

    cls: LocalClass


@dataclass(frozen=True, slots=True)
class Inherited:
    """What ``super()`` is in a method of such a class."""

    cls: LocalClass


@dataclass(frozen=True, eq=False, slots=True)
class LocalFunction:
    """A function that the code itself defines."""

    node: ast.FunctionDef
    scope: Scope


Value = Named | Bound | Instance | LocalClass | LocalInstance | Inherited | LocalFunction
Values = frozenset[Value] | None

MOST_VALUES = 8
"""Alternatives that are followed; beyond, nothing is known."""


def union(alternatives: list[Values]) -> Values:
    """Return one of any of the alternatives; unknown, when one of them is."""
    merged: set[Value] = set()
    for values in alternatives:
        if values is None:
            return None
        merged |= values
    return frozenset(merged) if 0 < len(merged) <= MOST_VALUES else None
