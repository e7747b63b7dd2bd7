"""How what a search tells becomes a probability."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.confidence import SIZES, THRESHOLD, UNCONFIRMED, after_checks, confidence, probability
from retrieval.evidence import Evidence
from retrieval.model import SearchResult
from tests.engine.test_engine import CLOSE, FAR, passage


def found(evidence: Evidence | None, *, passages: int = 1) -> SearchResult:
    some = tuple(passage(rank) for rank in range(1, passages + 1))
    return SearchResult("How?", "octo/kitchen", "main", "c", some, evidence=evidence)


def test_a_close_match_is_answered_and_a_far_one_is_not() -> None:
    assert confidence(found(FAR)) < THRESHOLD < confidence(found(CLOSE))


def test_no_passage_gives_no_confidence() -> None:
    assert confidence(found(CLOSE, passages=0)) == 0.0


def test_passages_that_were_not_searched_for_are_not_doubted() -> None:
    assert confidence(found(None)) == 1.0


def test_words_alone_answer_when_they_meet_the_question_closely() -> None:
    unread = replace(CLOSE, similarity=None, gist=None)

    assert probability(replace(unread, unread=1.2)) >= THRESHOLD
    assert probability(replace(unread, unread=0.6)) < THRESHOLD


def test_what_has_yet_to_be_read_may_answer_where_the_rest_does_not() -> None:
    assert probability(replace(FAR, unknown=0.0, unread=1.2)) >= THRESHOLD
    assert probability(replace(CLOSE, unread=0.1)) == probability(CLOSE)


def test_a_passage_that_points_away_counts_as_one_that_has_nothing_in_common() -> None:
    away = replace(CLOSE, similarity=-0.3, gist=-0.2)

    assert probability(away) == probability(replace(CLOSE, similarity=0.0, gist=0.0))


@pytest.mark.parametrize("name", ["similarity", "gist", "agreement"])
def test_more_of_each_sign_gives_more_confidence(name: str) -> None:
    middling = Evidence(
        similarity=0.45,
        gist=0.45,
        lexical=0.5,
        unread=None,
        agreement=0.2,
        terms=6,
        unknown=0.1,
        rarest=0.8,
        chunks=4_000,
    )
    steps = [probability(replace(middling, **{name: value})) for value in (0.1, 0.4, 0.9)]

    assert steps == sorted(set(steps))


def test_terms_that_stand_nowhere_take_confidence_away() -> None:
    assert probability(replace(CLOSE, unknown=0.6)) < probability(CLOSE)


def test_a_word_that_is_rare_in_the_repository_takes_confidence_away() -> None:
    assert probability(replace(CLOSE, rarest=1.0)) < probability(replace(CLOSE, rarest=0.5))


def test_a_near_passage_says_less_where_more_were_searched() -> None:
    few, many = replace(CLOSE, chunks=3_000), replace(CLOSE, chunks=8_000)

    assert probability(many) < probability(few)


@pytest.mark.parametrize(("chunks", "fitted"), [(30, SIZES[0]), (900_000, SIZES[1])])
def test_beyond_the_sizes_that_were_fitted_the_nearest_of_them_counts(
    chunks: int, fitted: int
) -> None:
    assert probability(replace(CLOSE, chunks=chunks)) == probability(replace(CLOSE, chunks=fitted))


def test_each_problem_that_is_left_takes_some_confidence() -> None:
    assert after_checks(0.9, 0) == 0.9
    assert after_checks(0.9, 2) == pytest.approx(0.9 * UNCONFIRMED**2)
