"""Synthetic repositories in the database, their candidates, and what they take."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from pgvector.psycopg import register_vector
from synthetic import create

from retrieval.candidates import find_candidates
from retrieval.ranking import WEIGHTS
from retrieval.scale import EXACT_UP_TO, ensure_structure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from synthetic import Query, Synthetic

    from retrieval.candidates import Candidate
    from storage import Connection, Database

LIMIT = WEIGHTS.candidates
"""Candidates of each side, as a search asks for."""

BY_ROWS, BY_STRUCTURES = 1, EXACT_UP_TO + 1
"""Sizes to tell the search, so that it goes the one way or the other."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds."""

    p50: float
    p95: float

    def __str__(self) -> str:
        return f"{self.p50:.1f} / {self.p95:.1f}"


def create_repository(
    database: Database, name: str, chunks: int, questions: int, *, seed: int = 0
) -> Synthetic:
    """Make a repository, without structures."""
    with database.transaction() as connection:
        register_vector(connection)
        place = create(connection, name, chunks=chunks, questions=questions, seed=chunks + seed)
    with psycopg.connect(database.url, autocommit=True) as connection:
        for table in ("chunks", "chunk_vectors"):
            connection.execute(f"VACUUM ANALYZE {table}_{place.repository_id}")
    return place


def build(database: Database, place: Synthetic) -> float:
    """Build the structures, whatever the size, and return the seconds that it took."""
    started = time.perf_counter()
    _tell_size(database, place, max(place.chunks, BY_STRUCTURES))
    with psycopg.connect(database.url, autocommit=True) as connection:
        ensure_structure(connection, place.repository_id)
    _tell_size(database, place, place.chunks)
    return time.perf_counter() - started


def _tell_size(database: Database, place: Synthetic, chunks: int) -> None:
    with database.transaction() as connection:
        connection.execute("UPDATE indexes SET chunks = %s WHERE id = %s", (chunks, place.index_id))


def find(database: Database, place: Synthetic, query: Query, chunks: int) -> list[Candidate]:
    """Search for candidates in a transaction of their own; ``chunks`` says which way."""
    with database.snapshot(place.repository_id) as connection:
        return find_on(connection, place, query, chunks)


def find_on(
    connection: Connection,
    place: Synthetic,
    query: Query,
    chunks: int,
    *,
    dense: bool = True,
    lexical: bool = True,
) -> list[Candidate]:
    """Search for candidates by ``connection``, which is scoped to the repository."""
    vector = query.vector if dense else None
    return find_candidates(
        connection,
        repository_id=place.repository_id,
        index_ids=[place.index_id],
        chunks=chunks,
        vector=lambda: vector,
        terms=query.terms if lexical else None,
        limit=LIMIT,
    )


def milliseconds(call: Callable[[], object]) -> float:
    """Return what a call takes."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1_000


def latency(times: Sequence[float]) -> Latency:
    """Sum up what calls took."""
    cuts = statistics.quantiles(times, n=20)
    return Latency(p50=round(statistics.median(times), 2), p95=round(cuts[-1], 2))
