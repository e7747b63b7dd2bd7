"""Unpacks a repository's archive (.tar.gz or .zip, as GitHub serves them) without trusting it.

Nothing a header says is believed: sizes are counted while bytes are read, and each path is
checked before it is opened.
"""

from __future__ import annotations

import errno
import gzip
import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

from retrieval.model import Skipped
from retrieval.sources.errors import Damaged, TooLarge, UnsafeMember
from retrieval.sources.listing import path_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK_BYTES = 64 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_ZIP_MAGIC = b"PK\x03\x04"
_SHA_DIGITS = 40
_LONGEST_LINK = 4096

_UNREADABLE = (
    EOFError,
    NotImplementedError,  # a compression method this Python lacks
    OverflowError,
    RuntimeError,  # zipfile's word for an encrypted member
    UnicodeError,
    ValueError,
    gzip.BadGzipFile,
    lzma.LZMAError,
    struct.error,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How much may come out of an archive."""

    total_bytes: int = 1_000_000_000
    member_bytes: int = 100_000_000
    members: int = 200_000
    ratio: float = 100.0
    """Bytes out for one byte in; source code seldom passes 20. Small archives are exempt."""
    ratio_exempt_bytes: int = 10_000_000


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What came out of an archive."""

    root: Path
    """The directory that stands for the archive's top-level folder."""
    commit: str | None
    """The commit that GitHub (``git archive``) notes in an archive's comment."""
    skipped: tuple[Skipped, ...]


def unpack(
    archive: Path | BinaryIO, destination: Path, *, limits: ArchiveLimits | None = None
) -> Unpacked:
    """Unpack ``archive`` (a file, or a seekable stream) into ``destination``.

    The one top-level folder is stripped. ``destination`` is made, and must otherwise be empty;
    after an error it holds what came before the offending member. Links within the tree, names
    that are not UTF-8, and paths too long or too deep to be indexed are skipped.

    Raises:
        ArchiveError: the archive is damaged, unsafe or too large.
        OSError: ``destination`` cannot be written, or is not empty.
    """
    destination.mkdir(parents=True, exist_ok=True)
    if any(destination.iterdir()):
        raise FileExistsError(f"{destination}: not empty")
    with _opened(archive) as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        magic = stream.read(len(_ZIP_MAGIC))
        stream.seek(0)
        unpacking = _Unpacking(destination, _Meter(limits or ArchiveLimits(), archive_bytes=size))
        try:
            commit = _unpack_stream(stream, unpacking, magic=magic)
        except _UNREADABLE as error:
            raise Damaged(f"the archive cannot be read: {error}") from error
    return Unpacked(destination, commit, tuple(unpacking.skipped))


@contextmanager
def _opened(archive: Path | BinaryIO) -> Iterator[BinaryIO]:
    if isinstance(archive, Path):
        with archive.open("rb") as stream:
            yield stream
    else:
        yield archive


def _unpack_stream(stream: BinaryIO, unpacking: _Unpacking, *, magic: bytes) -> str | None:
    if magic.startswith(_GZIP_MAGIC):
        return _unpack_tar(stream, unpacking)
    if magic == _ZIP_MAGIC:
        return _unpack_zip(stream, unpacking)
    raise Damaged("the archive is neither a .tar.gz nor a .zip")


@dataclass(slots=True)
class _Meter:
    """Counts what comes out, and stops it at the limits."""

    limits: ArchiveLimits
    archive_bytes: int
    bytes_out: int = 0
    members: int = 0

    def count_member(self) -> None:
        self.members += 1
        if self.members > self.limits.members:
            raise TooLarge(f"the archive has more than {self.limits.members:,} members")

    def count_bytes(self, number: int) -> None:
        self.bytes_out += number
        if self.bytes_out > self.limits.total_bytes:
            raise TooLarge(f"the archive holds more than {self.limits.total_bytes:,} bytes")
        exempt = self.bytes_out <= self.limits.ratio_exempt_bytes
        if not exempt and self.bytes_out > self.limits.ratio * self.archive_bytes:
            raise TooLarge(f"the archive expands more than {self.limits.ratio:g} times")


@dataclass(slots=True)
class _MeteredStream:
    """A decompressed stream whose every byte is counted, headers and padding included."""

    stream: gzip.GzipFile
    meter: _Meter

    def read(self, size: int) -> bytes:
        data = self.stream.read(min(size, _BLOCK_BYTES))
        self.meter.count_bytes(len(data))
        return data


@dataclass(slots=True)
class _Unpacking:
    """One archive on its way into a directory."""

    destination: Path
    meter: _Meter
    skipped: list[Skipped] = field(default_factory=list)
    top: str | None = None

    def place(self, name: str) -> tuple[str, ...]:
        """Return where ``name`` goes, as parts below the top-level folder.

        Raises:
            UnsafeMember: ``name`` leads out of the tree.
        """
        parts = tuple(part for part in name.split("/") if part not in {"", "."})
        if name.startswith(("/", "\\")) or ":" in name[1:2] or ".." in name.split("/"):
            raise UnsafeMember(f"{name!r}: leads out of the archive's folder")
        if os.sep != "/" and os.sep in name:
            raise UnsafeMember(f"{name!r}: holds this system's path separator")
        if parts and self.top is None:
            self.top = parts[0]
        if parts and parts[0] != self.top:
            raise UnsafeMember(f"{name!r}: outside the top-level folder {self.top!r}")
        return parts[1:]

    def write(self, parts: tuple[str, ...], content: IO[bytes], *, metered: bool) -> None:
        """Write a file; ``metered`` says that reading ``content`` already counts its bytes."""
        path = self.destination.joinpath(*parts)
        written = 0
        with self._created(path) as target:
            while block := content.read(_BLOCK_BYTES):
                written += len(block)
                if written > self.meter.limits.member_bytes:
                    limit = f"{self.meter.limits.member_bytes:,} bytes"
                    raise TooLarge(f"{'/'.join(parts)}: larger than {limit}")
                if not metered:
                    self.meter.count_bytes(len(block))
                target.write(block)

    def skip_link(self, parts: tuple[str, ...], target: str, *, from_top: bool) -> None:
        """Note a link, which is never made; ``from_top``: a hard link, whose target is a member.

        One within the tree points to what is unpacked anyway. One out of it is refused by itself:
        the repository around it may be quite ordinary.
        """
        within = self._is_within(parts, target, from_top=from_top)
        reason = "a link" if within else f"a link out of the tree, to {target!r}"
        self.skipped.append(Skipped("/".join(parts), reason))

    def _is_within(self, parts: tuple[str, ...], target: str, *, from_top: bool) -> bool:
        if target.startswith(("/", "\\")):
            return False
        steps = target.split("/")
        if from_top and steps.pop(0) != self.top:
            return False
        depth = 0 if from_top else len(parts) - 1
        for step in steps:
            depth += {"..": -1, ".": 0, "": 0}.get(step, 1)
            if depth < 0:
                return False
        return True

    def is_writable(self, name: str, parts: tuple[str, ...]) -> bool:
        """Whether a member has a name below the top-level folder that can be kept."""
        path = "/".join(parts)
        try:
            name.encode()
        except UnicodeEncodeError:
            self.skipped.append(Skipped(ascii(path)[1:-1], "its name is not UTF-8"))
            return False
        if reason := path_reason(path):
            self.skipped.append(Skipped(path, reason))
            return False
        return bool(parts)

    @contextmanager
    def _created(self, path: Path) -> Iterator[IO[bytes]]:
        name = path.relative_to(self.destination).as_posix()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            target = path.open("xb")
        except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
            raise UnsafeMember(f"{name}: in the archive twice, or both file and folder") from error
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                raise UnsafeMember(f"{name[:80]}...: a name too long for this system") from error
            raise
        with target:
            yield target


def _unpack_tar(stream: BinaryIO, unpacking: _Unpacking) -> str | None:
    with gzip.GzipFile(fileobj=stream) as decompressed:
        metered = _MeteredStream(decompressed, unpacking.meter)
        # typeshed asks for a whole IO object; in stream mode tarfile calls read alone.
        with tarfile.open(fileobj=metered, mode="r|") as tar:  # type: ignore[call-overload]
            for member in tar:
                _unpack_tar_member(tar, member, unpacking)
            return _commit(tar.pax_headers.get("comment", ""))


def _unpack_tar_member(
    tar: tarfile.TarFile, member: tarfile.TarInfo, unpacking: _Unpacking
) -> None:
    unpacking.meter.count_member()
    parts = unpacking.place(member.name)
    if member.isdir() or not unpacking.is_writable(member.name, parts):
        return
    if member.issym() or member.islnk():
        unpacking.skip_link(parts, member.linkname, from_top=member.islnk())
        return
    content = None if member.issparse() else tar.extractfile(member)
    if content is None:
        raise UnsafeMember(f"{member.name!r}: neither a file, a directory nor a link")
    with content:
        unpacking.write(parts, content, metered=True)


def _unpack_zip(stream: BinaryIO, unpacking: _Unpacking) -> str | None:
    with zipfile.ZipFile(stream) as archive:
        for member in archive.infolist():
            _unpack_zip_member(archive, member, unpacking)
        return _commit(archive.comment.decode("ascii", errors="replace"))


def _unpack_zip_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, unpacking: _Unpacking
) -> None:
    unpacking.meter.count_member()
    parts = unpacking.place(member.filename)
    if member.is_dir() or not unpacking.is_writable(member.filename, parts):
        return
    file_type = stat.S_IFMT(member.external_attr >> 16)
    with archive.open(member) as content:
        if file_type == stat.S_IFLNK:
            target = os.fsdecode(content.read(_LONGEST_LINK))
            unpacking.skip_link(parts, target, from_top=False)
        elif file_type in {0, stat.S_IFREG}:  # 0: an archive made without Unix file types
            unpacking.write(parts, content, metered=False)
        else:
            raise UnsafeMember(f"{member.filename!r}: neither a file, a directory nor a link")


def _commit(comment: str) -> str | None:
    is_sha = len(comment) == _SHA_DIGITS and not comment.strip("0123456789abcdef")
    return comment if is_sha else None
