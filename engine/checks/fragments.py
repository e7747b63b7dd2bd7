"""Which undefined names are mistakes, and which are the reader's own.

A block that imports what it uses is a program, and so is one that goes on with such a program:
what it does not define is not there. Other blocks are pieces to be put into a program of the
reader's, who has the names. A piece that takes the repository's modules as imported, which it may,
and a name or two of its own besides, was meant as a program.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from engine.checks.undefined import Use

MOST_FORGOTTEN = 2
"""Names that the continuation of a program may lack by mistake. What lacks more was never meant to
be put together with what came before."""


@dataclass(slots=True)
class _Block:
    """The statements of one block."""

    imports: bool
    binds: set[str]
    uses: set[str]


def mistaken(
    tree: ast.Module,
    blocks: Sequence[range],
    undefined: Iterable[Use],
    *,
    is_own: Callable[[str], bool],
) -> Iterator[Use]:
    """Yield the undefined names that are mistakes.

    Args:
        tree: All blocks as one module.
        blocks: The lines of each.
        undefined: Every use of a name that nothing defines.
        is_own: Whether a name is used as the module of the repository that has it.
    """
    uses = list(undefined)
    read = [(lines, _read(tree, lines)) for lines in blocks]
    own = {use.name for use in uses if is_own(use.name)}
    pieces = [lines for lines, block in read if not block.imports]
    forgotten = {use.name for lines in pieces for use in uses if use.line in lines} - own
    known: set[str] = set()
    for lines, block in read:
        lacking = [use for use in uses if use.line in lines]
        goes_on = bool(known & block.uses)
        is_meant = any(use.name in own for use in lacking) and bool(forgotten)
        if block.imports or ((goes_on or is_meant) and len(forgotten) <= MOST_FORGOTTEN):
            yield from lacking
        if block.imports or known & block.uses:
            known |= block.binds


def _read(tree: ast.Module, lines: range) -> _Block:
    block = _Block(imports=False, binds=set(), uses=set())
    for statement in tree.body:
        if statement.lineno not in lines:
            continue
        for node in ast.walk(statement):
            match node:
                case ast.Import(names=names) | ast.ImportFrom(names=names):
                    block.imports = True
                    block.binds |= {
                        (alias.asname or alias.name).partition(".")[0] for alias in names
                    }
                case ast.Name(id=name, ctx=ast.Load()):
                    block.uses.add(name)
                case ast.Name(id=name):
                    block.binds.add(name)
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    block.binds.add(name)
    return block
