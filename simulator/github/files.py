"""A repository's files: where they come from, git's names for them, archives, differences."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

Files = Mapping[str, bytes]
"""Content by path relative to the repository's root, with forward slashes."""


class Symlink(bytes):
    """The content of a symbolic link: what it points to."""

    __slots__ = ()


class Submodule(bytes):
    """What stands for another repository: the id of its commit, 40 hex digits."""

    __slots__ = ()


FilesSource = Files | Path | bytes | Callable[[], Iterable[tuple[str, bytes]]]
"""Files themselves, a directory, a gzipped tar with one top folder, or what yields files."""


def load(source: FilesSource) -> dict[str, bytes]:
    """Read all of ``source``, in order of path. ``.git`` and symbolic links are left out."""
    if isinstance(source, bytes):
        found = _of_archive(source)
    elif isinstance(source, Path):
        found = _of_directory(source)
    elif isinstance(source, Mapping):
        found = source.items()
    else:
        found = source()
    return dict(sorted(found))


def _of_directory(root: Path) -> Iterable[tuple[str, bytes]]:
    if not root.is_dir():
        raise NotADirectoryError(root)
    for path in root.rglob("*"):
        relative = path.relative_to(root)
        if ".git" not in relative.parts and path.is_file() and not path.is_symlink():
            yield relative.as_posix(), path.read_bytes()


def _of_archive(data: bytes) -> Iterable[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        for member in archive:
            content = archive.extractfile(member)
            _, _, path = member.name.partition("/")
            if content is not None and path:
                yield path, content.read()


def blob_oid(data: bytes) -> str:
    """Return git's object id of a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def is_binary(data: bytes) -> bool:
    """Judge as git does: a NUL among the first 8,000 bytes."""
    return b"\0" in data[:8000]


def commit_oid(*, parent: str | None, message: str, files: Files) -> str:
    """Return a 40-digit commit id that depends on the parent, the message and every file."""
    digest = hashlib.sha1(f"commit {parent} {message}\0".encode(), usedforsecurity=False)
    for path, data in files.items():
        digest.update(f"{path}\0{blob_oid(data)}\n".encode())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class GitTree:
    """A folder as git keeps it."""

    oid: str
    entries: tuple[GitEntry, ...]


@dataclass(frozen=True, slots=True)
class GitEntry:
    """What a folder holds under a name: a file, a folder, a link, a submodule."""

    name: str
    path: str
    mode: int
    oid: str
    content: bytes | GitTree

    @property
    def type(self) -> str:
        """The kind of git object: ``blob``, ``tree`` or ``commit``."""
        if isinstance(self.content, GitTree):
            return "tree"
        return "commit" if isinstance(self.content, Submodule) else "blob"

    @property
    def size(self) -> int:
        """Bytes of a file; of anything else, 0."""
        return len(self.content) if isinstance(self.content, bytes) and self.type == "blob" else 0


def git_tree(files: Files, *, prefix: str = "") -> GitTree:
    """Return the folder ``prefix`` of ``files`` (paths within it) with git's own ids."""
    folders: dict[str, dict[str, bytes]] = {}
    entries = []
    for path, data in files.items():
        name, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(name, {})[rest] = data
        else:
            entries.append(_file_entry(name, prefix + name, data))
    for name, within in folders.items():
        tree = git_tree(within, prefix=f"{prefix}{name}/")
        entries.append(GitEntry(name, prefix + name, 0o40000, tree.oid, tree))
    # git sorts a folder as if its name ended with a slash.
    entries.sort(key=lambda entry: entry.name + "/" * (entry.type == "tree"))
    listing = b"".join(
        b"%o %s\0" % (entry.mode, entry.name.encode()) + bytes.fromhex(entry.oid)
        for entry in entries
    )
    oid = hashlib.sha1(b"tree %d\0" % len(listing) + listing, usedforsecurity=False).hexdigest()
    return GitTree(oid, tuple(entries))


def _file_entry(name: str, path: str, data: bytes) -> GitEntry:
    if isinstance(data, Submodule):
        return GitEntry(name, path, 0o160000, data.decode(), data)
    mode = 0o120000 if isinstance(data, Symlink) else 0o100644
    return GitEntry(name, path, mode, blob_oid(data), data)


def tarball(files: Files, *, top: str, modified: int) -> bytes:
    """Pack ``files`` under the folder ``top``; ``modified`` is in seconds since the epoch."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        folder = tarfile.TarInfo(top)
        folder.type, folder.mode, folder.mtime = tarfile.DIRTYPE, 0o755, modified
        archive.addfile(folder)
        for path, data in files.items():
            entry = tarfile.TarInfo(f"{top}/{path}")
            entry.mtime = modified
            if isinstance(data, Symlink):
                entry.type, entry.linkname = tarfile.SYMTYPE, data.decode()
                archive.addfile(entry)
            elif isinstance(data, Submodule):
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(entry)
            else:
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def zipball(files: Files, *, top: str) -> bytes:
    """Pack ``files`` under the folder ``top``."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(f"{top}/{path}", data)
    return packed.getvalue()


@dataclass(frozen=True, slots=True)
class Difference:
    """The paths in which two trees differ."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    modified: tuple[str, ...]


def difference(old: Files, new: Files) -> Difference:
    """Return what changed from ``old`` to ``new``."""
    return Difference(
        added=tuple(path for path in new if path not in old),
        removed=tuple(path for path in old if path not in new),
        modified=tuple(path for path in new if path in old and new[path] != old[path]),
    )
