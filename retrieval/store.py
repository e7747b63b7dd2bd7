"""The SQL that writes knowledge.

Every function works within the caller's transaction. Those on an index expect it to be scoped to
the one repository (``Database.knowledge``): row-level security keeps them to it. Statements on
``chunks`` name the repository all the same, so that the plan opens its partition alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgvector import HalfVector, SparseVector

from retrieval.terms import DIMENSIONS, weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from retrieval.embeddings import Vectors
    from retrieval.model import Chunk, ParsedFile
    from storage import Connection

HASHES_A_QUERY = 5_000
"""Rows of the embedding cache asked for at once."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """An index as it stands."""

    id: int
    documents: Mapping[str, bytes]
    """Content hash by path."""


@dataclass(frozen=True, slots=True)
class HashedFile:
    """A parsed file with what identifies it and its chunks."""

    parsed: ParsedFile
    content_hash: bytes
    text_hashes: tuple[bytes, ...]
    """sha256 of each chunk's embedded text, in the order of the chunks."""


def read_state(
    connection: Connection, *, repository_id: int, ref: str, model: str
) -> IndexState | None:
    """Return the index of ``ref`` as ``model`` sees it, or None when there is none yet."""
    row = connection.execute(
        "SELECT id FROM indexes WHERE repository_id = %s AND ref = %s AND model = %s",
        (repository_id, ref, model),
    ).fetchone()
    if row is None:
        return None
    documents = connection.execute(
        "SELECT path, content_hash FROM documents WHERE index_id = %s", (row[0],)
    ).fetchall()
    return IndexState(id=row[0], documents=dict(documents))


def lock_repository(connection: Connection, repository_id: int) -> None:
    """Let one indexer at a time write a repository's knowledge; readers do not wait."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (0x6675, repository_id))


def save_index(
    connection: Connection,
    *,
    repository_id: int,
    ref: str,
    model: str,
    dimension: int,
    commit: str,
    default: bool,
) -> int:
    """Write the index's own row, and return its id.

    The first index of a repository answers the questions that name no ref, and so does each
    later one saved with ``default``. An index of the same ref by another model is replaced.
    """
    row = connection.execute(
        "INSERT INTO indexes (repository_id, ref, model, dimension, commit_sha, chunks)"
        " VALUES (%(repository)s, %(ref)s, %(model)s, %(dimension)s, %(commit)s, 0)"
        " ON CONFLICT (repository_id, ref, model)"
        " DO UPDATE SET commit_sha = excluded.commit_sha, updated_at = now()"
        " RETURNING id",
        {
            "repository": repository_id,
            "ref": ref,
            "model": model,
            "dimension": dimension,
            "commit": commit,
        },
    ).fetchone()
    if row is None:  # RETURNING gives the row that was written
        raise LookupError(ref)
    index_id: int = row[0]
    replaced = connection.execute(
        "DELETE FROM indexes WHERE ref = %s AND id <> %s RETURNING id, is_default", (ref, index_id)
    ).fetchall()
    for old, _ in replaced:
        connection.execute(
            "DELETE FROM chunks WHERE repository_id = %s AND index_id = %s", (repository_id, old)
        )
    leads = default or any(was_default for _, was_default in replaced)
    connection.execute(
        "UPDATE indexes SET is_default = (id = %(index)s)"
        " WHERE %(leads)s OR NOT EXISTS (SELECT FROM indexes WHERE is_default)",
        {"index": index_id, "leads": leads},
    )
    return index_id


def remove_documents(
    connection: Connection, *, repository_id: int, index_id: int, paths: Sequence[str]
) -> int:
    """Remove files with their chunks and symbols; return how many chunks went."""
    if not paths:
        return 0
    values = {"repository": repository_id, "index": index_id, "paths": list(paths)}
    rows = connection.execute(
        "DELETE FROM chunks WHERE repository_id = %(repository)s AND index_id = %(index)s"
        " AND path = ANY(%(paths)s) RETURNING terms",
        values,
    ).fetchall()
    lexicon = Counter(term for (terms,) in rows for term in terms.indices())
    connection.execute(
        "UPDATE lexicon SET chunks = lexicon.chunks - gone.chunks"
        " FROM unnest(%s::integer[], %s::integer[]) AS gone (term, chunks)"
        " WHERE lexicon.index_id = %s AND lexicon.term = gone.term",
        (list(lexicon.keys()), list(lexicon.values()), index_id),
    )
    connection.execute("DELETE FROM lexicon WHERE index_id = %(index)s AND chunks <= 0", values)
    connection.execute(
        "DELETE FROM documents WHERE index_id = %(index)s AND path = ANY(%(paths)s)", values
    )
    return len(rows)


def add_documents(
    connection: Connection,
    *,
    repository_id: int,
    index_id: int,
    files: Iterable[HashedFile],
    vectors: Mapping[bytes, HalfVector],
) -> None:
    """Write files with their chunks and symbols, and count their terms."""
    lexicon: Counter[int] = Counter()
    for file in files:
        document_id = _add_document(connection, repository_id, index_id, file)
        rows = [
            _chunk_row(chunk, text_hash, vectors[text_hash])
            for chunk, text_hash in zip(file.parsed.chunks, file.text_hashes, strict=True)
        ]
        _add_chunks(connection, repository_id, index_id, document_id, rows)
        _add_symbols(connection, repository_id, index_id, document_id, file.parsed)
        for row in rows:
            lexicon.update(row.terms.indices())
    _count_terms(connection, repository_id, index_id, lexicon)


def finish_index(connection: Connection, *, repository_id: int, index_id: int) -> tuple[int, int]:
    """Record the size of the index, and return it: documents, chunks."""
    row = connection.execute(
        "UPDATE indexes SET chunks = ("
        "  SELECT count(*) FROM chunks"
        "  WHERE repository_id = %(repository)s AND index_id = %(index)s)"
        " WHERE id = %(index)s RETURNING"
        " (SELECT count(*) FROM documents WHERE index_id = %(index)s), chunks",
        {"repository": repository_id, "index": index_id},
    ).fetchone()
    if row is None:  # the caller has just written it
        raise LookupError(index_id)
    return row[0], row[1]


def cached_vectors(
    connection: Connection, *, model: str, text_hashes: Sequence[bytes]
) -> dict[bytes, HalfVector]:
    """Return the vectors that are known already, by text hash."""
    known: dict[bytes, HalfVector] = {}
    for start in range(0, len(text_hashes), HASHES_A_QUERY):
        rows = connection.execute(
            "SELECT text_hash, vector FROM embeddings WHERE model = %s AND text_hash = ANY(%s)",
            (model, list(text_hashes[start : start + HASHES_A_QUERY])),
        )
        known.update(rows)
    return known


def cache_vectors(
    connection: Connection, *, model: str, text_hashes: Sequence[bytes], vectors: Vectors
) -> None:
    """Keep vectors for every index, in whichever repository, that holds the same text."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO embeddings (text_hash, model, vector) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [
                (text_hash, model, HalfVector(vector))
                for text_hash, vector in zip(text_hashes, vectors, strict=True)
            ],
        )


@dataclass(frozen=True, slots=True)
class _ChunkRow:
    chunk: Chunk
    text_hash: bytes
    vector: HalfVector
    terms: SparseVector


def _chunk_row(chunk: Chunk, text_hash: bytes, vector: HalfVector) -> _ChunkRow:
    return _ChunkRow(
        chunk=chunk,
        text_hash=text_hash,
        vector=vector,
        terms=SparseVector(weights(chunk), DIMENSIONS),
    )


def _add_document(
    connection: Connection, repository_id: int, index_id: int, file: HashedFile
) -> int:
    row = connection.execute(
        "INSERT INTO documents (repository_id, index_id, path, language, content_hash)"
        " VALUES (%s, %s, %s, %s, %s) RETURNING id",
        (repository_id, index_id, file.parsed.path, file.parsed.language, file.content_hash),
    ).fetchone()
    if row is None:  # RETURNING gives the row that was written
        raise LookupError(file.parsed.path)
    document_id: int = row[0]
    return document_id


def _add_chunks(
    connection: Connection,
    repository_id: int,
    index_id: int,
    document_id: int,
    rows: Sequence[_ChunkRow],
) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO chunks (repository_id, index_id, document_id, kind, path, symbol,"
            " start_line, end_line, unit_start_line, unit_end_line, context, content, text_hash,"
            " embedding, terms)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    repository_id,
                    index_id,
                    document_id,
                    row.chunk.kind.value,
                    row.chunk.path,
                    row.chunk.symbol,
                    row.chunk.start_line,
                    row.chunk.end_line,
                    row.chunk.unit_start_line,
                    row.chunk.unit_end_line,
                    row.chunk.context,
                    row.chunk.text,
                    row.text_hash,
                    row.vector,
                    row.terms,
                )
                for row in rows
            ],
        )


def _add_symbols(
    connection: Connection,
    repository_id: int,
    index_id: int,
    document_id: int,
    parsed: ParsedFile,
) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO symbols (repository_id, index_id, document_id, qualified_name, kind,"
            " signature, summary, path, start_line, end_line)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    repository_id,
                    index_id,
                    document_id,
                    symbol.qualified_name,
                    symbol.kind,
                    symbol.signature,
                    symbol.summary,
                    symbol.path,
                    symbol.start_line,
                    symbol.end_line,
                )
                for symbol in parsed.symbols
            ],
        )


def _count_terms(
    connection: Connection, repository_id: int, index_id: int, lexicon: Mapping[int, int]
) -> None:
    connection.execute(
        "INSERT INTO lexicon (repository_id, index_id, term, chunks)"
        " SELECT %s, %s, * FROM unnest(%s::integer[], %s::integer[])"
        " ON CONFLICT (index_id, term)"
        " DO UPDATE SET chunks = lexicon.chunks + excluded.chunks",
        (repository_id, index_id, list(lexicon.keys()), list(lexicon.values())),
    )
