"""A small repository, and the real parts to index and search it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pgvector.psycopg import register_vector

from retrieval.catalogue import Catalogue
from retrieval.embeddings import SentenceTransformerEmbedder
from retrieval.indexing import Indexer
from retrieval.search import Retriever

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from retrieval.embeddings import Vectors
    from retrieval.model import IndexReport
    from storage import Database

REPOSITORY = "octo/kitchen"
URL = f"https://github.com/{REPOSITORY}"
PATIENCE = 60
"""Seconds after which a test gives up waiting."""

KETTLE = '''"""Boiling water."""


def boil(litres, *, degrees=100):
    """Heat water in the kettle until it boils.

    Parameters
    ----------
    litres : float
        How much water.
    """
    return litres * degrees


class Toaster:
    """Browns slices of bread."""

    def toast(self, slices):
        """Brown the slices on both sides."""
        return [slice_ + "!" for slice_ in slices]
'''

README = """# Kitchen

Tools for breakfast.

## Installation

Run `pip install kitchen` to install the package from the index.

## Cleaning

Descale the kettle with vinegar once a month.
"""


class CountingEmbedder:
    """The real model, with a record of the texts that it was run on."""

    def __init__(self, embedder: SentenceTransformerEmbedder) -> None:
        self._embedder = embedder
        self.model = embedder.model
        self.dimension = embedder.dimension
        self.measure = embedder.measure
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str], *, done: Callable[[int], None] | None = None) -> Vectors:
        self.texts += texts
        return self._embedder.encode(texts, done=done)


class HeldEmbedder(CountingEmbedder):
    """Waits before it reads, until it is let go."""

    def __init__(self, embedder: SentenceTransformerEmbedder) -> None:
        super().__init__(embedder)
        self.is_reading = threading.Event()
        self.may_go_on = threading.Event()

    def encode(self, texts: Sequence[str], *, done: Callable[[int], None] | None = None) -> Vectors:
        self.is_reading.set()
        assert self.may_go_on.wait(PATIENCE)
        return super().encode(texts, done=done)


# All that is embedded, with its vector where it has it: of each chunk its text, and of some a gist.
_EMBEDDED = """
SELECT text, embedding
FROM chunks CROSS JOIN LATERAL (
    VALUES (false, concat(context, E'\\n', content)), (true, gist)
) AS wanted (is_gist, text)
LEFT JOIN chunk_vectors ON chunks.id = chunk_id AND wanted.is_gist = chunk_vectors.is_gist
    AND chunks.repository_id = chunk_vectors.repository_id
    AND chunks.index_id = chunk_vectors.index_id
WHERE text IS NOT NULL
"""


def texts(database: Database) -> list[str]:
    """Return what the model has to read: of each chunk its text, and its gist if it has one."""
    with database.transaction() as connection:
        register_vector(connection)
        return [text for text, _ in connection.execute(_EMBEDDED)]


def assert_whole(database: Database, model: SentenceTransformerEmbedder) -> None:
    """Assert that every text has its own vector, and that no other vector is there."""
    with database.transaction() as connection:
        register_vector(connection)
        rows = connection.execute(_EMBEDDED).fetchall()
        vectors = connection.execute("SELECT count(*) FROM chunk_vectors").fetchone()
        waiting = connection.execute("SELECT count(*) FROM unembedded").fetchone()
    assert [text for text, vector in rows if vector is None] == []
    assert (vectors, waiting) == ((len(rows),), (0,))
    expected = model.encode([text for text, _ in rows])
    found = np.vstack([vector.to_numpy() for _, vector in rows])
    assert (expected * found).sum(axis=1).min() > 0.99


@pytest.fixture(scope="session")
def model() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder()


@pytest.fixture
def embedder(model: SentenceTransformerEmbedder) -> CountingEmbedder:
    return CountingEmbedder(model)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "kitchen"
    (root / "kitchen").mkdir(parents=True)
    (root / "kitchen" / "kettle.py").write_text(KETTLE)
    (root / "README.md").write_text(README)
    return root


@pytest.fixture
def indexer(database: Database, embedder: CountingEmbedder) -> Indexer:
    return Indexer(database, Catalogue(database), embedder)


@pytest.fixture
def retriever(database: Database, embedder: CountingEmbedder) -> Retriever:
    return Retriever(Catalogue(database), lambda _: embedder)


@pytest.fixture
def index(indexer: Indexer) -> Callable[..., IndexReport]:
    def run(
        root: Path,
        *,
        repository: str = REPOSITORY,
        ref: str = "main",
        commit: str = "1" * 40,
        default: bool = False,
        embed: bool = True,
    ) -> IndexReport:
        return indexer.index(
            root,
            repository=repository,
            url=f"https://github.com/{repository}",
            ref=ref,
            commit=commit,
            default=default,
            embed=embed,
        )

    return run
