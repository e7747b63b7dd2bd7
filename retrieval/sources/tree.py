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
from retrieval.sources.listing import (
    Budget,
    Entry,
    Limits,
    Selection,
    blob_id,
    file_reason,
    path_reason,
)
from retrieval.sources.own_files import EveryFile, own_files
from retrieval.sources.unindexed import content_reason, directory_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from retrieval.sources.own_files import OwnFiles

_log = structlog.get_logger(__name__)


def list_tree(root: Path, *, limits: Limits | None = None, is_archive: bool = False) -> Selection:
    """List the tree under ``root``; links are never followed, whatever they point to.

    A directory that is left out as a whole is one entry of ``skipped``. What lies beyond the
    limit on the whole tree is left out in the order of paths, and counted in one entry. What git
    ignores is in neither, unless it is tracked: it is no part of the repository. Where git does
    not tell, ``.gitignore`` does. All that is in an unpacked archive is tracked.

    Raises:
        NotADirectory: ``root`` is not a directory that can be listed.
    """
    if not root.is_dir():
        raise NotADirectory(f"{root}: not a directory")
    listing = _Listing(Budget(limits or Limits()))
    top = root.resolve()
    listing.walk(top, EveryFile() if is_archive else own_files(top))
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
class _Folder:
    """A directory on the way through a tree."""

    prefix: str
    entries: Iterator[os.DirEntry[str]]
    own: OwnFiles


@dataclass(slots=True)
class _Listing:
    """One walk through a tree."""

    budget: Budget
    skipped: list[Skipped] = field(default_factory=list)

    def walk(self, root: Path, own: OwnFiles) -> None:
        # Not by recursion: an archive may nest folders deeper than Python calls functions.
        folders = list(self._opened(root, prefix="", own=own))
        while folders:
            entry = next(folders[-1].entries, None)
            if entry is None:
                folders.pop()
            else:
                folders += self._list_entry(entry, folders[-1])

    def _opened(self, directory: Path, *, prefix: str, own: OwnFiles) -> Iterator[_Folder]:
        """Yield the directory, if it can be listed."""
        try:
            entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
        except OSError as error:
            self._skip(prefix.rstrip("/") or ".", f"cannot be listed: {error.strerror}")
            return
        yield _Folder(prefix, iter(entries), own.within(directory, prefix=prefix))

    def _list_entry(self, entry: os.DirEntry[str], folder: _Folder) -> Iterator[_Folder]:
        """List a file; yield a directory that is to be gone into."""
        path = folder.prefix + entry.name
        if not _is_unicode(path):
            self._skip(ascii(path)[1:-1], "its name is not UTF-8")
        elif entry.is_symlink():
            if folder.own.has(path):
                self._skip(path, "a symbolic link")
        elif entry.is_dir(follow_symlinks=False):
            yield from self._entered(entry, path=f"{path}/", own=folder.own)
        elif folder.own.has(path):
            self._list_file(entry, path=path)

    def _entered(self, entry: os.DirEntry[str], *, path: str, own: OwnFiles) -> Iterator[_Folder]:
        if entry.name == ".git" or not own.has(path):
            return
        if reason := path_reason(path) or directory_reason(entry.name):
            self._skip(path, reason)
        elif Path(entry.path, "pyvenv.cfg").is_file():
            self._skip(path, "a Python virtual environment")
        elif Path(entry.path, ".git").exists():
            self._skip(path, "another checkout, or a submodule")
        else:
            yield from self._opened(Path(entry.path), prefix=path, own=own)

    def _list_file(self, entry: os.DirEntry[str], *, path: str) -> None:
        limits = self.budget.limits
        try:
            found = entry.stat(follow_symlinks=False)
            if not stat.S_ISREG(found.st_mode):
                self._skip(path, "not a regular file")
                return
            reason = file_reason(path, size=found.st_size, limits=limits)
            data = b"" if reason else _read(entry.path, most=limits.file_bytes + 1)
        except OSError as error:
            self._skip(path, f"cannot be read: {error.strerror}")
            return
        # A file may have grown since.
        reason = reason or file_reason(path, size=len(data), limits=limits)
        if reason:
            self._skip(path, reason)
        else:
            self.budget.keep(Entry(path, blob_id(data), len(data)))

    def _skip(self, path: str, reason: str) -> None:
        self.skipped.append(Skipped(path, reason))


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
