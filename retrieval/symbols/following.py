"""Names followed from module to module, to what they stand for."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from retrieval.symbols.inheritance import linearized
from retrieval.symbols.tree import absolute

if TYPE_CHECKING:
    from retrieval.symbols.facts import Link
    from retrieval.symbols.tree import Module, ModuleTree

_DEFINED = frozenset({"class", "function", "method", "property"})
"""Kinds of definitions that an import of the same name, a fallback beside it, does not displace."""

DEEPEST = 64
"""Names that a name is followed through; code that people wrote takes fewer than ten."""

MOST_STEPS = 5_000
"""Names looked at for one name, where ways part and meet in circles."""


class TargetKind(StrEnum):
    """Where a name leads."""

    SYMBOL = "symbol"
    """To a definition, or a module, of the repository."""
    EXTERNAL = "external"
    """To another package."""
    MISSING = "missing"
    """To a module of the repository that does not show it: one that is compiled or generated."""


class Target(NamedTuple):
    """What a name stands for."""

    kind: TargetKind
    module: str
    """The stem of the module; empty of what is no symbol."""
    path: str
    """Local name; empty: the module itself. Of what is no symbol, the whole dotted name."""


class Names:
    """Follows names. What is found is kept: the modules must not change meanwhile."""

    def __init__(self, tree: ModuleTree) -> None:
        self._tree = tree
        self._known: dict[tuple[str, str], Target | None] = {}
        self._orders: dict[tuple[str, str], tuple[Target, ...]] = {}
        self._pending: set[tuple[str, str]] = set()
        self._steps = 0
        self._given_up = 0
        """How often a name was left because it led round in a circle, or too far."""

    def follow(self, module: Module, name: str) -> Target | None:
        """Return what a name of a module stands for; ``Slider.draw`` is one of a class in it."""
        key = (module.stem, name)
        if key in self._known:
            return self._known[key]
        self._steps = self._steps + 1 if self._pending else 0
        if key in self._pending or len(self._pending) > DEEPEST or self._steps > MOST_STEPS:
            self._given_up += 1  # another way may lead out of a circle
            return None
        given_up = self._given_up
        self._pending.add(key)
        target = self._find(module, name)
        self._pending.remove(key)
        if self._given_up == given_up or not self._pending:
            self._known[key] = target
        return target

    def follow_path(
        self, module: Module, path: str, *, scope: str = "", binding: str = ""
    ) -> Target | None:
        """Return what a dotted path stands for at a module's level, or in the class ``scope``.

        ``binding`` is the name that is being bound to it, and so is not itself meant by the path.
        """
        first, *rest = path.split(".")
        target: Target | None = None
        for name in _scoped(scope, first):
            if target is None and name != binding:
                target = self.follow(module, name)
        for part in rest:
            if target is None:
                return None
            target = self._member(target, part)
        return target

    def order(self, module: Module, local_name: str) -> tuple[Target, ...]:
        """Return a class and its ancestors in the order in which members are looked for."""
        key = (module.stem, local_name)
        if key not in self._orders:
            start = Target(TargetKind.SYMBOL, module.stem, local_name)
            self._orders[key] = (start,)  # while its bases are looked for
            self._orders[key] = linearized(start, self._bases)
        return self._orders[key]

    def _find(self, module: Module, name: str) -> Target | None:
        kind = module.definitions.get(name)
        own = Target(TargetKind.SYMBOL, module.stem, name)
        if kind in _DEFINED:
            return own
        outside: Target | None = None
        for link in module.links.get(name, ()):
            target = self._follow_link(module, link)
            if target and target.kind is TargetKind.SYMBOL:
                return target
            if link.is_certain:
                outside = outside or target
        if kind and not (outside and outside.kind is TargetKind.EXTERNAL):
            return own
        return (
            outside
            if outside and outside.kind is TargetKind.EXTERNAL
            else (self._brought(module, name) or outside)
        )

    def _brought(self, module: Module, name: str) -> Target | None:
        """Return a name that comes by a star, or that is a module below this one."""
        outside: Target | None = None
        for origin in reversed(module.brought.get(name, ())):  # the last import holds
            target = self.follow(self._tree.modules[origin], name)
            if target and target.kind is TargetKind.SYMBOL:
                return target
            outside = outside or target
        below = self._tree.below(module, name) if "." not in name else None
        return Target(TargetKind.SYMBOL, below.stem, "") if below else outside

    def _follow_link(self, module: Module, link: Link) -> Target | None:
        if not link.module:
            scope = link.name.rpartition(".")[0]
            return self.follow_path(module, link.path, scope=scope, binding=link.name)
        source = self._tree.find(module, link.module)
        if source is None:
            return self._outside(absolute(module, link.module), link.path)
        if not link.path:
            return Target(TargetKind.SYMBOL, source.stem, "")
        found = self.follow_path(source, link.path)
        return found or self._outside(absolute(module, link.module), link.path)

    def _member(self, target: Target, name: str) -> Target | None:
        if target.kind is not TargetKind.SYMBOL:
            return Target(target.kind, "", f"{target.path}.{name}")
        module = self._tree.modules[target.module]
        if not target.path:
            return self.follow(module, name) or self._outside(module.name, name)
        if module.definitions.get(target.path) != "class":
            return None
        for ancestor in self.order(module, target.path):
            if ancestor.kind is TargetKind.SYMBOL:
                owner = self._tree.modules[ancestor.module]
                if found := self.follow(owner, f"{ancestor.path}.{name}"):
                    return found
        return None

    def _outside(self, module: str, path: str) -> Target:
        """Return where an import leads of something that the repository does not show."""
        name = ".".join(filter(None, (module, path)))
        kind = TargetKind.MISSING if self._tree.is_own(name) else TargetKind.EXTERNAL
        return Target(kind, "", name)

    def _bases(self, cls: Target) -> list[Target]:
        if cls.kind is not TargetKind.SYMBOL:
            return []
        module = self._tree.modules[cls.module]
        return [self._base(module, cls, written) for written in module.bases.get(cls.path, ())]

    def _base(self, module: Module, cls: Target, written: str) -> Target:
        path = written.partition("[")[0]
        outside = Target(TargetKind.EXTERNAL, "", path)
        if not all(part.isidentifier() for part in path.split(".")):
            return outside
        target = self.follow_path(module, path, scope=cls.path.rpartition(".")[0])
        if target == cls:
            return self._displaced(module, cls.path) or outside
        if target and (target.kind is not TargetKind.SYMBOL or self._is_class(target)):
            return target
        return outside

    def _displaced(self, module: Module, name: str) -> Target | None:
        """Return what ``class Foo(Foo)`` inherits: what was imported by that name before."""
        targets = (self._follow_link(module, link) for link in module.links.get(name, ()))
        return next(filter(None, targets), None)

    def _is_class(self, target: Target) -> bool:
        return self._tree.modules[target.module].definitions.get(target.path) == "class"


def _scoped(scope: str, name: str) -> list[str]:
    """Return the local names that ``name`` may have in a class: in it, around it, in the module."""
    names: list[str] = []
    while scope:
        names.append(f"{scope}.{name}")
        scope = scope.rpartition(".")[0]
    return [*names, name]
