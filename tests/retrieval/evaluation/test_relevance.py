"""Results held against answers, by file and by lines."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.evaluation import Place
from retrieval.evaluation.relevance import by_file, by_place


@dataclass(frozen=True)
class Lines:
    """A result."""

    path: str
    start_line: int = 1
    end_line: int = 1


def test_a_file_counts_once_at_its_first_result() -> None:
    results = [Lines("a"), Lines("b"), Lines("a", 5, 9), Lines("b"), Lines("c")]

    judged = by_file(results, [Place("b", 1, 2), Place("c", 1, 2)])

    assert judged.hits == (False, True, True)
    assert judged.first == 2


def test_a_file_with_several_answers_is_one_relevant_file() -> None:
    judged = by_file([Lines("b")], [Place("b", 1, 2), Place("b", 8, 9), Place("c", 1, 1)])

    assert judged.relevant == 2


def test_a_result_is_right_when_it_shares_a_line_with_an_answer() -> None:
    gold = [Place("a", 10, 20)]

    def hit(first: int, last: int, path: str = "a") -> bool:
        return by_place([Lines(path, first, last)], gold).hits == (True,)

    assert hit(1, 10)
    assert hit(20, 30)
    assert hit(12, 13)
    assert hit(1, 99)
    assert not hit(1, 9)
    assert not hit(21, 30)
    assert not hit(10, 20, path="b")


def test_further_results_for_an_answer_leave_the_list_and_wrong_ones_stay() -> None:
    gold = [Place("a", 10, 20), Place("a", 40, 50)]
    results = [Lines("a", 10, 12), Lines("a", 13, 15), Lines("a", 1, 2), Lines("a", 45, 46)]

    judged = by_place(results, gold)

    assert judged.hits == (True, False, True)
    assert judged.relevant == 2


def test_a_result_that_spans_several_answers_is_one_hit() -> None:
    gold = [Place("a", 10, 20), Place("a", 40, 50), Place("a", 70, 80)]

    judged = by_place([Lines("b"), Lines("a", 15, 45), Lines("a", 41, 42)], gold)

    assert (judged.hits, judged.relevant) == ((False, True), 3)


def test_a_place_that_is_given_twice_is_one() -> None:
    assert by_place([], [Place("a", 1, 2), Place("a", 1, 2, symbol="a.b")]).relevant == 1


def test_no_results_are_no_hits() -> None:
    judged = by_place([], [Place("a", 1, 2)])

    assert judged.hits == ()
    assert judged.first is None
