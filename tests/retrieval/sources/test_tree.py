"""Which files of a tree are read."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from retrieval.model import Skipped
from retrieval.sources import Limits, NotADirectory, SourceTree, list_tree, read_tree

if TYPE_CHECKING:
    from pathlib import Path


GIT = shutil.which("git") or ""


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - git, on the test's own directory
        [GIT, *arguments], cwd=root, check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout


def paths(tree: SourceTree) -> list[str]:
    return [file.path for file in tree.files]


def test_files_come_with_their_bytes_in_the_order_of_their_paths(tmp_path: Path) -> None:
    tree = read_tree(write(tmp_path, {"b/z.py": "z", "a.rst": "é", "b/a.py": "a"}))
    assert [(file.path, file.data) for file in tree.files] == [
        ("a.rst", "é".encode()),
        ("b/a.py", b"a"),
        ("b/z.py", b"z"),
    ]
    assert tree.skipped == ()


def test_the_same_tree_reads_the_same_twice(tmp_path: Path) -> None:
    write(tmp_path, {f"{n % 7}/{n}.py": str(n) for n in range(50)})
    assert read_tree(tmp_path) == read_tree(tmp_path)


IGNORED = {
    ".gitignore": "*.log\n/build/\n!keep.log\ndocs/*.tmp\n\\#odd\nsecret/\n[\n",
    "a.log": "",
    "keep.log": "",
    "build/x.py": "",
    "sub/build/x.py": "",
    "docs/a.tmp": "",
    "docs/deep/a.tmp": "",
    "sub/.gitignore": "!a.log\n*.py\n/deep/own.txt\n",
    "sub/a.log": "",
    "sub/b.log": "",
    "sub/m.py": "",
    "sub/deep/own.txt": "",
    "sub/deep/deep/own.txt": "",
    "sub/deep/.gitignore": "!*.py\r\n",
    "sub/deep/m.py": "",
    "secret/.gitignore": "!*\n",
    "secret/x.txt": "",
    "#odd": "",
}


def test_gitignore_files_at_every_level_decide(tmp_path: Path) -> None:
    tree = read_tree(write(tmp_path, IGNORED))
    assert paths(tree) == [
        ".gitignore",
        "docs/deep/a.tmp",
        "keep.log",
        "sub/.gitignore",
        "sub/a.log",
        "sub/deep/.gitignore",
        "sub/deep/deep/own.txt",
        "sub/deep/m.py",
    ]
    assert tree.skipped == ()


@pytest.mark.skipif(not GIT, reason="compares with git, which is not here")
def test_git_agrees_on_what_is_ignored(tmp_path: Path) -> None:
    write(tmp_path, IGNORED)
    git(tmp_path, "init", "-q")
    listed = git(tmp_path, "ls-files", "-o", "--exclude-standard", "-z")
    assert paths(read_tree(tmp_path)) == sorted(listed.split("\0")[:-1])


def test_a_rule_of_many_stars_takes_no_longer_than_another(tmp_path: Path) -> None:
    rules = "*a" * 60 + "*b\n" + "**/a/" * 60 + "**/b\n"
    write(tmp_path, {".gitignore": rules, "a" * 250: "", "a/" * 60 + "a": ""})
    assert len(paths(read_tree(tmp_path))) == 3


def test_all_that_is_in_an_archive_is_tracked(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "*.cfg\ndocs/\n", "setup.cfg": "[a]", "docs/index.md": "# Hi"})
    listed = list_tree(tmp_path, is_archive=True)
    assert [entry.path for entry in listed.entries] == [".gitignore", "docs/index.md", "setup.cfg"]


@pytest.mark.skipif(not GIT, reason="asks git, which is not here")
def test_a_tracked_file_of_a_checkout_is_read_though_it_is_ignored(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".gitignore": "*.cfg\nout/\n",
            "setup.cfg": "[a]",
            "b.cfg": "",
            "out/a.py": "a",
            "out/b": "",
        },
    )
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "--force", "setup.cfg", "out/a.py")
    (tmp_path / "new.py").write_text("new")
    assert paths(read_tree(tmp_path)) == [".gitignore", "new.py", "out/a.py", "setup.cfg"]


@pytest.mark.skipif(not GIT, reason="asks git, which is not here")
def test_a_checkout_within_a_checkout_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "a", "libs/other/b.py": "b"})
    git(tmp_path, "init", "-q")
    git(tmp_path / "libs" / "other", "init", "-q")
    tree = read_tree(tmp_path)
    assert paths(tree) == ["a.py"]
    assert tree.skipped == (Skipped("libs/other/", "another checkout, or a submodule"),)


def test_folders_are_gone_into_so_deep_and_no_deeper(tmp_path: Path) -> None:
    write(tmp_path, {"a/" * 400 + "b.py": "b", "a/" * 100 + "c.py": "c"})
    tree = read_tree(tmp_path)
    assert paths(tree) == ["a/" * 100 + "c.py"]
    assert tree.skipped == (Skipped("a/" * 101, "more than 100 folders deep"),)


def test_a_path_that_the_database_could_not_index_is_skipped(tmp_path: Path) -> None:
    folder = "/".join(["a" * 240] * 4) + "/"
    write(tmp_path, {f"{folder}{'b' * 33}.py": "b", f"{folder}{'c' * 34}.py": "c"})
    tree = read_tree(tmp_path)
    assert paths(tree) == [f"{folder}{'b' * 33}.py"]
    assert tree.skipped == (
        Skipped(f"{folder}{'c' * 34}.py", "its path is longer than 1,000 bytes"),
    )


@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        ("photo.JPG", b"x", "no text to index (.jpg)"),
        ("blob", b"a\0b", "binary (it holds NUL bytes)"),
        ("package-lock.json", b"{}", "generated file"),
        ("uv.lock", b"", "generated file"),
        ("app.min.js", b"", "generated file"),
        ("app.js.map", b"", "generated file"),
        ("api_pb2.py", b"", "generated file"),
        (
            "a.py",
            b"# x\n# Code by protoc. DO NOT EDIT.\n",
            "generated file, as its first lines say",
        ),
        ("a.ts", b"// @generated by relay\n", "generated file, as its first lines say"),
        ("a.css", b"x" * 20_001, "a line longer than 20,000 bytes: generated, or data"),
        ("a.json", b"[\n" * 40_000, "data (.json of 80,000 bytes)"),
        ("a.py", b"x\n" * 500_001, "larger than 1,000,000 bytes"),
    ],
)
def test_a_file_that_nobody_wrote_is_skipped_with_the_reason(
    tmp_path: Path, path: str, content: bytes, reason: str
) -> None:
    tree = read_tree(write(tmp_path, {path: content}))
    assert tree.files == ()
    assert tree.skipped == (Skipped(path, reason),)


@pytest.mark.parametrize("path", ["contributing.md", "vendors.py", "lock.py", "gitignore.py"])
def test_a_file_whose_name_only_resembles_is_read(tmp_path: Path, path: str) -> None:
    text = "# Notes\n" * 6 + "Never change a file that says DO NOT EDIT.\n"
    assert paths(read_tree(write(tmp_path, {path: text}))) == [path]


@pytest.mark.parametrize("name", ["node_modules", "vendor", "third_party", "_vendor", ".venv"])
def test_a_directory_of_others_is_one_entry(tmp_path: Path, name: str) -> None:
    write(tmp_path, {f"lib/{name}/{n}/a.py": "" for n in range(20)})
    tree = read_tree(tmp_path)
    assert tree.files == ()
    assert [entry.path for entry in tree.skipped] == [f"lib/{name}/"]


def test_a_virtual_environment_is_known_by_its_marker(tmp_path: Path) -> None:
    tree = read_tree(write(tmp_path, {"my-env/pyvenv.cfg": "", "my-env/lib/a.py": ""}))
    assert tree.skipped == (Skipped("my-env/", "a Python virtual environment"),)


def test_git_itself_is_never_read(tmp_path: Path) -> None:
    tree = read_tree(write(tmp_path, {".git/config": "[core]", ".github/a.yml": "x"}))
    assert paths(tree) == [".github/a.yml"]
    assert tree.skipped == ()


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"secret.py": "secret"})
    root = write(tmp_path / "tree", {"a.py": "a"})
    (root / "file.py").symlink_to(outside / "secret.py")
    (root / "folder").symlink_to(outside)
    (root / "loop").symlink_to(root)
    (root / "gone").symlink_to("nowhere")
    tree = read_tree(root)
    assert paths(tree) == ["a.py"]
    assert {entry.path for entry in tree.skipped} == {"file.py", "folder", "gone", "loop"}
    assert {entry.reason for entry in tree.skipped} == {"a symbolic link"}


def test_ignore_rules_are_not_read_through_a_link(tmp_path: Path) -> None:
    write(tmp_path, {"rules": "*.py\n", "tree/a.py": "a"})
    (tmp_path / "tree" / ".gitignore").symlink_to(tmp_path / "rules")
    assert paths(read_tree(tmp_path / "tree")) == ["a.py"]


def test_a_pipe_is_skipped_unopened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert read_tree(tmp_path).skipped == (Skipped("pipe", "not a regular file"),)


def test_a_name_that_is_not_utf_8_is_skipped_in_printable_form(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text("x")
    (entry,) = read_tree(tmp_path).skipped
    assert entry == Skipped("caf\\udce9.py", "its name is not UTF-8")


def test_a_file_that_may_not_be_read_is_skipped_with_the_reason(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "a", "b.py": "b"})
    (tmp_path / "a.py").chmod(0)
    if os.access(tmp_path / "a.py", os.R_OK):
        pytest.skip("this user may read every file")
    tree = read_tree(tmp_path)
    assert paths(tree) == ["b.py"]
    assert tree.skipped == (Skipped("a.py", "cannot be read: Permission denied"),)


@pytest.mark.parametrize("limits", [Limits(files=3), Limits(total_bytes=3)])
def test_what_is_beyond_the_limits_of_a_tree_is_counted(tmp_path: Path, limits: Limits) -> None:
    write(tmp_path, {f"{n}.py": "x" for n in range(8)})
    tree = read_tree(tmp_path, limits=limits)
    assert paths(tree) == ["0.py", "1.py", "2.py"]
    assert [entry.path for entry in tree.skipped] == ["."]
    assert tree.skipped[0].reason.startswith("5 more files, beyond the limit of ")


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_root_that_is_no_directory_is_an_error_that_names_it(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"file": ""})
    with pytest.raises(NotADirectory, match=name):
        read_tree(tmp_path / name)
