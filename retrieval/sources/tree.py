"""Reads the files of a directory tree that are worth indexing."""

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
from retrieval.sources.unindexed import content_reason, directory_reason, name_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a tree is read, in bytes and files."""

    file_bytes: int = 1_000_000
    total_bytes: int = 200_000_000
    files: int = 20_000


@dataclass(frozen=True, slots=True)
class SourceTree:
    """The files to index, in the order of their paths, and those left out with the reason.

    What ``.gitignore`` names is in neither: it is no part of the repository.
    """

    root: Path
    files: tuple[SourceFile, ...]
    skipped: tuple[Skipped, ...]


def read_tree(root: Path, *, limits: Limits | None = None) -> SourceTree:
    """Read the tree under ``root``; links are never followed, whatever they point to.

    A directory that is left out as a whole is one entry of ``skipped``. What lies beyond the
    limit on the whole tree is left out in the order of paths, and counted in one entry.

    Raises:
        NotADirectory: ``root`` is not a directory that can be listed.
    """
    if not root.is_dir():
        raise NotADirectory(f"{root}: not a directory")
    reading = _Reading(limits=limits or Limits())
    reading.read_directory(root.resolve(), prefix="", rules=IgnoreRules())
    skipped = [*reading.skipped, *reading.beyond_limits()]
    return SourceTree(root, tuple(reading.files), tuple(skipped))


@dataclass(slots=True)
class _Reading:
    """One walk through a tree."""

    limits: Limits
    files: list[SourceFile] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    total_bytes: int = 0
    beyond: int = 0

    def read_directory(self, directory: Path, *, prefix: str, rules: IgnoreRules) -> None:
        try:
            entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
        except OSError as error:
            self._skip(prefix.rstrip("/") or ".", f"cannot be listed: {error.strerror}")
            return
        rules = _rules_of(directory, prefix=prefix, rules=rules)
        for entry in entries:
            self._read_entry(entry, prefix=prefix, rules=rules)

    def beyond_limits(self) -> Iterator[Skipped]:
        if self.beyond:
            limit = f"{self.limits.files:,} files or {self.limits.total_bytes:,} bytes"
            yield Skipped(".", f"{self.beyond:,} more files, beyond the limit of {limit} a tree")

    def _read_entry(self, entry: os.DirEntry[str], *, prefix: str, rules: IgnoreRules) -> None:
        path = prefix + entry.name
        if not _is_unicode(path):
            self._skip(ascii(path)[1:-1], "its name is not UTF-8")
        elif entry.is_symlink():
            if not rules.ignores(path):
                self._skip(path, "a symbolic link")
        elif entry.is_dir(follow_symlinks=False):
            self._enter(entry, path=path, rules=rules)
        elif not rules.ignores(path):
            self._read_file(entry, path=path)

    def _enter(self, entry: os.DirEntry[str], *, path: str, rules: IgnoreRules) -> None:
        if entry.name == ".git" or rules.ignores(f"{path}/"):
            return
        if reason := directory_reason(entry.name):
            self._skip(f"{path}/", reason)
        elif Path(entry.path, "pyvenv.cfg").is_file():
            self._skip(f"{path}/", "a Python virtual environment")
        else:
            self.read_directory(Path(entry.path), prefix=f"{path}/", rules=rules)

    def _read_file(self, entry: os.DirEntry[str], *, path: str) -> None:
        try:
            found = entry.stat(follow_symlinks=False)
            reason = self._unread_reason(found, name=entry.name)
            data = b"" if reason else _read(entry.path, most=self.limits.file_bytes + 1)
        except OSError as error:
            self._skip(path, f"cannot be read: {error.strerror}")
            return
        reason = reason or self._size_reason(len(data)) or content_reason(data)
        if reason:
            self._skip(path, reason)
        else:
            self._keep(SourceFile(path, data))

    def _unread_reason(self, found: os.stat_result, *, name: str) -> str | None:
        if not stat.S_ISREG(found.st_mode):
            return "not a regular file"
        return name_reason(name, size=found.st_size) or self._size_reason(found.st_size)

    def _size_reason(self, size: int) -> str | None:
        if size > self.limits.file_bytes:
            return f"larger than {self.limits.file_bytes:,} bytes"
        return None

    def _keep(self, file: SourceFile) -> None:
        fits = self.total_bytes + len(file.data) <= self.limits.total_bytes
        if self.beyond or not fits or len(self.files) >= self.limits.files:
            self.beyond += 1
            return
        self.files.append(file)
        self.total_bytes += len(file.data)

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
