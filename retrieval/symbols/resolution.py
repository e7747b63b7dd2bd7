"""All modules' names put together: what each name stands for, and what each class inherits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.chunkers.python import module_name
from retrieval.symbols.following import Names, TargetKind
from retrieval.symbols.stars import spread_stars
from retrieval.symbols.tree import ModuleTree

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from retrieval.symbols.following import Target
    from retrieval.symbols.tree import Module, ModuleFile

_CLOSED_BASES = frozenset(
    "ABC ArithmeticError AttributeError BaseException Enum Exception Flag Generic ImportError"
    " IndexError IntEnum IntFlag KeyError LookupError NotImplementedError OSError Protocol"
    " RuntimeError StrEnum TypeError UserWarning ValueError Warning object".split()
)
"""Bases of the standard library, by last name, that add hardly a member of a name of its own."""

_ANY_MEMBER = ("__getattr__", "__getattribute__")


@dataclass(frozen=True, slots=True, order=True)
class Alias:
    """A path by which something is reached that is defined under another name."""

    document_id: int
    """Where it is bound."""
    alias: str
    target: str
    kind: TargetKind


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a class inherits, and whether all members of a class or a module are known."""

    document_id: int
    local_name: str
    """Of the class; empty: the module itself."""
    ancestors: tuple[str, ...] = ()
    """Qualified names of the repository's classes, in the order in which they are searched."""
    external_bases: tuple[str, ...] = ()
    is_open: bool = False
    """It may have members that are listed nowhere."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the files of a repository say together."""

    modules: Mapping[int, str]
    """The name that each file is imported by, by document."""
    aliases: frozenset[Alias]
    lineages: tuple[Lineage, ...]
    """Of the classes that inherit or are open, and of the modules that are open."""


def resolve_all(files: Sequence[ModuleFile], folders: Collection[str]) -> Resolution:
    """Resolve the names of all ``files`` of a repository whose packages are ``folders``.

    The outcome is the same whatever the order of the files.
    """
    ordered = sorted(files, key=lambda file: (file.path.endswith(".pyi"), file.path))
    tree = ModuleTree(ordered, folders)
    spread_stars(tree)
    return _Resolver(tree).resolution()


class _Resolver:
    def __init__(self, tree: ModuleTree) -> None:
        self._tree = tree
        self._names = Names(tree)

    def resolution(self) -> Resolution:
        modules = self._tree.modules.values()
        return Resolution(
            modules={file.document_id: module.name for module in modules for file in module.files},
            aliases=frozenset(alias for module in modules for alias in self._aliases(module)),
            lineages=tuple(item for module in modules for item in self._lineages(module)),
        )

    def _aliases(self, module: Module) -> Iterator[Alias]:
        for name in dict.fromkeys((*module.links, *module.brought)):
            target = self._names.follow(module, name)
            alias = f"{module.name}.{name}"
            if target and (qualified := self._qualified(target)) != alias:
                document = module.linked_in.get(name, module.starred_in)
                yield Alias(document, alias, qualified, target.kind)
        for file in module.files:
            if (by_path := module_name(file.path)) != module.name:
                yield Alias(file.document_id, by_path, module.name, TargetKind.SYMBOL)

    def _lineages(self, module: Module) -> Iterator[Lineage]:
        for file in module.files:
            if module.is_open:
                yield Lineage(file.document_id, "", is_open=True)
            for name, kind in file.facts.definitions.items():
                lineage = self._lineage(module, file, name) if kind == "class" else None
                if lineage:
                    yield lineage

    def _lineage(self, module: Module, file: ModuleFile, name: str) -> Lineage | None:
        line = self._names.order(module, name)
        own = [target for target in line if target.kind is TargetKind.SYMBOL]
        others = [target.path for target in line if target.kind is not TargetKind.SYMBOL]
        is_open = any(map(self._takes_any_member, own)) or any(
            other.rpartition(".")[2] not in _CLOSED_BASES for other in others
        )
        if len(line) == 1 and not is_open:
            return None
        ancestors = tuple(map(self._qualified, own[1:]))
        return Lineage(file.document_id, name, ancestors, tuple(others), is_open)

    def _takes_any_member(self, cls: Target) -> bool:
        definitions = self._tree.modules[cls.module].definitions
        return any(f"{cls.path}.{member}" in definitions for member in _ANY_MEMBER)

    def _qualified(self, target: Target) -> str:
        if target.kind is not TargetKind.SYMBOL:
            return target.path
        name = self._tree.modules[target.module].name
        return f"{name}.{target.path}" if target.path else name
