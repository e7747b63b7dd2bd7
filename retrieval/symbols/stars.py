"""What ``from … import *`` brings into each module."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

from retrieval.symbols.following import Names, TargetKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retrieval.symbols.tree import Module, ModuleTree


def spread_stars(tree: ModuleTree) -> None:
    """Bring the names into the modules, until no module has any to bring that is not there yet.

    A module is looked at again whenever one that it takes names from has changed; those that
    import each other in a circle come to rest as well, since names are only ever added. A module
    that takes all names of one that is not known entirely is not known entirely either.
    """
    origins = _origins(tree)
    takers: defaultdict[str, list[Module]] = defaultdict(list)
    for taker, sources in origins.items():
        for source in sources:
            takers[source.stem].append(tree.modules[taker])
    pending = deque(tree.modules[taker] for taker in origins)
    while pending:
        module = pending.popleft()
        if _take(tree, module, origins[module.stem]):
            pending.extend(takers[module.stem])


def _origins(tree: ModuleTree) -> Mapping[str, list[Module]]:
    """Return the modules that each module takes all names of, by its stem."""
    origins: defaultdict[str, list[Module]] = defaultdict(list)
    for module in tree.modules.values():
        for star in module.stars:
            source = tree.find(module, star)
            if source is None:
                module.is_open = True
            elif source is not module:
                origins[module.stem].append(source)
    return origins


def _take(tree: ModuleTree, module: Module, sources: Sequence[Module]) -> bool:
    """Bring the names of ``sources`` into a module; say whether that changed it."""
    brought: defaultdict[str, list[str]] = defaultdict(list)
    for source in sources:
        for name in _public(tree, source):
            brought[name].append(source.stem)
    is_open = module.is_open or any(source.is_open for source in sources)
    if brought == module.brought and is_open == module.is_open:
        return False
    module.brought, module.is_open = dict(brought), is_open
    return True


def _public(tree: ModuleTree, module: Module) -> set[str]:
    """Return the names that a star takes from a module."""
    if module.exports is None and not module.exports_of:
        every = (*module.definitions, *module.links, *module.brought)
        return {name for name in every if "." not in name and not name.startswith("_")}
    names: set[str] = set()
    seen = {module.stem}
    pending = [module]
    while pending:
        exporting = pending.pop()
        names |= exporting.exports or set()
        for source in _exporting(tree, exporting):
            if source.stem not in seen:
                seen.add(source.stem)
                pending.append(source)
    return names


def _exporting(tree: ModuleTree, module: Module) -> list[Module]:
    """Return the modules whose ``__all__`` is part of this one's."""
    names = Names(tree)  # of this moment: stars still bring more
    targets = [names.follow_path(module, written) for written in module.exports_of]
    return [
        tree.modules[target.module]
        for target in targets
        if target and target.kind is TargetKind.SYMBOL and not target.path
    ]
