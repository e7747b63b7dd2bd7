"""Which files below a directory are the repository's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import structlog

from retrieval.sources.checkout import list_own
from retrieval.sources.ignoring import IgnoreRules

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from pathlib import Path

_log = structlog.get_logger(__name__)


class OwnFiles(Protocol):
    """Tells what belongs to the repository. Paths of directories end in a slash."""

    def within(self, directory: Path, *, prefix: str) -> OwnFiles:
        """Return what tells it of what is in ``directory``, whose path is ``prefix``."""

    def has(self, path: str) -> bool:
        """Whether ``path`` is the repository's, or holds something that is."""


class EveryFile:
    """Of an archive: nothing is in it but what is tracked, whatever a ``.gitignore`` says."""

    def within(self, directory: Path, *, prefix: str) -> EveryFile:  # noqa: ARG002 - as everywhere
        """Return the same."""
        return self

    def has(self, path: str) -> bool:  # noqa: ARG002 - whatever it is
        """Say yes."""
        return True


@dataclass(frozen=True, slots=True)
class ListedFiles:
    """Of a checkout: what git lists, so that a file that was added by force is its own as well."""

    paths: AbstractSet[str]
    folders: AbstractSet[str]

    def within(self, directory: Path, *, prefix: str) -> ListedFiles:  # noqa: ARG002 - lists all
        """Return the same."""
        return self

    def has(self, path: str) -> bool:
        """Whether git lists it, or something in it."""
        return path in self.folders or path.removesuffix("/") in self.paths


@dataclass(frozen=True, slots=True)
class UnignoredFiles:
    """Of any other directory: what no ``.gitignore`` in it names."""

    rules: IgnoreRules = field(default_factory=IgnoreRules)

    def within(self, directory: Path, *, prefix: str) -> UnignoredFiles:
        """Add the directory's own rules."""
        own = directory / ".gitignore"
        if own.is_symlink() or not own.is_file():  # git, too, follows no link here
            return self
        try:
            content = own.read_text(encoding="utf-8", errors="replace")
        except OSError:
            _log.warning("gitignore_unreadable", path=f"{prefix}.gitignore")
            return self
        return UnignoredFiles(self.rules.within(prefix, content))

    def has(self, path: str) -> bool:
        """Whether the rules leave it in."""
        return not self.rules.ignores(path)


def own_files(root: Path) -> OwnFiles:
    """Return what tells it of a directory: git, where ``root`` is the top of a checkout."""
    paths = list_own(root)
    if paths is None:
        return UnignoredFiles()
    folders = {f"{folder}/" for path in paths for folder in _folders_of(path)}
    return ListedFiles(paths, folders)


def _folders_of(path: str) -> list[str]:
    names = path.split("/")[:-1]
    return ["/".join(names[:depth]) for depth in range(1, len(names) + 1)]
