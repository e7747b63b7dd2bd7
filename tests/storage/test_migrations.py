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
        applied = [int(process.communicate(timeout=120)[0]) for process in processes]

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


KNOWLEDGE_BEFORE = """
INSERT INTO repositories (name, url) VALUES ('octo/kitchen', 'https://github.com/octo/kitchen');
SELECT create_knowledge_partition(1);
INSERT INTO indexes (repository_id, ref, model, dimension, commit_sha, chunks)
VALUES (1, 'main', 'm', 3, 'c', 1);
INSERT INTO documents (repository_id, index_id, path, language, content_hash)
VALUES (1, 1, 'a.py', 'python', 'x');
INSERT INTO chunks (repository_id, index_id, document_id, kind, path, start_line, end_line,
    unit_start_line, unit_end_line, context, content, text_hash, embedding, terms)
VALUES (1, 1, 1, 'text', 'a.py', 1, 1, 1, 1, '', 'x', 'h', '[1,2,3]', '{1:1}/9');
"""


def test_vectors_that_stood_beside_the_text_are_kept_when_they_move(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = sql.Identifier("fury_bot_before_0007")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    url = server.replace("/postgres?", "/fury_bot_before_0007?")
    known = migrations._known()
    with monkeypatch.context() as earlier:
        earlier.setattr(migrations, "_known", lambda: known.filter(lambda one: one.id < "0007"))
        migrations.migrate(url)
    with psycopg.connect(url) as connection:
        connection.execute(KNOWLEDGE_BEFORE)

    migrations.migrate(url)

    with psycopg.connect(url) as connection:
        vectors = connection.execute(
            "SELECT embedding::text, content FROM chunk_vectors JOIN chunks"
            " ON chunks.id = chunk_id AND chunks.repository_id = chunk_vectors.repository_id"
        ).fetchall()
        documents = connection.execute("SELECT path, cut FROM documents").fetchall()
    assert vectors == [("[1,2,3]", "x")]
    assert documents == [("a.py", 0)]  # of no cut that there is: the next run cuts it anew
