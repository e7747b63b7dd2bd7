"""Everything at once: real processes, real HTTP, a real PostgreSQL, the real embedding model."""

from __future__ import annotations

import itertools
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest
import structlog
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from simulator.github import App
from storage import Database
from tests.end_to_end.world import installed_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.end_to_end.world import World

_numbers = itertools.count(1)


@pytest.fixture(scope="module", autouse=True)
def quiet_logs() -> Iterator[None]:
    """Keep the log of this process to errors: requests come in between the tests, too."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def registration() -> tuple[App, str]:
    """An App with its private key."""
    return App.generate(slug="fury-bot")


@pytest.fixture(scope="session")
def open_database(server: str, template: str) -> Callable[[], AbstractContextManager[Database]]:
    """What makes a fresh, migrated database, of any lifetime."""

    @contextmanager
    def make() -> Iterator[Database]:
        name = f"fury_bot_end_to_end_{next(_numbers)}"
        with psycopg.connect(server, autocommit=True) as connection:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        host = conninfo_to_dict(server)["host"]
        with Database(f"postgresql://postgres:@/{name}?host={host}") as database:
            yield database

    return make


@pytest.fixture(scope="module")
def world(
    registration: tuple[App, str],
    open_database: Callable[[], AbstractContextManager[Database]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """A world of the module's own, installed and indexed."""
    folder = tmp_path_factory.mktemp("world")
    with open_database() as database, installed_world(registration, database, folder) as world:
        yield world
