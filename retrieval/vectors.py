"""The SQL that gives chunks their vectors.

A chunk without one has its text in ``unembedded``, once for each model that has yet to read it.
All functions but :func:`sweep` expect a transaction scoped to the one repository; those that write
expect its lock (:func:`retrieval.store.lock_repository`) as well. A worker and an indexer then
cannot miss each other: a chunk is there before its text's vector is written, or its text is not
taken off the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgvector import HalfVector

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from retrieval.embeddings import Vectors
    from storage import Connection


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of ``unembedded`` that this transaction holds until its end."""

    hashes: Sequence[bytes]
    """Every row's text hash."""
    texts: Sequence[tuple[bytes, str]]
    """Of those that the model has to read, the hash and the text."""

    def __bool__(self) -> bool:
        return bool(self.hashes)


# What is embedded of a chunk: its text with its context, and its unit's gist where it has it.
_WAITING = """
WITH waiting AS MATERIALIZED (
    SELECT id, is_gist, text.text_hash, characters
    FROM chunks, LATERAL (VALUES
        (false, chunks.text_hash, length(context) + length(content)),
        (true, gist_hash, length(gist))
    ) AS text (is_gist, text_hash, characters)
    WHERE repository_id = %(repository)s AND index_id = %(index)s AND path = ANY(%(paths)s)
        AND text.text_hash IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM chunk_vectors
            WHERE repository_id = %(repository)s AND chunk_id = chunks.id
                AND chunk_vectors.is_gist = text.is_gist
        )
)
"""

_FROM_CACHE = """
INSERT INTO chunk_vectors (repository_id, index_id, chunk_id, is_gist, embedding)
SELECT %(repository)s, %(index)s, waiting.id, is_gist, known.vector
FROM waiting JOIN known_embeddings(
    %(model)s, ARRAY(SELECT DISTINCT text_hash FROM waiting)
) AS known USING (text_hash)
"""

_WAIT = """
INSERT INTO unembedded (repository_id, model, text_hash, characters)
SELECT DISTINCT ON (text_hash) %(repository)s, %(model)s, text_hash, characters
FROM waiting
ON CONFLICT DO NOTHING
"""


def add_known(
    connection: Connection, *, repository_id: int, index_id: int, model: str, paths: Sequence[str]
) -> None:
    """Give the chunks of ``paths`` the vectors that are cached, and list the other texts."""
    values = {
        "repository": repository_id,
        "index": index_id,
        "model": model,
        "paths": list(paths),
    }
    connection.execute(_WAITING + _FROM_CACHE, values)
    connection.execute(_WAITING + _WAIT, values)


def count_waiting(connection: Connection, *, repository_id: int, model: str) -> int:
    """Return how many texts ``model`` has yet to read."""
    row = connection.execute(
        "SELECT count(*) FROM unembedded WHERE repository_id = %s AND model = %s",
        (repository_id, model),
    ).fetchone()
    return row[0] if row else 0


def count_embedded(connection: Connection, *, repository_id: int, index_id: int) -> int:
    """Return how many chunks of an index have their own vector."""
    row = connection.execute(
        "SELECT count(*) FROM chunk_vectors"
        " WHERE repository_id = %s AND index_id = %s AND NOT is_gist",
        (repository_id, index_id),
    ).fetchone()
    return row[0] if row else 0


_CLAIM = """
SELECT text_hash FROM unembedded WHERE repository_id = %(repository)s AND model = %(model)s
ORDER BY characters DESC LIMIT %(limit)s
FOR UPDATE SKIP LOCKED
"""

_TEXTS = """
WITH known AS MATERIALIZED (SELECT text_hash FROM known_embeddings(%(model)s, %(hashes)s))
SELECT DISTINCT ON (text_hash) text_hash, text
FROM (
    SELECT text_hash,
        CASE WHEN context = '' THEN content ELSE context || E'\\n' || content END AS text
    FROM chunks JOIN indexes ON indexes.id = index_id AND model = %(model)s
    WHERE chunks.repository_id = %(repository)s AND text_hash = ANY(%(hashes)s)
    UNION ALL
    SELECT gist_hash, gist
    FROM chunks JOIN indexes ON indexes.id = index_id AND model = %(model)s
    WHERE chunks.repository_id = %(repository)s AND gist_hash = ANY(%(hashes)s)
) AS claimed
WHERE text_hash NOT IN (SELECT text_hash FROM known)
"""


def claim(connection: Connection, *, repository_id: int, model: str, limit: int) -> Batch:
    """Take up to ``limit`` texts that no other worker holds, longest first, until the commit."""
    values: dict[str, object] = {"repository": repository_id, "model": model, "limit": limit}
    hashes = [row[0] for row in connection.execute(_CLAIM, values)]
    rows = connection.execute(_TEXTS, {**values, "hashes": hashes}).fetchall() if hashes else []
    return Batch(hashes=hashes, texts=[(text_hash, text) for text_hash, text in rows])


_KEEP = "SELECT keep_embeddings(%s, %b::bytea[], %b::halfvec[])"

# What is claimed, neither known now nor in an index of the model, is wanted no more.
_FINISH = """
WITH known AS MATERIALIZED (
    SELECT * FROM known_embeddings(%(model)s, %(hashes)s)
), wanting AS (
    SELECT index_id, chunks.id, false AS is_gist, text_hash
    FROM chunks JOIN indexes ON indexes.id = index_id AND model = %(model)s
    WHERE chunks.repository_id = %(repository)s AND text_hash = ANY(%(hashes)s)
    UNION ALL
    SELECT index_id, chunks.id, true, gist_hash
    FROM chunks JOIN indexes ON indexes.id = index_id AND model = %(model)s
    WHERE chunks.repository_id = %(repository)s AND gist_hash = ANY(%(hashes)s)
), written AS (
    INSERT INTO chunk_vectors (repository_id, index_id, chunk_id, is_gist, embedding)
    SELECT %(repository)s, index_id, id, is_gist, vector FROM wanting JOIN known USING (text_hash)
    ON CONFLICT DO NOTHING
)
DELETE FROM unembedded
WHERE repository_id = %(repository)s AND model = %(model)s AND text_hash = ANY(%(hashes)s)
    AND (
        text_hash IN (SELECT text_hash FROM known)
        OR text_hash NOT IN (SELECT text_hash FROM wanting)
    )
"""


def finish(
    connection: Connection,
    *,
    repository_id: int,
    model: str,
    batch: Batch,
    vectors: Vectors | Sequence[Vectors],
) -> None:
    """Write the vectors of a claimed batch to the cache and to the chunks; take it off the list.

    ``vectors`` has one for each of the batch's texts, in their order.
    """
    if batch.texts:
        hashes = [text_hash for text_hash, _ in batch.texts]
        kept = [HalfVector(vector) for vector in vectors]
        connection.execute(_KEEP, (model, hashes, kept))
    connection.execute(
        _FINISH, {"repository": repository_id, "model": model, "hashes": list(batch.hashes)}
    )


# A vector is in use where an index of its model has a chunk with its text.
_MARK = """
WITH used AS MATERIALIZED (
    SELECT text_hash, model FROM chunks JOIN indexes ON indexes.id = index_id
    UNION
    SELECT gist_hash, model FROM chunks JOIN indexes ON indexes.id = index_id
    WHERE gist_hash IS NOT NULL
), marked AS (
    SELECT text_hash, model, used.text_hash IS NOT NULL AS is_used
    FROM embeddings LEFT JOIN used USING (text_hash, model)
)
UPDATE embeddings SET unused_since = CASE WHEN is_used THEN NULL ELSE now() END
FROM marked
WHERE embeddings.text_hash = marked.text_hash AND embeddings.model = marked.model
    AND is_used <> (unused_since IS NULL)
"""

_SWEEP = "DELETE FROM embeddings WHERE unused_since <= now() - %s::interval"


def sweep(connection: Connection, *, unused_for: timedelta) -> int:
    """Delete the cached vectors that have been in no index for so long; return how many.

    Time counts from the sweep that first found a vector unused. An indexer at work loses nothing:
    it copies a vector to its chunk in the statement that finds it in the cache.
    """
    connection.execute(_MARK)
    return connection.execute(_SWEEP, (unused_for,)).rowcount
