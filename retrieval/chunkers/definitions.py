"""The definitions of a Python module, found in its syntax tree."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from retrieval.chunkers.docstrings import docstring_text
from retrieval.chunkers.lines import Lines, Span
from retrieval.chunkers.signatures import signature
from retrieval.model import ChunkKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from retrieval.chunkers.cutting import Levels

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_CONSTANT = re.compile(r"_*[A-Z][A-Z0-9_]*")
_PROPERTY_DECORATORS = frozenset({"property", "cached_property", "abstractproperty"})
_ACCESSORS = frozenset({"setter", "deleter"})
_DEEPEST_LEVEL = 8
"""Statements nested deeper are all of one level; nobody cuts there, and an ``elif`` chain of a
thousand branches is a thousand deep."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, a method or a class."""

    name: str
    qualified_name: str
    kind: ChunkKind
    span: Span
    """With decorators."""
    signature: str
    docstring: str | None
    docstring_span: Span | None
    body: tuple[ast.stmt, ...]
    decorators: frozenset[str]
    """Last names of the decorators: ``property``, ``setter``, ``overload``."""
    members: tuple[Definition, ...]
    """Of a class, in the order of their lines."""

    @property
    def is_property(self) -> bool:
        """Whether reading the attribute calls it."""
        return bool(self.decorators & _PROPERTY_DECORATORS)

    @property
    def is_accessor(self) -> bool:
        """Whether it sets or deletes a property that another definition declares."""
        return bool(self.decorators & _ACCESSORS)


@dataclass(frozen=True, slots=True)
class Constant:
    """A name bound by an assignment in a module or class body."""

    name: str
    span: Span
    declaration: str
    """``LIMIT: int``, or ``LIMIT`` without annotation."""


def definitions_in(
    body: Sequence[ast.stmt], *, lines: Lines, owner: str, kind: ChunkKind
) -> tuple[Definition, ...]:
    """Return the definitions in ``body``, those under ``if`` or ``try`` among them.

    ``kind`` is what a function is here: a function, or in a class a method.
    """
    return tuple(
        _definition(statement, lines=lines, owner=owner, kind=kind)
        for statement in statements_in(body)
        if isinstance(statement, _DEFINITIONS)
    )


def constants_in(body: Sequence[ast.stmt]) -> Iterator[Constant]:
    """Yield the names in capitals, and the annotated ones, that ``body`` binds."""
    for statement in statements_in(body):
        span = Span(statement.lineno, statement.end_lineno or statement.lineno)
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            yield Constant(name, span, f"{name}: {ast.unparse(statement.annotation)}")
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name) and _CONSTANT.fullmatch(target.id):
                    yield Constant(target.id, span, target.id)


def statements_in(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of ``body`` and of the compound statements in it, in order.

    What stands inside a definition is not in ``body``'s own scope, and is left out.
    """
    pending = list(reversed(body))
    while pending:
        statement = pending.pop()
        yield statement
        pending.extend(reversed(_nested(statement)))


def simple_statement_lines(body: Sequence[ast.stmt]) -> list[int]:
    """Return the lines, ascending, on which a statement that does something of its own starts.

    ``else:`` and ``try:`` do nothing without the statements under them.
    """
    return [
        statement.lineno
        for statement in statements_in(body)
        if not isinstance(statement, _DEFINITIONS) and not _nested(statement)
    ]


def statement_levels(body: Sequence[ast.stmt], *, lines: Lines) -> Levels:
    """Return the lines between statements, the outermost statements first.

    Comments between two statements belong to the second. Bodies of nested definitions are looked
    into as well: they are part of the code that is cut.
    """
    levels: list[set[int]] = []
    current = [list(body)]
    while current:
        if len(levels) < _DEEPEST_LEVEL:
            levels.append(set())
        for siblings in current:
            levels[-1].update(_starts(siblings, lines))
        inner = [
            statement.body if isinstance(statement, _DEFINITIONS) else _nested(statement)
            for siblings in current
            for statement in siblings
        ]
        current = [siblings for siblings in inner if siblings]
    return tuple(tuple(sorted(level)) for level in levels)


def docstring_span(node: ast.Module | ast.stmt) -> Span | None:
    """Return the lines of the docstring of a module, class or function."""
    body: list[ast.stmt] = getattr(node, "body", [])
    match body:
        case [ast.Expr(value=ast.Constant(value=str())) as first, *_]:
            return Span(first.lineno, first.end_lineno or first.lineno)
    return None


def _starts(siblings: Sequence[ast.stmt], lines: Lines) -> Iterator[int]:
    for before, after in pairwise(siblings):
        end = before.end_lineno or before.lineno
        if _first_line(after, lines) > end:  # not so after a semicolon
            yield end + 1


def _nested(statement: ast.stmt | ast.excepthandler | ast.match_case) -> list[ast.stmt]:
    """Return the statements directly under a compound statement, its clauses in order."""
    if isinstance(statement, _DEFINITIONS):
        return []
    clauses = [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]
    return [
        *getattr(statement, "body", []),
        *(nested for clause in clauses for nested in clause.body),
        *getattr(statement, "orelse", []),
        *getattr(statement, "finalbody", []),
    ]


def _definition(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
    *,
    lines: Lines,
    owner: str,
    kind: ChunkKind,
) -> Definition:
    name = f"{owner}.{node.name}" if owner else node.name
    is_class = isinstance(node, ast.ClassDef)
    end = node.end_lineno or node.lineno
    return Definition(
        name=node.name,
        qualified_name=name,
        kind=ChunkKind.CLASS if is_class else kind,
        span=Span(_first_line(node, lines), end),
        signature=signature(lines, Span(node.lineno, end)),
        docstring=docstring_text(node),
        docstring_span=docstring_span(node),
        body=tuple(node.body),
        decorators=frozenset(map(_last_name, node.decorator_list)),
        members=definitions_in(node.body, lines=lines, owner=name, kind=ChunkKind.METHOD)
        if is_class
        else (),
    )


def _first_line(statement: ast.stmt, lines: Lines) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    if not decorators:
        return statement.lineno
    first = decorators[0].lineno
    while first > 1 and not lines[first].lstrip().startswith(
        "@"
    ):  # parentheses before it are no part of it
        first -= 1
    return first


def _last_name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name: str = getattr(called, "attr", "") or getattr(called, "id", "")
    return name
