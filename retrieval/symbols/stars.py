"""What ``from … import *`` brings into each module."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

from retrieval.symbols.following import DEEPEST, Names, TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from retrieval.symbols.tree import Module, ModuleTree

MOST_NAMES = 5_000
"""Names that stars bring into one module; a module that people wrote has hundreds."""

MOST_STEPS = 300_000
"""Names that are brought in a whole repository, counted for each star. Of modules that import each
other in a circle, each has the names of all."""

MOST_ROUNDS = 10
"""How often modules are looked for whose ``__all__`` others take: where they stand under names
that stars bring, one more time for each star on the way."""


def spread_stars(tree: ModuleTree) -> None:
    """Bring the names into the modules, until none has any to bring that is not there yet.

    Those that import each other in a circle come to rest as well, since names are only ever added.
    A module that takes all names of one that is not known entirely is not known entirely either,
    and neither is one that would take more than there is room for.
    """
    spreading = _Spreading(tree, _origins(tree))
    spreading.run()
    spreading.put_in_order()
    spreading.spread_openness()


def _origins(tree: ModuleTree) -> Mapping[str, list[Module]]:
    """Return the modules that each module takes all names of, by its stem."""
    origins: defaultdict[str, list[Module]] = defaultdict(list)
    for module in tree.modules.values():
        for star in dict.fromkeys(module.stars):
            source = tree.find(module, star)
            if source is None:
                module.is_open = True
            elif source is not module:
                origins[module.stem].append(source)
    return origins


class _Spreading:
    """Names on their way along the stars, each over each star once."""

    def __init__(self, tree: ModuleTree, origins: Mapping[str, list[Module]]) -> None:
        self._tree = tree
        self._origins = origins
        self._takers: defaultdict[str, list[Module]] = defaultdict(list)
        for taker, sources in origins.items():
            for source in sources:
                self._takers[source.stem].append(tree.modules[taker])
        self._exporters: defaultdict[str, dict[str, Module]] = defaultdict(dict)
        """By the stem of a module, those whose ``__all__`` has all of its own, by their stems."""
        self._public: defaultdict[str, dict[str, None]] = defaultdict(dict)
        """By a module's stem, the names that a star takes from it, as they were found."""
        self._pending: deque[tuple[Module, str, int]] = deque()
        """Public names that are yet to go on, and over how many stars they have come."""
        self._steps = 0

    def run(self) -> None:
        for module in self._tree.modules.values():
            for name in _own_names(module):
                self._publish(module, name, stars=0)
        for _ in range(MOST_ROUNDS):
            self._spread()
            if self._steps > MOST_STEPS or not self._find_exports():
                return
        for module in self._tree.modules.values():
            module.is_open |= bool(module.exports_of)

    def put_in_order(self) -> None:
        """Have the origins of each name in the order of the stars, whichever name came first."""
        for taker, sources in self._origins.items():
            places = {source.stem: place for place, source in enumerate(sources)}
            for stems in self._tree.modules[taker].brought.values():
                stems.sort(key=places.__getitem__)

    def spread_openness(self) -> None:
        pending = [module for module in self._tree.modules.values() if module.is_open]
        while pending:
            for taker in self._takers.get(pending.pop().stem, ()):
                if not taker.is_open:
                    taker.is_open = True
                    pending.append(taker)

    def _publish(self, module: Module, name: str, *, stars: int) -> None:
        public = self._public[module.stem]
        if name not in public:
            public[name] = None
            self._pending.append((module, name, stars))

    def _spread(self) -> None:
        while self._pending:
            source, name, stars = self._pending.popleft()
            exporters = self._exporters[source.stem].values()
            takers = self._takers[source.stem]
            self._steps += len(exporters) + len(takers)
            if self._steps > MOST_STEPS:
                self._leave([source, *(source for source, _, _ in self._pending)])
                return
            if stars > DEEPEST:  # names are followed no further
                self._leave([source])
                continue
            for exporter in exporters:
                self._publish(exporter, name, stars=stars + 1)
            for taker in takers:
                self._bring(source, name, taker, stars=stars + 1)

    def _leave(self, sources: Iterable[Module]) -> None:
        """Give up what has yet to come from modules."""
        for stem in {source.stem: None for source in sources}:
            for module in (*self._exporters[stem].values(), *self._takers[stem]):
                module.is_open = True

    def _bring(self, source: Module, name: str, taker: Module, *, stars: int) -> None:
        is_new = name not in taker.brought
        if is_new and len(taker.brought) >= MOST_NAMES:
            taker.is_open = True
            return
        taker.brought.setdefault(name, []).append(source.stem)
        if is_new and not _is_listed(taker) and _is_public(name):
            self._publish(taker, name, stars=stars)

    def _find_exports(self) -> bool:
        """Find the modules whose ``__all__`` is part of another's; say whether any is new."""
        names = Names(self._tree)  # of this moment: stars still bring more
        found = False
        for module in self._tree.modules.values():
            for source in _exporting(self._tree, names, module):
                exporters = self._exporters[source.stem]
                if _is_listed(source) and module.stem not in exporters:
                    exporters[module.stem] = module
                    for name in self._public[source.stem]:
                        self._publish(module, name, stars=0)
                    found = True
        return found


def _own_names(module: Module) -> Iterator[str]:
    """Yield the names that a star takes from a module, but those that come from others."""
    if _is_listed(module):
        yield from sorted(module.exports or ())
    else:
        yield from filter(_is_public, dict.fromkeys((*module.definitions, *module.links)))


def _is_listed(module: Module) -> bool:
    """Whether a star takes what ``__all__`` lists."""
    return module.exports is not None or bool(module.exports_of)


def _is_public(name: str) -> bool:
    return "." not in name and not name.startswith("_")


def _exporting(tree: ModuleTree, names: Names, module: Module) -> Iterator[Module]:
    """Yield the modules whose ``__all__`` is part of this one's."""
    for written in module.exports_of:
        target = names.follow_path(module, written)
        if target and target.kind is TargetKind.SYMBOL and not target.path:
            yield tree.modules[target.module]
