"""Which indexed version a question is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.versions import asked_ref

REPOSITORY = "fury-gl/fury"
REFS = ("main", "v0.5.0", "v0.8", "v0.10.0", "v0.10.1rc1", "v0.10.1", "release-0.12.0", "v3.11.2")


def _asked(question: str, *refs: str) -> str | None:
    return asked_ref(question, refs or REFS, repository=REPOSITORY)


@pytest.mark.parametrize(
    "question",
    [
        "How do I draw a sphere in 0.10?",
        "Since 0.10, is the actor lit?",
        "fury 0.10",
        "FURY==0.10",
        "fury-0.10 fails",
        "fury (0.10)",
        "- Python: 3.11.2\n- FURY: 0.10",
        "What is new in version 0.10?",
        "Which release: 0.10",
        "Does v0.10 still have actor.sphere?",
        "How do I, with v0.10, draw a sphere?",
    ],
)
def test_a_minor_version_is_answered_from_its_newest_release(question: str) -> None:
    assert _asked(question) == "v0.10.1"


def test_a_whole_version_is_answered_from_itself() -> None:
    assert _asked("fury 0.10.0 has no lights") == "v0.10.0"


def test_a_version_is_compared_by_its_numbers_and_not_by_its_letters() -> None:
    assert _asked("in 0.2", "v0.2.9", "v0.2.10", "v0.20.0") == "v0.2.10"
    assert _asked("in 0.1", "v0.10.0", "v0.12.0") is None


def test_a_release_comes_before_its_candidates() -> None:
    assert _asked("in 0.10.1", "v0.10.1", "v0.10.1rc1") == "v0.10.1"
    assert _asked("in 0.10.1", "v0.10.1rc1") == "v0.10.1rc1"


def test_a_tag_of_two_numbers_is_the_first_of_its_minor_version() -> None:
    assert _asked("in 0.8.0") == "v0.8"
    assert _asked("in 0.8.1") is None


def test_a_tag_may_have_words_around_its_version() -> None:
    assert _asked("in 0.12") == "release-0.12.0"


@pytest.mark.parametrize(
    "question",
    [
        "I use Python 3.11",
        "Python>=3.11",
        "Python version 3.11",
        "Python version: 3.11.2",
        "with python v3.11",
        "/usr/lib/python3.11/site-packages/fury.py",
        "/opt/3.11/bin/python",
        "numpy 0.10.0",
    ],
)
def test_a_version_of_something_else_chooses_none(question: str) -> None:
    assert _asked(question) is None


@pytest.mark.parametrize(
    "question",
    [
        "How do I set the opacity to 0.5?",
        "a sphere with a radius of 0.5",
        "actor.sphere(centers, colors=(0.5, 0.8, 0.10))",
        "Does it move after 0.5 seconds?",
        "It redraws in 0.5 s.",
        "The line is lit in 0.8% of frames",
        "radii=0.5",
        "0.5 is too large",
    ],
)
def test_a_number_that_is_no_version_chooses_none(question: str) -> None:
    assert _asked(question) is None


def test_a_version_that_is_not_indexed_chooses_none() -> None:
    assert _asked("fury 0.11") is None


def test_the_first_version_that_is_indexed_is_taken() -> None:
    assert _asked("It worked in 0.9 and in 0.8, and fails in 0.10") == "v0.8"


def test_refs_without_a_version_are_passed_over() -> None:
    assert _asked("in 0.10", "main", "gh-pages") is None
    assert _asked("in 0.10") != "main"


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "piece", ["a-", "a:", "a ", "0.1 ", "1.", "v", "v1.1 ", "version ", "in -"]
)
def test_no_question_takes_long(piece: str) -> None:
    _asked(piece * 20_000)


@given(question=st.text(), refs=st.lists(st.text() | st.from_regex(r"v\d+\.\d+\.\d+")))
def test_any_question_chooses_one_of_the_refs_or_none(question: str, refs: list[str]) -> None:
    assert asked_ref(question, refs, repository=REPOSITORY) in {None, *refs}
