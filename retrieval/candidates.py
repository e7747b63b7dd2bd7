"""The chunks that may answer: the nearest by meaning and the best by words, with both scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgvector import SparseVector
from psycopg import sql

from retrieval.model import ChunkKind
from retrieval.scale import is_large
from retrieval.terms import DIMENSIONS
from retrieval.threads import OUTDATED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import LiteralString

    from pgvector import HalfVector

    from storage import Connection

LEXICAL_BUDGET = 2_000
"""Chunks of a large index that are fetched for their words and scored. Each costs about a
microsecond, and fewer would miss more of the best; ``benchmarks/search`` tells the recall."""

EF_SEARCH = 120
"""Nodes that the HNSW graph keeps in sight (pgvector's ``hnsw.ef_search``), unless more candidates
are asked for; ``benchmarks/search`` tells the recall."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that may answer."""

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
    SELECT chunk_id AS id FROM chunk_vectors
    WHERE repository_id = %(repository)s AND index_id = ANY(%(indexes)s)
        AND %(vector)s::halfvec IS NOT NULL
    ORDER BY embedding <=> %(vector)s::halfvec LIMIT %(nearest)s
"""

# The words of the HNSW index: it serves these expressions and no others.
_GRAPH_DENSE = """
    SELECT chunk_id AS id FROM chunk_vectors
    WHERE repository_id = %(repository)s AND index_id = ANY(%(indexes)s)
        AND %(vector)s::halfvec IS NOT NULL AND vector_dims(embedding) = {dimension}
    ORDER BY embedding::halfvec({dimension}) <=> %(vector)s::halfvec LIMIT %(nearest)s
"""

_EXACT_LEXICAL = """
    SELECT id FROM chunks
    WHERE repository_id = %(repository)s AND index_id = ANY(%(indexes)s)
    ORDER BY terms <#> %(terms)s LIMIT %(limit)s
"""

_FILED_LEXICAL = """
    SELECT found.id FROM unnest(%(indexes)s::bigint[]) AS searched,
        lexical_candidates(
            searched, %(terms)s, %(numbers)s::integer[], %(weights)s::real[], %(limit)s, %(budget)s
        ) AS found
    ORDER BY found.score DESC LIMIT %(limit)s
"""

# The ids come as an array, which the planner takes for a few look-ups by key. Of a join it expects,
# under row-level security, as many rows as the repository has, and reads them all.
_CANDIDATES = sql.SQL("""
WITH dense AS ({dense})
SELECT chunks.id, chunks.index_id, path, kind, symbol, start_line, end_line, unit_start_line,
    unit_end_line, 1 - (own.embedding <=> %(vector)s::halfvec),
    1 - (gist.embedding <=> %(vector)s::halfvec), -(terms <#> %(terms)s),
    kind = 'thread' AND context LIKE %(outdated)s
FROM chunks
LEFT JOIN chunk_vectors AS own ON own.repository_id = %(repository)s AND own.chunk_id = chunks.id
    AND NOT own.is_gist
LEFT JOIN chunk_vectors AS gist ON gist.repository_id = %(repository)s
    AND gist.chunk_id = chunks.id AND gist.is_gist
WHERE chunks.repository_id = %(repository)s
    AND chunks.id = ANY(ARRAY(SELECT id FROM dense) || %(also)s::bigint[])
""")

_KIND = 3
"""The place of the kind among the columns."""

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
    """Return the ``limit`` nearest vectors' chunks and the ``limit`` best by words, in no order.

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
    numbers = terms.indices() if terms else []
    nearest = limit + limit // 2  # some chunks have two vectors, theirs and the gist's
    values: dict[str, Any] = {
        "repository": repository_id,
        "indexes": list(index_ids),
        "terms": terms or SparseVector({}, DIMENSIONS),
        "numbers": numbers,
        "weights": terms.values() if terms else [],
        "limit": limit,
        "budget": LEXICAL_BUDGET,
        "nearest": nearest,
        "outdated": f"%\n{OUTDATED}%",
    }
    large = is_large(chunks)
    if large:
        connection.execute(_SETTINGS, (str(max(EF_SEARCH, nearest)),))
    by_words = _FILED_LEXICAL if large else _EXACT_LEXICAL
    # The server searches the words while the question is embedded here.
    with connection.pipeline():
        filed = connection.execute(by_words, values) if numbers else None
        values["vector"] = vector()
        found = filed.fetchall() if filed else []
    values["also"] = [*also, *(chunk_id for (chunk_id,) in found)]
    dense = _GRAPH_DENSE if large and values["vector"] else _EXACT_DENSE
    rows = connection.execute(_statement(dense, values["vector"]), values, binary=True)
    return [_candidate(row) for row in rows]


def _candidate(row: Sequence[Any]) -> Candidate:
    values = list(row)
    values[_KIND] = ChunkKind(values[_KIND])
    return Candidate(*values)


def _statement(dense: LiteralString, vector: HalfVector | None) -> sql.Composed:
    dimension = sql.Literal(vector.dimensions() if vector else 0)
    return _CANDIDATES.format(dense=sql.SQL(dense).format(dimension=dimension))
