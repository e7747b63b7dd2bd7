"""BM25 alone: bm25s over the usual chunks, each under its path, English stemmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bm25s
import Stemmer
from chunks import cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chunks import Chunk
    from protocol import File, Found, Setup


class BM25:
    """https://github.com/xhluca/bm25s, as its README sets it up."""

    def __init__(self, _setup: Setup) -> None:
        self._stemmer = Stemmer.Stemmer("english")
        self._retriever = bm25s.BM25()
        self._chunks: list[Chunk] = []

    def index(self, files: Sequence[File]) -> int:
        """Take in the corpus."""
        self._chunks = cut(files)
        self._retriever.index(
            self._tokens([f"{chunk.place.path}\n{chunk.text}" for chunk in self._chunks]),
            show_progress=False,
        )
        return len(self._chunks)

    def search(self, query: str, k: int) -> list[Found]:
        """Return the best chunks that hold a word of the query."""
        numbers, scores = self._retriever.retrieve(
            self._tokens([query]), k=min(k, len(self._chunks)), show_progress=False
        )
        ranked = zip(numbers[0], scores[0], strict=True)
        return [self._chunks[number].place for number, score in ranked if score > 0]

    def _tokens(self, texts: list[str]) -> bm25s.tokenization.Tokenized:
        return bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False)
