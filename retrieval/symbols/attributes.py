"""Names bound by assignment: variables of modules, attributes of classes and of their objects."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from retrieval.chunkers.definitions import statements_in
from retrieval.symbols.facts import Name
from retrieval.symbols.source import called, strings, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def bound_in(body: Sequence[ast.stmt], *, owner: str, kind: str) -> Iterator[Name]:
    """Yield the names that a body's own assignments, loops and ``with`` statements bind.

    ``owner`` is the local name of the class whose body it is; empty, of a module's.
    """
    seen: set[str] = set()
    for statement in statements_in(body):
        for target, annotation in _targets(statement):
            if isinstance(target, ast.Name) and target.id not in seen:
                seen.add(target.id)
                local_name = f"{owner}.{target.id}" if owner else target.id
                yield _name(local_name, kind, statement, annotation)


def attributes_of(definition: ast.ClassDef, *, owner: str) -> Iterator[Name]:
    """Yield what a class binds in its body, in ``__slots__``, and on ``self`` in its methods."""
    yield from bound_in(definition.body, owner=owner, kind="attribute")
    for statement in statements_in(definition.body):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _on_self(statement, owner)
        else:
            yield from _slots(statement, owner)


def _on_self(method: ast.FunctionDef | ast.AsyncFunctionDef, owner: str) -> Iterator[Name]:
    arguments = [*method.args.posonlyargs, *method.args.args]
    is_static = any(called(decorator) == "staticmethod" for decorator in method.decorator_list)
    if is_static or not arguments:
        return
    bound = arguments[0].arg
    for statement in statements_in(method.body):
        for target, annotation in _targets(statement):
            match target:
                case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name == bound:
                    yield _name(f"{owner}.{attribute}", "attribute", statement, annotation)


def _slots(statement: ast.stmt, owner: str) -> Iterator[Name]:
    match statement:
        case ast.Assign(targets=[ast.Name(id="__slots__")], value=value):
            for slot in strings(value):
                yield _name(f"{owner}.{slot}", "attribute", statement, None)


def _name(local_name: str, kind: str, statement: ast.stmt, annotation: ast.expr | None) -> Name:
    name = local_name.rpartition(".")[2]
    return Name(
        local_name=local_name,
        kind=kind,
        signature=f"{name}: {written(annotation)}" if annotation else name,
        start_line=statement.lineno,
        end_line=statement.end_lineno or statement.lineno,
    )


def _targets(statement: ast.stmt) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """Yield what a statement assigns to, with the annotation where there is one."""
    match statement:
        case ast.AnnAssign(target=target, annotation=annotation):
            yield target, annotation
        case ast.Assign(targets=targets):
            for target in targets:
                yield from ((part, None) for part in _unpacked(target))
        case ast.For(target=target) | ast.AsyncFor(target=target):
            yield from ((part, None) for part in _unpacked(target))
        case ast.With(items=items) | ast.AsyncWith(items=items):
            for item in items:
                if item.optional_vars:
                    yield from ((part, None) for part in _unpacked(item.optional_vars))


def _unpacked(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for part in target.elts:
            yield from _unpacked(part)
    elif isinstance(target, ast.Starred):
        yield from _unpacked(target.value)
    else:
        yield target
