"""The order of candidates."""

from __future__ import annotations

import pytest

from retrieval.model import ChunkKind
from retrieval.ranking import Candidate, coverage, rank


def _candidate(path: str, *, fused: float = 0.5, **values: object) -> Candidate:
    defaults: dict[str, object] = {
        "id": 1,
        "kind": ChunkKind.SECTION,
        "symbol": None,
        "start_line": 1,
        "end_line": 9,
        "unit_start_line": 1,
        "unit_end_line": 9,
        "similarity": 0.5,
    }
    return Candidate(path=path, fused=fused, **{**defaults, **values})  # type: ignore[arg-type] # by name


def _order(question: str, *candidates: Candidate, knn: int = 10) -> list[str]:
    return [ranked.candidate.path for ranked in rank(question, candidates, knn=knn)]


def test_the_definition_of_what_is_named_comes_first() -> None:
    definition = _candidate(
        "actor.py", kind=ChunkKind.FUNCTION, symbol="fury.actor.sphere", fused=0.5
    )
    page = _candidate("guide.rst", symbol="Spheres", fused=0.55)

    assert _order("How do I create a sphere?", page, definition)[0] == "actor.py"
    assert _order("How do I create a cube?", page, definition)[0] == "guide.rst"


@pytest.mark.parametrize(
    ("path", "asked_for"),
    [
        ("tests/test_actor.py", "where is the test of actors"),
        ("fury/tests/data.py", "pytest fixtures"),
        ("docs/posts/2022/week.rst", "what did gsoc bring"),
        ("CHANGELOG.md", "what has changed in 1.2"),
        ("docs/release_notes/v1.rst", "What is new?"),
    ],
)
def test_a_path_that_seldom_answers_gives_way_unless_it_is_asked_for(
    path: str, asked_for: str
) -> None:
    other = _candidate("fury/actor.py", fused=0.49)
    candidate = _candidate(path, fused=0.5)

    assert _order("how do actors work", candidate, other)[0] == "fury/actor.py"
    assert _order(asked_for, candidate, other)[0] == path


@pytest.mark.parametrize("path", ["fury/latest.py", "docs/contest.rst", "posture.py"])
def test_a_path_that_only_looks_like_tests_or_posts_keeps_its_place(path: str) -> None:
    candidate, other = _candidate(path, fused=0.5), _candidate("fury/actor.py", fused=0.49)

    assert _order("how do actors work", other, candidate)[0] == path


def test_one_file_does_not_fill_the_list() -> None:
    same = [
        _candidate("a.py", fused=0.5 - n / 1000, start_line=n, unit_start_line=n)
        for n in range(1, 5)
    ]

    assert _order("x", *same, _candidate("b.py", fused=0.46))[1] == "b.py"


def test_pieces_of_one_unit_are_one_result_by_the_best_of_them() -> None:
    first = _candidate("a.py", start_line=1, end_line=4, fused=0.2)
    second = _candidate("a.py", start_line=5, end_line=9, fused=0.9)

    (ranked,) = rank("x", [first, second], knn=10)

    assert ranked.candidate is second


def test_no_more_than_asked_for_are_returned() -> None:
    candidates = [_candidate(f"{n}.py") for n in range(9)]

    assert len(_order("x", *candidates, knn=3)) == 3


def test_coverage_weighs_rare_terms_more() -> None:
    idfs = {"kettl": 3.0, "water": 1.0}

    assert coverage("the kettle", idfs) == pytest.approx(0.75)
    assert coverage("the water", idfs) == pytest.approx(0.25)
    assert coverage("", idfs) == 0
    assert coverage("anything", {}) == 0
