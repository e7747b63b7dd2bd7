"""The API before a scripted engine, with its tokens in a real PostgreSQL."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from simulator.serving import Served
from storage import Database
from tests.web.api.scripted import REPOSITORY, Memory, ScriptedEngine
from web.api import TokenStore, blueprint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

_numbers = itertools.count(1)


@pytest.fixture
def engine() -> ScriptedEngine:
    """What the API asks."""
    return ScriptedEngine()


@pytest.fixture
def memory() -> Memory:
    """What the API remembers."""
    return Memory()


@pytest.fixture(scope="module")
def database(server: str, template: str) -> Iterator[Database]:
    """A database of the module's own: what a test leaves in it, ``store`` takes out."""
    name = f"fury_bot_api_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
    host = conninfo_to_dict(server)["host"]
    url = f"postgresql://postgres:@/{name}?host={host}"
    with Database(url) as database:
        yield database


@pytest.fixture
def store(database: Database) -> Iterator[TokenStore]:
    """The tokens, none at first."""
    yield TokenStore(database)
    with database.transaction() as connection:
        connection.execute("DELETE FROM api_tokens")


@pytest.fixture
def app(engine: ScriptedEngine, memory: Memory, store: TokenStore) -> Flask:
    """The API alone, as an application."""
    app = Flask("test")
    app.register_blueprint(
        blueprint(
            engine=engine,
            conversations=memory,
            tokens=store,
            providers=("groq", "google", "ollama", "extractive"),
            default_repository=REPOSITORY,
        )
    )
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody at this machine."""
    return app.test_client()


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    """Of the API, served over HTTP."""
    with Served(app) as served:
        yield served.url
