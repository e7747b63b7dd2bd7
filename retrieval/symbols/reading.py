"""A file to its names."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from retrieval.chunkers.definitions import statements_in
from retrieval.chunkers.docstrings import docstring_text
from retrieval.chunkers.lines import Lines
from retrieval.chunkers.python import syntax_tree
from retrieval.symbols.attributes import attributes_of, bound_in
from retrieval.symbols.deprecations import deprecated, since
from retrieval.symbols.exports import exports_of
from retrieval.symbols.facts import MOST_NAMES, FileFacts, ModuleFacts, Name, is_kept
from retrieval.symbols.lazy import is_attached, lazy_links
from retrieval.symbols.links import links_in, stars_in
from retrieval.symbols.parameters import parameters
from retrieval.symbols.source import called, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from retrieval.model import ParsedFile, Symbol

    _Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

_CONSTANT = re.compile(r"_*[A-Z][A-Z0-9_]*")
_HIDDEN = frozenset({"__all__", "__getattr__", "__dir__"})
"""What a module says of its names is none of them."""


def read(parsed: ParsedFile, text: str) -> FileFacts:
    """Return the names of a file that was cut into ``parsed`` and whose text is ``text``.

    The chunker has found the definitions, with their lines and signatures. Of a Python module the
    rest is read here; the names of other languages stand as they are. Names that are too long to be
    kept are left out.
    """
    if parsed.language != "python" or not parsed.symbols or parsed.symbols[0].kind != "module":
        return FileFacts(parsed.path, tuple(_passed(parsed.symbols)))
    try:
        tree = syntax_tree(Lines(text))
    except SyntaxError:  # read by a chunker that forgives more
        return FileFacts(parsed.path, tuple(_passed(parsed.symbols)))
    short = (name for name in _python_names(parsed.symbols, tree) if is_kept(name.local_name))
    names = tuple(islice(short, MOST_NAMES))
    return FileFacts(parsed.path, names, _module_facts(tree, names, text))


def _passed(symbols: Iterable[Symbol]) -> Iterator[Name]:
    short = (symbol for symbol in symbols if is_kept(symbol.qualified_name))
    return (_name(symbol, symbol.qualified_name) for symbol in islice(short, MOST_NAMES))


def _name(symbol: Symbol, local_name: str) -> Name:
    return Name(
        local_name=local_name,
        kind=symbol.kind,
        signature=symbol.signature,
        start_line=symbol.start_line,
        end_line=symbol.end_line,
        summary=symbol.summary,
    )


def _python_names(symbols: Sequence[Symbol], tree: ast.Module) -> Iterator[Name]:
    """Yield the definitions first, then what is merely assigned and has no entry yet."""
    module = symbols[0]
    nodes = dict(_definitions(tree.body, owner=""))
    listed = [
        _enriched(_name(symbol, symbol.qualified_name[len(module.qualified_name) + 1 :]), nodes)
        for symbol in symbols[1:]
    ]
    yield _documented(_name(module, ""), decorators=(), node=tree)
    seen: set[str] = set()
    for name in _overloads_folded(listed):
        seen.add(name.local_name)
        yield name
    for name in _assigned(tree, nodes):
        if name.local_name not in seen and name.local_name not in _HIDDEN:
            seen.add(name.local_name)
            yield name


def _definitions(
    body: Sequence[ast.stmt], *, owner: str
) -> Iterator[tuple[tuple[str, int], _Definition]]:
    """Yield the definitions of a module by their local names and last lines."""
    for statement in statements_in(body):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            local_name = f"{owner}{statement.name}"
            yield (local_name, statement.end_lineno or statement.lineno), statement
            if isinstance(statement, ast.ClassDef):
                yield from _definitions(statement.body, owner=f"{local_name}.")


def _enriched(name: Name, nodes: Mapping[tuple[str, int], _Definition]) -> Name:
    node = nodes.get((name.local_name, name.end_line))
    if node is None:
        return _of_class(name) if "." in name.local_name else name
    name = _documented(name, decorators=node.decorator_list, node=node)
    if isinstance(node, ast.ClassDef):
        return replace(name, bases=tuple(filter(None, map(written, node.bases))))
    return replace(name, parameters=parameters(node))


def _of_class(name: Name) -> Name:
    """Tell an annotated attribute from a constant; outside classes, an annotation makes either."""
    is_constant = _CONSTANT.fullmatch(name.local_name.rpartition(".")[2])
    return name if is_constant else replace(name, kind="attribute")


def _documented(
    name: Name, *, decorators: Sequence[ast.expr], node: _Definition | ast.Module
) -> Name:
    docstring = docstring_text(node)
    return replace(
        name,
        decorators=tuple(filter(None, map(called, decorators))),
        deprecated=deprecated(decorators=decorators, body=node.body, docstring=docstring),
        since=since(docstring),
    )


def _overloads_folded(names: Iterable[Name]) -> Iterator[Name]:
    """Put the overloads of a function into its implementation, or in a stub into the first."""
    overloads: dict[str, list[Name]] = {}
    rest: list[Name] = []
    for name in names:
        if any(decorator.rpartition(".")[2] == "overload" for decorator in name.decorators):
            overloads.setdefault(name.local_name, []).append(name)
        else:
            rest.append(name)
    for name in rest:
        yield _with_overloads(name, overloads.pop(name.local_name, ()))
    for only in overloads.values():
        yield _with_overloads(only[0], only)


def _with_overloads(name: Name, overloads: Sequence[Name]) -> Name:
    return replace(name, overloads=tuple(overload.parameters or () for overload in overloads))


def _assigned(tree: ast.Module, nodes: Mapping[tuple[str, int], _Definition]) -> Iterator[Name]:
    yield from bound_in(tree.body, owner="", kind="variable")
    for (local_name, _), node in nodes.items():
        if isinstance(node, ast.ClassDef):
            yield from attributes_of(node, owner=local_name)


def _module_facts(tree: ast.Module, names: Sequence[Name], text: str) -> ModuleFacts:
    exports = exports_of(tree.body)
    links = (link for link in links_in(tree) if is_kept(link.name))
    definitions = {name.local_name: name.kind for name in names if name.local_name}
    return ModuleFacts(
        definitions=definitions,
        bases={name.local_name: name.bases for name in names if name.bases},
        links=tuple(islice(links, MOST_NAMES)),
        stars=stars_in(tree),
        exports=None if exports.names is None else tuple(exports.names),
        exports_of=tuple(exports.modules),
        is_dynamic=len(names) == MOST_NAMES or _is_dynamic(tree, text),
    )


def _is_dynamic(tree: ast.Module, text: str) -> bool:
    """Whether the module may have names that are written nowhere in it."""
    if "globals()" in text or "sys.modules[__name__]" in text:
        return True
    makes_names = any(
        isinstance(statement, ast.FunctionDef) and statement.name == "__getattr__"
        for statement in tree.body
    )
    if makes_names:
        return not any(lazy_links(tree.body))
    return (
        any(map(is_attached, tree.body))
        and "attach_stub" not in text
        and not any(lazy_links(tree.body))
    )
