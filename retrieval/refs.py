"""The indexes of a repository: one a branch, tag or release, side by side, and one of threads.

An index of another model takes the place of a ref's old one when it is whole; until then the old
one answers. The functions expect a transaction scoped to the one repository, and those that write
its lock (:func:`retrieval.store.lock_repository`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from storage import Connection


PATIENCE = timedelta(days=30)
"""How long an index of another model, which does not answer yet, is kept untouched."""


class IndexKind(StrEnum):
    """What an index is of."""

    TREE = "tree"
    """The files of a branch, tag or release."""
    THREADS = "threads"
    """Discussions and issues."""


@dataclass(frozen=True, slots=True)
class IndexedRef:
    """An index that answers."""

    ref: str
    commit: str
    model: str
    is_default: bool
    """Questions that name no ref are answered from it."""
    chunks: int
    waiting: int
    """Chunks whose vector is not there yet: they are found by their words alone."""
    updated_at: datetime

    @property
    def is_whole(self) -> bool:
        """Whether every chunk has its vector."""
        return not self.waiting


_REFS = """
SELECT ref, commit_sha, model, is_default, chunks, chunks - (
        SELECT count(*) FROM chunk_vectors
        WHERE repository_id = %(repository)s AND index_id = indexes.id AND NOT is_gist
    ), updated_at
FROM indexes WHERE kind = %(kind)s AND answers
ORDER BY is_default DESC, ref
"""


def list_refs(
    connection: Connection, *, repository_id: int, kind: IndexKind = IndexKind.TREE
) -> tuple[IndexedRef, ...]:
    """Return the repository's indexes of ``kind`` that answer, the default one first."""
    rows = connection.execute(_REFS, {"repository": repository_id, "kind": kind})
    return tuple(IndexedRef(*row) for row in rows)


_PATHS = """
SELECT path FROM documents WHERE left_out IS NULL AND index_id = (
    SELECT id FROM indexes
    WHERE kind = 'tree' AND answers AND (ref = %(ref)s OR %(ref)s IS NULL AND is_default)
)
"""


def list_paths(connection: Connection, *, ref: str | None) -> frozenset[str]:
    """Return the files that are indexed of a tree's ``ref``; None: of the default one."""
    return frozenset(path for (path,) in connection.execute(_PATHS, {"ref": ref}))


def find_index(connection: Connection, *, kind: IndexKind, ref: str, model: str) -> int | None:
    """Return the id of the index of ``ref`` as ``model`` sees it, or None when there is none."""
    row = connection.execute(
        "SELECT id FROM indexes WHERE kind = %s AND ref = %s AND model = %s", (kind, ref, model)
    ).fetchone()
    return row[0] if row else None


_SAVE = """
INSERT INTO indexes (repository_id, kind, ref, model, commit_sha, chunks, answers)
VALUES (
    %(repository)s, %(kind)s, %(ref)s, %(model)s, %(commit)s, 0,
    NOT EXISTS (SELECT FROM indexes WHERE kind = %(kind)s AND ref = %(ref)s AND answers)
)
ON CONFLICT (repository_id, kind, ref, model)
DO UPDATE SET commit_sha = excluded.commit_sha, updated_at = now()
RETURNING id
"""

_LEAD = """
UPDATE indexes SET is_default = (ref = %(ref)s AND answers)
WHERE kind = 'tree' AND (%(default)s OR NOT EXISTS (SELECT FROM indexes WHERE is_default))
"""


def save_index(
    connection: Connection,
    *,
    repository_id: int,
    kind: IndexKind,
    ref: str,
    model: str,
    commit: str,
    default: bool,
) -> int:
    """Write the index's own row, and return its id.

    The first tree of a repository answers the questions that name no ref, and so does each later
    one saved with ``default``.
    """
    values = {
        "repository": repository_id,
        "kind": kind,
        "ref": ref,
        "model": model,
        "commit": commit,
        "default": default,
    }
    row = connection.execute(_SAVE, values).fetchone()
    if row is None:  # RETURNING gives the row that was written
        raise LookupError(ref)
    if kind is IndexKind.TREE:
        connection.execute(_LEAD, values)
    index_id: int = row[0]
    return index_id


_MEASURE = """
UPDATE indexes SET dimension = (
    SELECT vector_dims(embedding) FROM chunk_vectors
    WHERE repository_id = %(repository)s AND index_id = indexes.id LIMIT 1
)
WHERE model = %(model)s AND dimension IS NULL
"""

# A model that was configured for a while only: nobody makes its index whole any more.
_GIVEN_UP = """
SELECT id FROM indexes
WHERE NOT answers AND model <> %(model)s AND updated_at < now() - %(patience)s::interval
"""

# Only what does not answer yet replaces what does: a worker that still has the former model leaves
# the index of the next one alone.
_REPLACED = """
SELECT whole.id, old.id, old.is_default
FROM indexes AS whole JOIN indexes AS old USING (kind, ref)
WHERE whole.model = %(model)s AND NOT whole.answers AND old.model <> %(model)s AND NOT EXISTS (
    SELECT FROM chunks
    WHERE repository_id = %(repository)s AND index_id = whole.id AND NOT EXISTS (
        SELECT FROM chunk_vectors
        WHERE repository_id = %(repository)s AND chunk_id = chunks.id AND NOT is_gist
    )
)
"""


def settle(connection: Connection, *, repository_id: int, model: str) -> None:
    """Let indexes by ``model`` that are whole take the place of other models' of the same ref."""
    values = {"repository": repository_id, "model": model, "patience": PATIENCE}
    connection.execute(_MEASURE, values)
    for (given_up,) in connection.execute(_GIVEN_UP, values).fetchall():
        _delete(connection, repository_id, given_up)
    for whole, old, was_default in connection.execute(_REPLACED, values).fetchall():
        _delete(connection, repository_id, old)
        connection.execute(
            "UPDATE indexes SET answers = true, is_default = is_default OR %s WHERE id = %s",
            (was_default, whole),
        )


_LEAD_LATEST = """
UPDATE indexes SET is_default = true
WHERE id = (
    SELECT id FROM indexes WHERE kind = 'tree' AND answers ORDER BY updated_at DESC LIMIT 1
) AND NOT EXISTS (SELECT FROM indexes WHERE is_default)
"""


def remove_ref(connection: Connection, *, repository_id: int, ref: str) -> bool:
    """Remove the indexes of a tree's ref, by whichever model. False: there was none.

    Where it answered the questions that name no ref, the one updated last does from now on.
    """
    rows = connection.execute(
        "SELECT id FROM indexes WHERE kind = 'tree' AND ref = %s", (ref,)
    ).fetchall()
    for (index_id,) in rows:
        _delete(connection, repository_id, index_id)
    connection.execute(_LEAD_LATEST)
    return bool(rows)


# A row that a worker holds is left to it: it finds that the text is wanted no more.
_FORGET_UNWANTED = """
DELETE FROM unembedded
WHERE repository_id = %(repository)s AND (model, text_hash) IN (
    SELECT model, text_hash FROM unembedded AS waiting
    WHERE repository_id = %(repository)s AND NOT EXISTS (
        SELECT FROM chunks JOIN indexes ON indexes.id = index_id
        WHERE chunks.repository_id = %(repository)s AND indexes.model = waiting.model
            AND chunks.text_hash = waiting.text_hash
    ) AND NOT EXISTS (
        SELECT FROM chunks JOIN indexes ON indexes.id = index_id
        WHERE chunks.repository_id = %(repository)s AND indexes.model = waiting.model
            AND chunks.gist_hash = waiting.text_hash
    )
    FOR UPDATE SKIP LOCKED
)
"""


def _delete(connection: Connection, repository_id: int, index_id: int) -> None:
    """Delete an index with all that is of it, and what waits for the model on its account."""
    for statement in (
        "DELETE FROM chunk_vectors WHERE repository_id = %s AND index_id = %s",
        "DELETE FROM chunks WHERE repository_id = %s AND index_id = %s",
        "DELETE FROM indexes WHERE repository_id = %s AND id = %s",
    ):
        connection.execute(statement, (repository_id, index_id))
    connection.execute(_FORGET_UNWANTED, {"repository": repository_id})
