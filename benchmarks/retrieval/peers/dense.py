"""Vectors alone: the usual chunks, each under its path, by exact cosine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from chunks import cut
from sentence_transformers import SentenceTransformer

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from chunks import Chunk
    from protocol import File, Found, Setup


class Dense:
    """sentence-transformers and numpy."""

    def __init__(self, setup: Setup) -> None:
        self._model = SentenceTransformer(setup.model, device="cpu")
        self._chunks: list[Chunk] = []
        self._vectors: npt.NDArray[np.float32] = np.empty((0, 0), dtype=np.float32)

    def index(self, files: Sequence[File]) -> int:
        """Take in the corpus."""
        self._chunks = cut(files)
        self._vectors = self._encode([f"{each.place.path}\n{each.text}" for each in self._chunks])
        return len(self._chunks)

    def search(self, query: str, k: int) -> list[Found]:
        """Return the nearest chunks."""
        similarities = self._vectors @ self._encode([query])[0]
        return [self._chunks[number].place for number in np.argsort(-similarities)[:k]]

    def _encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        return self._model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
