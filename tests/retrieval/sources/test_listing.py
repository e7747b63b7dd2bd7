"""What is left out of a listed tree before anything is read."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from retrieval.model import Skipped
from retrieval.sources import Entry, Limits, TreeBlobs, blob_id, list_tree, select

if TYPE_CHECKING:
    from pathlib import Path

GIT = shutil.which("git") or ""


def entry(path: str, *, size: int = 1, mode: str = "100644") -> Entry:
    return Entry(path, "0" * 40, size, mode)


def kept(*entries: Entry) -> list[str]:
    return [entry.path for entry in select(entries).entries]


@pytest.mark.skipif(not GIT, reason="compares with git, which is not here")
@pytest.mark.parametrize("data", [b"", b"a\n", b"\0\xff" * 5_000])
def test_a_blob_has_the_name_that_git_gives_it(data: bytes) -> None:
    done = subprocess.run(  # noqa: S603 - git, and the bytes above
        [GIT, "hash-object", "--stdin"], input=data, check=True, capture_output=True, timeout=60
    )
    assert blob_id(data) == done.stdout.decode().strip()


def test_files_come_in_the_order_of_a_walk_through_the_tree() -> None:
    assert kept(entry("b-c.py"), entry("b/z.py"), entry("a.py")) == ["a.py", "b/z.py", "b-c.py"]


@pytest.mark.parametrize(
    ("left_out", "reason"),
    [
        (entry("photo.JPG"), "no text to index (.jpg)"),
        (entry("a/uv.lock"), "generated file"),
        (entry("a.json", size=80_000), "data (.json of 80,000 bytes)"),
        (entry("a.py", size=1_000_001), "larger than 1,000,000 bytes"),
        (entry("link.py", mode="120000"), "a symbolic link"),
        (entry("libs/other", mode="160000"), "a submodule"),
        (entry("é/" * 34 + "é" * 400 + ".py"), "a name longer than 255 bytes"),
        (entry("/".join(["é" * 100] * 5) + ".py"), "its path is longer than 1,000 bytes"),
        (entry("a/" * 101 + "a.py"), "more than 100 folders deep"),
    ],
)
def test_a_file_is_left_out_unread_with_the_reason(left_out: Entry, reason: str) -> None:
    selection = select([left_out])
    assert selection.entries == ()
    assert selection.skipped == (Skipped(left_out.path, reason),)


def test_a_directory_of_others_is_one_entry() -> None:
    files = [entry(f"lib/vendor/{number}/a.py") for number in range(9)]
    selection = select([*files, entry("lib/a.py")])
    assert [entry.path for entry in selection.entries] == ["lib/a.py"]
    assert selection.skipped == (Skipped("lib/vendor/", "vendored code of another project"),)


def test_a_virtual_environment_is_known_by_its_marker() -> None:
    selection = select([entry("env/pyvenv.cfg"), entry("env/lib/a.py"), entry("environment.py")])
    assert [entry.path for entry in selection.entries] == ["environment.py"]
    assert selection.skipped == (Skipped("env/", "a Python virtual environment"),)


@pytest.mark.parametrize("limits", [Limits(files=3), Limits(total_bytes=3)])
def test_what_is_beyond_the_limits_of_a_tree_is_counted(limits: Limits) -> None:
    selection = select([entry(f"{number}.py") for number in range(8)], limits=limits)
    assert [entry.path for entry in selection.entries] == ["0.py", "1.py", "2.py"]
    assert selection.skipped[0].reason.startswith("5 more files, beyond the limit of ")


def test_a_directory_tree_lists_the_blobs_that_git_would(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_bytes(b"# A\r\n")
    (tmp_path / "photo.jpg").write_bytes(b"x")
    listed = list_tree(tmp_path)
    assert listed.entries == (Entry("docs/a.md", blob_id(b"# A\r\n"), 5),)
    assert listed.skipped == (Skipped("photo.jpg", "no text to index (.jpg)"),)


def test_a_file_that_went_meanwhile_is_not_read(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(name)
    entries = list_tree(tmp_path).entries
    (tmp_path / "a.py").unlink()
    (tmp_path / "b.py").unlink()
    (tmp_path / "b.py").symlink_to("/etc/hostname")
    assert list(TreeBlobs(tmp_path).read(entries)) == []
