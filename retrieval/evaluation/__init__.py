"""How well search finds the places that answer people's questions."""

from __future__ import annotations

from retrieval.evaluation.errors import EvaluationError, QuestionsInvalid
from retrieval.evaluation.metrics import Estimate, estimate
from retrieval.evaluation.questions import Place, Question, QuestionSet, Split, load, split_of
from retrieval.evaluation.relevance import Judged, Level, Located
from retrieval.evaluation.report import By, Outcome, Row, outcome, rows, table

__all__ = [
    "By",
    "Estimate",
    "EvaluationError",
    "Judged",
    "Level",
    "Located",
    "Outcome",
    "Place",
    "Question",
    "QuestionSet",
    "QuestionsInvalid",
    "Row",
    "Split",
    "estimate",
    "load",
    "outcome",
    "rows",
    "split_of",
    "table",
]
