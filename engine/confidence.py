"""How likely it is that the passages found hold the answer.

A logistic model of three readings of the search, fitted on questions that a repository answers and
questions that it does not; ``benchmarks/confidence`` fits and measures it, and docs/confidence.md
shows the curve that the threshold was read off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retrieval.model import Passage


@dataclass(frozen=True, slots=True)
class Readings:
    """What a search says of itself; each in [0, 1]."""

    similarity: float
    """The best cosine among the passages, or what stands for it where there is no vector."""
    coverage: float
    """The best share of the question's terms, by rarity, in one passage."""
    agreement: float
    """Similarity times coverage of the passage where the product is greatest: both sides of the
    search mean the same passage."""


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The fitted model."""

    intercept: float
    similarity: float
    coverage: float
    agreement: float


COEFFICIENTS = Coefficients(intercept=-6.71, similarity=9.14, coverage=1.23, agreement=8.11)

THRESHOLD = 0.5
"""Below it fury-bot abstains. The curve's best trade: see docs/confidence.md."""

MEASURED_PASSAGES = 5
"""How many passages the model was fitted on: it reads as many, however many an answer may use."""

SIMILARITY_BY_WORDS = 0.6
"""What stands for the cosine of a passage that the model has yet to read, as a share of its
coverage. With no vector at all, the words answer alone where a passage has two thirds of the
question's terms, by rarity; with fewer, fury-bot abstains."""


def readings(passages: Sequence[Passage]) -> Readings:
    """Read off a search result how well it fits its question."""
    pairs = [(_similarity(passage), passage.coverage) for passage in passages] or [(0.0, 0.0)]
    return Readings(
        similarity=max(similarity for similarity, _ in pairs),
        coverage=max(coverage for _, coverage in pairs),
        agreement=max(similarity * coverage for similarity, coverage in pairs),
    )


def _similarity(passage: Passage) -> float:
    """Return the passage's cosine, negative ones as 0, or what stands for it."""
    if passage.similarity is None:
        return SIMILARITY_BY_WORDS * passage.coverage
    return max(passage.similarity, 0.0)


def confidence(passages: Sequence[Passage], *, coefficients: Coefficients = COEFFICIENTS) -> float:
    """Return the probability that the passages hold the answer: [0, 1]; 0 without passages."""
    if not passages:
        return 0.0
    read = readings(passages)
    logit = (
        coefficients.intercept
        + coefficients.similarity * read.similarity
        + coefficients.coverage * read.coverage
        + coefficients.agreement * read.agreement
    )
    return 1 / (1 + math.exp(-logit))
