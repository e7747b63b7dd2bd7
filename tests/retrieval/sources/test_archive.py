"""Archives are unpacked whole or refused."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from retrieval.sources import (
    ArchiveError,
    ArchiveLimits,
    Damaged,
    TooLarge,
    Unpacked,
    UnsafeMember,
    unpack,
)

if TYPE_CHECKING:
    from pathlib import Path

SHA = "0123456789abcdef0123456789abcdef01234567"
FILES = {"fury-1/README.md": b"# FURY\n", "fury-1/fury/actor.py": b"def sphere(): ...\n"}


def tar_member(name: str, kind: bytes = tarfile.REGTYPE, *, link: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type = kind
    member.linkname = link
    return member


def tar_of(
    files: dict[str, bytes], *others: tarfile.TarInfo, comment: str | None = None
) -> io.BytesIO:
    stream = io.BytesIO()
    headers = {"comment": comment} if comment else None
    with tarfile.open(fileobj=stream, mode="w:gz", pax_headers=headers) as tar:
        for name, data in files.items():
            member = tar_member(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
        for member in others:
            tar.addfile(member)
    return stream


def zip_of(files: dict[str, bytes], *, comment: str = "", mode: int = 0) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment.encode()
        for name, data in files.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = mode << 16
            archive.writestr(member, data)
    return stream


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


either = pytest.mark.parametrize("pack", [tar_of, zip_of])


@either
def test_the_top_level_folder_is_stripped(pack: type, tmp_path: Path) -> None:
    unpacked = unpack(pack(FILES), tmp_path / "new")
    assert unpacked == Unpacked(tmp_path / "new", None, ())
    assert contents(tmp_path / "new") == {
        "README.md": b"# FURY\n",
        "fury/actor.py": b"def sphere(): ...\n",
    }


@either
@pytest.mark.parametrize("path", ["a/" * 2_000 + "a.py", "a" * 300, "/".join(["a" * 200] * 20)])
def test_a_path_that_would_never_be_indexed_is_skipped(
    pack: type, path: str, tmp_path: Path
) -> None:
    unpacked = unpack(pack({**FILES, f"fury-1/{path}": b""}), tmp_path)
    assert [entry.path for entry in unpacked.skipped] == [path]
    assert len(contents(tmp_path)) == 2


@either
def test_an_archive_may_be_a_file(pack: type, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.write_bytes(pack(FILES).getvalue())
    unpack(archive, tmp_path / "out")
    assert len(contents(tmp_path / "out")) == 2


@either
def test_the_commit_is_read_from_the_comment(pack: type, tmp_path: Path) -> None:
    assert unpack(pack(FILES, comment=SHA), tmp_path).commit == SHA


@either
def test_a_comment_that_is_no_commit_is_passed_over(pack: type, tmp_path: Path) -> None:
    assert unpack(pack(FILES, comment="made by hand"), tmp_path).commit is None


@either
@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "fury-1/../../evil",
        "fury-1/..",
        "/fury-1/evil",
        "fury-1/../fury-1/evil",
        "C:/evil",
        "\\\\host\\evil",
        "other-top/evil",
    ],
)
def test_a_member_that_leads_elsewhere_is_refused(pack: type, name: str, tmp_path: Path) -> None:
    destination = tmp_path / "inside"
    with pytest.raises(UnsafeMember):
        unpack(pack(FILES | {name: b"evil"}), destination)
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]


@pytest.mark.parametrize(
    "link",
    [
        *(
            tar_member("fury-1/sub/link", tarfile.SYMTYPE, link=target)
            for target in ("/etc/passwd", "../../outside", "a/../../../x")
        ),
        tar_member("fury-1/sub/link", tarfile.LNKTYPE, link="../etc/passwd"),
        tar_member("fury-1/sub/link", tarfile.LNKTYPE, link="other/file"),
    ],
)
def test_a_link_out_of_the_tree_is_left_out_and_the_rest_unpacked(
    link: tarfile.TarInfo, tmp_path: Path
) -> None:
    unpacked = unpack(tar_of(FILES, link), tmp_path)
    ((path, reason),) = [(entry.path, entry.reason) for entry in unpacked.skipped]
    assert path == "sub/link"
    assert reason.startswith("a link out of the tree")
    assert len(contents(tmp_path)) == 2


@pytest.mark.parametrize(
    "link",
    [
        tar_member("fury-1/sub/link", tarfile.SYMTYPE, link="../README.md"),
        tar_member("fury-1/sub/link", tarfile.LNKTYPE, link="fury-1/README.md"),
    ],
)
def test_a_link_within_the_tree_is_skipped(link: tarfile.TarInfo, tmp_path: Path) -> None:
    unpacked = unpack(tar_of(FILES, link), tmp_path)
    assert [(entry.path, entry.reason) for entry in unpacked.skipped] == [("sub/link", "a link")]
    assert len(contents(tmp_path)) == 2


def test_links_in_a_zip_are_treated_alike(tmp_path: Path) -> None:
    inside = zip_of({"fury-1/link": b"README.md"}, mode=stat.S_IFLNK | 0o777)
    assert unpack(inside, tmp_path / "a").skipped[0].path == "link"
    outside = zip_of({"fury-1/link": b"../../etc/passwd"}, mode=stat.S_IFLNK | 0o777)
    assert "out of the tree" in unpack(outside, tmp_path / "b").skipped[0].reason
    assert contents(tmp_path / "b") == {}


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_a_device_is_refused(kind: bytes, tmp_path: Path) -> None:
    with pytest.raises(UnsafeMember, match="fury-1/dev"):
        unpack(tar_of(FILES, tar_member("fury-1/dev", kind)), tmp_path)


def test_a_device_in_a_zip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeMember):
        unpack(zip_of({"fury-1/dev": b""}, mode=stat.S_IFCHR | 0o666), tmp_path)


@either
@pytest.mark.parametrize(
    "names", [("fury-1/a", "fury-1/./a"), ("fury-1/a", "fury-1/a/b"), ("fury-1/a/b", "fury-1/a")]
)
def test_a_name_that_clashes_with_another_is_refused(
    pack: type, names: tuple[str, str], tmp_path: Path
) -> None:
    with pytest.raises(UnsafeMember):
        unpack(pack(dict.fromkeys(names, b"x")), tmp_path)


@either
@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (ArchiveLimits(members=1), "more than 1 members"),
        (ArchiveLimits(member_bytes=10), "actor.py: larger than 10 bytes"),
        (ArchiveLimits(total_bytes=20), "more than 20 bytes"),
    ],
)
def test_limits_are_kept(pack: type, limits: ArchiveLimits, message: str, tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match=message):
        unpack(pack(FILES), tmp_path, limits=limits)


@either
def test_a_bomb_is_stopped_by_how_much_it_expands(pack: type, tmp_path: Path) -> None:
    bomb = pack({"fury-1/zeros": bytes(3_000_000)})
    with pytest.raises(TooLarge, match="expands more than 100 times"):
        unpack(bomb, tmp_path, limits=ArchiveLimits(ratio_exempt_bytes=1_000_000))


def test_a_header_that_hides_a_bomb_is_stopped_too(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        member = tar_member("fury-1/a")
        member.pax_headers = {"comment": "x" * 3_000_000}
        tar.addfile(member)
    with pytest.raises(TooLarge):
        unpack(stream, tmp_path, limits=ArchiveLimits(ratio_exempt_bytes=1_000_000))


def test_a_zip_whose_header_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    data = bytearray(zip_of({"fury-1/a": b"y" * 1000}).getvalue())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(signature) + offset
        data[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(ArchiveError):
        unpack(io.BytesIO(bytes(data)), tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not an archive",
        b"PK\x03\x04 broken",
        gzip.compress(b"not a tar" * 200),
        tar_of({"fury-1/a": bytes(range(256)) * 200}).getvalue()[:-60],
        zip_of({"fury-1/a": b"x" * 500}).getvalue()[:-10],
    ],
    ids=["empty", "text", "no zip", "no tar", "cut tar", "cut zip"],
)
def test_a_damaged_archive_is_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        unpack(io.BytesIO(data), tmp_path)


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    data = bytearray(zip_of({"fury-1/a": b"x"}).getvalue())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    with pytest.raises(Damaged, match="encrypted"):
        unpack(io.BytesIO(bytes(data)), tmp_path)


def test_a_name_that_is_not_utf_8_is_skipped(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", format=tarfile.GNU_FORMAT) as tar:
        tar.addfile(tar_member("fury-1/caf\udce9.py"))
        tar.addfile(tar_member("fury-1/naïve.py"))
    unpacked = unpack(stream, tmp_path)
    assert [entry.path for entry in unpacked.skipped] == ["caf\\udce9.py"]
    assert list(contents(tmp_path)) == ["naïve.py"]


def test_a_destination_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(FileExistsError):
        unpack(tar_of(FILES), tmp_path)
    assert list(contents(tmp_path)) == ["mine"]
