"""What a repository's size asks of its index: all rows read, or a structure over them.

A small index is searched exactly, row by row. Over a large one stand an HNSW graph of its vectors
(pgvector; Malkov & Yashunin, 2018) and a GIN index of its terms (migration 0009), both on the
repository's own partitions, so that no other repository pays for them. PostgreSQL keeps them up
with every write. Where they do not stand yet, the same search reads all rows, and takes longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from psycopg import sql
from psycopg.pq import TransactionStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import LiteralString

    from storage import Connection

log = structlog.get_logger(__name__)

EXACT_UP_TO = 5_000
"""Chunks of an index that is searched row by row. To read every row is exact and costs nothing to
keep. ``benchmarks/search``, on two cores, median: at 5,000 chunks 4.2 ms by rows and 3.1 ms by
structures, at 10,000 chunks 11.6 ms and 4.5 ms, at 30,000 chunks 36 ms and 6.8 ms."""

DROPPED_BELOW = EXACT_UP_TO // 2
"""Chunks of the largest index at which the structures go again: far enough below, so that a
repository about the threshold does not build and drop them in turns."""

MAINTENANCE_MEMORY = (64, 2_048)
"""Least and most megabytes that a build may take. A graph that outgrows them is built several
times as slowly."""

NODE_OVERHEAD = 600
"""Bytes that a vector takes of a graph under construction beside its numbers: about that, with
pgvector's default of 16 neighbours a node."""

_BUILDING = 0x667362
"""The advisory lock of whoever builds."""

_SIZES = """
SELECT dimension, max(chunks) FROM indexes WHERE repository_id = %s GROUP BY dimension
"""

_STANDING = """
SELECT pg_class.relname, indisvalid
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid IN (to_regclass(%(chunks)s), to_regclass(%(vectors)s))
    AND (pg_class.relname LIKE %(hnsw)s OR pg_class.relname = %(lexical)s)
"""

_HNSW = sql.SQL(
    "CREATE INDEX CONCURRENTLY {name} ON {table}"
    " USING hnsw ((embedding::halfvec({dimension})) halfvec_cosine_ops)"
    " WHERE vector_dims(embedding) = {dimension}"
)

# Without fastupdate: its list of what is still to be filed would be read through by every search.
_LEXICAL = sql.SQL(
    "CREATE INDEX CONCURRENTLY {name} ON {table}"
    " USING gin (lexical_keys(index_id, terms)) WITH (fastupdate = off)"
)


def is_large(chunks: int) -> bool:
    """Say whether an index of ``chunks`` chunks is searched by structures, and not row by row."""
    return chunks > EXACT_UP_TO


def ensure_structure(connection: Connection, repository_id: int) -> bool:
    """Build what the repository's size asks for, and drop what it no longer does.

    To be called after each index run, outside its transaction, by the tables' owner, as often as
    one likes: what stands already is left alone, and what a build that was killed left behind is
    built anew. Searches and writes go on meanwhile.

    Returns:
        False when another process is building. Builds take turns in the whole database, since two
        at a time would wait for each other; call again later.

    Raises:
        ValueError: ``connection`` is in a transaction, or would begin one; PostgreSQL builds beside
            running writes in none.
    """
    if not connection.autocommit or connection.info.transaction_status != TransactionStatus.IDLE:
        raise ValueError(
            "structures are built on a connection in autocommit mode and in no transaction"
        )
    # Tried and not waited for: the build waits for every statement that began before its end, so a
    # statement that waited for the lock would wait for ever.
    if not _locks(connection, "SELECT pg_try_advisory_lock(%s)"):
        return False
    try:
        _bring_up(connection, repository_id)
    finally:
        _locks(connection, "SELECT pg_advisory_unlock(%s)")
    return True


@dataclass(frozen=True, slots=True)
class _Structure:
    """An index of a partition, as it should be."""

    name: str
    statement: sql.Composed
    megabytes: int
    """That its build may take."""


def _bring_up(connection: Connection, repository_id: int) -> None:
    sizes: dict[int | None, int] = dict(connection.execute(_SIZES, (repository_id,)).fetchall())
    names = {
        "chunks": f"chunks_{repository_id}",
        "vectors": f"chunk_vectors_{repository_id}",
        "hnsw": f"chunk\\_vectors\\_{repository_id}\\_hnsw\\_%",
        "lexical": f"chunks_{repository_id}_lexical",
    }
    standing: dict[str, bool] = dict(connection.execute(_STANDING, names).fetchall())
    kept = {item.name for item in _structures(repository_id, sizes, above=DROPPED_BELOW)}
    for name, is_valid in standing.items():
        if name not in kept or not is_valid:
            connection.execute(
                sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(name))
            )
            log.info("structure_dropped", name=name, valid=is_valid)
    for item in _structures(repository_id, sizes, above=EXACT_UP_TO):
        if not standing.get(item.name):
            _build(connection, item)


def _structures(
    repository_id: int, sizes: Mapping[int | None, int], *, above: int
) -> Iterator[_Structure]:
    """Yield what indexes of more than ``above`` chunks need.

    ``sizes`` are by dimension, which nobody knows before an index has its first vector.
    """
    large = {dimension: chunks for dimension, chunks in sizes.items() if chunks > above}
    for dimension, chunks in large.items():
        if dimension is None:
            continue
        name = f"chunk_vectors_{repository_id}_hnsw_{dimension}"
        yield _Structure(
            name=name,
            statement=_HNSW.format(
                name=sql.Identifier(name),
                table=sql.Identifier(f"chunk_vectors_{repository_id}"),
                dimension=sql.Literal(dimension),
            ),
            megabytes=_bounded(chunks * (2 * dimension + NODE_OVERHEAD) >> 20),
        )
    if large:
        name = f"chunks_{repository_id}_lexical"
        yield _Structure(
            name=name,
            statement=_LEXICAL.format(
                name=sql.Identifier(name), table=sql.Identifier(f"chunks_{repository_id}")
            ),
            megabytes=_bounded(max(large.values()) >> 10),
        )


def _bounded(megabytes: int) -> int:
    least, most = MAINTENANCE_MEMORY
    return min(max(megabytes, least), most)


def _build(connection: Connection, structure: _Structure) -> None:
    log.info("structure_building", name=structure.name, megabytes=structure.megabytes)
    connection.execute(
        "SELECT set_config('maintenance_work_mem', %s, false),"
        # Workers would take the processors of those who search, and build the graph in shared
        # memory, of which a container has 64 MB unless it is told otherwise.
        " set_config('max_parallel_maintenance_workers', '0', false)",
        (f"{structure.megabytes}MB",),
    )
    try:
        connection.execute(structure.statement)
    finally:
        connection.execute("RESET maintenance_work_mem")
        connection.execute("RESET max_parallel_maintenance_workers")
    log.info("structure_built", name=structure.name)


def _locks(connection: Connection, statement: LiteralString) -> bool:
    row = connection.execute(statement, (_BUILDING,)).fetchone()
    return bool(row and row[0])
