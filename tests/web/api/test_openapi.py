"""The document says what the routes do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


def test_every_route_is_described_and_nothing_else(app: Flask, client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    routes = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"OPTIONS"}
    }
    described = {(path, method) for path, each in document["paths"].items() for method in each}

    assert document["openapi"] == "3.1.0"
    assert described == routes


def test_every_reference_leads_somewhere(client: FlaskClient) -> None:
    response = client.get("/openapi.json")
    document = response.get_json()
    for kind, name in set(re.findall(r'"#/components/(\w+)/(\w+)"', response.text)):
        assert name in document["components"][kind]


def test_the_providers_are_listed(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    (provider,) = document["paths"]["/api/{provider}/generate"]["post"]["parameters"]

    assert provider["schema"]["enum"] == ["groq", "google", "ollama", "extractive"]


def test_a_token_is_a_bearer_token_and_may_be_left_out(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()

    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert document["security"] == [{"token": []}, {}]


def test_streams_and_refusals_are_described(client: FlaskClient) -> None:
    post = client.get("/openapi.json").get_json()["paths"]["/api/question"]["post"]

    assert set(post["responses"]["200"]["content"]) == {"application/json", "text/event-stream"}
    statuses = "200 400 401 403 404 413 415 422 429 500 502 503 504".split()
    assert list(post["responses"]) == statuses
