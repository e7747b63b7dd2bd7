"""Lists the files of a directory tree that are worth indexing, and reads them."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from retrieval.model import Skipped, SourceFile
from retrieval.sources.errors import NotADirectory
from retrieval.sources.ignoring import IgnoreRules
from retrieval.sources.listing import Budget, Entry, Limits, Selection, blob_id, file_reason
from retrieval.sources.unindexed import content_reason, directory_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_log = structlog.get_logger(__name__)


def list_tree(root: Path, *, limits: Limits | None = None) -> Selection:
    """List the tree under ``root``; links are never followed, whatever they point to.

    A directory that is left out as a whole is one entry of ``skipped``. What lies beyond the
    limit on the whole tree is left out in the order of paths, and counted in one entry. What
    ``.gitignore`` names is in neither: it is no part of the repository.

    Raises:
        NotADirectory: ``root`` is not a directory that can be listed.
    """
    if not root.is_dir():
        raise NotADirectory(f"{root}: not a directory")
    listing = _Listing(Budget(limits or Limits()))
    listing.list_directory(root.resolve(), prefix="", rules=IgnoreRules())
    return Selection(
        tuple(listing.budget.entries),
        (*listing.skipped, *listing.budget.beyond_limits()),
    )


@dataclass(frozen=True, slots=True)
class SourceTree:
    """The files to index, in the order of their paths, and those left out with the reason."""

    root: Path
    files: tuple[SourceFile, ...]
    skipped: tuple[Skipped, ...]


def read_tree(root: Path, *, limits: Limits | None = None) -> SourceTree:
    """Read what :func:`list_tree` lists, but files whose bytes say that nobody wrote them.

    Raises:
        NotADirectory: ``root`` is not a directory that can be listed.
    """
    listed = list_tree(root, limits=limits)
    files: list[SourceFile] = []
    skipped = list(listed.skipped)
    for file in TreeBlobs(root, limits or Limits()).read(listed.entries):
        if reason := content_reason(file.data):
            skipped.append(Skipped(file.path, reason))
        else:
            files.append(file)
    return SourceTree(root, tuple(files), tuple(skipped))


@dataclass(frozen=True, slots=True)
class TreeBlobs:
    """Reads the files of a directory tree; :class:`retrieval.sources.listing.Blobs`."""

    root: Path
    limits: Limits = field(default_factory=Limits)

    def read(self, entries: Sequence[Entry]) -> Iterable[SourceFile]:
        """Yield the files that are still there and may be read."""
        for entry in entries:
            try:
                data = _read(str(self.root / entry.path), most=self.limits.file_bytes)
            except OSError as error:
                _log.warning("file_unreadable", path=entry.path, reason=error.strerror)
                continue
            yield SourceFile(entry.path, data)


@dataclass(slots=True)
class _Listing:
    """One walk through a tree."""

    budget: Budget
    skipped: list[Skipped] = field(default_factory=list)

    def list_directory(self, directory: Path, *, prefix: str, rules: IgnoreRules) -> None:
        try:
            entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
        except OSError as error:
            self._skip(prefix.rstrip("/") or ".", f"cannot be listed: {error.strerror}")
            return
        rules = _rules_of(directory, prefix=prefix, rules=rules)
        for entry in entries:
            self._list_entry(entry, prefix=prefix, rules=rules)

    def _list_entry(self, entry: os.DirEntry[str], *, prefix: str, rules: IgnoreRules) -> None:
        path = prefix + entry.name
        if not _is_unicode(path):
            self._skip(ascii(path)[1:-1], "its name is not UTF-8")
        elif entry.is_symlink():
            if not rules.ignores(path):
                self._skip(path, "a symbolic link")
        elif entry.is_dir(follow_symlinks=False):
            self._enter(entry, path=path, rules=rules)
        elif not rules.ignores(path):
            self._list_file(entry, path=path)

    def _enter(self, entry: os.DirEntry[str], *, path: str, rules: IgnoreRules) -> None:
        if entry.name == ".git" or rules.ignores(f"{path}/"):
            return
        if reason := directory_reason(entry.name):
            self._skip(f"{path}/", reason)
        elif Path(entry.path, "pyvenv.cfg").is_file():
            self._skip(f"{path}/", "a Python virtual environment")
        else:
            self.list_directory(Path(entry.path), prefix=f"{path}/", rules=rules)

    def _list_file(self, entry: os.DirEntry[str], *, path: str) -> None:
        limits = self.budget.limits
        try:
            found = entry.stat(follow_symlinks=False)
            if not stat.S_ISREG(found.st_mode):
                self._skip(path, "not a regular file")
                return
            reason = file_reason(entry.name, size=found.st_size, limits=limits)
            data = b"" if reason else _read(entry.path, most=limits.file_bytes + 1)
        except OSError as error:
            self._skip(path, f"cannot be read: {error.strerror}")
            return
        # A file may have grown since.
        reason = reason or file_reason(entry.name, size=len(data), limits=limits)
        if reason:
            self._skip(path, reason)
        else:
            self.budget.keep(Entry(path, blob_id(data), len(data)))

    def _skip(self, path: str, reason: str) -> None:
        self.skipped.append(Skipped(path, reason))


def _rules_of(directory: Path, *, prefix: str, rules: IgnoreRules) -> IgnoreRules:
    own = directory / ".gitignore"
    if own.is_symlink() or not own.is_file():  # git, too, follows no link here
        return rules
    try:
        content = own.read_text(encoding="utf-8", errors="replace")
    except OSError:
        _log.warning("gitignore_unreadable", path=f"{prefix}.gitignore")
        return rules
    return rules.within(prefix, content)


def _read(path: str, *, most: int) -> bytes:
    """Read at most ``most`` bytes, and no link that took the file's place meanwhile."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(most)


def _is_unicode(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
