"""The SQL that writes documents with what is of them, and reads what there is.

Every function works within the caller's transaction, and expects it to be scoped to the one
repository (``Database.knowledge``): row-level security keeps it to that. Statements on ``chunks``
name the repository all the same, so that the plan opens its partition alone.

PostgreSQL takes no COPY into a table under row-level security; rows go in as arrays, many at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.chunk_store import remove_chunks, replace_chunks
from retrieval.symbols import store as symbols

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from retrieval.chunk_store import Scope
    from retrieval.model import ParsedFile
    from retrieval.symbols.facts import FileFacts
    from storage import Connection


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a document was made of; it is unchanged when nothing of this differs."""

    blob_id: bytes
    """git's name of its content: 20 bytes."""
    cut: int
    """The way it was cut into chunks."""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file, or thread, to be written."""

    parsed: ParsedFile
    fingerprint: Fingerprint
    left_out: str | None = None
    """Why none of it is indexed, if none is: remembered, so that it is not read again."""
    url: str | None = None
    """Where it is to be seen, of a thread."""
    dated: datetime | None = None
    """When it was answered, of a thread."""
    names: FileFacts | None = None
    """The names that it defines and binds, of a file."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """The documents of an index as they stand, by path."""

    documents: Mapping[str, Fingerprint]
    left_out: Mapping[str, str]
    """Of those that are left out, the reason."""


def lock_repository(connection: Connection, repository_id: int) -> None:
    """Let one indexer at a time write a repository's knowledge; readers do not wait."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (0x6675, repository_id))


def read_state(connection: Connection, *, index_id: int | None) -> IndexState:
    """Return the documents of an index; none, of an index that is not there yet."""
    rows = connection.execute(
        "SELECT path, blob_id, cut, left_out FROM documents WHERE index_id = %s", (index_id,)
    ).fetchall()
    return IndexState(
        documents={path: Fingerprint(blob_id, cut) for path, blob_id, cut, _ in rows},
        left_out={path: reason for path, _, _, reason in rows if reason is not None},
    )


def replace_documents(
    connection: Connection,
    scope: Scope,
    *,
    documents: Sequence[Document],
    removed: Sequence[str],
) -> int:
    """Write new and changed documents with what is of them; remove those at the paths ``removed``.

    Returns how many earlier chunks went. Those whose text is what it was stay, with their vectors,
    unless files are cut, and so terms weighed, in another way now.
    """
    if not documents and not removed:
        return 0
    gone = _remove_rows(connection, scope, removed)
    ids = _save_rows(connection, scope, documents)
    gone += replace_chunks(
        connection,
        scope,
        chunks={ids[one.parsed.path].id: one.parsed.chunks for one in documents},
        kept=[row.id for row in ids.values() if row.is_cut_alike],
    )
    names = [(ids[one.parsed.path].id, one.names) for one in documents if one.names]
    symbols.replace(
        connection, repository_id=scope.repository_id, index_id=scope.index_id, changed=names
    )
    return gone


def finish_index(connection: Connection, scope: Scope) -> tuple[int, int]:
    """Record the size of the index, and return it: documents, chunks."""
    row = connection.execute(
        "UPDATE indexes SET chunks = ("
        "  SELECT count(*) FROM chunks"
        "  WHERE repository_id = %(repository)s AND index_id = %(index)s)"
        " WHERE id = %(index)s RETURNING"
        " (SELECT count(*) FROM documents WHERE index_id = %(index)s AND left_out IS NULL),"
        " chunks",
        {"repository": scope.repository_id, "index": scope.index_id},
    ).fetchone()
    if row is None:  # the caller has just written it
        raise LookupError(scope.index_id)
    return row[0], row[1]


def count_other_chunks(connection: Connection, scope: Scope, paths: Sequence[str]) -> int:
    """Return how many chunks an index has of other documents than those at ``paths``."""
    row = connection.execute(
        "SELECT count(*) FROM chunks"
        " WHERE repository_id = %s AND index_id = %s AND path <> ALL(%s)",
        (scope.repository_id, scope.index_id, list(paths)),
    ).fetchone()
    return row[0] if row else 0


# The former row is as it was before this statement.
_SAVE_DOCUMENTS = """
WITH saved AS (
    INSERT INTO documents
        (repository_id, index_id, path, language, blob_id, cut, left_out, url, dated)
    SELECT %(repository)s, %(index)s, * FROM unnest(
        %(paths)s::text[], %(languages)s::text[], %(blobs)s::bytea[], %(cuts)s::integer[],
        %(reasons)s::text[], %(urls)s::text[], %(dates)s::timestamptz[]
    )
    ON CONFLICT (index_id, path) DO UPDATE SET language = excluded.language,
        blob_id = excluded.blob_id, cut = excluded.cut, left_out = excluded.left_out,
        url = excluded.url, dated = excluded.dated
    RETURNING id, path, cut
)
SELECT saved.path, saved.id, coalesce(former.cut = saved.cut, false)
FROM saved LEFT JOIN documents AS former
    ON former.index_id = %(index)s AND former.path = saved.path
"""


@dataclass(frozen=True, slots=True)
class _Saved:
    """A document's row."""

    id: int
    is_cut_alike: bool
    """It was there before, cut in the way of today."""


def _remove_rows(connection: Connection, scope: Scope, paths: Sequence[str]) -> int:
    rows = connection.execute(
        "SELECT id FROM documents WHERE index_id = %s AND path = ANY(%s)",
        (scope.index_id, list(paths)),
    ).fetchall()
    ids = [document_id for (document_id,) in rows]
    gone = remove_chunks(connection, scope, documents=ids)
    connection.execute("DELETE FROM documents WHERE id = ANY(%s)", (ids,))
    return gone


def _save_rows(
    connection: Connection, scope: Scope, documents: Sequence[Document]
) -> Mapping[str, _Saved]:
    """Write the documents' own rows; return what they are, by path."""
    rows = connection.execute(
        _SAVE_DOCUMENTS,
        {
            "repository": scope.repository_id,
            "index": scope.index_id,
            "paths": [one.parsed.path for one in documents],
            "languages": [one.parsed.language for one in documents],
            "blobs": [one.fingerprint.blob_id for one in documents],
            "cuts": [one.fingerprint.cut for one in documents],
            "reasons": [one.left_out for one in documents],
            "urls": [one.url for one in documents],
            "dates": [one.dated for one in documents],
        },
    )
    return {path: _Saved(document_id, alike) for path, document_id, alike in rows}
