"""Folders, files, tags, releases and branches, as git and GitHub have them."""

from __future__ import annotations

import base64
import subprocess
from typing import TYPE_CHECKING

import pytest
import requests

from simulator.github import Submodule, Symlink, Unknown
from simulator.github.files import git_tree

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.github.model import Commit
    from tests.simulator.github.conftest import Api, Json

FILES = {"README.md": b"# Hello\n", "a/b/c.py": b"1\n", "a.b": b"2\n", "a-b/d.py": b"1\n"}
OF = {"owner": "octo-org", "name": "hello"}


def head(api: Api) -> Commit:
    return api.github.state.head(api.repository)


def root_of(api: Api) -> Json:
    found = api.document("root_tree", **OF, commit=head(api).oid)["data"]["repository"]
    return found["object"]["tree"]


def entry_of(tree: Json, name: str) -> Json:
    [found] = [entry for entry in tree["entries"] if entry["name"] == name]
    return found


def test_a_tree_has_gits_own_id(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        done = subprocess.run(  # noqa: S603 - fixed commands
            ["git", "-C", str(tmp_path), *arguments],  # noqa: S607 - git is wherever PATH has it
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    for path, data in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    (tmp_path / "link").symlink_to("a.b")
    git("init", "--quiet")
    git("add", "--all")
    assert git_tree({**FILES, "link": Symlink(b"a.b")}).oid == git("write-tree")


def test_a_commit_is_read_with_two_levels_of_folders(api: Api) -> None:
    api.github.set_files(api.repository, FILES, author="mona")
    tree = root_of(api)
    assert tree["oid"] == head(api).tree.oid
    assert [entry["name"] for entry in tree["entries"]] == ["README.md", "a-b", "a.b", "a"]
    readme = entry_of(tree, "README.md")
    assert (readme["type"], readme["mode"], readme["size"]) == ("blob", 0o100644, 8)
    inner = entry_of(tree, "a")["object"]
    [deeper] = inner["entries"]
    assert (deeper["name"], deeper["type"], deeper["mode"]) == ("b", "tree", 0o40000)
    [read] = api.document("trees", ids=[deeper["object"]["id"]])["data"]["nodes"]
    assert read["__typename"] == "Tree"
    assert read["entries"][0]["name"] == "c.py"


def test_links_and_submodules_are_told_by_their_modes(api: Api) -> None:
    files = {"link": Symlink(b"README.md"), "lib": Submodule(b"a" * 40), "x.py": b"1\n"}
    api.github.set_files(api.repository, files, author="mona")
    tree = root_of(api)
    link, module = entry_of(tree, "link"), entry_of(tree, "lib")
    assert (link["type"], link["mode"]) == ("blob", 0o120000)
    assert (module["type"], module["mode"], module["size"]) == ("commit", 0o160000, 0)
    assert (module["oid"], module["object"]) == ("a" * 40, None)


def test_files_are_read_by_their_node_ids_many_at_a_time(api: Api) -> None:
    api.github.set_files(api.repository, FILES, author="mona")
    tree = root_of(api)
    ids = [entry_of(tree, name)["object"]["id"] for name in ("README.md", "a.b")]
    nodes = api.document("blobs", ids=ids)["data"]["nodes"]
    assert [node["text"] for node in nodes] == ["# Hello\n", "2\n"]
    assert nodes[0]["oid"] == entry_of(tree, "README.md")["oid"]


def test_what_a_token_may_not_read_is_not_found_by_its_node_id(api: Api) -> None:
    other = api.github.add_repository("mona/secret", private=True)
    permissions = {"metadata": "read", "contents": "read", "issues": "read"}
    installation = api.github.install([other], permissions=permissions)
    node_id = entry_of(root_of(api), "README.md")["object"]["id"]
    for token in (
        api.token(installation=installation),
        api.token(permissions={"issues": "read"}),
    ):
        assert api.document("blobs", token=token, ids=[node_id])["data"]["nodes"] == [None]


def test_a_folder_or_a_file_is_read_by_its_path_or_id(api: Api) -> None:
    api.github.set_files(api.repository, FILES, author="mona")
    blob = entry_of(root_of(api), "a.b")["oid"]
    query = """query($blob: GitObjectID!) { repository(owner: "octo-org", name: "hello") {
      folder: object(expression: "HEAD:a/b") { __typename ... on Tree { entries { path } } }
      top: object(expression: "main:") { __typename commitUrl }
      file: object(oid: $blob) { ... on Blob { text } }
      none: object(expression: "HEAD:a/b/c.py/d") { oid }
    } }"""
    found = api.query(query, blob=blob)["data"]["repository"]
    assert found["folder"] == {"__typename": "Tree", "entries": [{"path": "a/b/c.py"}]}
    assert found["top"]["__typename"] == "Tree"
    assert found["file"] == {"text": "2\n"}
    assert found["none"] is None


def test_a_files_bytes_are_served_raw_or_as_base64(api: Api) -> None:
    api.github.push(api.repository, {"odd": b"na\xefve"}, author="mona")
    oid = entry_of(root_of(api), "odd")["oid"]
    path = f"/repos/octo-org/hello/git/blobs/{oid}"
    headers = {"Authorization": f"token {api.token()}", "Accept": "application/vnd.github.raw+json"}
    raw = requests.get(api.url + path, headers=headers, timeout=10)
    assert raw.content == b"na\xefve"
    told = api.get(path).json()
    assert (told["encoding"], base64.b64decode(told["content"])) == ("base64", b"na\xefve")
    assert api.get(path[:-1]).status_code == 404


def test_a_branch_is_read_by_its_name(api: Api) -> None:
    pushed = api.github.push(api.repository, {"x": b"1"}, author="mona", branch="next")
    read = api.document("branch", **OF, branch="refs/heads/next")["data"]["repository"]["ref"]
    assert read == {"target": {"oid": pushed.oid}}
    assert pushed.oid != head(api).oid
    api.github.delete_branch(api.repository, "next", author="mona")
    gone = api.document("branch", **OF, branch="refs/heads/next")["data"]["repository"]["ref"]
    assert gone is None
    with pytest.raises(Unknown, match="no branch 'next'"):
        api.github.state.head(api.repository, "next")


def test_releases_and_tags_are_read_newest_first(api: Api) -> None:
    github = api.github
    first = head(api).oid
    github.release(api.repository, "v1.0", author="mona")
    second = github.push(api.repository, {"x": b"1"}, author="mona").oid
    github.tag(api.repository, "v2.0rc1", author="mona", annotated=True)
    github.release(api.repository, "v2.0rc1", author="mona", prerelease=True)
    github.release(api.repository, "v2.0", author="mona", draft=True)

    found = api.document("versions", **OF)["data"]["repository"]

    # Who may not push does not see drafts.
    assert found["releases"]["nodes"] == [
        {
            "tagName": "v2.0rc1",
            "isDraft": False,
            "isPrerelease": True,
            "tagCommit": {"oid": second},
        },
        {"tagName": "v1.0", "isDraft": False, "isPrerelease": False, "tagCommit": {"oid": first}},
    ]
    annotated, lightweight = found["refs"]["nodes"]
    assert (annotated["name"], annotated["target"]["__typename"]) == ("v2.0rc1", "Tag")
    assert annotated["target"]["target"] == {"oid": second}
    assert lightweight == {"name": "v1.0", "target": {"__typename": "Commit", "oid": first}}
    repository = api.document("repository", **OF)["data"]["repository"]
    assert repository["latestRelease"] == {"tagName": "v1.0"}


def test_a_tag_and_a_branch_are_refs_by_name(api: Api) -> None:
    api.github.tag(api.repository, "v1.0", author="mona", annotated=True)
    query = """{ repository(owner: "octo-org", name: "hello") {
      tag: ref(qualifiedName: "refs/tags/v1.0") {
        id name prefix target { oid commitUrl repository { name } }
      }
      none: ref(qualifiedName: "refs/tags/v2.0") { id }
      refs(refPrefix: "refs/heads/", first: 5, orderBy: {field: ALPHABETICAL, direction: ASC}) {
        nodes { name }
      }
      releases(first: 1) { totalCount nodes { id } }
      latestRelease { id }
    } }"""
    found = api.query(query)["data"]["repository"]
    assert (found["tag"]["name"], found["tag"]["prefix"]) == ("v1.0", "refs/tags/")
    assert found["tag"]["target"]["repository"] == {"name": "hello"}
    assert found["none"] is None
    assert found["refs"]["nodes"] == [{"name": "main"}]
    assert (found["releases"]["totalCount"], found["latestRelease"]) == (0, None)
    tarball = api.get("/repos/octo-org/hello/tarball/v1.0")
    assert tarball.status_code == 200


def test_an_archive_holds_links_as_links(api: Api) -> None:
    files = {"link": Symlink(b"x.py"), "lib": Submodule(b"a" * 40), "x.py": b"1\n"}
    api.github.set_files(api.repository, files, author="mona")
    archive = api.get("/repos/octo-org/hello/tarball")
    assert archive.status_code == 200
    assert archive.content.startswith(b"\x1f\x8b")
