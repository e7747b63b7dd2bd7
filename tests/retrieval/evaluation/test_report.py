"""From outcomes to rows, tables and JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from rich.console import Console

from retrieval.evaluation import By, Level, Outcome, Place, Question, outcome, rows, table
from retrieval.evaluation.report import outcomes_as_json, rows_as_json


@dataclass(frozen=True)
class Lines:
    """A result."""

    path: str
    start_line: int
    end_line: int


def asked(name: str, *found: Lines, project: str = "kitchen", kind: str = "how-to") -> Outcome:
    gold = (Place("kettle.py", 4, 12),)
    question = Question(id=name, project=project, kind=kind, text="boil?", gold=gold)
    return outcome(question, found)


RIGHT = Lines("kettle.py", 1, 5)
WRONG = Lines("README.md", 1, 5)
BESIDE = Lines("kettle.py", 30, 40)


@pytest.fixture
def outcomes() -> list[Outcome]:
    return [
        asked("a", RIGHT),
        asked("b", WRONG, BESIDE, RIGHT, kind="error"),
        asked("c", WRONG, project="cellar"),
    ]


def test_an_outcome_is_judged_by_file_and_by_place() -> None:
    judged = asked("b", WRONG, BESIDE, RIGHT).judged

    assert judged[Level.FILE].first == 2
    assert judged[Level.PLACE].first == 3


def test_rows_are_projects_in_order_and_then_the_whole(outcomes: list[Outcome]) -> None:
    found = rows(outcomes, by=By.PROJECT)

    assert [(row.name, row.questions) for row in found] == [
        ("cellar", 1),
        ("kitchen", 2),
        ("all", 3),
    ]
    assert found[1].scores[Level.FILE]["MRR@10"].mean == pytest.approx(0.75)
    assert found[2].scores[Level.FILE]["hit@1"].mean == pytest.approx(1 / 3)
    assert found[2].scores[Level.PLACE]["MRR@10"].mean == pytest.approx((1 + 1 / 3) / 3)


def test_rows_may_be_kinds(outcomes: list[Outcome]) -> None:
    assert [row.name for row in rows(outcomes, by=By.KIND)] == ["error", "how-to", "all"]


def drawn(outcomes: list[Outcome]) -> list[str]:
    console = Console(width=80)
    with console.capture() as captured:
        console.print(
            table(rows(outcomes, by=By.PROJECT), level=Level.FILE, title="Files", first="project")
        )
    return captured.get().splitlines()


def test_a_table_shows_means_over_their_intervals_in_percent(outcomes: list[Outcome]) -> None:
    lines = drawn([*outcomes, asked("d", RIGHT, project="scikit-imaging")])

    header = next(line for line in lines if "project" in line)
    assert header.split() == [
        *("project", "asked", "nDCG@10", "MRR@10", "hit@1", "hit@3", "hit@5", "hit@10")
    ]
    named = {line.split()[0]: number for number, line in enumerate(lines) if line.strip()}
    cellar, long = named["cellar"], named["scikit-imaging"]
    assert lines[cellar].split() == ["cellar", "1", *["0.0"] * 6]
    assert lines[cellar + 1].split() == ["0-0"] * 6
    assert lines[long].split()[1:] == ["1", *["100.0"] * 6]
    assert lines[long + 1].split() == ["100-100"] * 6
    assert lines[named["all"]].split()[1] == "4"


def test_a_table_of_one_project_says_nothing_twice(outcomes: list[Outcome]) -> None:
    lines = drawn(outcomes[:2])

    assert [line.split()[0] for line in lines if " 2 " in line] == ["kitchen"]


def test_rows_as_json_hold_every_measure_of_both_levels(outcomes: list[Outcome]) -> None:
    (*_, whole) = json.loads(json.dumps(rows_as_json(rows(outcomes, by=By.KIND))))

    assert (whole["name"], whole["questions"]) == ("all", 3)
    for level in ("file", "place"):
        assert list(whole[level]) == ["nDCG@10", "MRR@10", "hit@1", "hit@3", "hit@5", "hit@10"]
        assert list(whole[level]["hit@3"]) == ["mean", "low", "high"]


def test_outcomes_as_json_hold_the_rank_of_the_first_right_result(outcomes: list[Outcome]) -> None:
    found = outcomes_as_json(outcomes)

    assert [(each["id"], each["file_rank"], each["place_rank"]) for each in found] == [
        ("a", 1, 1),
        ("b", 2, 3),
        ("c", None, None),
    ]
    assert {each["split"] for each in found} <= {"dev", "test"}
