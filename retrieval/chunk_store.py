"""The SQL that writes the chunks of documents, and counts their terms.

Of a document that changed, a chunk whose text is what it was stays, with its vector, and moves to
its new lines: a push writes what it changed. Transactions are as in :mod:`retrieval.store`.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pgvector import SparseVector

from retrieval.terms import DIMENSIONS, weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from retrieval.model import Chunk
    from storage import Connection

ROWS_A_STATEMENT = 1_000
"""Chunks written at once: what of them is held in the form that is sent."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The index that is written."""

    repository_id: int
    index_id: int


@dataclass(frozen=True, slots=True)
class _Lines:
    """Where a chunk stands."""

    start: int
    end: int
    unit_start: int
    unit_end: int


@dataclass(frozen=True, slots=True)
class _Text:
    """What a chunk is, wherever it stands in its document."""

    document_id: int
    text_hash: bytes
    kind: str
    symbol: str | None
    context: int
    """Characters of the context, which end where the text begins."""
    gist: str | None


def text_hash(chunk: Chunk) -> bytes:
    """Return what a chunk's vector goes by: sha256 of the text that the model reads."""
    return _digest(chunk.embedded_text)


def gist_hash(chunk: Chunk) -> bytes | None:
    """Return what the vector of a chunk's gist goes by; None, of a chunk without one."""
    return _digest(chunk.gist) if chunk.gist else None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def replace_chunks(
    connection: Connection,
    scope: Scope,
    *,
    chunks: Mapping[int, Sequence[Chunk]],
    kept: Sequence[int],
) -> int:
    """Write the chunks of documents, by the documents' ids; return how many earlier ones went.

    Those of the documents in ``kept`` stay where their text is the same; of the others, all go.
    """
    standing = _read_standing(connection, scope, kept)
    moved: list[tuple[int, _Lines]] = []
    new: list[tuple[int, Chunk]] = []
    for document_id, some in chunks.items():
        for chunk in some:
            found = standing[_text(document_id, chunk)]
            if not found:
                new.append((document_id, chunk))
                continue
            chunk_id, lines = found.popleft()
            if lines != _lines(chunk):
                moved.append((chunk_id, _lines(chunk)))
    gone = [chunk_id for rest in standing.values() for chunk_id, _ in rest]
    others = list(chunks.keys() - set(kept))
    removed = remove_chunks(connection, scope, ids=gone, documents=others)
    _move(connection, scope, moved)
    _add(connection, scope, new)
    return removed


_REMOVE = """
WITH gone AS (
    DELETE FROM chunks USING (
        SELECT id FROM chunks WHERE repository_id = %(repository)s AND id = ANY(%(ids)s)
        UNION ALL
        SELECT chunks.id FROM documents JOIN chunks ON chunks.index_id = documents.index_id
            AND chunks.path = documents.path
        WHERE chunks.repository_id = %(repository)s AND documents.id = ANY(%(documents)s)
    ) AS unwanted
    WHERE repository_id = %(repository)s AND chunks.id = unwanted.id
    RETURNING chunks.id, terms
), vectors AS (
    DELETE FROM chunk_vectors USING gone
    WHERE repository_id = %(repository)s AND chunk_id = gone.id
)
SELECT terms FROM gone
"""

_UNCOUNT = """
UPDATE lexicon SET chunks = lexicon.chunks - gone.chunks
FROM unnest(%(terms)s::integer[], %(counts)s::integer[]) AS gone (term, chunks)
WHERE lexicon.index_id = %(index)s AND lexicon.term = gone.term
"""

_UNCOUNTED = """
DELETE FROM lexicon WHERE index_id = %(index)s AND term = ANY(%(terms)s) AND chunks <= 0
"""


def remove_chunks(
    connection: Connection, scope: Scope, *, ids: Sequence[int] = (), documents: Sequence[int]
) -> int:
    """Remove chunks by their ids, and all of ``documents``; return how many went."""
    if not ids and not documents:
        return 0
    removed = 0
    lexicon: Counter[int] = Counter()
    values: dict[str, object] = {
        "repository": scope.repository_id,
        "index": scope.index_id,
        "ids": list(ids),
        "documents": list(documents),
    }
    for (terms,) in connection.execute(_REMOVE, values):
        removed += 1
        lexicon.update(terms.indices())
    counted = {"terms": list(lexicon.keys()), "counts": list(lexicon.values())}
    connection.execute(_UNCOUNT, values | counted)
    connection.execute(_UNCOUNTED, values | counted)
    return removed


_STANDING = """
SELECT chunks.id, document_id, text_hash, kind, symbol, length(context), gist, start_line,
    end_line, unit_start_line, unit_end_line
FROM documents JOIN chunks ON chunks.index_id = documents.index_id AND chunks.path = documents.path
WHERE chunks.repository_id = %s AND documents.id = ANY(%s)
ORDER BY start_line, end_line
"""


def _read_standing(
    connection: Connection, scope: Scope, documents: Sequence[int]
) -> defaultdict[_Text, deque[tuple[int, _Lines]]]:
    """Return the chunks of ``documents``, in the order of their lines, by what they are."""
    standing: defaultdict[_Text, deque[tuple[int, _Lines]]] = defaultdict(deque)
    if documents:
        for row in connection.execute(_STANDING, (scope.repository_id, list(documents))):
            standing[_Text(*row[1:7])].append((row[0], _Lines(*row[7:])))
    return standing


def _text(document_id: int, chunk: Chunk) -> _Text:
    return _Text(
        document_id,
        text_hash(chunk),
        chunk.kind.value,
        chunk.symbol,
        len(chunk.context),
        chunk.gist,
    )


def _lines(chunk: Chunk) -> _Lines:
    return _Lines(chunk.start_line, chunk.end_line, chunk.unit_start_line, chunk.unit_end_line)


_MOVE = """
UPDATE chunks SET start_line = moved.start_line, end_line = moved.end_line,
    unit_start_line = moved.unit_start_line, unit_end_line = moved.unit_end_line
FROM unnest(%s::bigint[], %s::integer[], %s::integer[], %s::integer[], %s::integer[])
    AS moved (id, start_line, end_line, unit_start_line, unit_end_line)
WHERE repository_id = %s AND chunks.id = moved.id
"""


def _move(connection: Connection, scope: Scope, moved: Sequence[tuple[int, _Lines]]) -> None:
    if moved:
        rows = (
            (chunk_id, lines.start, lines.end, lines.unit_start, lines.unit_end)
            for chunk_id, lines in moved
        )
        connection.execute(_MOVE, (*_columns(rows), scope.repository_id))


_ADD = """
INSERT INTO chunks (
    repository_id, index_id, document_id, kind, path, symbol, start_line, end_line,
    unit_start_line, unit_end_line, context, content, text_hash, terms,
    gist, gist_hash
)
SELECT %s, %s, * FROM unnest(
    %s::bigint[], %s::text[], %s::text[], %s::text[], %s::integer[], %s::integer[],
    %s::integer[], %s::integer[], %s::text[], %s::text[], %s::bytea[], %b::sparsevec[],
    %s::text[], %s::bytea[]
)
"""

_COUNT = """
INSERT INTO lexicon (repository_id, index_id, term, chunks)
SELECT %s, %s, * FROM unnest(%s::integer[], %s::integer[])
ON CONFLICT (index_id, term) DO UPDATE SET chunks = lexicon.chunks + excluded.chunks
"""


def _add(connection: Connection, scope: Scope, chunks: Sequence[tuple[int, Chunk]]) -> None:
    """Write new chunks, and count their terms."""
    lexicon: Counter[int] = Counter()

    def rows() -> Iterator[tuple[object, ...]]:
        for document_id, chunk in chunks:
            terms = weights(chunk)
            lexicon.update(terms.keys())
            yield (
                document_id,
                chunk.kind.value,
                chunk.path,
                chunk.symbol,
                chunk.start_line,
                chunk.end_line,
                chunk.unit_start_line,
                chunk.unit_end_line,
                chunk.context,
                chunk.text,
                text_hash(chunk),
                SparseVector(terms, DIMENSIONS),
                chunk.gist,
                gist_hash(chunk),
            )

    place = (scope.repository_id, scope.index_id)
    for some in _batches(rows()):
        connection.execute(_ADD, (*place, *_columns(some)))
    connection.execute(_COUNT, (*place, list(lexicon.keys()), list(lexicon.values())))


def _columns(rows: Iterable[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _batches(rows: Iterator[tuple[object, ...]]) -> Iterator[list[tuple[object, ...]]]:
    while batch := list(islice(rows, ROWS_A_STATEMENT)):
        yield batch
