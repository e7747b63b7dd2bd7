"""How a search result's readings become a probability."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.confidence import (
    SIMILARITY_BY_WORDS,
    THRESHOLD,
    Readings,
    confidence,
    readings,
)
from tests.engine.test_engine import passage


def test_the_readings_are_the_best_of_the_passages() -> None:
    near = passage(1, similarity=0.9, coverage=0.2)
    worded = passage(2, similarity=0.4, coverage=0.9)

    assert readings([near, worded]) == Readings(similarity=0.9, coverage=0.9, agreement=0.4 * 0.9)


def test_no_passage_gives_no_confidence() -> None:
    assert confidence([]) == 0.0


def test_a_passage_without_a_vector_is_taken_to_be_as_like_as_its_words_tell() -> None:
    unread = replace(passage(1, coverage=0.5), similarity=None)
    likeness = 0.5 * SIMILARITY_BY_WORDS

    assert readings([unread]) == Readings(
        similarity=likeness, coverage=0.5, agreement=likeness * 0.5
    )


def test_a_passage_that_points_away_counts_as_unlike_whatever_its_words() -> None:
    assert readings([passage(1, similarity=-0.2)]) == Readings(0.0, 1.0, 0.0)


@pytest.mark.parametrize(("coverage", "answers"), [(1.0, True), (0.7, True), (0.6, False)])
def test_words_alone_answer_when_they_cover_most_of_the_question(
    coverage: float, *, answers: bool
) -> None:
    unread = [replace(passage(rank, coverage=coverage), similarity=None) for rank in range(1, 6)]

    assert (confidence(unread) >= THRESHOLD) is answers


def test_words_tell_less_than_a_vector_that_is_near() -> None:
    unread = replace(passage(1), similarity=None)

    assert confidence([unread]) < confidence([passage(1, similarity=0.8)])


@pytest.mark.parametrize("name", ["similarity", "coverage"])
def test_more_of_each_reading_gives_more_confidence(name: str) -> None:
    values = {"similarity": 0.5, "coverage": 0.5}
    steps = [
        confidence([passage(1, **{**values, name: value})]) for value in (0.1, 0.3, 0.5, 0.7, 0.9)
    ]

    assert steps == sorted(steps)
    assert 0 < steps[0] < THRESHOLD < steps[-1] < 1
