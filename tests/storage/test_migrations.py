"""The runner of migrations."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from storage import DatabaseUnreachable, embedded, migrations

MIGRATE = """
import sys
from pathlib import Path
from storage import embedded, migrations
print(len(migrations.migrate(embedded.start(Path(sys.argv[1])))))
"""


def test_two_processes_that_start_at_once_both_succeed() -> None:
    with tempfile.TemporaryDirectory(prefix="fury-bot-tests-", ignore_cleanup_errors=True) as path:
        processes = [
            subprocess.Popen(  # noqa: S603 - this interpreter, the program above
                [sys.executable, "-c", MIGRATE, path], stdout=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        applied = [int(process.communicate(timeout=60)[0]) for process in processes]

        assert [process.returncode for process in processes] == [0, 0]
        assert min(applied) == 0
        assert max(applied) > 0


def test_a_second_run_applies_nothing(database_url: str) -> None:
    assert migrations.migrate(database_url) == []
    assert migrations.pending(database_url) == []


def test_an_empty_database_has_every_migration_pending(server: str) -> None:
    name = sql.Identifier("fury_bot_without_migrations")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    url = server.replace("/postgres?", "/fury_bot_without_migrations?")

    waiting = migrations.pending(url)

    numbers = [int(migration.split("_")[0]) for migration in waiting]
    assert numbers == list(range(1, len(numbers) + 1))
    files = Path(migrations.__file__).parent.parent / "migrations"
    assert len(numbers) == len([*files.glob("*.sql"), *files.glob("0*.py")])


def test_a_folder_that_cannot_hold_a_server_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(DatabaseUnreachable, match="FURY_BOT_DATA_DIR"):
        embedded.start(tmp_path / "file")


def test_a_connection_string_is_taken_as_well_as_a_url(database_url: str) -> None:
    parts = conninfo_to_dict(database_url)
    string = f"host='{parts['host']}' dbname={parts['dbname']} user=postgres"

    assert migrations.migrate(string) == []
