"""How good ranked lists are, in the measures of the field, and how sure one may be of it.

Each measure takes a list judged right or wrong and gives a number in [0, 1]. nDCG is Järvelin and
Kekäläinen's with binary gains and the discount log2(rank + 1); MRR counts nothing below its
cut-off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt

    from retrieval.evaluation.relevance import Judged

CUT_OFF = 10
"""Ranks that nDCG and MRR look at."""

RESAMPLES = 10_000
CONFIDENCE = 0.95
SEED = 20_240_801


def ndcg(judged: Judged, *, at: int = CUT_OFF) -> float:
    """Return the normalised discounted cumulative gain of the first ``at`` ranks."""
    gain = sum(_discount(rank) for rank, hit in enumerate(judged.hits[:at], 1) if hit)
    ideal = sum(_discount(rank) for rank in range(1, min(judged.relevant, at) + 1))
    return gain / ideal if ideal else 0.0


def reciprocal_rank(judged: Judged, *, at: int = CUT_OFF) -> float:
    """Return one over the rank of the first right entry; 0 when it is beyond ``at``."""
    return 1 / judged.first if judged.first and judged.first <= at else 0.0


def hit(judged: Judged, *, at: int) -> float:
    """Return 1 when a right entry is among the first ``at``, else 0."""
    return float(any(judged.hits[:at]))


def _discount(rank: int) -> float:
    return 1 / math.log2(rank + 1)


MEASURES: Mapping[str, Callable[[Judged], float]] = {
    f"nDCG@{CUT_OFF}": ndcg,
    f"MRR@{CUT_OFF}": reciprocal_rank,
    "hit@1": partial(hit, at=1),
    "hit@3": partial(hit, at=3),
    "hit@5": partial(hit, at=5),
    "hit@10": partial(hit, at=10),
}
"""The measures that reports hold, by name."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over questions, with the interval that it lies in at 95% confidence."""

    mean: float
    low: float
    high: float


def estimate(values: Sequence[float] | npt.NDArray[np.float64]) -> Estimate:
    """Return the mean of ``values`` with its percentile bootstrap interval.

    The questions are drawn again, with replacement, always in the same way: equal values give
    equal intervals. For the difference of two systems over the same questions, give the
    differences question by question: the interval then tells whether it is more than chance.

    Raises:
        ValueError: There are no values.
    """
    array = np.asarray(values, dtype=np.float64)
    if not array.size:
        raise ValueError("no values, no mean")
    drawn = np.random.default_rng(SEED).integers(array.size, size=(RESAMPLES, array.size))
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(array[drawn].mean(axis=1), [tail, 100 - tail])
    return Estimate(mean=float(array.mean()), low=float(low), high=float(high))
