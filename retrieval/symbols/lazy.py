"""Names that a module makes only when they are asked for (PEP 562).

Read are ``lazy_loader.attach`` (``attach_stub`` takes its names from the stub beside the module,
which is read anyway), and a module's ``__getattr__`` by its imports, by its comparisons of the name
with a text, and by the tables it looks into.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from retrieval.chunkers.definitions import statements_in
from retrieval.symbols.facts import Link
from retrieval.symbols.source import called, dotted, strings, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_ATTACHING = frozenset({"attach", "attach_stub", "_attach", "_LazyModule"})


def lazy_links(body: Sequence[ast.stmt]) -> Iterator[Link]:
    """Yield the names that are loaded lazily, as far as they are written out."""
    tables = _tables(body)
    for statement in body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "__getattr__":
            yield from _of_getattr(statement, tables)
        elif call := _attaching(statement):
            yield from _of_attach(call, tables)


def is_attached(statement: ast.stmt) -> bool:
    """Whether a statement hands the making of names to a lazy loader."""
    return _attaching(statement) is not None


def _attaching(statement: ast.stmt) -> ast.Call | None:
    match statement:
        case ast.Assign(value=ast.Call() as call):
            return call if called(call).rpartition(".")[2] in _ATTACHING else None
    return None


def _tables(body: Sequence[ast.stmt]) -> Mapping[str, ast.Dict]:
    """Return the dicts that are written out at the module's level, by name."""
    tables: dict[str, ast.Dict] = {}
    for statement in statements_in(body):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict() as table):
                tables[name] = table
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict() as table):
                tables[name] = table
    return tables


def _of_attach(call: ast.Call, tables: Mapping[str, ast.Dict]) -> Iterator[Link]:
    """Read ``attach(__name__, submodules, submod_attrs)``."""
    given: list[ast.expr] = [*call.args, *(keyword.value for keyword in call.keywords)]
    for argument in given:
        table = tables.get(dotted(argument) or "") if isinstance(argument, ast.Name) else argument
        if isinstance(table, ast.Dict):
            yield from _of_table(table)
        for submodule in strings(argument):
            yield Link(submodule, f".{submodule}", "", is_certain=False)


def _of_getattr(function: ast.FunctionDef, tables: Mapping[str, ast.Dict]) -> Iterator[Link]:
    for node in ast.walk(function):
        match node:
            case ast.ImportFrom(module=module, names=names, level=level):
                for name in names:
                    origin = "." * level + (module or "")
                    yield Link(name.asname or name.name, origin, name.name, is_certain=False)
            case ast.Name(id=name) if name in tables:
                yield from _of_table(tables[name])
            case ast.If(test=ast.Compare(ops=[ast.Eq()], comparators=[ast.Constant(value=str())])):
                yield from _of_branch(node)


def _of_branch(branch: ast.If) -> Iterator[Link]:
    """Read ``if name == "Old": …; return New``."""
    asked = text(branch.test.comparators[0]) if isinstance(branch.test, ast.Compare) else None
    for statement in statements_in(branch.body):
        match statement:
            case ast.Return(value=ast.expr() as value) if asked and (path := dotted(value)):
                yield Link(asked, "", path, is_certain=False)


def _of_table(table: ast.Dict) -> Iterator[Link]:
    """Read a table, whichever way round it is.

    It is by names, ``{"sphere": ".actor"}``, ``{"sphere": "pkg.actor:sphere"}``,
    ``{"sphere": ("actor", "sphere")}``, or by modules, ``{"actor": ["sphere", "cube"]}``. What it
    means shows when a reading leads to something.
    """
    for key, value in zip(table.keys, table.values, strict=True):
        name, place, listed = text(key), text(value), strings(value)
        if name is None:
            continue
        if place is not None:
            yield from _of_place(name, place)
        if len(listed) == len(("module", "name")):
            yield from _guesses(name, listed[0], listed[1])
        for item in listed:
            yield from _guesses(item, name, item)


def _of_place(name: str, place: str) -> Iterator[Link]:
    module, colon, path = place.partition(":")
    if colon:
        yield from _guesses(name, module, path)
        return
    yield from _guesses(name, place, name)
    parent, dot, last = place.rpartition(".")
    if dot and parent.strip("."):
        yield from _guesses(name, parent, last)
    yield from _guesses(name, place, "")


def _guesses(name: str, module: str, path: str) -> Iterator[Link]:
    if not name.isidentifier():
        return
    if not module.startswith("."):
        yield Link(name, f".{module}", path, is_certain=False)
    yield Link(name, module, path, is_certain=False)
