"""The files of a tree by git's names for their content, before any of them is read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from retrieval.model import Skipped
from retrieval.sources.unindexed import directory_reason, name_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from retrieval.model import SourceFile

REGULAR = "100644"
"""git's mode of an ordinary file."""

LONGEST_PATH = 1_000
"""Bytes of the longest path that is indexed: an entry of the database's indexes has room for no
more than 2,704 bytes, and a name goes with it there."""

_LONGEST_NAME = 255
"""Bytes of the longest name that file systems take."""

DEEPEST = 100
"""Folders within each other that are gone into."""

_NOT_FILES = {"120000": "a symbolic link", "160000": "a submodule"}
"""Why an entry of a git tree is left out, by its mode."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a tree."""

    path: str
    """Relative to the tree's root, with forward slashes."""
    blob_id: str
    """git's name of the content: 40 hex digits."""
    size: int
    """Bytes."""
    mode: str = REGULAR
    """As in a git tree: ``100644``, ``100755``, ``120000`` (a link), ``160000`` (a submodule)."""


class Blobs(Protocol):
    """Where the content of files comes from."""

    def read(self, entries: Sequence[Entry]) -> Iterable[SourceFile]:
        """Yield the files of ``entries``, one at a time, in any order.

        A file that cannot be had any more is left out.

        Raises:
            Exception: Of the source, when it cannot be reached. Nothing is indexed then.
        """


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a tree is read, in bytes and files."""

    file_bytes: int = 1_000_000
    total_bytes: int = 60_000_000
    """What is read is held as chunks until it is written, in some fifteen times its size."""
    files: int = 20_000


@dataclass(frozen=True, slots=True)
class Selection:
    """The files of a tree that may be worth indexing, and those left out with the reason."""

    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...]


def blob_id(data: bytes) -> str:
    """Return git's name of ``data``, as ``git hash-object`` does."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def select(entries: Iterable[Entry], *, limits: Limits | None = None) -> Selection:
    """Leave out, by their names and sizes alone, the files that are no one's own text.

    A directory that is left out as a whole is one entry of ``skipped``. What lies beyond the
    limit on the whole tree is left out in the order of paths, and counted in one entry.
    """
    entries = sorted(entries, key=lambda entry: entry.path.split("/"))
    environments = {
        entry.path.removesuffix("pyvenv.cfg")
        for entry in entries
        if entry.path.endswith("/pyvenv.cfg")
    }
    budget = Budget(limits or Limits())
    skipped: dict[str, str] = {}
    for entry in entries:
        left_out = _directory(entry.path, environments) or _file(entry, budget.limits)
        if left_out:
            skipped.setdefault(*left_out)
        else:
            budget.keep(entry)
    return Selection(
        tuple(budget.entries),
        (*(Skipped(path, reason) for path, reason in skipped.items()), *budget.beyond_limits()),
    )


def file_reason(path: str, *, size: int, limits: Limits) -> str | None:
    """Why the file at ``path``, of ``size`` bytes, is left out, unread."""
    if reason := path_reason(path) or name_reason(path.rpartition("/")[2], size=size):
        return reason
    if size > limits.file_bytes:
        return f"larger than {limits.file_bytes:,} bytes"
    return None


def path_reason(path: str) -> str | None:
    """Why whatever is at ``path`` is left out, however it is called."""
    encoded = path.encode("utf-8", "surrogatepass")
    if len(encoded) > LONGEST_PATH:
        return f"its path is longer than {LONGEST_PATH:,} bytes"
    if max(map(len, encoded.split(b"/"))) > _LONGEST_NAME:
        return f"a name longer than {_LONGEST_NAME} bytes"
    if path.count("/") > DEEPEST:
        return f"more than {DEEPEST} folders deep"
    return None


@dataclass(slots=True)
class Budget:
    """What is kept of a tree within its limits, in the order that it comes."""

    limits: Limits
    entries: list[Entry] = field(default_factory=list)
    total_bytes: int = 0
    beyond: int = 0

    def keep(self, entry: Entry) -> None:
        """Keep ``entry``, or count it as beyond the limits."""
        fits = self.total_bytes + entry.size <= self.limits.total_bytes
        if self.beyond or not fits or len(self.entries) >= self.limits.files:
            self.beyond += 1
            return
        self.entries.append(entry)
        self.total_bytes += entry.size

    def beyond_limits(self) -> Iterator[Skipped]:
        """Say how many were beyond the limits, if any."""
        if self.beyond:
            limit = f"{self.limits.files:,} files or {self.limits.total_bytes:,} bytes"
            yield Skipped(".", f"{self.beyond:,} more files, beyond the limit of {limit} a tree")


def _directory(path: str, environments: set[str]) -> tuple[str, str] | None:
    """Return the directory on the way to ``path`` that is left out as a whole, and why."""
    folder = ""
    for name in path.split("/")[:-1]:
        folder += f"{name}/"
        if reason := directory_reason(name):
            return folder, reason
        if folder in environments:
            return folder, "a Python virtual environment"
    return None


def _file(entry: Entry, limits: Limits) -> tuple[str, str] | None:
    reason = _NOT_FILES.get(entry.mode) or file_reason(entry.path, size=entry.size, limits=limits)
    return (entry.path, reason) if reason else None
