"""The scopes of a piece of Python code, and all that binds each name in them.

What a name may stand for is the union of all its bindings, in whatever order they are run.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, eq=False, slots=True)
class Imported:
    """By an import, to the module or the name at ``path``."""

    path: str


@dataclass(frozen=True, eq=False, slots=True)
class Assigned:
    """To the value of an expression."""

    value: ast.expr
    scope: Scope


@dataclass(frozen=True, eq=False, slots=True)
class Entered:
    """By ``with``, to what the expression's context manager gives."""

    value: ast.expr
    scope: Scope


@dataclass(frozen=True, eq=False, slots=True)
class Annotated:
    """A parameter or variable of a type."""

    annotation: ast.expr
    scope: Scope


@dataclass(frozen=True, eq=False, slots=True)
class Defined:
    """By ``def`` or ``class``."""

    node: ast.FunctionDef | ast.ClassDef
    scope: Scope


@dataclass(frozen=True, eq=False, slots=True)
class Self:
    """The first parameter of a method of a class that the code defines."""

    node: ast.ClassDef
    scope: Scope
    """Where the class is defined."""
    is_class: bool


@dataclass(frozen=True, eq=False, slots=True)
class Opaque:
    """In a way that tells nothing of the value."""


Binding = Imported | Assigned | Entered | Annotated | Defined | Self | Opaque
OPAQUE = Opaque()


@dataclass(eq=False, slots=True)
class Scope:
    """A module, class, function or comprehension."""

    parent: Scope | None
    node: ast.AST
    bindings: defaultdict[str, list[Binding]] = field(default_factory=lambda: defaultdict(list))
    elsewhere: dict[str, Scope] = field(default_factory=dict)
    """Names declared ``global`` or ``nonlocal``, with the scope that they belong to."""
    stars: list[str] = field(default_factory=list)
    """Modules whose names are all imported; an empty name is a relative one."""

    @property
    def module(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.parent:
            scope = scope.parent
        return scope

    @property
    def method_of(self) -> Scope | None:
        """The class scope that this is a method in."""
        if not isinstance(self.node, FUNCTIONS) or self.parent is None:
            return None
        return self.parent if isinstance(self.parent.node, ast.ClassDef) else None

    def bind(self, name: str, binding: Binding) -> None:
        """Add what binds a name, in the scope that the name belongs to."""
        self.elsewhere.get(name, self).bindings[name].append(binding)

    def lookup(self, name: str) -> Sequence[Binding] | None:
        """Return what binds a name as it is seen from here; None: nothing does."""
        scope: Scope | None = self.elsewhere.get(name, self)
        is_first = True
        while scope:
            if name in scope.bindings and (is_first or not isinstance(scope.node, ast.ClassDef)):
                return scope.bindings[name]
            scope, is_first = scope.parent, False
        return None


@dataclass(frozen=True, eq=False, slots=True)
class AttributeStore:
    """``owner.name = value``."""

    owner: ast.expr
    value: ast.expr | None
    """None: it is set in another way than by a plain assignment."""
    scope: Scope


@dataclass(eq=False, slots=True)
class Scopes:
    """A parsed module with its scopes."""

    module: Scope
    of: dict[ast.AST, Scope]
    """The scope that each expression is evaluated in."""
    guarded: set[ast.AST]
    """Nodes that run only where names may be missing: caught errors, checks of versions."""
    stored: set[str]
    """Names of attributes that the code sets, or asks for by ``hasattr``."""
    bodies: dict[ast.AST, Scope]
    """The scope that each function or class makes."""
    attributes: dict[str, list[AttributeStore]]
    """What is assigned to attributes of objects, by the attribute's name."""
