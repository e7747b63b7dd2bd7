"""A second look at the best passages by a cross-encoder, which reads question and passage together.

Slower by far than the search itself, so that it is off unless a model is configured.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from retrieval.embeddings import open_quietly
from retrieval.errors import ModelMissing
from retrieval.torch_threads import use_every_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sentence_transformers import CrossEncoder

RERANKED = 30
"""Passages that are looked at again, the best of the search."""

MAX_CHARACTERS = 2_000
"""Of a passage that are read: cross-encoders read 512 tokens, question included, as a rule."""


class Reranker(Protocol):
    """Says how well passages answer a question."""

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return one score a text, greater for better; comparable within one call."""


class CrossEncoderReranker:
    """A cross-encoder on the CPU, loaded at first use; safe between threads."""

    def __init__(self, model: str) -> None:
        """Take the folder or the hub's name of a model."""
        self.model = model
        self._loaded: CrossEncoder | None = None
        self._lock = threading.Lock()

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return one score a text, greater for better.

        Raises:
            ModelMissing: The model cannot be loaded.
        """
        if not texts:
            return []
        pairs = [(query, text[:MAX_CHARACTERS]) for text in texts]
        model = self._load()
        use_every_thread()
        scores = model.predict(pairs, show_progress_bar=False, convert_to_numpy=True)
        return [float(score) for score in scores]

    def _load(self) -> CrossEncoder:
        with self._lock:
            if self._loaded is None:
                self._loaded = _open(self.model)
            return self._loaded


def _open(name: str) -> CrossEncoder:
    def load(source: str, *, local: bool) -> CrossEncoder:
        from sentence_transformers import CrossEncoder  # noqa: PLC0415 - takes seconds

        model: CrossEncoder = CrossEncoder(source, device="cpu", local_files_only=local)
        if model.num_labels != 1:
            raise ModelMissing(
                f"the reranking model {name} gives {model.num_labels} scores a pair, not one; "
                "choose another in FURY_BOT_RERANKING_MODEL"
            )
        return model

    return open_quietly(
        name, load, advice="set FURY_BOT_RERANKING_MODEL to a folder with a cross-encoder"
    )
