"""Names that nothing defines, and imports that nothing uses (by pyflakes)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyflakes import messages
from pyflakes.checker import Checker

if TYPE_CHECKING:
    import ast
    from collections.abc import Collection

_NOTEBOOK = frozenset(
    "In Out _ __ ___ _i _ii display exit get_ipython quit reveal_locals reveal_type".split()
)
"""What a notebook or an interactive session has besides the builtins."""


# pyflakes gives up on a few programs that Python runs, as one that unpacks into ``__all__``.
_CRASHES = (AttributeError, IndexError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Use:
    """A name at a line."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What pyflakes says of a module's names."""

    undefined: tuple[Use, ...]
    unused: tuple[Use, ...]
    """Imports that are never used, by the names that they bind."""
    perhaps: tuple[Use, ...]
    """Undefined, unless it comes from a module whose names are all imported."""


def find_undefined(tree: ast.Module, known: Collection[str] = ()) -> Findings:
    """Return the names in a module that are neither its own, builtins nor ``known``."""
    try:
        checker = Checker(tree, builtins=_NOTEBOOK | set(known))
    except _CRASHES:
        return Findings((), (), ())
    undefined: list[Use] = []
    unused: list[Use] = []
    perhaps: list[Use] = []
    for message in sorted(checker.messages, key=lambda message: (message.lineno, message.col)):
        line = message.lineno
        match message:
            case messages.UndefinedName(message_args=(str() as name,)):
                undefined.append(Use(name, line))
            case messages.UndefinedLocal(message_args=(str() as name, *_)):
                undefined.append(Use(name, line))
            case messages.ImportStarUsage(message_args=(str() as name, *_)):
                perhaps.append(Use(name, line))
            case messages.UnusedImport(message_args=(str() as name, *_)):
                unused.append(Use(name.rpartition(" as ")[2], line))
    return Findings(tuple(undefined), tuple(unused), tuple(perhaps))
