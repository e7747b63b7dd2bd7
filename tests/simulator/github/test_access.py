"""Who gets in: App JWTs and installation tokens, with GitHub's answers to wrong ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

import pytest
import requests

from simulator.github import App

if TYPE_CHECKING:
    from tests.simulator.github.conftest import Api, Json

TOKENS = "/app/installations/{}/access_tokens"


def _tokens(api: Api) -> str:
    return TOKENS.format(api.installation.id)


def test_a_token_is_given_for_an_hour(api: Api) -> None:
    answer = api.as_app("POST", _tokens(api))

    assert answer.status_code == 201
    body = answer.json()
    assert body["token"].startswith("ghs_")
    assert len(body["token"]) == 40
    assert body["repository_selection"] == "selected"
    assert body["permissions"] == dict(api.installation.permissions)


def test_the_client_id_and_the_app_id_are_both_issuers(api: Api) -> None:
    for issuer in (api.github.app.client_id, str(api.github.app.id)):
        answer = api.as_app("GET", "/app", token=api.jwt(iss=issuer))
        assert answer.json()["slug"] == "fury-bot"


def test_a_wrong_jwt_is_refused_in_githubs_words(api: Api) -> None:
    now = int(api.github.clock.now().timestamp())
    other_key = App.generate()[1]
    expired = (
        "'Expiration time' claim ('exp') must be a numeric value representing the future time "
        "at which the assertion expires"
    )
    not_yet = (
        "'Issued at' claim ('iat') must be an Integer representing the time that the assertion "
        "was issued"
    )
    too_far = "'Expiration time' claim ('exp') is too far in the future"
    undecodable = "A JSON web token could not be decoded"
    for token, status, message in (
        (api.jwt(exp=now + 700), 401, too_far),
        (api.jwt(exp=now - 10), 401, expired),
        (api.jwt(exp=None), 401, expired),
        (api.jwt(iat=now + 60), 401, not_yet),
        (api.jwt(iat=None), 401, not_yet),
        ("no.jwt", 401, undecodable),
        (api.jwt(key=other_key), 401, undecodable),
        (api.jwt(iss="Iv23nobody"), 404, "Integration not found"),
    ):
        answer = api.as_app("POST", _tokens(api), token=token)
        assert (answer.status_code, answer.json()["message"]) == (status, message)


def test_a_symmetric_signature_with_the_public_key_is_refused(api: Api) -> None:
    header, claims, _ = api.jwt().split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    signature = hmac.digest(
        api.github.app.public_key.encode(), f"{head}.{claims}".encode(), hashlib.sha256
    )
    forged = f"{head}.{claims}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"

    assert header != head
    assert api.as_app("GET", "/app", token=forged).status_code == 401


def test_a_token_is_narrowed_by_name_by_id_and_by_permission(api: Api) -> None:
    second = api.github.add_repository("octo-org/second", private=True)
    api.github.add_to_installation(api.installation, [second])

    by_name = api.token(repositories=["hello"])
    by_id = api.token(repository_ids=[second.id])
    readonly = api.token(permissions={"issues": "read"})

    for token, visible in ((by_name, "hello"), (by_id, "second")):
        listed = api.get("/installation/repositories", token=token).json()
        assert [repository["name"] for repository in listed["repositories"]] == [visible]
    answer = api.as_app("POST", _tokens(api), repositories=["hello"]).json()
    assert [repository["full_name"] for repository in answer["repositories"]] == ["octo-org/hello"]
    issue = api.github.open_issue(api.repository, author="mona", title="t", body="b")
    refused = api.document("add_issue_comment", token=readonly, subjectId=issue.node_id, body="Hi")
    assert refused["data"] == {"addComment": None}
    assert refused["errors"][0]["type"] == "FORBIDDEN"
    assert refused["errors"][0]["message"] == "Resource not accessible by integration"


@pytest.mark.parametrize(
    "body",
    [
        {"repositories": ["hello", "elsewhere"]},
        {"repository_ids": [1]},
        {"permissions": {"contents": "write"}},
        {"permissions": {"administration": "read"}},
        {"permissions": {"issues": "everything"}},
    ],
)
def test_a_token_cannot_have_more_than_its_installation(api: Api, body: dict[str, Json]) -> None:
    answer = api.as_app("POST", _tokens(api), **body)
    assert answer.status_code == 422


def test_an_unknown_installation_is_not_found(api: Api) -> None:
    assert api.as_app("POST", TOKENS.format(1)).status_code == 404
    assert api.as_app("GET", "/app/installations/1").status_code == 404


def test_a_token_expires_after_an_hour(api: Api) -> None:
    token = api.token()
    api.github.clock.advance(seconds=3590)
    assert api.get("/repos/octo-org/hello", token=token).status_code == 200

    api.github.clock.advance(seconds=11)

    rest = api.get("/repos/octo-org/hello", token=token)
    graphql = api.post_query("{ viewer { login } }", token=token)
    for answer in (rest, graphql):
        assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")


def test_a_request_without_a_token_is_unauthorised(api: Api) -> None:
    for answer in (
        requests.get(f"{api.url}/repos/octo-org/hello", timeout=10),
        requests.post(f"{api.url}/graphql", json={"query": "{ viewer { id } }"}, timeout=10),
    ):
        assert answer.status_code == 401


def test_a_suspended_installation_is_refused(api: Api) -> None:
    token = api.token()
    api.github.suspend(api.installation)

    assert api.as_app("POST", _tokens(api)).status_code == 403
    assert api.get("/repos/octo-org/hello", token=token).status_code == 403
    assert api.post_query("{ viewer { id } }", token=token).status_code == 403


def test_a_token_dies_with_its_installation(api: Api) -> None:
    token = api.token()
    api.github.uninstall(api.installation)
    assert api.get("/repos/octo-org/hello", token=token).status_code == 401


def test_a_narrowed_token_sees_no_other_private_repository(api: Api) -> None:
    second = api.github.add_repository("octo-org/second", private=True)
    api.github.add_to_installation(api.installation, [second])
    discussion = api.github.open_discussion(second, author="mona", title="t", body="b")
    token = api.token(repositories=["hello"])

    assert api.get("/repos/octo-org/second", token=token).status_code == 404
    assert api.get("/repos/octo-org/second/tarball/HEAD", token=token).status_code == 404
    by_name = api.document("repository", token=token, owner="octo-org", name="second")
    assert by_name["data"] == {"repository": None}
    assert by_name["errors"][0]["type"] == "NOT_FOUND"
    by_id = api.document("discussion", token=token, id=discussion.node_id)
    assert by_id["data"] == {"node": None}
    assert by_id["errors"][0]["type"] == "NOT_FOUND"
    assert by_id["errors"][0]["path"] == ["node"]
    posted = api.document(
        "add_discussion_comment", token=token, discussionId=discussion.node_id, body="Hi"
    )
    assert posted["errors"][0]["type"] == "NOT_FOUND"
    assert api.github.discussion_comments(discussion) == []


def test_a_public_repository_is_read_by_any_token_and_written_by_none_without_access(
    api: Api,
) -> None:
    public = api.github.add_repository("elsewhere/open")
    discussion = api.github.open_discussion(public, author="mona", title="t", body="b")

    assert api.get("/repos/elsewhere/open").status_code == 200
    assert api.document("discussion", id=discussion.node_id)["data"]["node"]["title"] == "t"
    posted = api.document("add_discussion_comment", discussionId=discussion.node_id, body="Hi")
    assert posted["errors"][0]["type"] == "FORBIDDEN"
    assert api.github.discussion_comments(discussion) == []


def test_reading_what_is_private_needs_the_permission(api: Api) -> None:
    discussion = api.github.open_discussion(api.repository, author="mona", title="t", body="b")
    token = api.token(permissions={"issues": "read"})

    refused = api.document("discussion", token=token, id=discussion.node_id)
    assert refused["errors"][0]["type"] == "FORBIDDEN"
    settings = api.document("repository", token=token, owner="octo-org", name="hello")
    assert settings["errors"][0]["type"] == "FORBIDDEN"
    assert settings["data"]["repository"]["settings"] is None
    assert api.get("/repos/octo-org/hello/tarball/HEAD", token=token).status_code == 403
