"""Judged questions to tables and JSON."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from retrieval.evaluation.metrics import MEASURES, Estimate, estimate
from retrieval.evaluation.relevance import Judged, Level, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from retrieval.evaluation.questions import Question
    from retrieval.evaluation.relevance import Located

WHOLE = "all"


class By(StrEnum):
    """What the questions of a table are grouped by."""

    PROJECT = "project"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a system's results for one question came to."""

    question: Question
    judged: Mapping[Level, Judged]

    def score(self, level: Level, measure: str) -> float:
        """Return one of `MEASURES`."""
        return MEASURES[measure](self.judged[level])


def outcome(question: Question, results: Sequence[Located]) -> Outcome:
    """Judge what a search for ``question`` gave, the best first."""
    return Outcome(question, {level: judge(results, question.gold, level) for level in Level})


@dataclass(frozen=True, slots=True)
class Row:
    """The scores of a group of questions."""

    name: str
    questions: int
    scores: Mapping[Level, Mapping[str, Estimate]]


def rows(outcomes: Sequence[Outcome], *, by: By) -> list[Row]:
    """Return a row for each project or kind, in order of their names, then one for the whole."""
    groups: defaultdict[str, list[Outcome]] = defaultdict(list)
    for each in outcomes:
        groups[each.question.project if by is By.PROJECT else each.question.kind].append(each)
    named = [row(name, group) for name, group in sorted(groups.items())]
    return [*named, row(WHOLE, outcomes)]


def row(name: str, outcomes: Sequence[Outcome]) -> Row:
    """Return the scores of all of ``outcomes``.

    Raises:
        ValueError: There are none.
    """
    return Row(
        name=name,
        questions=len(outcomes),
        scores={
            level: {
                measure: estimate([each.score(level, measure) for each in outcomes])
                for measure in MEASURES
            }
            for level in Level
        },
    )


def table(found: Sequence[Row], *, level: Level, title: str, first: str) -> Table:
    """Draw rows: each mean in percent, with its interval below; 80 columns hold it.

    The whole is left out where it is the one row that there is, again.
    """
    drawn = Table(
        title=title,
        box=box.SIMPLE_HEAD,
        padding=(0, 0, 0, 1),
        title_justify="left",
        title_style="bold",
    )
    drawn.add_column(first)
    drawn.add_column("asked", justify="right")
    for measure in MEASURES:
        drawn.add_column(measure, justify="right", no_wrap=True)
    for each in _distinct(found):
        scores = each.scores[level].values()
        drawn.add_row(
            each.name,
            str(each.questions),
            *map(in_percent, scores),
            style="bold" if each.name == WHOLE else "",
        )
    return drawn


def _distinct(found: Sequence[Row]) -> Sequence[Row]:
    *named, whole = found
    return named if [each.questions for each in named] == [whole.questions] else found


def in_percent(value: Estimate) -> str:
    """Write an estimate as ``57.1`` over ``52-62``, in percent."""
    return f"{100 * value.mean:.1f}\n{100 * value.low:.0f}-{100 * value.high:.0f}"


def rows_as_json(found: Iterable[Row]) -> list[dict[str, Any]]:
    """Return rows as JSON values; means and intervals in [0, 1]."""
    return [
        {
            "name": each.name,
            "questions": each.questions,
            **{
                level.value: {name: asdict(value) for name, value in scores.items()}
                for level, scores in each.scores.items()
            },
        }
        for each in found
    ]


def outcomes_as_json(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """Return, question by question, the rank of the first right file and place; null: none."""
    return [
        {
            "id": each.question.id,
            "project": each.question.project,
            "kind": each.question.kind,
            "split": each.question.split.value,
            **{f"{level.value}_rank": judged.first for level, judged in each.judged.items()},
        }
        for each in outcomes
    ]
