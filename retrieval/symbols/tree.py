"""The Python modules of a repository, found as an import finds them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from posixpath import commonpath, dirname
from typing import TYPE_CHECKING

from retrieval.chunkers.python import module_name
from retrieval.symbols.modules import import_name, stem

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from retrieval.symbols.facts import Link, ModuleFacts


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """A Python file of the repository."""

    document_id: int
    path: str
    facts: ModuleFacts


@dataclass(slots=True)
class Module:
    """A module, with what the stub beside it adds."""

    stem: str
    """Where it is: its path without extension, its folder if it is a package."""
    name: str
    """The dotted name that it is imported by."""
    is_package: bool
    files: list[ModuleFile] = field(default_factory=list)
    definitions: dict[str, str] = field(default_factory=dict)
    """Kind by local name."""
    bases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    links: dict[str, list[Link]] = field(default_factory=dict)
    """By name; several of one name are alternatives."""
    stars: list[str] = field(default_factory=list)
    exports: set[str] | None = None
    exports_of: list[str] = field(default_factory=list)
    is_open: bool = False
    """It may have names that are listed nowhere."""
    brought: dict[str, list[str]] = field(default_factory=dict)
    """The stems of the modules that ``from … import *`` has a name from, by name."""
    linked_in: dict[str, int] = field(default_factory=dict)
    """The document that links a name, by name."""
    starred_in: int = 0
    """The document with the stars, if there are any."""

    def add(self, file: ModuleFile) -> None:
        """Take in a file; what an earlier one says of a name stands."""
        facts = file.facts
        self.files.append(file)
        for name, kind in facts.definitions.items():
            self.definitions.setdefault(name, kind)
        for name, bases in facts.bases.items():
            self.bases.setdefault(name, bases)
        for link in facts.links:
            self.links.setdefault(link.name, []).append(link)
            self.linked_in.setdefault(link.name, file.document_id)
        if facts.stars:
            self.stars += facts.stars
            self.starred_in = self.starred_in or file.document_id
        if facts.exports is not None:
            self.exports = {*(self.exports or ()), *facts.exports}
        self.exports_of += facts.exports_of
        self.is_open |= facts.is_dynamic


class ModuleTree:
    """Finds modules by the names by which others import them."""

    def __init__(self, files: Sequence[ModuleFile], folders: Collection[str]) -> None:
        """Take the files, a module before its stub, and the folders that are packages."""
        self._folders = folders
        self._modules: dict[str, Module] = {}
        self._stems: defaultdict[str, list[str]] = defaultdict(list)
        self._tops: set[str] = set()
        for file in files:
            self._add(file)

    @property
    def modules(self) -> Mapping[str, Module]:
        """The modules by their stems."""
        return self._modules

    def _add(self, file: ModuleFile) -> None:
        place = stem(file.path)
        module = self._modules.get(place)
        if module is None:
            name = import_name(file.path, self._folders)
            module = Module(place, name, is_package=place in self._folders)
            self._modules[place] = module
            for known_as in dict.fromkeys((name, module_name(file.path))):
                self._stems[known_as].append(place)
            self._tops.add(name.partition(".")[0])
        module.add(file)

    def below(self, package: Module, name: str) -> Module | None:
        """Return the module ``name`` in a package, if there is one."""
        return self._modules.get(_joined(package.stem, name)) if package.is_package else None

    def find(self, importer: Module, written: str) -> Module | None:
        """Return the module that ``importer`` calls ``written``, with dots before it or without.

        Of several projects with a module of that name, it is the one nearest to the importer.
        """
        name = written.lstrip(".")
        level = len(written) - len(name)
        if level:
            place = importer.stem if importer.is_package else dirname(importer.stem)
            for _ in range(level - 1):
                place = dirname(place)
            return self._modules.get(_joined(place, name))
        folder = dirname(importer.stem)
        if not importer.is_package and folder not in self._folders:  # a script finds its neighbours
            beside = self._modules.get(_joined(folder, name))
            if beside and beside is not importer:
                return beside
        places = self._stems.get(name)
        if not places:
            return None
        return self._modules[max(places, key=lambda place: _nearness(place, importer.stem))]

    def is_own(self, name: str) -> bool:
        """Whether a dotted name is below a package of the repository."""
        return name.partition(".")[0] in self._tops


def absolute(importer: Module, written: str) -> str:
    """Return the full name of the module that ``importer`` calls ``written``."""
    name = written.lstrip(".")
    level = len(written) - len(name)
    if not level:
        return name
    parts = importer.name.split(".")
    kept = parts[: max(0, len(parts) - level + importer.is_package)]
    return ".".join([*kept, *filter(None, [name])])


def _joined(folder: str, name: str) -> str:
    return "/".join(filter(None, (folder, name.replace(".", "/"))))


def _nearness(place: str, importer: str) -> tuple[int, int]:
    """Say how near one module is to another: by the folders they share, then by depth."""
    shared = commonpath([place, importer]) if place and importer else ""
    return len(shared), -place.count("/")
