"""The REST routes: repositories, permissions, archives."""

from __future__ import annotations

import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from simulator.github import Role

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulator.github.conftest import Api


@pytest.mark.parametrize("prefix", ["", "/api/v3"])
def test_a_repository_is_found_at_both_base_urls(api: Api, prefix: str) -> None:
    found = api.get(f"{prefix}/repos/octo-org/hello").json()
    assert (found["full_name"], found["default_branch"]) == ("octo-org/hello", "main")
    assert found["node_id"] == api.repository.node_id


def test_an_installation_is_found_by_id_and_by_repository(api: Api) -> None:
    by_id = api.as_app("GET", f"/app/installations/{api.installation.id}").json()
    by_name = api.as_app("GET", "/repos/octo-org/hello/installation").json()

    assert by_id == by_name
    assert by_id["account"]["login"] == "octo-org"
    assert api.as_app("GET", "/app/installations").json() == [by_id]
    assert api.as_app("GET", "/repos/octo-org/other/installation").status_code == 404


@pytest.mark.parametrize("prefix", ["", "/api/v3"])
@pytest.mark.parametrize("ref", ["HEAD", "main", "refs/heads/main", None])
def test_a_tarball_comes_by_redirect_with_one_top_folder(
    api: Api, ref: str | None, prefix: str
) -> None:
    head = api.github.state.head(api.repository).oid
    path = f"{prefix}/repos/octo-org/hello/tarball/{ref or head}"

    redirect = api.get(path, allow_redirects=False)
    archive = api.get(path)

    assert redirect.status_code == 302
    assert redirect.headers["Location"].startswith(api.url)
    with tarfile.open(fileobj=io.BytesIO(archive.content), mode="r:gz") as packed:
        names = packed.getnames()
        top = f"octo-org-hello-{head[:7]}"
        assert names == [top, f"{top}/.github/fury-bot.yml", f"{top}/README.md"]
        readme = packed.extractfile(f"{top}/README.md")
        assert readme is not None
        assert readme.read() == b"# Hello\n"


def test_a_zipball_holds_the_same(api: Api) -> None:
    answer = api.get("/repos/octo-org/hello/zipball/HEAD")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert len(packed.namelist()) == 2


def test_the_address_of_an_archive_needs_its_own_fresh_token(api: Api) -> None:
    redirect = api.get("/repos/octo-org/hello/tarball/HEAD", allow_redirects=False)
    path = redirect.headers["Location"].removeprefix(api.url)

    assert api.get(path.partition("?")[0]).status_code == 404
    assert api.get(path).status_code == 200
    api.github.clock.advance(seconds=301)
    assert api.get(path).status_code == 404


def test_an_unknown_ref_is_not_found(api: Api) -> None:
    assert api.get("/repos/octo-org/hello/tarball/v9").status_code == 404


@pytest.mark.parametrize(
    ("role", "permission"),
    [
        (Role.ADMIN, "admin"),
        (Role.MAINTAIN, "write"),
        (Role.WRITE, "write"),
        (Role.TRIAGE, "read"),
        (Role.READ, "read"),
    ],
)
def test_the_permission_api_knows_four_levels_and_names_the_role(
    api: Api, role: Role, permission: str
) -> None:
    api.github.grant(api.repository, "mona", role)
    found = api.get("/repos/octo-org/hello/collaborators/mona/permission").json()
    assert (found["permission"], found["role_name"]) == (permission, role.name.lower())
    assert found["user"]["login"] == "mona"


def test_a_stranger_has_no_permission_and_nobody_is_not_found(api: Api) -> None:
    api.github.add_user("stranger")
    path = "/repos/octo-org/hello/collaborators/{}/permission"
    assert api.get(path.format("stranger")).json()["permission"] == "none"
    assert api.get(path.format("nobody")).status_code == 404


def test_the_permission_api_is_closed_outside_the_installation(api: Api) -> None:
    api.github.add_repository("elsewhere/open")
    api.github.add_user("mona")
    answer = api.get("/repos/elsewhere/open/collaborators/mona/permission")
    assert answer.status_code == 403


def test_a_private_membership_shows_in_the_permission_api_alone(api: Api) -> None:
    api.github.grant(api.repository, "hidden", Role.WRITE, visible=False)
    api.github.grant(api.repository, "shown", Role.WRITE)
    associations = {}
    for login in ("hidden", "shown", "octo-org", "stranger"):
        issue = api.github.open_issue(api.repository, author=login, title="t", body="b")
        query = "query($id: ID!) { node(id: $id) { ... on Comment { authorAssociation } } }"
        node = api.query(query, id=issue.node_id)["data"]["node"]
        associations[login] = node["authorAssociation"]

    assert associations == {
        "hidden": "NONE",
        "shown": "MEMBER",
        "octo-org": "OWNER",
        "stranger": "NONE",
    }
    permission = api.get("/repos/octo-org/hello/collaborators/hidden/permission").json()
    assert permission["permission"] == "write"


def test_two_commits_are_compared(api: Api) -> None:
    first = api.github.state.head(api.repository)
    second = api.github.push(
        api.repository, {"README.md": b"", "new.py": b"x = 1\n"}, author="mona"
    )
    third = api.github.push(api.repository, {"new.py": None}, author="mona")

    path = "/repos/octo-org/hello/compare/{}...{}"
    ahead = api.get(path.format(first.oid, second.oid)).json()
    behind = api.get(path.format("main", second.oid)).json()

    assert (ahead["status"], ahead["ahead_by"]) == ("ahead", 1)
    assert ahead["files"] == [
        {"filename": "new.py", "status": "added"},
        {"filename": "README.md", "status": "modified"},
    ]
    assert (behind["status"], behind["behind_by"]) == ("behind", 1)
    assert third.files["README.md"] == b""
    assert "new.py" not in third.files


def test_files_come_from_a_directory_an_archive_or_a_function(api: Api, tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "a.py").write_bytes(b"a = 1\n")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_bytes(b"ref")
    archive = api.get("/repos/octo-org/hello/tarball/HEAD").content

    of_directory = api.github.set_files(api.repository, tmp_path, author="mona")
    of_archive = api.github.set_files(api.repository, archive, author="mona")
    of_function = api.github.set_files(
        api.repository, lambda: iter([("b.py", b"b"), ("a.py", b"a")]), author="mona"
    )

    assert of_directory.files == {"pkg/a.py": b"a = 1\n"}
    assert list(of_archive.files) == [".github/fury-bot.yml", "README.md"]
    assert list(of_function.files) == ["a.py", "b.py"]


def test_the_primary_limit_of_rest_is_a_403(api: Api) -> None:
    token = api.token()
    api.github.primary_limit.leave(api.installation.id, "core", remaining=0)

    answer = api.get("/repos/octo-org/hello", token=token)

    assert answer.status_code == 403
    assert "API rate limit exceeded" in answer.json()["message"]
    assert answer.headers["x-ratelimit-remaining"] == "0"


def test_an_unknown_route_is_githubs_404(api: Api) -> None:
    answer = api.get("/repos/octo-org/hello/stargazers")
    assert (answer.status_code, answer.json()["message"]) == (404, "Not Found")
