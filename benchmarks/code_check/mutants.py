"""Mistakes put into code that is right, by rule, one at a time."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

T = TypeVar("T")

_SHORTEST = 3
"""Letters of a name that can be misspelt and still be known for it."""

_NEIGHBOURS = {
    "a": "s", "b": "v", "c": "x", "d": "f", "e": "r", "f": "g", "g": "h", "h": "j", "i": "o",
    "j": "k", "k": "l", "l": "k", "m": "n", "n": "m", "o": "p", "p": "o", "q": "w", "r": "t",
    "s": "d", "t": "y", "u": "i", "v": "b", "w": "e", "x": "c", "y": "u", "z": "x", "_": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A program with one mistake in it."""

    rule: str
    program: str
    line: int
    wrong: str
    """The name that is wrong now."""
    right: str | None
    """What it was; None where no name of this version takes its place."""


@dataclass(frozen=True, slots=True)
class Names:
    """What is known of the package, apart from the checker's own reading of it."""

    package: str
    members: Collection[str]
    """Last names of all that the package defines."""
    former: Mapping[str, Sequence[str]]
    """By module, the names that an earlier version has there and this one has nowhere there."""
    keywords: Collection[str]
    """Names of all parameters."""


def mutants(program: str, names: Names, choose: random.Random) -> Iterator[Mutant]:
    """Yield one mutant of each rule that finds a place in the program."""
    try:
        tree = ast.parse(program)
    except SyntaxError:
        return
    editor = _Editor(program, tree, names, choose)
    for rule in (
        editor.misspelt_attribute,
        editor.wrong_keyword,
        editor.missing_import,
        editor.other_version,
        editor.undefined_variable,
    ):
        mutant = rule()
        if mutant is not None and mutant.program != program:
            yield mutant


class _Editor:
    def __init__(self, program: str, tree: ast.Module, names: Names, choose: random.Random) -> None:
        self._lines = program.split("\n")
        self._tree = tree
        self._names = names
        self._choose = choose
        self._imported = dict(_imported(tree, names.package))
        self._made = set(_made(tree, self._imported))

    def misspelt_attribute(self) -> Mutant | None:
        """Misspell what is taken off the package's modules, or off the objects made with it."""
        places = [
            node
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Load)
            and node.attr in self._names.members
            and _root(node) in (self._imported.keys() | self._made)
        ]
        node = self._one_of(places)
        if node is None:
            return None
        wrong = self._misspelt(node.attr, self._names.members)
        return self._replaced("misspelt attribute", node, node.attr, wrong) if wrong else None

    def wrong_keyword(self) -> Mutant | None:
        """Misspell an argument's name, or take its singular or plural."""
        places = [
            keyword
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Call) and _root(node.func) in self._imported
            for keyword in node.keywords
            if keyword.arg and len(keyword.arg) >= _SHORTEST
        ]
        keyword = self._one_of(places)
        if keyword is None or keyword.arg is None:
            return None
        name = keyword.arg
        other = name[:-1] if name.endswith("s") else f"{name}s"
        wrong = self._choose.choice([other, *[self._misspelt(name, self._names.keywords)] * 2])
        if not wrong or wrong in self._names.keywords:
            wrong = self._misspelt(name, self._names.keywords)
        if not wrong:
            return None
        at = keyword.col_offset
        return self._edited("wrong keyword", keyword.lineno, at, name, wrong, right=name)

    def missing_import(self) -> Mutant | None:
        """Leave out an import of a name that is used."""
        used = {node.id for node in ast.walk(self._tree) if isinstance(node, ast.Name)}
        places = [
            (statement, alias)
            for statement in self._tree.body
            if isinstance(statement, (ast.Import, ast.ImportFrom))
            for alias in statement.names
            if (alias.asname or alias.name).partition(".")[0] in used
        ]
        place = self._one_of(places)
        if place is None:
            return None
        statement, alias = place
        kept = [item for item in statement.names if item is not alias]
        lines = list(self._lines)
        start, end = statement.lineno - 1, statement.end_lineno or statement.lineno
        lines[start:end] = [""] * (end - start)
        if kept:
            left = type(statement)(**{**vars(statement), "names": kept})
            lines[start] = ast.unparse(left)
        bound = (alias.asname or alias.name).partition(".")[0]
        return Mutant("missing import", "\n".join(lines), 0, bound, bound)

    def other_version(self) -> Mutant | None:
        """Take a name off a module that has it in an earlier version alone."""
        places = [
            (node, self._names.former[module])
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and (module := self._imported.get(node.value.id)) in self._names.former
        ]
        place = self._one_of(places)
        if place is None:
            return None
        node, former = place
        wrong = self._choose.choice(former)
        mutant = self._replaced("name from another version", node, node.attr, wrong)
        return Mutant(mutant.rule, mutant.program, mutant.line, wrong, None)

    def undefined_variable(self) -> Mutant | None:
        """Misspell a variable where it is used."""
        stores = {
            node.id
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        places = [
            node
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Load)
            and node.id in stores
            and len(node.id) >= _SHORTEST
        ]
        node = self._one_of(places)
        if node is None:
            return None
        wrong = self._misspelt(node.id, stores)
        if not wrong:
            return None
        at = node.col_offset
        return self._edited("undefined variable", node.lineno, at, node.id, wrong, right=node.id)

    def _one_of(self, places: Sequence[T]) -> T | None:
        return self._choose.choice(places) if places else None

    def _misspelt(self, name: str, taken: Collection[str]) -> str | None:
        for _ in range(20):
            wrong = self._choose.choice(_MISSPELLINGS)(name, self._choose)
            if wrong != name and wrong.isidentifier() and wrong not in taken:
                return wrong
        return None

    def _replaced(self, rule: str, node: ast.Attribute, right: str, wrong: str) -> Mutant:
        line = node.end_lineno or node.lineno
        at = (node.end_col_offset or 0) - len(node.attr.encode())
        return self._edited(rule, line, at, node.attr, wrong, right=right)

    def _edited(self, rule: str, line: int, at: int, old: str, new: str, *, right: str) -> Mutant:
        lines = list(self._lines)
        raw = lines[line - 1].encode()
        end = at + len(old.encode())
        if raw[at:end] != old.encode():
            raise ValueError(f"line {line}: {old!r} is not at {at}")
        lines[line - 1] = (raw[:at] + new.encode() + raw[end:]).decode()
        return Mutant(rule, "\n".join(lines), line, new, right)


def _imported(tree: ast.Module, package: str) -> Iterator[tuple[str, str]]:
    """Yield the names that are bound to what the package has, with its path."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] == package:
                    yield alias.asname or package, alias.name if alias.asname else package
        elif isinstance(node, ast.ImportFrom) and not node.level:
            module = node.module or ""
            for alias in node.names if module.partition(".")[0] == package else ():
                yield alias.asname or alias.name, f"{module}.{alias.name}"


def _made(tree: ast.Module, imported: Collection[str]) -> Iterator[str]:
    """Yield the variables that are the result of calling what the package has."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=function)):
                if _root(function) in imported:
                    yield name


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _swapped(name: str, choose: random.Random) -> str:
    at = choose.randrange(len(name) - 1) if len(name) > 1 else 0
    return name[:at] + name[at : at + 2][::-1] + name[at + 2 :]


def _dropped(name: str, choose: random.Random) -> str:
    at = choose.randrange(len(name))
    return name[:at] + name[at + 1 :]


def _doubled(name: str, choose: random.Random) -> str:
    at = choose.randrange(len(name))
    return name[: at + 1] + name[at:]


def _mistyped(name: str, choose: random.Random) -> str:
    at = choose.randrange(len(name))
    return name[:at] + _NEIGHBOURS.get(name[at], "e") + name[at + 1 :]


def _other_case(name: str, _: random.Random) -> str:
    if "_" in name:
        first, *rest = name.split("_")
        return first + "".join(part.capitalize() for part in rest)
    return name[:1].swapcase() + name[1:]


_MISSPELLINGS: Sequence[Callable[[str, random.Random], str]] = (
    _swapped, _dropped, _doubled, _mistyped, _other_case,
)  # fmt: skip
