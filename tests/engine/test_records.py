"""The answers that are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.answer import Answer, Source, Timings
from engine.checks.model import Problem, ProblemKind
from engine.records import find, save
from generation.protocol import Task

if TYPE_CHECKING:
    from storage import Database

ANSWER = Answer(
    question="How?",
    repository="octo-org/hello",
    response="So [1].",
    sources=(Source(1, "a.py", 1, 2, None, "function", "https://x.example", 0.5),),
    provider="extractive",
    model="extractive",
    abstained=False,
    confidence=0.75,
    timings=Timings(retrieval=0.5, generation=0.25, total=0.75),
    commit="0123456",
    task=Task.WRITE,
    standalone="How do I?",
    checks=(Problem(ProblemKind.UNDEFINED_NAME, 3, "scene", "`scene` is never defined.", "s"),),
    note="Not confirmed.",
)


def test_the_first_answer_to_a_delivery_is_kept_whole(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO repositories (name, url) VALUES ('Octo-Org/hello', 'https://x.example')"
        )
        save(connection, ANSWER, delivery_id="1", thread="D_1")
        save(connection, replace(ANSWER, response="Other."), delivery_id="1")
        assert find(connection, "1") == replace(ANSWER, repository="Octo-Org/hello")
        assert find(connection, "2") is None


def test_nothing_is_kept_of_a_repository_that_was_forgotten(database: Database) -> None:
    with database.transaction() as connection:
        save(connection, ANSWER, delivery_id="1")
        assert find(connection, "1") is None
