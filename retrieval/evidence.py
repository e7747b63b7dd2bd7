"""What a search tells of itself: how well the repository as a whole meets the question.

It is read off all candidates, so that it does not hang on how many passages are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.terms import idf

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from retrieval.candidates import Candidate


@dataclass(frozen=True, slots=True)
class Evidence:
    """The signs that a repository holds an answer, or does not."""

    similarity: float | None
    """The best cosine of a chunk with the question; None where no candidate has a vector."""
    gist: float | None
    """The best cosine of a unit's gist; of a chunk where no candidate has a gist."""
    lexical: float
    """The best lexical score, as a share of what the question's terms weigh together. A BM25
    weight tells how much a chunk is about a term, so it can exceed 1."""
    unread: float | None
    """The same of the chunks that the model has yet to read; None when it has read them all."""
    agreement: float
    """The best product of a chunk's cosine and its lexical share: both sides of the search mean
    the same chunk."""
    terms: int
    """How many terms the question has: a long one is met less closely than a short one."""
    unknown: float
    """Share of the question's terms that stand nowhere in the repository: [0, 1]."""
    rarest: float
    """The largest IDF of a term, as a share of that of a term that stands nowhere: [0, 1]."""
    chunks: int
    """How many were searched: the best of many is near by chance more often than that of few."""


def gather(
    candidates: Sequence[Candidate],
    idfs: Mapping[int, float],
    unknown: Collection[int],
    *,
    chunks: int,
) -> Evidence:
    """Read the evidence off the candidates, the terms' weights, and the terms that stand nowhere.

    Terms are given by number; ``chunks`` is how many the searched indexes have.
    """
    total = sum(idfs.values()) or 1.0
    read = [(one.similarity, one.lexical / total) for one in candidates]
    best = max((cosine for cosine, _ in read if cosine is not None), default=None)
    gists = (one.gist for one in candidates if one.gist is not None)
    return Evidence(
        similarity=best,
        gist=max(gists, default=best),
        lexical=max((lexical for _, lexical in read), default=0.0),
        unread=max((lexical for cosine, lexical in read if cosine is None), default=None),
        agreement=max((max(cosine or 0.0, 0.0) * lexical for cosine, lexical in read), default=0.0),
        terms=len(idfs),
        unknown=len(unknown) / (len(idfs) or 1),
        rarest=max(idfs.values(), default=0.0) / idf(chunks=chunks, containing=0),
        chunks=chunks,
    )
