"""Tokens and archives over real HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask, Response, redirect, request

from github_app import rest
from github_app.auth import READING, InstallationTokens, load_private_key
from github_app.errors import ArchiveTooLarge, BadCredentials, NotFound, ServerError
from github_app.rest import RestClient
from simulator.github import App, GitHub, create_app
from simulator.serving import Served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkzeug.wrappers import Response as BaseResponse

    from tests.github_app.conftest import Bot

REPOSITORY = "octo-org/hello"


@pytest.fixture
def github(registration: tuple[App, str]) -> Iterator[GitHub]:
    with GitHub(registration[0]) as github:
        github.install([github.add_repository(REPOSITORY)])
        yield github


@pytest.fixture
def url(github: GitHub) -> Iterator[str]:
    with Served(create_app(github)) as server:
        yield server.url


def tokens(
    url: str, registration: tuple[App, str], app_id: str | None = None
) -> InstallationTokens:
    app, key = registration
    return InstallationTokens(app_id or str(app.id), load_private_key(key), RestClient(url))


def test_a_token_is_bought(github: GitHub, url: str, registration: tuple[App, str]) -> None:
    (installation,) = github.state.installations()
    token = tokens(url, registration).get(installation.id, REPOSITORY, READING)
    access = github.tokens.access(f"Bearer {token.value}")
    assert access.token.permissions == READING
    assert access.token.repository_ids == installation.repository_ids
    assert 3500 < token.expires_at - token.issued_at < 3700


def test_a_wrong_app_id_says_what_to_check(
    github: GitHub, url: str, registration: tuple[App, str]
) -> None:
    (installation,) = github.state.installations()
    with pytest.raises(BadCredentials, match="check that GITHUB_APP_ID is the App's id"):
        tokens(url, registration, app_id="1").get(installation.id, REPOSITORY, READING)


def test_a_wrong_key_says_what_to_check(
    github: GitHub, url: str, registration: tuple[App, str]
) -> None:
    (installation,) = github.state.installations()
    _, other_key = App.generate()
    with pytest.raises(BadCredentials, match="GITHUB_PRIVATE_KEY is one of its keys"):
        tokens(url, (registration[0], other_key)).get(installation.id, REPOSITORY, READING)


def test_the_app_learns_its_name(bot: Bot) -> None:
    assert bot.dependencies.github.who_am_i() == "fury-bot"


def test_an_app_that_github_does_not_know_is_told_what_to_check(
    url: str, registration: tuple[App, str]
) -> None:
    with pytest.raises(BadCredentials, match="check that GITHUB_APP_ID"):
        RestClient(url).read_app_slug(jwt=tokens(url, registration, app_id="1").app_jwt())


def test_an_answer_that_is_not_githubs_is_no_name() -> None:
    flask = Flask("proxy")
    flask.add_url_rule("/app", "app", lambda: "<html>")
    with Served(flask) as server, pytest.raises(ServerError, match="not an answer that GitHub"):
        RestClient(server.url).read_app_slug(jwt="secret")


def test_an_unknown_installation_is_not_found(url: str, registration: tuple[App, str]) -> None:
    with pytest.raises(NotFound):
        tokens(url, registration).get(1, REPOSITORY, READING)


def test_a_server_that_cannot_be_reached_is_named_without_the_request() -> None:
    with pytest.raises(ServerError) as raised:
        RestClient("http://127.0.0.1:1").create_installation_token(
            7, jwt="secret", repository="hello", permissions={}
        )
    assert str(raised.value) == "a token for installation 7: ConnectionError"


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", '{"token": "x", "expires_at": "soon"}'])
def test_an_answer_that_is_not_githubs_is_no_token(body: str) -> None:
    flask = Flask("proxy")
    flask.add_url_rule("/<path:path>", "all", lambda path: body, methods=["POST"])  # noqa: ARG005 - of the route
    with Served(flask) as server, pytest.raises(ServerError, match="not an answer that GitHub"):
        RestClient(server.url).create_installation_token(
            7, jwt="secret", repository="hello", permissions={}
        )


def test_an_archive_is_streamed_into_a_file(
    github: GitHub, url: str, registration: tuple[App, str], tmp_path: Path
) -> None:
    (installation,) = github.state.installations()
    token = tokens(url, registration).get(installation.id, REPOSITORY, READING)
    head = github.state.head(github.state.repository(REPOSITORY)).oid
    RestClient(url).download_archive(REPOSITORY, head, tmp_path / "a", token=token.value)
    assert (tmp_path / "a").read_bytes().startswith(b"\x1f\x8b")


def test_the_host_that_serves_archives_is_not_shown_the_token(tmp_path: Path) -> None:
    seen = []
    storage = Flask("codeload")

    @storage.get("/archive")
    def archive() -> Response:
        seen.append(request.headers.get("Authorization"))
        return Response(b"archive")

    with Served(storage) as elsewhere:
        api = Flask("api")

        @api.get("/repos/octo-org/hello/tarball/abc")
        def tarball() -> BaseResponse:
            seen.append(request.headers.get("Authorization"))
            return redirect(elsewhere.url.replace("127.0.0.1", "localhost") + "/archive")

        with Served(api) as server:
            RestClient(server.url).download_archive(
                REPOSITORY, "abc", tmp_path / "a", token="secret"
            )
    assert seen == ["Bearer secret", None]
    assert (tmp_path / "a").read_bytes() == b"archive"


def test_an_archive_over_the_cap_is_broken_off(tmp_path: Path) -> None:
    flask = Flask("api")
    flask.add_url_rule("/<path:path>", "all", lambda path: b"x" * 2000)  # noqa: ARG005 - of the route
    with Served(flask) as server, pytest.raises(ArchiveTooLarge, match="larger than 1,000 bytes"):
        RestClient(server.url).download_archive(
            REPOSITORY, "abc", tmp_path / "a", token="secret", max_bytes=1000
        )


def test_an_archive_that_never_ends_is_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "MAX_ARCHIVE_SECONDS", -1.0)
    flask = Flask("api")
    flask.add_url_rule("/<path:path>", "all", lambda path: b"x")  # noqa: ARG005 - of the route
    with Served(flask) as server, pytest.raises(ServerError, match="not done in"):
        RestClient(server.url).download_archive(REPOSITORY, "abc", tmp_path / "a", token="secret")
