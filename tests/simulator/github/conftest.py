"""The simulated GitHub on a real server, with the App installed, and a client for it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt
import pytest
import requests

from simulator.github import App, GitHub, Installation, Repository, create_app
from simulator.serving import Served

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Json = Any
"""A JSON value."""

ROOT = Path(__file__).parents[3]
DOCUMENTS = ROOT / "github_app" / "graphql"
TIMEOUT = 10


@dataclass
class Api:
    """Talks to the simulated GitHub as an App does."""

    github: GitHub
    private_key: str = field(repr=False)
    url: str
    repository: Repository
    installation: Installation

    def jwt(self, *, key: str | None = None, **claims: Json) -> str:
        now = int(self.github.clock.now().timestamp())
        defaults = {"iat": now - 60, "exp": now + 540, "iss": self.github.app.client_id}
        return jwt.encode({**defaults, **claims}, key or self.private_key, "RS256")

    def as_app(
        self, method: str, path: str, *, token: str | None = None, **body: Json
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {token or self.jwt()}"}
        return requests.request(
            method, self.url + path, headers=headers, json=body or None, timeout=TIMEOUT
        )

    def token(self, *, installation: Installation | None = None, **narrowing: Json) -> str:
        number = (installation or self.installation).id
        path = f"/app/installations/{number}/access_tokens"
        answer = self.as_app("POST", path, **narrowing)
        assert answer.status_code == 201, answer.text
        return answer.json()["token"]

    def get(self, path: str, *, token: str | None = None, **options: Json) -> requests.Response:
        headers = {"Authorization": f"token {token or self.token()}"}
        return requests.get(self.url + path, headers=headers, timeout=TIMEOUT, **options)

    def post_query(
        self, query: str, /, *, token: str | None = None, **variables: Json
    ) -> requests.Response:
        return requests.post(
            f"{self.url}/graphql",
            headers={"Authorization": f"Bearer {token or self.token()}"},
            json={"query": query, "variables": variables},
            timeout=TIMEOUT,
        )

    def query(
        self, query: str, /, *, token: str | None = None, **variables: Json
    ) -> dict[str, Json]:
        answer = self.post_query(query, token=token, **variables)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def document(
        self, document: str, /, *, token: str | None = None, **variables: Json
    ) -> dict[str, Json]:
        text = (DOCUMENTS / f"{document}.graphql").read_text(encoding="utf-8")
        return self.query(text, token=token, **variables)


@pytest.fixture(scope="session")
def registration() -> tuple[App, str]:
    """One App for the whole run: a key pair takes long to make."""
    return App.generate(webhook_secret="a webhook secret")


class Switch:
    """A WSGI application that is another one in each test, so that one server serves them all."""

    application: WSGIApplication

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.application(environ, start_response)


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    with Served(Switch()) as running:
        yield running


@pytest.fixture
def github(registration: tuple[App, str]) -> Iterator[GitHub]:
    with GitHub(registration[0]) as simulated:
        yield simulated


@pytest.fixture
def api(github: GitHub, registration: tuple[App, str], served: Served) -> Api:
    repository = github.add_repository(
        "octo-org/hello",
        private=True,
        files={"README.md": b"# Hello\n", ".github/fury-bot.yml": b"answer: questions\n"},
    )
    installation = github.install([repository])
    served.application.application = create_app(github)
    return Api(github, registration[1], served.url, repository, installation)


@dataclass
class Received:
    """What an App's webhook server got."""

    headers: dict[str, str]
    body: bytes

    @property
    def payload(self) -> Json:
        return json.loads(self.body)


@dataclass
class Receiver:
    """An App's webhook, as a WSGI application."""

    status: str = "202 Accepted"
    received: list[Received] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        headers = {key: value for key, value in environ.items() if isinstance(value, str)}
        self.received.append(Received(headers, body))
        start_response(self.status, [("Content-Type", "text/plain")])
        return [b"thanks"]

    def events(self) -> list[tuple[str, str | None]]:
        return [
            (one.headers["HTTP_X_GITHUB_EVENT"], one.payload.get("action")) for one in self.received
        ]


@pytest.fixture(scope="session")
def served_receiver() -> Iterator[Served]:
    with Served(Switch()) as running:
        yield running


@pytest.fixture
def receiver(api: Api, served_receiver: Served) -> Receiver:
    """The App's webhook, set up and pinged."""
    served_receiver.application.application = webhook = Receiver()
    api.github.set_webhook(url=f"{served_receiver.url}/hook", secret="a webhook secret")
    webhook.received.clear()
    return webhook
