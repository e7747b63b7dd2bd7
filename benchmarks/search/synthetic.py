"""Repositories of any size, made of numbers: what a search reads, without a model to wait for.

Vectors lie in clusters, as those of files on one subject do, and differ within a cluster in few
directions, as vectors of language do. Terms follow Zipf's law with Mandelbrot's offset, which
stands for the stop words that are not indexed; vocabularies grow by Heaps' law. Rows are written
by binary COPY, some tens of thousands a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import count, islice, product
from typing import TYPE_CHECKING

import numpy as np
from pgvector import HalfVector, SparseVector

from retrieval.terms import (
    CONTEXT_WEIGHT,
    DIMENSIONS,
    LENGTH_NORMALISATION,
    MEAN_LENGTH,
    SATURATION,
    idf,
    number,
    terms,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from storage import Connection

    Floats = npt.NDArray[np.float32]
    Integers = npt.NDArray[np.int64]

DIMENSION = 384
"""Of the vectors of all-MiniLM-L6-v2."""

MODEL = "synthetic"

TERMS = 64
"""Distinct terms of each chunk, as chunks of Python have on average."""

CONTEXT_TERMS = 6
TEXT = 600
"""Characters of each chunk."""

ZIPF = 1.07
MANDELBROT = 12.0
VOCABULARY = 40
"""Heaps' law: this many terms, times the square root of all the words that a repository has."""

CHUNKS_A_CLUSTER = 200
DIRECTIONS = 48
"""In which the vectors of a cluster differ, beside a little noise in all others."""
SPREAD = 0.7
"""Length of the difference between a vector and its cluster's middle, which has length 1."""
NOISE = 0.2

QUERY_TERMS = 6
POPULAR = 500
"""Rank up to which the other half of a question's words goes: hard ones, as half the chunks may
hold them."""
QUERY_NOISE = 0.45

BATCH = 20_000
"""Rows made at once."""

LETTERS = "bcdfghjklmnpqrtvwxz"
"""Of the invented words: no vowels, so that hardly a word is stemmed into another."""

SCATTER = 2_654_435_761
"""Spreads the ranks beyond the vocabulary over the number space; it shares no factor with
``DIMENSIONS``."""

COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_END = b"\xff\xff"


@dataclass(frozen=True, slots=True)
class Query:
    """A question of invented words, and what it is turned into."""

    text: str
    vector: HalfVector
    terms: SparseVector


@dataclass(frozen=True, slots=True)
class Synthetic:
    """A repository with one index, and questions to it."""

    repository_id: int
    name: str
    index_id: int
    chunks: int
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class _Batch:
    ids: Integers
    vectors: Floats
    terms: Integers
    """Numbers of terms, from 0, in order, shape (rows, TERMS)."""
    weights: Floats


def create(
    connection: Connection, name: str, *, chunks: int, questions: int, seed: int
) -> Synthetic:
    """Write a repository of ``chunks`` chunks, as the owner of the tables, and think of questions.

    The caller commits.
    """
    random = np.random.default_rng(seed)
    repository_id = _inserted(
        connection,
        "INSERT INTO repositories (name, url) VALUES (%s, 'https://example.org') RETURNING id",
        (name,),
    )
    connection.execute("SELECT create_knowledge_partition(%s)", (repository_id,))
    index_id = _add_index(connection, repository_id, "main", chunks, default=True)
    batches = _batches(random, connection, chunks)
    containing: dict[int, int] = {}
    sampled: list[tuple[Floats, Integers]] = []
    for batch in batches:
        _copy(connection, "chunks", _CHUNK_COLUMNS, _chunk_rows(repository_id, index_id, batch))
        _copy(
            connection,
            "chunk_vectors",
            _VECTOR_COLUMNS,
            _vector_rows(repository_id, index_id, batch),
        )
        numbers, counts = np.unique(batch.terms, return_counts=True)
        for place, holding in zip(numbers.tolist(), counts.tolist(), strict=True):
            containing[place] = containing.get(place, 0) + holding
        wanted = max(1, round(questions * len(batch.ids) / chunks) + 1)
        rows = random.integers(0, len(batch.ids), wanted)
        sampled += [(batch.vectors[row], batch.terms[row]) for row in rows]
    _add_lexicon(connection, repository_id, index_id, containing)
    chosen = [sampled[place] for place in random.permutation(len(sampled))[:questions]]
    return Synthetic(
        repository_id=repository_id,
        name=name,
        index_id=index_id,
        chunks=chunks,
        queries=tuple(_query(random, chunks, containing, *about) for about in chosen),
    )


def _add_index(
    connection: Connection, repository_id: int, ref: str, chunks: int, *, default: bool
) -> int:
    return _inserted(
        connection,
        "INSERT INTO indexes (repository_id, ref, model, dimension, commit_sha, is_default, chunks)"
        " VALUES (%s, %s, %s, %s, 'c', %s, %s) RETURNING id",
        (repository_id, ref, MODEL, DIMENSION, default, chunks),
    )


def _inserted(connection: Connection, statement: str, values: tuple[object, ...]) -> int:
    row = connection.execute(statement, values).fetchone()  # type: ignore[call-overload] # a constant of the callers above
    identity: int = row[0]
    return identity


def _batches(random: np.random.Generator, connection: Connection, chunks: int) -> Iterator[_Batch]:
    clusters = max(4, chunks // CHUNKS_A_CLUSTER)
    middles = _unit(random.standard_normal((clusters, DIMENSION), dtype=np.float32))
    directions = random.standard_normal((DIRECTIONS, DIMENSION), dtype=np.float32)
    directions *= SPREAD / np.sqrt(DIRECTIONS * DIMENSION)
    vocabulary = _vocabulary(chunks)
    popularity = (np.arange(vocabulary) + MANDELBROT) ** -ZIPF
    cumulated = np.cumsum(popularity / popularity.sum())
    numbers = _numbers(vocabulary)
    for start in range(0, chunks, BATCH):
        rows = min(BATCH, chunks - start)
        last = _inserted(
            connection,
            "SELECT setval(pg_get_serial_sequence('chunks', 'id'),"
            " nextval(pg_get_serial_sequence('chunks', 'id')) + %s)",
            (rows,),
        )
        vectors = middles[random.integers(0, clusters, rows)]
        vectors = (
            vectors + random.standard_normal((rows, DIRECTIONS), dtype=np.float32) @ directions
        )
        vectors += _noise(random, rows, NOISE)
        own, weights = _terms(random, cumulated, numbers, rows)
        yield _Batch(
            ids=np.arange(last - rows, last), vectors=_unit(vectors), terms=own, weights=weights
        )


def _vocabulary(chunks: int) -> int:
    return int(VOCABULARY * np.sqrt(chunks * TERMS))


def _noise(random: np.random.Generator, rows: int, length: float) -> Floats:
    noise = random.standard_normal((rows, DIMENSION), dtype=np.float32)
    noise *= length / np.sqrt(DIMENSION)
    return noise


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _terms(
    random: np.random.Generator,
    cumulated: npt.NDArray[np.float64],
    vocabulary: Integers,
    rows: int,
) -> tuple[Integers, Floats]:
    """Draw each row's terms with their BM25 weights, in the order of their numbers."""
    ranks = np.searchsorted(cumulated, random.random((rows, TERMS)))
    ranks.sort(axis=1)
    again = np.zeros(ranks.shape, dtype=bool)
    again[:, 1:] = ranks[:, 1:] == ranks[:, :-1]
    # A rank drawn twice in a row gives way to one of its own from beyond the vocabulary.
    ranks[again] = len(cumulated) + random.choice(
        100 * len(cumulated), int(again.sum()), replace=False
    )
    known = ranks < len(vocabulary)
    numbers = np.where(known, vocabulary[np.where(known, ranks, 0)], ranks * SCATTER % DIMENSIONS)
    numbers.sort(axis=1)
    # By chance two have one number; what is drawn below does not hang on which is which.
    while (alike := numbers[:, 1:] == numbers[:, :-1]).any():
        numbers[:, 1:][alike] = (numbers[:, 1:][alike] + 1) % DIMENSIONS
        numbers.sort(axis=1)
    counts = random.geometric(0.6, (rows, TERMS)).astype(np.float32)
    counts[np.argsort(random.random((rows, TERMS)), axis=1) < CONTEXT_TERMS] += CONTEXT_WEIGHT
    lengths = MEAN_LENGTH * random.lognormal(0.0, 0.5, (rows, 1))
    norms = SATURATION * (1 - LENGTH_NORMALISATION + LENGTH_NORMALISATION * lengths / MEAN_LENGTH)
    return numbers, (counts * (SATURATION + 1) / (counts + norms)).astype(np.float32)


@cache
def _words(vocabulary: int) -> Mapping[int, str]:
    """Return the invented words by their terms' numbers, in the order of their ranks."""
    words: dict[int, str] = {}
    for length in count(3):
        for letters in product(LETTERS, repeat=length):
            word = "".join(letters)
            words.setdefault(number(next(terms(word))), word)
            if len(words) == vocabulary:
                return words
    raise AssertionError  # there is no end to counting


def _numbers(vocabulary: int) -> Integers:
    return np.fromiter(_words(vocabulary), dtype=np.int64)


def _query(
    random: np.random.Generator,
    chunks: int,
    containing: Mapping[int, int],
    vector: Floats,
    own: Integers,
) -> Query:
    """Ask, in other words, for what one chunk says: half of the words are its own."""
    words = _words(_vocabulary(chunks))
    spoken = [place for place in own.tolist() if place in words]
    asked = set(random.choice(spoken, QUERY_TERMS // 2, replace=False).tolist())
    popular = list(islice(words, POPULAR))
    others = [place for place in popular if place in containing and place not in asked]
    asked.update(random.choice(others, QUERY_TERMS - len(asked), replace=False).tolist())
    about = _unit(vector[None, :] + _noise(random, 1, QUERY_NOISE))[0]
    idfs = {place: idf(chunks=chunks, containing=containing[place]) for place in asked}
    return Query(
        text=" ".join(words[place] for place in asked),
        vector=HalfVector(about),
        terms=SparseVector(idfs, DIMENSIONS),
    )


_CHUNK_COLUMNS = (
    "repository_id, index_id, document_id, id, start_line, end_line, unit_start_line,"
    " unit_end_line, kind, path, symbol, context, content, text_hash, terms"
)
_VECTOR_COLUMNS = "repository_id, index_id, chunk_id, embedding"


def _chunk_rows(repository_id: int, index_id: int, batch: _Batch) -> bytes:
    names = np.char.mod("%010d", batch.ids).astype("S10")
    path = np.char.add(np.char.add(b"package/module_", names), b".py")
    symbol = np.char.add(b"package.module.function_", names)
    context = np.char.add(np.char.add(path, b"\n"), symbol)
    vectors = np.zeros(
        len(names),
        dtype=[
            ("dimension", ">i4"),
            ("count", ">i4"),
            ("unused", ">i4"),
            ("indices", ">i4", TERMS),
            ("values", ">f4", TERMS),
        ],
    )
    vectors["dimension"], vectors["count"] = DIMENSIONS, TERMS
    vectors["indices"], vectors["values"] = batch.terms, batch.weights
    identity = np.dtype(">i8")
    line = np.dtype(">i4")
    return _rows(
        len(names),
        [
            (identity, repository_id),
            (identity, index_id),
            (identity, batch.ids // 8),
            (identity, batch.ids),
            *[(line, value) for value in (1, 20, 1, 20)],
            (np.dtype("S8"), b"function"),
            (path.dtype, path),
            (symbol.dtype, symbol),
            (context.dtype, context),
            (np.dtype(f"S{TEXT}"), b"x" * TEXT),
            (names.dtype, names),
            (vectors.dtype, vectors),
        ],
    )


def _vector_rows(repository_id: int, index_id: int, batch: _Batch) -> bytes:
    vectors = np.zeros(
        len(batch.ids),
        dtype=[("dimension", ">i2"), ("unused", ">i2"), ("numbers", ">f2", DIMENSION)],
    )
    vectors["dimension"], vectors["numbers"] = DIMENSION, batch.vectors
    identity = np.dtype(">i8")
    return _rows(
        len(batch.ids),
        [
            (identity, repository_id),
            (identity, index_id),
            (identity, batch.ids),
            (vectors.dtype, vectors),
        ],
    )


def _rows(rows: int, columns: list[tuple[np.dtype, object]]) -> bytes:  # type: ignore[type-arg] # of any kind
    """Lay columns of fixed width out as COPY's binary format wants them."""
    layout: list[tuple[str, object]] = [("columns", ">i2")]
    for place, (kind, _) in enumerate(columns):
        layout += [(f"length{place}", ">i4"), (f"value{place}", kind)]
    table = np.zeros(rows, dtype=layout)
    table["columns"] = len(columns)
    for place, (kind, values) in enumerate(columns):
        table[f"length{place}"] = kind.itemsize
        table[f"value{place}"] = values
    return table.tobytes()


def _copy(connection: Connection, table: str, columns: str, rows: bytes) -> None:
    with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN BINARY") as copy:  # type: ignore[arg-type] # constants of this module
        copy.write(COPY_HEADER)
        copy.write(rows)
        copy.write(COPY_END)


def _add_lexicon(
    connection: Connection, repository_id: int, index_id: int, containing: Mapping[int, int]
) -> None:
    connection.execute(
        "INSERT INTO lexicon (repository_id, index_id, term, chunks)"
        " SELECT %s, %s, * FROM unnest(%s::integer[], %s::integer[])",
        (repository_id, index_id, list(containing.keys()), list(containing.values())),
    )
