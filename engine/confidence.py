"""How likely it is that a repository holds the answer to a question.

A logistic model of what a search tells of itself, fitted on questions that repositories answer and
questions that they do not; ``benchmarks/confidence`` fits and measures it, and docs/confidence.md
shows its curve and how the threshold was chosen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retrieval.evidence import Evidence
    from retrieval.model import SearchResult


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model: the log-odds are the intercept and each feature times its coefficient."""

    intercept: float
    coefficients: Mapping[str, float]

    def probability(self, features: Mapping[str, float] | None) -> float:
        """Return the probability by this model: [0, 1]; 0 where it has nothing to weigh."""
        if features is None:
            return 0.0
        weighed = (self.coefficients[name] * value for name, value in features.items())
        return 1 / (1 + math.exp(-self.intercept - sum(weighed)))


BY_MEANING = Model(
    intercept=-3.40,
    coefficients={
        "similarity": 6.15,
        "gist": 7.27,
        "agreement": 4.67,
        "rarest": -1.19,
        "terms": 0.71,
        "unknown": -4.67,
    },
)
"""For a repository that the embedding model has read."""

BY_WORDS = Model(
    intercept=-7.4,  # by hand: words alone are trusted less than the fit, whose -6.2 it was, says
    coefficients={"lexical": 5.58, "terms": 1.60, "unknown": -4.57},
)
"""For what it has yet to read."""

SPREAD = 0.068
"""Standard deviation of a question's cosines with the chunks of a repository that it is not about:
the mean over 20 questions to each of ten repositories, all-MiniLM-L6-v2."""

SIZES = (2_000, 8_500)
"""Chunks, about, of the smallest and the largest repository that the model was fitted on. What is
smaller or larger counts as these: the fit says nothing of it."""

THRESHOLD = 0.45
"""Below it fury-bot abstains: see docs/confidence.md."""

UNCONFIRMED = 0.9
"""What each problem that a check leaves in an answer makes of its confidence. Set by hand."""


def by_meaning(evidence: Evidence) -> Mapping[str, float] | None:
    """Return what the first model weighs, by name; None without vectors."""
    if evidence.similarity is None or evidence.gist is None:
        return None
    by_chance = _nearest_by_chance(evidence.chunks)
    # A cosine below 0 says no more than 0: the texts have nothing in common.
    return {
        "similarity": max(evidence.similarity, 0.0) - by_chance,
        "gist": max(evidence.gist, 0.0) - by_chance,
        "agreement": evidence.agreement,
        "rarest": evidence.rarest,
        **_common(evidence),
    }


def by_words(evidence: Evidence) -> Mapping[str, float] | None:
    """Return what the second model weighs, by name; None when every candidate has a vector."""
    if evidence.unread is None:
        return None
    return {"lexical": evidence.unread, **_common(evidence)}


def _nearest_by_chance(chunks: int) -> float:
    """Return how far the best of so many cosines stands above their mean where nothing is meant.

    The largest of n normal variables is about sqrt(2 ln n) standard deviations above their mean
    (Leadbetter, Lindgren & Rootzén, 1983, "Extremes and Related Properties of Random Sequences").
    """
    counted = min(max(chunks, SIZES[0]), SIZES[1])
    return SPREAD * math.sqrt(2 * math.log(counted))


def _common(evidence: Evidence) -> Mapping[str, float]:
    return {"terms": math.log1p(evidence.terms), "unknown": evidence.unknown}


def confidence(found: SearchResult) -> float:
    """Return the probability that what was found holds the answer: [0, 1]; 0 of no passages.

    Passages that were given, and not searched for, are not doubted.
    """
    if not found.passages:
        return 0.0
    if found.evidence is None:
        return 1.0
    return probability(found.evidence)


def probability(evidence: Evidence) -> float:
    """Return the probability that a repository with this evidence holds the answer: [0, 1].

    While some of it waits for its vectors, it may hold the answer by meaning or by words.
    """
    return max(
        BY_MEANING.probability(by_meaning(evidence)), BY_WORDS.probability(by_words(evidence))
    )


def after_checks(certainty: float, problems: int) -> float:
    """Return the confidence in an answer in which the checks leave so many problems."""
    return certainty * UNCONFIRMED**problems
