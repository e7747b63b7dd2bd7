"""A real PostgreSQL for every test that asks for one."""

from __future__ import annotations

import itertools
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from storage import Database, embedded, migrations

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = "fury_bot_template"
_numbers = itertools.count(1)

# How long an example takes says how busy the machine is; what must not take long has tests of its
# own.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

# Of what a shell starts in the background, interrupts are ignored, and so by every program that it
# starts in turn. Those of the tests are to be interrupted.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _url(server: str, database: str) -> str:
    return f"postgresql://postgres:@/{database}?host={conninfo_to_dict(server)['host']}"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of an embedded server of this test run's own."""
    with tempfile.TemporaryDirectory(prefix="fury-bot-tests-", ignore_cleanup_errors=True) as path:
        url = embedded.start(Path(path))
        with psycopg.connect(url, autocommit=True) as connection:
            # Nothing here has to outlive a loss of power, and each test makes a database.
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield url


@pytest.fixture(scope="session")
def template(server: str) -> str:
    """The name of a migrated database, to be copied."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    migrations.migrate(_url(server, TEMPLATE))
    return TEMPLATE


@pytest.fixture
def database_url(server: str, template: str) -> Iterator[str]:
    """The URL of a fresh, migrated database."""
    name = sql.Identifier(f"fury_bot_test_{next(_numbers)}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(template))
        )
        yield _url(server, name.as_string().strip('"'))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database."""
    with Database(database_url) as database:
        yield database
