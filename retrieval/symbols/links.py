"""The names that a module, or a class in it, has from elsewhere."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from retrieval.chunkers.definitions import statements_in
from retrieval.symbols.facts import Link
from retrieval.symbols.lazy import is_attached, lazy_links
from retrieval.symbols.source import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def links_in(tree: ast.Module) -> tuple[Link, ...]:
    """Return what the module binds to names of others, at its own level and in its classes."""
    unseen: set[int] = set() if _loads_lazily(tree.body) else _for_checkers_alone(tree.body)
    return (*_links(tree.body, owner="", unseen=unseen), *lazy_links(tree.body))


def stars_in(tree: ast.Module) -> tuple[str, ...]:
    """Return the modules, as written, all of whose public names are imported."""
    return tuple(
        _origin(statement)
        for statement in statements_in(tree.body)
        if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*"
    )


def imported(statement: ast.stmt) -> Iterator[Link]:
    """Yield the names that an import statement binds."""
    if isinstance(statement, ast.Import):
        for name in statement.names:
            top = name.name.partition(".")[0]
            yield Link(name.asname, name.name, "") if name.asname else Link(top, top, "")
    elif isinstance(statement, ast.ImportFrom):
        for name in statement.names:
            if name.name != "*":
                yield Link(name.asname or name.name, _origin(statement), name.name)


def _links(body: Sequence[ast.stmt], *, owner: str, unseen: set[int]) -> Iterator[Link]:
    for statement in statements_in(body):
        if id(statement) in unseen:
            continue
        for link in (*imported(statement), *_assigned(statement)):
            yield Link(f"{owner}{link.name}", link.module, link.path)
        if isinstance(statement, ast.ClassDef):
            yield from _links(statement.body, owner=f"{owner}{statement.name}.", unseen=unseen)


def _assigned(statement: ast.stmt) -> Iterator[Link]:
    """Yield ``Foo`` of ``Foo = bar.Baz``: the same thing by another name, if ``bar.Baz`` is one."""
    match statement:
        case ast.Assign(targets=targets, value=value) if path := dotted(value):
            for target in targets:
                if isinstance(target, ast.Name) and target.id != path:
                    yield Link(target.id, "", path)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            if (path := dotted(value)) and path != name:
                yield Link(name, "", path)


def _origin(statement: ast.ImportFrom) -> str:
    return "." * statement.level + (statement.module or "")


def _for_checkers_alone(body: Sequence[ast.stmt]) -> set[int]:
    """Return the ids of statements under ``if TYPE_CHECKING``: nothing of them runs."""
    return {
        id(inner)
        for statement in statements_in(body)
        if isinstance(statement, ast.If)
        and (dotted(statement.test) or "").rpartition(".")[2] == "TYPE_CHECKING"
        for inner in statements_in(statement.body)
    }


def _loads_lazily(body: Sequence[ast.stmt]) -> bool:
    """Whether names are made when asked for: then checkers are told of the same names by import."""
    return any(
        is_attached(statement)
        or (isinstance(statement, ast.FunctionDef) and statement.name == "__getattr__")
        for statement in body
    )
