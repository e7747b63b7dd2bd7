"""How likely it is that a repository holds the answer to a question.

A logistic model of what a search tells of itself, fitted on questions that repositories answer and
questions that they do not; ``benchmarks/confidence`` fits and measures it, and docs/confidence.md
shows the curve that the threshold was read off.
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


BY_MEANING = Model(
    intercept=-8.12,
    coefficients={
        "similarity": 5.15,
        "gist": 6.88,
        "agreement": 3.86,
        "terms": 1.06,
        "unknown": -4.53,
    },
)
"""For a repository that the embedding model has read."""

BY_WORDS = Model(
    intercept=-8.5,  # fitted: -7.43; so much lower keeps what is foreign out at the same threshold
    coefficients={"lexical": 5.39, "terms": 2.24, "unknown": -4.15},
)
"""For one whose candidates have no vectors yet."""

THRESHOLD = 0.55
"""Below it fury-bot abstains: see docs/confidence.md."""

UNCONFIRMED = 0.9
"""What each problem that a check leaves in an answer makes of its confidence. Set by hand."""


def features(evidence: Evidence) -> Mapping[str, float]:
    """Return what the models weigh, by name: of meaning where there are vectors, else of words."""
    common = {"terms": math.log1p(evidence.terms), "unknown": evidence.unknown}
    if evidence.similarity is None or evidence.gist is None:
        return {"lexical": evidence.lexical, **common}
    # A cosine below 0 says no more than 0: the texts have nothing in common.
    return {
        "similarity": max(evidence.similarity, 0.0),
        "gist": max(evidence.gist, 0.0),
        "agreement": evidence.agreement,
        **common,
    }


def confidence(found: SearchResult) -> float:
    """Return the probability that what was found holds the answer: [0, 1]; 0 of no passages.

    Passages that were given, and not searched for, are not doubted.
    """
    if not found.passages:
        return 0.0
    if found.evidence is None:
        return 1.0
    return probability(found.evidence)


def probability(
    evidence: Evidence, *, by_meaning: Model = BY_MEANING, by_words: Model = BY_WORDS
) -> float:
    """Return the probability that a repository with this evidence holds the answer: [0, 1]."""
    read = features(evidence)
    model = by_meaning if "similarity" in read else by_words
    logit = model.intercept + sum(model.coefficients[name] * value for name, value in read.items())
    return 1 / (1 + math.exp(-logit))


def after_checks(certainty: float, problems: int) -> float:
    """Return the confidence in an answer in which the checks leave so many problems."""
    return certainty * UNCONFIRMED**problems
