"""The chunks that may answer: the nearest by meaning and the best by words, with both scores."""

from __future__ import annotations

from contextlib import nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pgvector import SparseVector
from psycopg import sql

from retrieval.model import ChunkKind
from retrieval.scale import is_large
from retrieval.terms import DIMENSIONS
from retrieval.threads import OUTDATED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import LiteralString

    from pgvector import HalfVector
    from psycopg.rows import TupleRow

    from storage import Connection

LEXICAL_BUDGET = 2_000
"""Chunks of a large index that are fetched for their words and scored. Each costs about a
microsecond, and fewer would miss more of the best; ``benchmarks/search`` tells the recall."""

EF_SEARCH = 200
"""Nodes that the HNSW graph keeps in sight (pgvector's ``hnsw.ef_search``), unless more candidates
are asked for; ``benchmarks/search`` tells the recall."""


class Candidate(NamedTuple):
    """A chunk that may answer. Hundreds are made for a question: a tuple is made soonest."""

    id: int
    index_id: int
    path: str
    kind: ChunkKind
    symbol: str | None
    start_line: int
    end_line: int
    unit_start_line: int
    unit_end_line: int
    similarity: float | None
    """Cosine with the question, in [-1, 1]; None while the chunk has no vector."""
    gist: float | None
    """Cosine of its unit's gist; None of a chunk without one, and while it has no vector."""
    lexical: float
    """Over the question's terms, the sum of IDF times BM25 weight; 0 without a common term."""
    is_outdated: bool = False
    """It is of a thread that may hold no longer."""


# Row-level security scopes every statement; naming the repository as well lets the plan open its
# partition alone.
_EXACT_DENSE = """
    SELECT chunk_id FROM chunk_vectors
    WHERE repository_id = %(repository)s AND index_id = ANY(%(indexes)s)
    ORDER BY embedding <=> %(vector)s::halfvec LIMIT %(nearest)s
"""

# The words of the HNSW index: it serves these expressions and no others.
_GRAPH_DENSE = """
    SELECT chunk_id FROM chunk_vectors
    WHERE repository_id = %(repository)s AND index_id = ANY(%(indexes)s)
        AND vector_dims(embedding) = {dimension}
    ORDER BY embedding::halfvec({dimension}) <=> %(vector)s::halfvec LIMIT %(nearest)s
"""

_EXACT_LEXICAL = """
    SELECT id FROM chunks
    WHERE repository_id = %(repository)s AND index_id = ANY(%(indexes)s)
    ORDER BY terms <#> %(terms)s LIMIT %(best)s
"""

_FILED_LEXICAL = """
    SELECT found.id FROM unnest(%(indexes)s::bigint[]) AS searched,
        lexical_candidates(
            searched, %(terms)s, %(numbers)s::integer[], %(weights)s::real[], %(best)s, %(budget)s
        ) AS found
    ORDER BY found.score DESC LIMIT %(best)s
"""

_COLUMNS = """
    id, index_id, path, kind, symbol, start_line, end_line, unit_start_line, unit_end_line,
    -(terms <#> %(terms)s), kind = 'thread' AND context LIKE %(outdated)s
"""

# The ids come as an array, which the planner takes for a few look-ups by key. Of a join it expects,
# under row-level security, as many rows as the repository has, and reads them all.
_BY_WORDS = """
SELECT {columns} FROM chunks
WHERE repository_id = %(repository)s
    AND id = ANY(ARRAY(SELECT id FROM ({lexical}) AS best) || %(also)s::bigint[])
"""

# The cosines of all candidates, and the columns of those that the words have not brought.
_BY_MEANING = """
WITH near AS MATERIALIZED ({dense})
SELECT cosines.*, others.*
FROM (
    SELECT chunk_id,
        max(1 - (embedding <=> %(vector)s::halfvec)) FILTER (WHERE NOT is_gist),
        max(1 - (embedding <=> %(vector)s::halfvec)) FILTER (WHERE is_gist)
    FROM chunk_vectors
    WHERE repository_id = %(repository)s
        AND chunk_id = ANY(ARRAY(SELECT chunk_id FROM near) || %(known)s::bigint[])
    GROUP BY chunk_id
) AS cosines
LEFT JOIN (
    SELECT {columns} FROM chunks
    WHERE repository_id = %(repository)s
        AND id = ANY(ARRAY(SELECT chunk_id FROM near EXCEPT SELECT unnest(%(known)s::bigint[])))
) AS others ON id = chunk_id
"""

_KINDS = {kind.value: kind for kind in ChunkKind}

_SETTINGS = """
SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true),
    set_config('hnsw.ef_search', %s, true), set_config('jit', 'off', true)
"""


def find_candidates(
    connection: Connection,
    *,
    repository_id: int,
    index_ids: Sequence[int],
    chunks: int,
    vector: Callable[[], HalfVector | None],
    terms: SparseVector | None,
    limit: int,
    also: Sequence[int] = (),
) -> list[Candidate]:
    """Return the ``limit`` nearest vectors' chunks and the ``limit`` best by words, by their ids.

    Args:
        connection: In a transaction scoped to the repository; large indexes set some of its
            settings until its end.
        repository_id: Whose partition is read.
        index_ids: The indexes that are searched together.
        chunks: How many chunks the largest of them has, which decides how they are searched.
        vector: Gives the question's, or None to search by words alone. Called while the server
            searches the words.
        terms: The IDF of each of the question's terms, by the term's number, or None.
        limit: Of each side; of vectors half as many again, since a chunk may have two.
        also: Ids of further chunks that are wanted, whatever their scores.
    """
    nearest = limit + limit // 2  # some chunks have two vectors, theirs and the gist's
    values: dict[str, Any] = {
        "repository": repository_id,
        "indexes": list(index_ids),
        "terms": terms or SparseVector({}, DIMENSIONS),
        "numbers": terms.indices() if terms else [],
        "weights": terms.values() if terms else [],
        "best": limit if terms else 0,
        "budget": LEXICAL_BUDGET,
        "nearest": nearest,
        "also": list(also),
        "outdated": f"%\n{OUTDATED}%",
    }
    large = is_large(chunks)
    # The server searches the words while the question is embedded here.
    with _pipeline(connection):
        if large:
            connection.execute(_SETTINGS, (str(max(EF_SEARCH, nearest)),))
        worded = connection.execute(_by_words(large=large), values, binary=True)
        meant = vector()
        rows = {row[0]: row for row in worded}
        if meant is None:
            cosines: list[TupleRow] = []
        else:
            values |= {"vector": meant, "known": list(rows)}
            statement = _by_meaning(meant.dimensions() if large else None)
            cosines = connection.execute(statement, values, binary=True).fetchall()
    return sorted(_candidates(rows, cosines))


def _pipeline(connection: Connection) -> AbstractContextManager[object]:
    """Send statements without waiting; a pipeline within another would wait at either end."""
    return nullcontext() if connection.pgconn.pipeline_status else connection.pipeline()


def _candidates(rows: dict[int, TupleRow], cosines: Iterable[TupleRow]) -> Iterator[Candidate]:
    """Put together what the words have brought, by id, and what the vectors have."""
    for chunk_id, similarity, gist, *columns in cosines:
        row = rows.pop(chunk_id, columns)
        if row[0] is not None:
            yield _candidate(row, similarity, gist)
    for row in rows.values():
        yield _candidate(row, None, None)


def _candidate(row: Sequence[Any], similarity: float | None, gist: float | None) -> Candidate:
    *place, kind, symbol, start, end, unit_start, unit_end, lexical, is_outdated = row
    lines = (start, end, unit_start, unit_end)
    return Candidate._make(
        (*place, _KINDS[kind], symbol, *lines, similarity, gist, lexical, is_outdated)
    )


@cache
def _by_words(*, large: bool) -> bytes:
    lexical = _FILED_LEXICAL if large else _EXACT_LEXICAL
    return _statement(_BY_WORDS, lexical=sql.SQL(lexical))


@cache
def _by_meaning(dimension: int | None) -> bytes:
    """Return the statement that searches the graph of ``dimension``, or, with None, all rows."""
    dense = (
        sql.SQL(_EXACT_DENSE)
        if dimension is None
        else sql.SQL(_GRAPH_DENSE).format(dimension=sql.Literal(dimension))
    )
    return _statement(_BY_MEANING, dense=dense)


def _statement(text: LiteralString, **parts: sql.Composable) -> bytes:
    return sql.SQL(text).format(columns=sql.SQL(_COLUMNS), **parts).as_bytes()
