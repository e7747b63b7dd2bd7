"""What the database itself keeps apart, whatever a statement says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from retrieval.catalogue import Catalogue

if TYPE_CHECKING:
    from typing import LiteralString

    from storage import Database

_INDEX = """
INSERT INTO indexes (repository_id, ref, model, commit_sha, chunks)
VALUES (%s, 'main', 'm', '1', 0) RETURNING id
"""

_ROWS: dict[str, LiteralString] = {
    "documents": "INSERT INTO documents (repository_id, index_id, path, language, blob_id, cut)"
    " VALUES (%s, %s, 'a', 'python', '', 1)",
    "lexicon": "INSERT INTO lexicon (repository_id, index_id, term, chunks) VALUES (%s, %s, 1, 1)",
}


@pytest.mark.parametrize("table", _ROWS)
def test_a_row_belongs_to_an_index_of_its_own_repository(database: Database, table: str) -> None:
    catalogue = Catalogue(database)
    own, other = (catalogue.register(name, url="u").id for name in ("octo/own", "octo/other"))
    with database.knowledge(other) as connection:
        (index_id,) = connection.execute(_INDEX, (other,)).fetchone() or (0,)
    with (
        pytest.raises(psycopg.errors.ForeignKeyViolation),
        database.knowledge(own) as connection,
    ):
        connection.execute(_ROWS[table], (own, index_id))
    with database.knowledge(other) as connection:
        connection.execute(_ROWS[table], (other, index_id))


def test_what_runs_as_the_owner_looks_into_temporary_tables_last(database: Database) -> None:
    with database.transaction() as connection:
        paths = connection.execute(
            "SELECT proname, proconfig FROM pg_proc"
            " WHERE prosecdef AND pronamespace = current_schema()::regnamespace"
        ).fetchall()
    owned = {name: " ".join(config) for name, config in paths}
    assert owned.keys() >= {"known_embeddings", "keep_embeddings", "lexical_candidates"}
    assert {name for name, config in owned.items() if "pg_temp" not in config} == set()
