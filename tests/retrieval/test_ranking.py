"""The order of candidates: what each weight is for, and that without it the order is another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.candidates import Candidate
from retrieval.model import ChunkKind
from retrieval.query import Query, QueryKind, read_query
from retrieval.ranking import WEIGHTS, KindWeights, Weights, coverage, rank

if TYPE_CHECKING:
    from collections.abc import Collection

QUESTION = "How do I boil water in the kettle?"


def _candidate(path: str, **values: object) -> Candidate:
    defaults: dict[str, object] = {
        "id": 1,
        "index_id": 1,
        "kind": ChunkKind.FUNCTION,
        "symbol": None,
        "start_line": 1,
        "end_line": 9,
        "unit_start_line": values.get("start_line", 1),
        "unit_end_line": 9,
        "similarity": 0.5,
        "gist": None,
        "lexical": 0.0,
    }
    return Candidate(path=path, **{**defaults, **values})  # type: ignore[arg-type] # by name


def _query(kind: QueryKind = QueryKind.PROSE, *, files: tuple[str, ...] = ()) -> Query:
    return Query(text="boil", terms=("boil",), kind=kind, files=files)


def _order(
    question: str | Query,
    *candidates: Candidate,
    knn: int = 10,
    defined: Collection[tuple[str, int]] = (),
    weights: Weights = WEIGHTS,
) -> list[str]:
    query = read_query(question) if isinstance(question, str) else question
    ranked = rank(query, candidates, knn=knn, defined=defined, weights=weights)
    return [item.candidate.path for item in ranked]


def _with_kind(kind: QueryKind, **changed: float) -> Weights:
    kinds = [
        (each, replace(values, **changed) if each is kind else values)
        for each, values in WEIGHTS.kinds
    ]
    return replace(WEIGHTS, kinds=tuple(kinds))


def test_every_kind_of_question_has_its_weights() -> None:
    assert {kind for kind, _ in WEIGHTS.kinds} == set(QueryKind)
    assert all(isinstance(WEIGHTS.of(kind), KindWeights) for kind in QueryKind)


def test_the_nearer_by_meaning_comes_first() -> None:
    near, far = _candidate("near.py", similarity=0.6), _candidate("far.py", similarity=0.5)

    assert _order(QUESTION, far, near) == ["near.py", "far.py"]
    without = replace(WEIGHTS, dense=0.0, gist=0.0)
    assert _order(QUESTION, far, near, weights=without) == ["far.py", "near.py"]  # by path


def test_the_better_by_words_comes_first() -> None:
    worded = _candidate("worded.py", lexical=9.0, similarity=0.45)
    other = _candidate("other.py", lexical=1.0)

    assert _order(QUESTION, other, worded)[0] == "worded.py"
    without = _with_kind(QueryKind.PROSE, lexical=0.0)
    assert _order(QUESTION, other, worded, weights=without)[0] == "other.py"


@pytest.mark.parametrize("kind", [QueryKind.SYMBOL, QueryKind.ERROR])
def test_words_count_more_where_a_name_or_an_error_is_asked_about(kind: QueryKind) -> None:
    worded = _candidate("worded.py", lexical=9.0, similarity=0.2)
    near = _candidate("near.py", similarity=0.55)

    assert _order(_query(kind), near, worded)[0] == "worded.py"
    assert _order(_query(QueryKind.PROSE), near, worded)[0] == "near.py"


def test_the_lexical_score_has_no_scale_of_its_own() -> None:
    for scale in (0.001, 1.0, 1000.0):
        worded = _candidate("worded.py", lexical=2 * scale)
        other = _candidate("other.py", lexical=scale)
        best, second = rank(_query(QueryKind.ERROR), [worded, other], knn=2)
        assert best.score - second.score == pytest.approx(WEIGHTS.of(QueryKind.ERROR).lexical / 2)


def test_the_words_of_a_long_question_count_more_than_those_of_a_short_one() -> None:
    worded = _candidate("worded.py", lexical=9.0, similarity=0.4)
    near = _candidate("near.py", similarity=0.55)
    whole_at = WEIGHTS.of(QueryKind.PROSE).whole_at

    def first(terms: int, weights: Weights = WEIGHTS) -> str:
        query = replace(_query(), terms=tuple(f"word{n}" for n in range(terms)))
        return _order(query, near, worded, weights=weights)[0]

    def lead(terms: int) -> float:
        query = replace(_query(), terms=tuple(f"word{n}" for n in range(terms)))
        one, two = rank(query, [replaced(lexical=9.0), replaced(lexical=3.0)], knn=2)
        return one.score - two.score

    def replaced(lexical: float) -> Candidate:
        return _candidate(f"{lexical}.py", lexical=lexical)

    assert lead(1) == lead(5) < lead(6) < lead(whole_at) == lead(whole_at + 1)
    assert first(whole_at) == "worded.py"
    assert first(2 * whole_at) == "worded.py"
    assert first(2) == "near.py"
    assert first(2, _with_kind(QueryKind.PROSE, whole_at=1)) == "worded.py"


def test_a_gist_that_is_near_raises_its_unit() -> None:
    said = _candidate("said.py", similarity=0.45, gist=0.95)
    other = _candidate("other.py", gist=0.3)

    assert _order(QUESTION, other, said)[0] == "said.py"
    assert _order(QUESTION, other, said, weights=replace(WEIGHTS, gist=0.0))[0] == "other.py"


def test_a_gist_counts_for_every_chunk_of_its_unit() -> None:
    first = _candidate("said.py", start_line=1, end_line=4, similarity=0.1, gist=0.95)
    later = first._replace(start_line=5, similarity=0.45, gist=None)
    other = _candidate("other.py")

    ranked = rank(_query(), [other, first, later], knn=2)

    assert ranked[0].candidate is later
    assert _order(_query(), other, first._replace(gist=None), later)[0] == "other.py"


def test_a_unit_without_a_gist_is_taken_for_a_little_less_near_than_its_text() -> None:
    gisted = _candidate("gisted.py", gist=0.5)
    plain = _candidate("plain.py")

    assert _order(QUESTION, plain, gisted)[0] == "gisted.py"
    assert _order(QUESTION, plain, gisted._replace(gist=0.4))[0] == "plain.py"
    without = replace(WEIGHTS, gist_unknown=1.1)
    assert _order(QUESTION, plain, gisted, weights=without)[0] == "plain.py"


def test_a_chunk_that_the_model_has_yet_to_read_is_taken_for_a_middling_one() -> None:
    near, middling = _candidate("near.py", similarity=0.8), _candidate("b.py", similarity=0.5)
    far = _candidate("far.py", similarity=0.2)
    unread = _candidate("c.py", similarity=None)

    assert _order(QUESTION, far, unread, middling, near) == ["near.py", "b.py", "c.py", "far.py"]


def test_words_alone_give_an_order_before_anything_is_read() -> None:
    unread = [_candidate(f"{n}.py", similarity=None, lexical=float(n)) for n in (1, 3, 2)]

    assert _order(QUESTION, *unread) == ["3.py", "2.py", "1.py"]


@pytest.mark.parametrize(("kind", "by"), [(QueryKind.SYMBOL, 0.2), (QueryKind.PROSE, 0.03)])
def test_the_definition_of_what_is_named_comes_first(kind: QueryKind, by: float) -> None:
    definition = _candidate("kettle.py", start_line=7)
    page = _candidate("guide.rst", similarity=0.5 + by)
    defined = {("kettle.py", 7)}

    assert _order(_query(kind), page, definition, defined=defined)[0] == "kettle.py"
    assert _order(_query(kind), page, definition)[0] == "guide.rst"
    assert _order(_query(kind), page, definition, defined={("kettle.py", 8)})[0] == "guide.rst"
    without = _with_kind(kind, definition=0.0)
    found = _order(_query(kind), page, definition, defined=defined, weights=without)
    assert found[0] == "guide.rst"


@pytest.mark.parametrize("kind", [QueryKind.ERROR, QueryKind.CHANGE])
def test_a_definition_is_not_what_an_error_or_a_change_asks_for(kind: QueryKind) -> None:
    definition, page = _candidate("kettle.py"), _candidate("guide.rst", similarity=0.51)

    assert _order(_query(kind), page, definition, defined={("kettle.py", 1)})[0] == "guide.rst"


@pytest.mark.parametrize(
    "named",
    ["kitchen/kettle.py", "kettle.py", "/usr/lib/site-packages/kitchen/kettle.py"],
)
def test_what_stands_in_a_file_that_is_named_comes_first(named: str) -> None:
    inside = _candidate("kitchen/kettle.py")
    outside = _candidate("kitchen/toaster.py", similarity=0.6)
    query = _query(files=(named,))

    assert _order(query, outside, inside)[0] == "kitchen/kettle.py"
    assert _order(_query(), outside, inside)[0] == "kitchen/toaster.py"
    without = replace(WEIGHTS, named_file=0.0)
    assert _order(query, outside, inside, weights=without)[0] == "kitchen/toaster.py"


@pytest.mark.parametrize("named", ["ettle.py", "other/kettle.py", "kettle.pyx"])
def test_a_file_of_another_name_is_not_the_one_that_is_named(named: str) -> None:
    other = _candidate("kitchen/kettle.py"), _candidate("toaster.py", similarity=0.55)

    assert _order(_query(files=(named,)), *other)[0] == "toaster.py"


def test_a_file_that_is_all_about_it_comes_before_one_that_touches_on_it() -> None:
    whole = [_candidate("whole.py", start_line=line) for line in (1, 10, 20)]
    once = _candidate("once.py", similarity=0.51)

    assert _order(QUESTION, once, *whole)[0] == "whole.py"
    assert _order(QUESTION, once, *whole[:1])[0] == "once.py"
    without = replace(WEIGHTS, support=0.0)
    assert _order(QUESTION, once, *whole, weights=without)[0] == "once.py"


def test_no_more_than_two_units_support_a_third() -> None:
    units = [_candidate("a.py", start_line=line) for line in range(1, 90, 10)]

    (best_of_three, *_), (best_of_nine, *_) = (
        rank(_query(), units[:count], knn=1) for count in (3, 9)
    )

    assert best_of_three.score == pytest.approx(best_of_nine.score)


def test_two_definitions_that_are_named_do_not_lower_each_other() -> None:
    boil = _candidate("kettle.py", start_line=1, similarity=0.6)
    pour = _candidate("kettle.py", start_line=20, similarity=0.55)
    rinse = _candidate("kettle.py", start_line=40, similarity=0.55)
    other = _candidate("other.py", similarity=0.5)
    named = {("kettle.py", 1), ("kettle.py", 20)}

    ranked = rank(_query(), [boil, pour, rinse, other], knn=4, defined=named)

    lines = [(item.candidate.path, item.candidate.start_line) for item in ranked]
    assert lines == [("kettle.py", 1), ("kettle.py", 20), ("other.py", 1), ("kettle.py", 40)]


def test_one_file_does_not_fill_the_list() -> None:
    same = [_candidate("a.py", similarity=0.5 - n / 1000, start_line=n) for n in range(1, 5)]
    other = _candidate("b.py", similarity=0.45)

    assert _order(QUESTION, *same, other) == ["a.py", "b.py", "a.py", "a.py", "a.py"]
    without = replace(WEIGHTS, same_file=1.0)
    assert _order(QUESTION, *same, other, weights=without)[-1] == "b.py"


@pytest.mark.parametrize(
    ("path", "asked_for", "step"),
    [
        ("tests/test_actor.py", "where is the test of actors", "tests"),
        ("fury/tests/data.py", "pytest fixtures", "tests"),
        ("src/actor_test.go", "run the tests", "tests"),
        ("conftest.py", "which tests are there", "tests"),
        (".github/workflows/ci.yml", "which workflows are there", "housekeeping"),
        ("LICENSE", "Which licence is it under?", "housekeeping"),
        ("docs/AUTHORS.rst", "Who are the authors?", "housekeeping"),
        (".gitignore", "Where is the linter set up?", "housekeeping"),
        ("docs/_static/css/theme.css", "Which style sheet has the colours?", "housekeeping"),
    ],
)
def test_a_path_that_seldom_answers_gives_way_unless_it_is_asked_for(
    path: str, asked_for: str, step: str
) -> None:
    other = _candidate("fury/actor.py", similarity=0.49)
    candidate = _candidate(path)

    assert _order("how do actors work", candidate, other)[0] == "fury/actor.py"
    assert _order(asked_for, candidate, other)[0] == path
    without = replace(WEIGHTS, **{step: 1.0})  # type: ignore[arg-type] # a factor's name
    assert _order("how do actors work", candidate, other, weights=without)[0] == path


@pytest.mark.parametrize(
    "path",
    [
        "docs/posts/2022/week.rst",
        "CHANGELOG.md",
        "docs/release_notes/v1.rst",
        "NEWS",
        "HISTORY.rst",
    ],
)
def test_what_was_said_at_a_time_gives_way_unless_a_change_is_asked_about(path: str) -> None:
    higher = _candidate("fury/actor.py", similarity=0.49), _candidate(path)
    lower = _candidate("fury/actor.py", similarity=0.55), _candidate(path)

    assert _order("how do actors work", *higher)[0] == "fury/actor.py"
    assert _order("What is new in 1.2?", *lower)[0] == path
    plain = _with_kind(QueryKind.PROSE, dated=1.0)
    assert _order("how do actors work", *higher, weights=plain)[0] == path
    plain = _with_kind(QueryKind.CHANGE, dated=1.0)
    assert _order("What is new in 1.2?", *lower, weights=plain)[0] == "fury/actor.py"


@pytest.mark.parametrize(
    "path",
    [
        *("fury/latest.py", "docs/contest.rst", "posture.py", "src/history.py", "news.py"),
        *("docs/cinema.rst", "licensed.py", "src/changes.ts", "prerelease.rst"),
    ],
)
def test_a_path_that_only_looks_like_one_of_them_keeps_its_place(path: str) -> None:
    candidate, other = _candidate(path), _candidate("fury/actor.py", similarity=0.49)

    assert _order("how do actors work", other, candidate)[0] == path


def test_a_package_file_gives_way_to_what_it_repeats() -> None:
    package, module = _candidate("a/__init__.py", similarity=0.51), _candidate("a/b.py")

    assert _order(QUESTION, package, module)[0] == "a/b.py"
    without = replace(WEIGHTS, package_file=1.0)
    assert _order(QUESTION, package, module, weights=without)[0] == "a/__init__.py"


def test_a_thread_that_may_hold_no_longer_gives_way() -> None:
    old = _candidate("discussions/1", kind=ChunkKind.THREAD, is_outdated=True, similarity=0.55)
    new = _candidate("discussions/2", kind=ChunkKind.THREAD)

    assert _order(QUESTION, old, new)[0] == "discussions/2"
    without = replace(WEIGHTS, outdated=1.0)
    assert _order(QUESTION, old, new, weights=without)[0] == "discussions/1"


def test_pieces_of_one_unit_are_one_result_by_the_best_of_them() -> None:
    first = _candidate("a.py", start_line=1, end_line=4, similarity=0.2)
    second = first._replace(start_line=5, end_line=9, similarity=0.9)

    (ranked,) = rank(_query(), [first, second], knn=10)

    assert ranked.candidate is second


def _sections(*scores: float, gap: int = 1, **values: object) -> list[Candidate]:
    """Sections of one page, each behind the other, of nine lines."""
    return [
        _candidate(
            "guide.rst",
            id=number,
            similarity=score,
            start_line=1 + number * (8 + gap),
            end_line=9 + number * (8 + gap),
            unit_end_line=9 + number * (8 + gap),
            **{"kind": ChunkKind.SECTION, **values},
        )
        for number, score in enumerate(scores)
    ]


def test_sections_next_to_each_other_that_answer_alike_are_one_result() -> None:
    before, best, after, apart = _sections(0.48, 0.5, 0.49, 0.2)

    first, second = rank(_query(), [apart, after, best, before], knn=9)

    assert first.candidate is best
    assert set(first.neighbours) == {before, after}
    assert (second.candidate, second.neighbours) == (apart, ())
    without = replace(WEIGHTS, neighbour=1.1)
    assert len(rank(_query(), [apart, after, best, before], knn=9, weights=without)) == 4


@pytest.mark.parametrize(
    "pair",
    [
        pytest.param(_sections(0.5, 0.49, gap=9), id="far from each other"),
        pytest.param(_sections(0.5, 0.49, kind=ChunkKind.FUNCTION), id="code"),
        pytest.param(
            [*_sections(0.5), _sections(0.5, 0.49)[1]._replace(index_id=2)], id="of two indexes"
        ),
        pytest.param(
            [*_sections(0.5), _sections(0.5, 0.49)[1]._replace(path="b.rst")], id="of two pages"
        ),
    ],
)
def test_what_is_not_one_text_stays_apart(pair: list[Candidate]) -> None:
    assert [item.neighbours for item in rank(_query(), pair, knn=9)] == [(), ()]


def test_the_same_place_in_two_indexes_is_two_results() -> None:
    here = _candidate("a.py")

    assert len(rank(_query(), [here, here._replace(index_id=2)], knn=10)) == 2


@pytest.mark.parametrize("knn", [0, 1, 3, 9, 20])
def test_no_more_than_asked_for_are_returned(knn: int) -> None:
    candidates = [_candidate(f"{n}.py") for n in range(9)]

    assert len(_order(QUESTION, *candidates, knn=knn)) == min(knn, 9)


def test_nothing_is_made_of_nothing() -> None:
    assert rank(_query(), [], knn=3) == []


_SCORE = st.floats(-1, 1)
_CANDIDATES = st.lists(
    st.builds(
        _candidate,
        st.sampled_from(["a.py", "b.md", "tests/c.py", "CHANGELOG.md", "discussions/1"]),
        start_line=st.integers(1, 5),
        similarity=st.none() | _SCORE,
        gist=st.none() | _SCORE,
        lexical=st.floats(0, 1e6),
        is_outdated=st.booleans(),
    ),
    max_size=20,
    unique_by=lambda one: (one.path, one.unit_start_line),
)


@given(candidates=_CANDIDATES, kind=st.sampled_from(QueryKind), shuffling=st.randoms())
def test_the_order_is_of_the_scores_and_each_unit_comes_once(
    candidates: list[Candidate], kind: QueryKind, shuffling: object
) -> None:
    ranked = rank(_query(kind), candidates, knn=10)

    scores = [item.score for item in ranked]
    assert scores == sorted(scores, reverse=True)
    units = [(item.candidate.path, item.candidate.unit_start_line) for item in ranked]
    assert (
        len(units)
        == len(set(units))
        == min(10, len({(one.path, one.unit_start_line) for one in candidates}))
    )
    shuffled = list(candidates)
    shuffling.shuffle(shuffled)  # type: ignore[attr-defined] # of hypothesis's own type
    again = rank(_query(kind), shuffled, knn=10)
    assert [item.score for item in again] == pytest.approx(scores)


def test_coverage_weighs_rare_terms_more() -> None:
    idfs = {1: 3.0, 2: 1.0}

    assert coverage({1}, idfs) == pytest.approx(0.75)
    assert coverage({2, 9}, idfs) == pytest.approx(0.25)
    assert coverage({1, 2}, idfs) == 1
    assert coverage(set(), idfs) == 0
    assert coverage({1}, {}) == 0
