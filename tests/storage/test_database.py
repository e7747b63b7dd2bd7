"""Connections, scopes and errors."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from storage import Connection, Database, DatabaseUnreachable, NotMigrated


def _repository(database: Database, name: str) -> int:
    with database.transaction() as connection:
        row = connection.execute(
            "INSERT INTO repositories (name, url) VALUES (%s, 'https://example.org') RETURNING id",
            (name,),
        ).fetchone()
        assert row
        connection.execute("SELECT create_knowledge_partition(%s)", (row[0],))
        repository_id: int = row[0]
        return repository_id


def _fill(database: Database, repository_id: int) -> None:
    """Put one row into each knowledge table."""
    with database.knowledge(repository_id) as connection:
        row = connection.execute(
            "INSERT INTO indexes (repository_id, ref, model, dimension, commit_sha, chunks)"
            " VALUES (%s, 'main', 'm', 3, 'c', 1) RETURNING id",
            (repository_id,),
        ).fetchone()
        assert row
        values = {"repository": repository_id, "index": row[0]}
        document = connection.execute(
            "INSERT INTO documents (repository_id, index_id, path, language, blob_id, cut)"
            " VALUES (%(repository)s, %(index)s, 'a.py', 'python', '', 1) RETURNING id",
            values,
        ).fetchone()
        assert document
        values["document"] = document[0]
        chunk = connection.execute(
            "INSERT INTO chunks (repository_id, index_id, document_id, kind, path, start_line,"
            " end_line, unit_start_line, unit_end_line, context, content, text_hash, terms)"
            " VALUES (%(repository)s, %(index)s, %(document)s, 'text', 'a.py', 1, 1, 1, 1,"
            " '', 'secret', '', '{1:1}/9') RETURNING id",
            values,
        ).fetchone()
        assert chunk
        connection.execute(
            "INSERT INTO chunk_vectors (repository_id, index_id, chunk_id, embedding)"
            " VALUES (%(repository)s, %(index)s, %(chunk)s, '[1,2,3]')",
            {**values, "chunk": chunk[0]},
        )
        connection.execute(
            "INSERT INTO unembedded (repository_id, model, text_hash, characters)"
            " VALUES (%(repository)s, 'm', '', 6)",
            values,
        )
        connection.execute(
            "INSERT INTO lexicon (repository_id, index_id, term, chunks)"
            " VALUES (%(repository)s, %(index)s, 1, 1)",
            values,
        )
        connection.execute(
            "INSERT INTO symbols (repository_id, index_id, document_id, qualified_name, kind,"
            " path, start_line, end_line)"
            " VALUES (%(repository)s, %(index)s, %(document)s, 'a.b', 'function', 'a.py', 1, 1)",
            values,
        )


KNOWLEDGE = (
    "indexes",
    "documents",
    "chunks",
    "chunk_vectors",
    "unembedded",
    "lexicon",
    "symbols",
)


@pytest.mark.parametrize("table", KNOWLEDGE)
def test_a_query_without_a_filter_sees_its_own_repository_alone(
    database: Database, table: str
) -> None:
    ours, theirs = _repository(database, "a/ours"), _repository(database, "b/theirs")
    _fill(database, ours)
    _fill(database, theirs)

    with database.knowledge(ours) as connection:
        rows = connection.execute(f"SELECT repository_id FROM {table}").fetchall()  # type: ignore[call-overload] # noqa: S608 - a name of the list above
    with database.transaction() as connection:
        everyone = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[call-overload] # noqa: S608 - a name of the list above

    assert rows == [(ours,)]
    assert everyone == (2,)  # both are there, so it is the policy that hides the other


@pytest.mark.parametrize("table", KNOWLEDGE)
def test_a_row_of_another_repository_can_be_neither_changed_nor_removed(
    database: Database, table: str
) -> None:
    ours, theirs = _repository(database, "a/ours"), _repository(database, "b/theirs")
    _fill(database, theirs)

    with database.knowledge(ours) as connection:
        changed = connection.execute(f"UPDATE {table} SET repository_id = {ours}")  # type: ignore[call-overload] # noqa: S608 - a name of the list above
        removed = connection.execute(f"DELETE FROM {table}")  # type: ignore[call-overload] # noqa: S608 - a name of the list above

    assert (changed.rowcount, removed.rowcount) == (0, 0)


def test_a_row_cannot_be_written_into_another_repository(database: Database) -> None:
    ours, theirs = _repository(database, "a/ours"), _repository(database, "b/theirs")

    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        database.knowledge(ours) as connection,
    ):
        connection.execute(
            "INSERT INTO indexes (repository_id, ref, model, dimension, commit_sha, chunks)"
            " VALUES (%s, 'main', 'm', 3, 'c', 1)",
            (theirs,),
        )


def test_the_partitions_are_no_way_round_the_policy(database: Database) -> None:
    ours, theirs = _repository(database, "a/ours"), _repository(database, "b/theirs")
    _fill(database, theirs)

    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        database.knowledge(ours) as connection,
    ):
        connection.execute(f"SELECT content FROM chunks_{theirs}")  # type: ignore[call-overload] # noqa: S608 - a number


def test_the_scope_ends_with_its_transaction(database: Database) -> None:
    ours = _repository(database, "a/ours")
    with database.knowledge(ours):
        pass

    with database.transaction() as connection:
        row = connection.execute(
            "SELECT current_user, current_setting('fury_bot.repository_id', true)"
        ).fetchone()

    assert row is not None
    assert row[0] != "fury_bot_tenant"
    assert not row[1]


def test_a_snapshot_of_a_name_sees_that_repository_alone(database: Database) -> None:
    ours, theirs = _repository(database, "a/Ours"), _repository(database, "b/theirs")
    _fill(database, ours)
    _fill(database, theirs)

    with database.snapshot_of("A/ours") as (connection, located):
        seen = [
            connection.execute(f"SELECT repository_id FROM {table}")  # type: ignore[call-overload] # noqa: S608 - a name of the list above
            for table in KNOWLEDGE
        ]
        row = located.fetchone()

    assert row is not None
    assert row[:3] == (ours, "a/Ours", "https://example.org")
    # The rows were on their way before the place was read, and are there after the end.
    assert [rows.fetchall() for rows in seen] == [[(ours,)]] * len(KNOWLEDGE)


def test_a_snapshot_of_a_name_that_is_not_known_sees_nothing(database: Database) -> None:
    _fill(database, _repository(database, "a/ours"))

    with database.snapshot_of("no/where") as (connection, located):
        seen = [
            connection.execute(f"SELECT repository_id FROM {table}").fetchall()  # type: ignore[call-overload] # noqa: S608 - a name of the list above
            for table in KNOWLEDGE
        ]
        row = located.fetchone()

    assert row is not None
    assert row[:3] == (None, None, None)
    assert seen == [[]] * len(KNOWLEDGE)


def test_a_snapshot_of_a_name_stands_still_and_writes_nothing(database: Database) -> None:
    ours = _repository(database, "a/ours")
    with database.snapshot_of("a/ours") as (connection, _):
        before = connection.execute("SELECT count(*) FROM chunks").fetchone()
        _fill(database, ours)
        after = connection.execute("SELECT count(*) FROM chunks").fetchone()

    with (
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
        database.snapshot_of("a/ours") as (connection, _),
    ):
        connection.execute("DELETE FROM chunks").fetchall()

    assert before == after == (0,)


def test_a_statement_that_fails_in_a_snapshot_leaves_its_connection_fit_for_use(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """What follows it in the pipeline is skipped; the rollback must not be."""
    _repository(database, "a/ours")
    used: list[Connection] = []

    def fail_in_the_midst() -> None:
        with database.snapshot_of("a/ours") as (connection, located):
            used.append(connection)
            connection.execute("SELECT 1 / 0")
            connection.execute("SELECT 2")
            located.fetchone()

    with pytest.raises(psycopg.errors.DivisionByZero):
        fail_in_the_midst()

    assert used[0].info.transaction_status == TransactionStatus.IDLE
    # The pool had nothing to mend. (psycopg itself may say that what followed was skipped.)
    assert [record.message for record in caplog.records if record.name == "psycopg.pool"] == []


def test_a_removed_repository_takes_its_knowledge_with_it(database: Database) -> None:
    ours, theirs = _repository(database, "a/ours"), _repository(database, "b/theirs")
    _fill(database, ours)
    _fill(database, theirs)

    with database.transaction() as connection:
        connection.execute("DELETE FROM repositories WHERE id = %s", (ours,))
        left = [
            connection.execute(f"SELECT repository_id FROM {table}").fetchall()  # type: ignore[call-overload] # noqa: S608 - a name of the list above
            for table in KNOWLEDGE
        ]

    assert left == [[(theirs,)]] * len(KNOWLEDGE)


def test_an_error_rolls_the_transaction_back(database: Database) -> None:
    def half_of_two() -> None:
        with database.transaction() as connection:
            connection.execute("INSERT INTO installations (id, account) VALUES (1, 'a')")
            connection.execute("SELECT 1 / 0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        half_of_two()

    with database.transaction() as connection:
        assert connection.execute("SELECT * FROM installations").fetchall() == []


def test_an_unreachable_server_is_named_without_its_password() -> None:
    with (
        Database("postgresql://someone:hunter2@127.0.0.1:9/fury") as database,
        pytest.raises(DatabaseUnreachable) as raised,
    ):
        database.ping()

    message = str(raised.value)
    assert "127.0.0.1:9/fury" in message
    assert "DATABASE_URL" in message
    assert "hunter2" not in message
    assert "\n" not in message


def test_a_url_that_is_none_is_said_to_be_none() -> None:
    with (
        Database("nonsense hunter2 ://") as database,
        pytest.raises(DatabaseUnreachable) as raised,
    ):
        database.ping()

    assert "not a PostgreSQL URL" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_a_database_that_was_never_migrated_is_refused_as_such(server: str) -> None:
    with Database(server) as database:
        with pytest.raises(NotMigrated, match="fury-bot migrate"), database.snapshot_of("a/b"):
            pass
        with pytest.raises(NotMigrated, match="fury-bot migrate"), database.knowledge(1):
            pass
        database.ping()
