"""When structures stand, and when they do not."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest

from retrieval import scale
from retrieval.scale import ensure_structure, is_large

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage import Connection, Database

_WAITING_BUILD = """
SELECT pid FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND datname = current_database()
    AND query LIKE 'CREATE INDEX CONCURRENTLY%'
"""

LARGE = scale.EXACT_UP_TO + 1


@pytest.fixture
def owner(database: Database) -> Iterator[Connection]:
    with psycopg.connect(database.url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def repository_id(owner: Connection) -> int:
    row = owner.execute(
        "INSERT INTO repositories (name, url) VALUES ('a/b', 'https://example.org') RETURNING id"
    ).fetchone()
    assert row
    owner.execute("SELECT create_knowledge_partition(%s)", row)
    identity: int = row[0]
    return identity


def _size(owner: Connection, repository_id: int, chunks: int, *, dimension: int | None = 3) -> None:
    owner.execute(
        "INSERT INTO indexes (repository_id, ref, model, dimension, commit_sha, chunks)"
        " VALUES (%(repository)s, %(ref)s, 'm', %(dimension)s, 'c', %(chunks)s)"
        " ON CONFLICT (repository_id, kind, ref, model) DO UPDATE SET chunks = %(chunks)s",
        {
            "repository": repository_id,
            "ref": f"r{dimension}",
            "dimension": dimension,
            "chunks": chunks,
        },
    )


def _standing(owner: Connection, repository_id: int) -> dict[str, int]:
    """Return the valid structures' object ids by name."""
    rows = owner.execute(
        "SELECT relname, indexrelid::bigint FROM pg_index JOIN pg_class ON oid = indexrelid"
        " WHERE indisvalid AND (relname LIKE %s OR relname = %s)",
        (f"chunk_vectors_{repository_id}_hnsw_%", f"chunks_{repository_id}_lexical"),
    ).fetchall()
    return dict(rows)


def _names(repository_id: int, *dimensions: int) -> set[str]:
    graphs = {f"chunk_vectors_{repository_id}_hnsw_{dimension}" for dimension in dimensions}
    return {f"chunks_{repository_id}_lexical", *graphs}


def test_the_threshold_itself_is_searched_by_rows() -> None:
    assert not is_large(scale.EXACT_UP_TO)
    assert is_large(LARGE)


def test_a_small_repository_has_no_structure(owner: Connection, repository_id: int) -> None:
    _size(owner, repository_id, scale.EXACT_UP_TO)

    assert ensure_structure(owner, repository_id)

    assert _standing(owner, repository_id) == {}


def test_a_large_repository_gets_its_structures(owner: Connection, repository_id: int) -> None:
    _size(owner, repository_id, LARGE)

    assert ensure_structure(owner, repository_id)

    assert set(_standing(owner, repository_id)) == _names(repository_id, 3)


_WATCH = """
CREATE TABLE helping (workers text);
CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO public.helping VALUES (current_setting('max_parallel_maintenance_workers'));
END $$;
CREATE EVENT TRIGGER watch ON ddl_command_start WHEN tag IN ('CREATE INDEX')
    EXECUTE FUNCTION watch();
"""


def test_a_build_has_no_workers_beside_it(owner: Connection, repository_id: int) -> None:
    _size(owner, repository_id, LARGE)
    owner.execute(_WATCH)
    usual = owner.execute("SHOW max_parallel_maintenance_workers").fetchone()

    ensure_structure(owner, repository_id)

    assert owner.execute("SELECT DISTINCT workers FROM helping").fetchall() == [("0",)]
    assert owner.execute("SHOW max_parallel_maintenance_workers").fetchone() == usual


def test_what_stands_is_left_alone(owner: Connection, repository_id: int) -> None:
    _size(owner, repository_id, LARGE)
    ensure_structure(owner, repository_id)
    before = _standing(owner, repository_id)

    ensure_structure(owner, repository_id)

    assert _standing(owner, repository_id) == before


def test_a_repository_that_shrinks_a_little_keeps_them(
    owner: Connection, repository_id: int
) -> None:
    _size(owner, repository_id, LARGE)
    ensure_structure(owner, repository_id)
    before = _standing(owner, repository_id)

    _size(owner, repository_id, scale.DROPPED_BELOW + 1)
    ensure_structure(owner, repository_id)

    assert _standing(owner, repository_id) == before


@pytest.mark.parametrize("chunks", [0, scale.DROPPED_BELOW])
def test_a_repository_that_shrinks_loses_them(
    owner: Connection, repository_id: int, chunks: int
) -> None:
    _size(owner, repository_id, LARGE)
    ensure_structure(owner, repository_id)

    _size(owner, repository_id, chunks)
    ensure_structure(owner, repository_id)

    assert _standing(owner, repository_id) == {}


def test_each_dimension_has_a_graph_of_its_own(owner: Connection, repository_id: int) -> None:
    _size(owner, repository_id, LARGE, dimension=3)
    _size(owner, repository_id, LARGE, dimension=5)
    _size(owner, repository_id, scale.DROPPED_BELOW, dimension=7)

    ensure_structure(owner, repository_id)

    assert set(_standing(owner, repository_id)) == _names(repository_id, 3, 5)


def test_the_structures_of_another_repository_are_left_alone(
    owner: Connection, repository_id: int
) -> None:
    _size(owner, repository_id, LARGE)
    ensure_structure(owner, repository_id)

    # Repository 1's partition is called chunks_1, and repository 11's chunks_11.
    ensure_structure(owner, repository_id * 10 + 1)

    assert set(_standing(owner, repository_id)) == _names(repository_id, 3)


def test_what_a_killed_build_left_behind_is_built_anew(
    owner: Connection, repository_id: int
) -> None:
    _size(owner, repository_id, LARGE)
    ensure_structure(owner, repository_id)
    owner.execute(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)",
        (f"chunks_{repository_id}_lexical",),
    )

    ensure_structure(owner, repository_id)

    assert set(_standing(owner, repository_id)) == _names(repository_id, 3)


def test_builds_take_turns(owner: Connection, repository_id: int, database: Database) -> None:
    _size(owner, repository_id, LARGE)
    with psycopg.connect(database.url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (scale._BUILDING,))
        assert not ensure_structure(owner, repository_id)
        assert _standing(owner, repository_id) == {}
        other.execute("SELECT pg_advisory_unlock(%s)", (scale._BUILDING,))

    assert ensure_structure(owner, repository_id)


def test_a_connection_within_a_transaction_is_refused(
    database: Database, repository_id: int
) -> None:
    with database.transaction() as connection, pytest.raises(ValueError, match="autocommit"):
        ensure_structure(connection, repository_id)


def test_an_index_without_vectors_is_prepared_for_words_alone(
    owner: Connection, repository_id: int
) -> None:
    _size(owner, repository_id, LARGE, dimension=None)

    ensure_structure(owner, repository_id)

    assert set(_standing(owner, repository_id)) == _names(repository_id)


def test_writers_go_on_beside_a_build(
    owner: Connection, repository_id: int, database: Database
) -> None:
    _size(owner, repository_id, LARGE)
    insert = "INSERT INTO chunk_vectors VALUES (%s, 1, %s, false, '[1,2,3]')"

    with ThreadPoolExecutor() as pool:
        with database.knowledge(repository_id) as first:
            first.execute(insert, (repository_id, 1))
            build = pool.submit(ensure_structure, owner, repository_id)
            with psycopg.connect(database.url, autocommit=True) as watcher:
                while not watcher.execute(_WAITING_BUILD).fetchone():
                    time.sleep(0.01)
            with database.knowledge(repository_id) as second:
                second.execute("SET LOCAL lock_timeout = '5s'")
                second.execute(insert, (repository_id, 2))
            assert not build.done()  # it waits for the first writer alone
        assert build.result(timeout=60)

    assert set(_standing(owner, repository_id)) == _names(repository_id, 3)
