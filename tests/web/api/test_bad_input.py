"""What cannot be answered is refused in one clear line."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.web.api.scripted import Memory, ScriptedEngine
from web.api import TokenStore, blueprint
from web.api.body import MAX_BYTES
from web.api.fields import MAX_QUESTION

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from storage import Database

GENERATE = "/api/groq/generate"


@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        (GENERATE, {}, "query: field required"),
        (GENERATE, {"query": 7}, "query: input should be a valid string"),
        (GENERATE, {"query": ""}, "query: should be more than spaces"),
        (GENERATE, {"query": " \n"}, "query: should be more than spaces"),
        (GENERATE, {"query": "x" * (MAX_QUESTION + 1)}, "query: string should have at most 4000"),
        (GENERATE, {"query": "How?", "knn": "three"}, "knn: input should be a valid integer"),
        (GENERATE, {"query": "How?", "knn": 0}, "knn: input should be greater than or equal to 1"),
        (GENERATE, {"query": "How?", "knn": "51"}, "knn: input should be less than or equal to 50"),
        (GENERATE, {"query": "How?", "knn": 2.5}, "knn: input should be a valid integer"),
        (GENERATE, {"query": "How?", "knn": True}, "knn: input should be a valid integer"),
        (GENERATE, {"query": "How?", "stream": "no"}, "stream: input should be a valid boolean"),
        (GENERATE, {"query": "How?", "llm": ""}, "llm: should be the name of a model"),
        (GENERATE, {"query": "How?", "kn": 3}, "kn: unknown; known are repo, ref, knn, stream"),
        (GENERATE, {"query": "How?", "repo": "kitchen"}, "repo: should be owner/name"),
        (GENERATE, {"query": "How?", "ref": "a b"}, "ref: should be the name of a branch or tag"),
        (GENERATE, [], "body: should be a JSON object"),
        (GENERATE, "How?", "body: should be a JSON object"),
        ("/api/question", {"question": "How?"}, "user_id: field required"),
        (
            "/api/question",
            {"question": "How?", "user_id": "a/b"},
            "user_id: should be letters, digits and",
        ),
        ("/api/search", {"query": "boil", "stream": True}, "stream: unknown; known are"),
    ],
)
def test_a_field_that_is_wrong_is_named(
    client: FlaskClient, path: str, body: object, detail: str
) -> None:
    response = client.post(path, json=body)

    assert response.status_code == 422
    told = response.get_json()
    assert set(told) == {"error", "detail"}
    assert told["error"] == "invalid"
    assert told["detail"].startswith(detail)


def test_all_that_is_wrong_is_told_at_once(client: FlaskClient) -> None:
    detail = client.post(GENERATE, json={"knn": 0, "stream": 1}).get_json()["detail"]

    assert [line.partition(":")[0] for line in detail.split("; ")] == ["knn", "stream", "query"]


@pytest.mark.parametrize(
    "sent",
    [b"", b"{", b"\xff\xfe", b'{"query": NaN}', b"[" * 60_000, b"{'query': 'How?'}"],
    ids=["empty", "broken", "not UTF-8", "NaN", "deep", "Python"],
)
def test_what_is_not_json_is_said_not_to_be(client: FlaskClient, sent: bytes) -> None:
    response = client.post(GENERATE, data=sent[:MAX_BYTES], content_type="application/json")

    assert (response.status_code, response.get_json()["error"]) == (400, "bad_request")
    assert response.get_json()["detail"].startswith("the body is not JSON")


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_another_content_type_is_refused(client: FlaskClient, content_type: str | None) -> None:
    response = client.post(GENERATE, data=b'{"query": "How?"}', content_type=content_type)

    assert (response.status_code, response.get_json()["error"]) == (415, "wrong_content_type")
    assert "application/json" in response.get_json()["detail"]


def test_a_body_over_the_limit_is_refused_with_the_limit(client: FlaskClient) -> None:
    response = client.post(
        GENERATE, data=b" " * (MAX_BYTES + 1), content_type="application/json; charset=utf-8"
    )

    assert (response.status_code, response.get_json()["error"]) == (413, "too_large")
    assert "65,536" in response.get_json()["detail"]


def test_a_body_over_the_limit_that_announces_no_length_is_refused_too(url: str) -> None:
    address = urlsplit(url)
    with socket.create_connection((str(address.hostname), int(address.port or 0))) as connection:
        connection.settimeout(10)
        connection.sendall(
            f"POST {GENERATE} HTTP/1.1\r\nHost: {address.netloc}\r\n"
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            f"{MAX_BYTES + 2:x}\r\n{' ' * (MAX_BYTES + 2)}\r\n0\r\n\r\n".encode()
        )
        assert b" 413 " in connection.recv(200).splitlines()[0]


def test_without_a_repository_the_field_that_names_it_is_asked_for(database: Database) -> None:
    app = Flask("test")
    app.register_blueprint(
        blueprint(
            engine=ScriptedEngine(),
            conversations=Memory(),
            tokens=TokenStore(database),
            providers=("extractive",),
            default_repository=None,
        )
    )
    client = app.test_client()

    missing = [
        client.post("/api/extractive/generate", json={"query": "How?"}),
        client.post("/api/question", json={"question": "How?", "user_id": "7"}),
        client.post("/api/search", json={"query": "How?"}),
    ]
    named = client.post("/api/search", json={"query": "How?", "repo": "octo/kitchen"})

    assert {response.status_code for response in missing} == {422}
    for response in missing:
        assert response.get_json()["detail"].startswith("repo: needed")
    assert named.status_code == 200


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/api/conversations/a%20b", "user_id: should be letters, digits and"),
        ("/api/conversations/7?repo=kitchen", "repo: should be owner/name"),
        ("/api/conversations/7?all=1", "all: unknown; known are user_id, repo"),
    ],
)
def test_a_conversation_is_named_by_a_user_and_a_repository(
    client: FlaskClient, path: str, detail: str
) -> None:
    response = client.delete(path)

    assert response.status_code == 422
    assert response.get_json()["detail"].startswith(detail)
