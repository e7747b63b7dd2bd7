"""What a directory is a checkout of."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from retrieval.sources import Checkout, Entry, blob_id, content_identity, describe

if TYPE_CHECKING:
    from pathlib import Path

GIT = shutil.which("git") or ""
needs_git = pytest.mark.skipif(not GIT, reason="git is not on this machine")


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(  # noqa: S603 - git, on the test's own directory
        [GIT, *identity, *arguments],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "fury"
    (root / "sub").mkdir(parents=True)
    (root / "sub" / "a.py").write_text("a")
    git(root, "init", "-q", "-b", "trunk/one")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "First")
    return root


@needs_git
def test_a_checkout_has_its_commit_branch_and_repository(checkout: Path) -> None:
    git(checkout, "remote", "add", "origin", "https://github.com/fury-gl/fury.git")
    commit = git(checkout, "rev-parse", "HEAD")
    assert describe(checkout) == Checkout(checkout, commit, "trunk/one", "fury-gl/fury")


@needs_git
def test_a_detached_head_has_its_tag_for_a_ref(checkout: Path) -> None:
    git(checkout, "tag", "v0.12.0")
    git(checkout, "checkout", "-q", "--detach")
    assert describe(checkout).ref == "v0.12.0"


@needs_git
def test_a_detached_head_without_a_tag_has_no_ref(checkout: Path) -> None:
    git(checkout, "checkout", "-q", "--detach")
    assert describe(checkout).ref is None


@needs_git
@pytest.mark.parametrize(
    ("url", "remote"),
    [
        ("git@github.com:fury-gl/fury.git", "fury-gl/fury"),
        ("ssh://git@github.example.org:22/fury-gl/fury", "fury-gl/fury"),
        ("https://user:secret@github.com/fury-gl/fury.gl/", "fury-gl/fury.gl"),
        ("/srv/git/fury.git", None),
        ("https://gitlab.com/group/subgroup/fury.git", None),
    ],
)
def test_the_repository_is_read_from_any_form_of_remote(
    checkout: Path, url: str, remote: str | None
) -> None:
    git(checkout, "remote", "add", "origin", url)
    assert describe(checkout).remote == remote


@needs_git
def test_a_checkout_without_a_commit_has_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    assert describe(tmp_path) == Checkout(tmp_path, None, "main", None)


@needs_git
def test_a_file_that_was_not_committed_as_it_is_shows(checkout: Path) -> None:
    assert not describe(checkout).is_changed
    (checkout / "sub" / "a.py").write_text("b")
    assert describe(checkout).is_changed


@needs_git
def test_a_directory_inside_a_checkout_is_none_itself(checkout: Path) -> None:
    assert describe(checkout / "sub") == Checkout(checkout / "sub", None, None, None)


@needs_git
def test_the_environment_cannot_name_another_repository(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(checkout / ".git"))
    assert describe(tmp_path).commit is None


def test_without_git_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert describe(tmp_path) == Checkout(tmp_path, None, None, None)


def entry(path: str, data: bytes) -> Entry:
    return Entry(path, blob_id(data), len(data))


def test_the_same_content_has_the_same_identity_in_any_order() -> None:
    entries = [entry("b.py", b"2"), entry("a.py", b"1")]
    identity = content_identity(entries)
    assert identity == content_identity(reversed(entries))
    assert len(identity) == 40
    assert int(identity, 16)


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [entry("a.py", b"2")],
        [entry("b.py", b"1")],
        [entry("a.py", b"1"), entry("b.py", b"")],
    ],
)
def test_other_content_has_another_identity(entries: list[Entry]) -> None:
    assert content_identity(entries) != content_identity([entry("a.py", b"1")])
