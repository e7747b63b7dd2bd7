"""A push is indexed by what it changed: folders and files are asked for by git's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from github_app import blobs, trees
from github_app.connection import Connection
from github_app.errors import NotFound
from github_app.graphql.git import GitOperations
from github_app.graphql.model import Folder, FolderEntry
from github_app.rest import RestClient
from simulator.github import Submodule, Symlink
from tests.github_app.conftest import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.github_app.conftest import Bot

READING = ["Repository", "RootTree", "OwnerSettings"]
"""What a push asks for at the least."""


def push(bot: Bot, changes: dict[str, bytes | None]) -> list[str]:
    """Push, index, and return the requests that this took."""
    bot.github.push(bot.repository, changes, author="mona")
    bot.operations()
    bot.work()
    return bot.operations()


def tree_of(bot: Bot, ref: str = "main") -> dict[str, bytes]:
    return bot.engine.trees[REPOSITORY, ref]


def test_the_first_index_is_one_archive(bot: Bot) -> None:
    made = bot.operations()
    assert made.count("tarball") == 1
    assert "RootTree" not in made


def test_a_push_of_one_file_is_a_handful_of_requests_and_no_archive(bot: Bot) -> None:
    made = push(bot, {"hello.py": b"def hello(): return 1\n"})
    assert sorted(made) == sorted([*READING, "Blobs"])
    assert bot.engine.read[-1] == ("hello.py",)
    assert tree_of(bot) == {"hello.py": b"def hello(): return 1\n"}


def test_a_push_into_a_deep_folder_reads_only_the_folders_on_the_way(bot: Bot) -> None:
    deep = {f"a/b/c/d/{name}.py": b"x = 1\n" for name in "xyz"}
    wide = {f"w{number}/v/u/t.py": b"%d\n" % number for number in range(5)}
    push(bot, {**deep, **wide})
    made = push(bot, {"a/b/c/d/x.py": b"x = 2\n"})
    # The answer for the top folder holds the folders in it; each further one, two more.
    assert sorted(made) == sorted([*READING, "Trees", "Trees", "Blobs"])
    asked = [one for one in bot.github.journal.requests("Trees") if one.variables]
    assert [len(one.variables["ids"]) for one in asked[-2:]] == [1, 1]
    assert bot.engine.read[-1] == ("a/b/c/d/x.py",)
    assert len(tree_of(bot)) == 9


def test_a_push_that_changes_no_file_reads_none(bot: Bot) -> None:
    push(bot, {"a/x.py": b"1\n"})
    assert sorted(push(bot, {})) == sorted(READING)
    assert bot.engine.read[-1] == ()


def test_files_that_are_removed_or_moved_are_not_read(bot: Bot) -> None:
    push(bot, {"a/x.py": b"1\n", "a/y.py": b"2\n"})
    push(bot, {"a/x.py": None})
    assert bot.engine.read[-1] == ()
    assert set(tree_of(bot)) == {"hello.py", "a/y.py"}


def test_two_files_of_the_same_content_are_asked_for_once(bot: Bot) -> None:
    push(bot, {"a.py": b"same\n", "b/c.py": b"same\n"})
    (asked,) = bot.github.journal.requests("Blobs")
    assert len(asked.variables["ids"]) == 1
    assert bot.engine.read[-1] == ("a.py", "b/c.py")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("naïve\n".encode("latin-1"), id="not UTF-8"),
        pytest.param(b"x" * 499_000 + "é".encode() * 20_000, id="cut off"),
        pytest.param(b"bi\0nary", id="binary"),
    ],
)
def test_what_graphql_does_not_tell_byte_by_byte_is_fetched_raw(bot: Bot, content: bytes) -> None:
    made = push(bot, {"odd.txt": content})
    assert made.count("git_blob") == 1
    assert tree_of(bot)["odd.txt"] == content


def test_a_text_is_taken_as_it_is_whatever_its_line_ends(bot: Bot) -> None:
    content = "\ufeffa\r\nb\rc\u2028é\U0001f600".encode()
    assert "git_blob" not in push(bot, {"odd.txt": content, "empty.txt": b""})
    assert (tree_of(bot)["odd.txt"], tree_of(bot)["empty.txt"]) == (content, b"")


def test_links_and_submodules_and_vendored_folders_are_not_asked_for(bot: Bot) -> None:
    made = push(
        bot,
        {
            "link.py": Symlink(b"hello.py"),
            "lib": Submodule(b"a" * 40),
            "node_modules/x/y/z/a.js": b"1",
            "logo.png": b"\x89PNG\0",
        },
    )
    assert sorted(made) == sorted(READING)
    assert set(tree_of(bot)) == {"hello.py"}


def test_a_file_that_is_gone_meanwhile_is_left_out(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> bytes:
        raise NotFound("the file is gone")

    monkeypatch.setattr(RestClient, "read_blob", gone)
    push(bot, {"odd.txt": b"na\xefve\n", "new.py": b"1\n"})
    assert set(tree_of(bot)) == {"hello.py", "new.py"}


def test_many_files_are_asked_for_some_at_a_time(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "FILES_A_REQUEST", 4)
    monkeypatch.setattr(blobs, "BYTES_A_REQUEST", 12)
    push(bot, {f"{number}.py": b"%d" % number for number in range(9)} | {"l.py": b"x" * 10})
    sizes = [len(one.variables["ids"]) for one in bot.github.journal.requests("Blobs")]
    assert sum(sizes) == 10
    assert max(sizes) == 4
    assert len(tree_of(bot)) == 11


@pytest.mark.parametrize(("limit", "value"), [("MOST_FILES", 2), ("MOST_BYTES", 8)])
def test_beyond_a_number_or_size_of_changed_files_the_archive_is_fetched(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(blobs, limit, value)
    made = push(bot, {f"{number}.py": b"%d()\n" % number for number in range(3)})
    assert sorted(made) == sorted([*READING, "tarball", "archive_download"])
    assert bot.engine.read[-1] == ("0.py", "1.py", "2.py")


def test_what_an_archive_writes_otherwise_is_asked_for(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "MOST_FILES", 1)
    tree = blobs.download_tree

    def exported(*arguments: object) -> object:
        root = tree(*arguments)  # type: ignore[arg-type] # those that it was called with
        (root / "left_out.py").unlink()
        (root / "written.py").write_bytes(b"$Id: 0123$\n")
        return root

    monkeypatch.setattr(blobs, "download_tree", exported)
    push(bot, {"left_out.py": b"1\n", "written.py": b"$Id$\n", "empty.py": b""})
    written = {"left_out.py": b"1\n", "written.py": b"$Id$\n", "empty.py": b""}
    assert tree_of(bot) == {"hello.py": b"def hello(): ...\n", **written}


def test_folders_are_asked_for_some_at_a_time(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "FOLDERS_A_REQUEST", 2)
    push(bot, {f"{name}/{name}/x.py": name.encode() for name in "abc"})
    sizes = [len(one.variables["ids"]) for one in bot.github.journal.requests("Trees")]
    assert sorted(sizes) == [1, 2]


def test_a_tree_of_too_many_folders_is_read_from_the_archive(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "MOST_FOLDERS", 2)
    made = push(bot, {f"{name}/{name}/x.py": name.encode() for name in "abc"})
    assert made.count("tarball") == 1
    assert len(tree_of(bot)) == 4


def test_a_tree_with_a_folder_that_github_does_not_tell_of_is_read_from_the_archive(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GitOperations, "read_trees", lambda self, ids: ())  # noqa: ARG005 - of the method
    assert push(bot, {"a/b/c.py": b"1"}).count("tarball") == 1
    assert set(tree_of(bot)) == {"hello.py", "a/b/c.py"}


@pytest.mark.parametrize("operation", ["root_tree", "trees"])
def test_a_folder_that_github_answers_null_for_is_no_empty_one(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    send = Connection._send

    def without_entries(
        self: Connection, name: str, variables: Mapping[str, object]
    ) -> dict[str, Any]:
        answer = send(self, name, variables)
        if name == operation:
            tree = (
                answer["nodes"][0] if "nodes" in answer else answer["repository"]["object"]["tree"]
            )
            tree["entries"] = None
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "_send", without_entries)
        assert push(bot, {"a/b/c/d.py": b"1"}).count("tarball") == 1
    assert set(tree_of(bot)) == {"hello.py", "a/b/c/d.py"}
    push(bot, {"a/b/c/e.py": b"2"})
    assert set(tree_of(bot)) == {"hello.py", "a/b/c/d.py", "a/b/c/e.py"}


def test_a_file_whose_id_github_does_not_tell_is_read_raw(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_files = trees.Trees.list_files

    def without_ids(self: trees.Trees, full_name: str, commit: str) -> trees.Listing | None:
        listing = list_files(self, full_name, commit)
        return listing and trees.Listing(listing.entries, {})

    monkeypatch.setattr(trees.Trees, "list_files", without_ids)
    assert "Blobs" not in push(bot, {"hello.py": b"2"})
    assert tree_of(bot) == {"hello.py": b"2"}


def test_a_folder_that_nobody_has_used_for_long_is_forgotten(bot: Bot) -> None:
    push(bot, {"a/b/c.py": b"1\n"})
    with bot.dependencies.database.transaction() as connection:
        connection.execute("UPDATE git_trees SET used_at = now() - interval '91 days'")
        (before,) = connection.execute("SELECT count(*) FROM git_trees").fetchone() or (0,)
    push(bot, {"hello.py": b"2\n"})
    with bot.dependencies.database.transaction() as connection:
        (after,) = connection.execute("SELECT count(*) FROM git_trees").fetchone() or (0,)
    # One top folder went, and another came; the two below are in use.
    assert (before, after) == (3, 3)


def test_what_a_folder_holds_is_told_to_its_own_repository_alone(bot: Bot) -> None:
    push(bot, {"a/b.py": b"1\n"})
    row = "SELECT id FROM repositories"
    with bot.dependencies.database.transaction() as connection:
        (repository_id,) = connection.execute(row).fetchone() or (0,)
    for scope, expected in ((repository_id, True), (repository_id + 1, False)):
        with bot.dependencies.database.knowledge(scope) as connection:
            found = connection.execute("SELECT count(*) FROM git_trees").fetchone()
        assert bool(found and found[0]) is expected


def test_a_folder_is_read_with_those_in_it(bot: Bot) -> None:
    bot.github.push(bot.repository, {"a/b/c.py": b"1\n"}, author="mona")
    (installation,) = bot.github.state.installations()
    head = bot.github.state.head(bot.repository)
    with bot.dependencies.github.repository(
        installation.id, REPOSITORY, permissions={"contents": "read"}
    ) as github:
        top, inner = github.read_root_tree(REPOSITORY, head.oid)
        node_id = inner.entries[0].node_id
        assert node_id is not None
        assert github.read_trees([node_id, "T_gone"])[0].entries[0].name == "c.py"
        with pytest.raises(NotFound, match="there is no commit"):
            github.read_root_tree(REPOSITORY, "0" * 40)
    assert top.oid == head.tree.oid
    assert inner == Folder(
        inner.oid, (FolderEntry("b", "tree", 0o40000, inner.entries[0].oid, 0, node_id),)
    )
