"""Why a provider gave no answer, as people are told."""

from __future__ import annotations

import pytest

from generation.failure_reasons import reason_of
from generation.protocol import (
    EmptyCompletion,
    GenerationError,
    Interrupted,
    QuotaExceeded,
    TimedOut,
    TooLong,
    Unauthorised,
    Unavailable,
)
from generation.unasked import CircuitOpen, KeyRefused


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (QuotaExceeded("p", "m", retry_after=46.2), "the budget of p is used up for 47 s"),
        (QuotaExceeded("p", "m"), "the budget of p is used up"),
        (Unauthorised("p", "m"), "p does not accept its key"),
        (KeyRefused("p", "m", retry_after=9), "p does not accept its key"),
        (TooLong("p", "m"), "the question is too long for p"),
        (TimedOut("p", "m"), "p took too long"),
        (Interrupted("p", "m"), "p broke off"),
        (Unavailable("p", "m"), "p could not be reached"),
        (CircuitOpen("p", "m", retry_after=9), "p could not be reached"),
        (EmptyCompletion("p", "m"), "p gave no answer"),
    ],
    ids=repr,
)
def test_each_kind_of_failure_has_its_clause(error: GenerationError, reason: str) -> None:
    assert reason_of(error) == reason
