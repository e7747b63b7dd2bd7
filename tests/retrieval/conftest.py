"""A small repository, and the real parts to index and search it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str], *, done: Callable[[int], None] | None = None) -> Vectors:
        self.texts += texts
        return self._embedder.encode(texts, done=done)


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
    return Retriever(database, Catalogue(database), lambda _: embedder)


@pytest.fixture
def index(indexer: Indexer) -> Callable[..., IndexReport]:
    def run(
        root: Path, *, repository: str = REPOSITORY, ref: str = "main", commit: str = "1" * 40
    ) -> IndexReport:
        return indexer.index(
            root,
            repository=repository,
            url=f"https://github.com/{repository}",
            ref=ref,
            commit=commit,
        )

    return run
