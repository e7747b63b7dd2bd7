"""How a search result's readings become a probability."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.confidence import THRESHOLD, Readings, confidence, readings
from tests.engine.test_engine import passage


def test_the_readings_are_the_best_of_the_passages() -> None:
    near = passage(1, similarity=0.9, coverage=0.2)
    worded = passage(2, similarity=0.4, coverage=0.9)

    assert readings([near, worded]) == Readings(
        similarity=0.9, coverage=0.9, agreement=pytest.approx(0.36)
    )


def test_no_passage_gives_no_confidence() -> None:
    assert confidence([]) == 0.0


def test_a_passage_unseen_by_the_dense_side_counts_as_unlike() -> None:
    assert readings([replace(passage(1), similarity=None)]).similarity == 0.0


@pytest.mark.parametrize("name", ["similarity", "coverage"])
def test_more_of_each_reading_gives_more_confidence(name: str) -> None:
    values = {"similarity": 0.5, "coverage": 0.5}
    steps = [
        confidence([passage(1, **{**values, name: value})]) for value in (0.1, 0.3, 0.5, 0.7, 0.9)
    ]

    assert steps == sorted(steps)
    assert 0 < steps[0] < THRESHOLD < steps[-1] < 1
