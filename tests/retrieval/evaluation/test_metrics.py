"""The measures against values by hand and against other implementations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap
from sklearn.metrics import ndcg_score

from retrieval.evaluation.metrics import MEASURES, estimate, hit, ndcg, reciprocal_rank
from retrieval.evaluation.relevance import Judged

WRONG, RIGHT = False, True


@st.composite
def judged_lists(draw: st.DrawFn) -> Judged:
    hits = draw(st.lists(st.booleans(), max_size=15))
    return Judged(tuple(hits), relevant=draw(st.integers(max(sum(hits), 1), sum(hits) + 12)))


def test_ndcg_by_hand() -> None:
    # Gains at ranks 2 and 4, of three that there are.
    judged = Judged((WRONG, RIGHT, WRONG, RIGHT), relevant=3)
    gain = 1 / math.log2(3) + 1 / math.log2(5)
    ideal = 1 + 1 / math.log2(3) + 1 / 2

    assert ndcg(judged) == pytest.approx(gain / ideal)
    assert ndcg(judged) == pytest.approx(0.49819, abs=1e-5)


def test_a_perfect_list_has_an_ndcg_of_one() -> None:
    assert ndcg(Judged((RIGHT, RIGHT, WRONG), relevant=2)) == 1


def test_ndcg_counts_nothing_below_its_cut_off() -> None:
    below = Judged((WRONG,) * 10 + (RIGHT,), relevant=1)

    assert ndcg(below) == 0
    assert ndcg(below, at=11) == pytest.approx(1 / math.log2(12))


def test_more_answers_than_the_cut_off_do_not_make_perfection_impossible() -> None:
    assert ndcg(Judged((RIGHT,) * 10, relevant=12)) == 1


@given(judged_lists())
def test_ndcg_agrees_with_scikit_learn(judged: Judged) -> None:
    missing = judged.relevant - sum(judged.hits)
    padding = [WRONG, WRONG]  # scikit-learn wants two documents at the least
    # What was not found stands at the end of the ranking, beyond every cut-off.
    truth = [*judged.hits, *[WRONG] * 10, *[RIGHT] * missing, *padding]
    scores = [-rank for rank in range(len(truth))]

    assert ndcg(judged) == pytest.approx(ndcg_score([truth], [scores], k=10))


@pytest.mark.parametrize(
    ("hits", "expected"),
    [
        ((RIGHT,), 1.0),
        ((WRONG, WRONG, RIGHT, RIGHT), 1 / 3),
        ((WRONG,) * 9 + (RIGHT,), 0.1),
        ((WRONG,) * 10 + (RIGHT,), 0.0),
        ((), 0.0),
    ],
)
def test_the_reciprocal_rank_is_of_the_first_hit_among_ten(
    hits: tuple[bool, ...], expected: float
) -> None:
    assert reciprocal_rank(Judged(hits, relevant=2)) == pytest.approx(expected)


def test_a_hit_is_among_the_first_ranks_or_is_none() -> None:
    judged = Judged((WRONG, WRONG, RIGHT), relevant=1)

    assert [hit(judged, at=at) for at in (1, 2, 3, 5)] == [0, 0, 1, 1]


@given(judged_lists())
def test_every_measure_is_between_none_and_all(judged: Judged) -> None:
    assert all(0 <= measure(judged) <= 1 + 1e-12 for measure in MEASURES.values())


def test_the_interval_of_a_mean_is_that_of_an_independent_bootstrap() -> None:
    values = np.random.default_rng(1).beta(0.4, 0.6, size=150)

    found = estimate(values)

    theirs = bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", random_state=2
    ).confidence_interval
    assert found.mean == pytest.approx(values.mean())
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.004)


def test_equal_values_give_equal_intervals() -> None:
    assert estimate([0, 1, 1, 0.5]) == estimate([0, 1, 1, 0.5])


def test_values_without_spread_leave_no_doubt() -> None:
    found = estimate([1.0] * 5)

    assert (found.low, found.mean, found.high) == (1, 1, 1)


def test_there_is_no_mean_of_nothing() -> None:
    with pytest.raises(ValueError, match="no values"):
        estimate([])
