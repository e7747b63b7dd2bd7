"""What is asked for, as people write it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from engine.intents import read_intent
from engine.intents.rules import by_rule
from engine.intents.spelling import mended
from generation.protocol import Completion, Request, Task, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.intents import Intent

PHRASINGS = Path(__file__).parent / "intents"
ARROW = " <- "
MEASURED = 0.95
"""Accuracy on the held-out half that is not given up: 94 of 95 when the rules were made."""


def phrasings(half: str) -> Iterator[tuple[Task, str | None, str]]:
    """Yield what is asked for, the language of a translation, and the words."""
    by_task = yaml.safe_load((PHRASINGS / f"{half}.yml").read_text(encoding="utf-8"))
    for task, texts in by_task.items():
        for text in texts:
            language, arrow, rest = text.partition(ARROW)
            yield (Task(task), language, rest) if arrow else (Task(task), None, text)


def is_right(intent: Intent, task: Task, language: str | None) -> bool:
    read = intent.language.name if intent.language else None
    return (intent.task, read) == (task, language)


@pytest.mark.parametrize(("task", "language", "text"), list(phrasings("dev")))
def test_the_phrasings_that_the_rules_were_made_by_are_read(
    task: Task, language: str | None, text: str
) -> None:
    assert is_right(by_rule(text), task, language)


def test_phrasings_that_the_rules_never_saw_are_read_nearly_always() -> None:
    read = [
        is_right(by_rule(text), task, language) for task, language, text in phrasings("held_out")
    ]
    assert len(read) + len(list(phrasings("dev"))) >= 120
    assert sum(read) / len(read) >= MEASURED


def test_of_each_task_most_held_out_phrasings_are_read() -> None:
    for wanted in {task for task, _, _ in phrasings("held_out")}:
        texts = [text for task, _, text in phrasings("held_out") if task is wanted]
        assert sum(by_rule(text).task is wanted for text in texts) >= 0.8 * len(texts)


@dataclass
class Model:
    """Writes its text or fails; keeps the requests."""

    text: str = "walkthrough"
    error: Unavailable | None = None
    requests: list[Request] = field(default_factory=list)

    def complete(self, request: Request) -> Completion:
        self.requests.append(request)
        if self.error:
            raise self.error
        return Completion(self.text, "model", "m-1", "stop")


UNSURE = "spheres and cubes, nicely lit"


def test_a_model_is_asked_where_the_rules_are_unsure() -> None:
    model = Model()
    assert read_intent(UNSURE, repository="octo/kitchen", model=model).task is Task.WALKTHROUGH
    (request,) = model.requests
    assert (request.task, request.question, request.passages) == (Task.CLASSIFY, UNSURE, ())


def test_no_model_is_asked_where_the_rules_are_sure() -> None:
    model = Model()
    assert read_intent("tl;dr?", repository="octo/kitchen", model=model).task is Task.SUMMARISE
    assert model.requests == []


@pytest.mark.parametrize(
    "text", ["", "poem", "standalone", "I think that this person would like to write code"]
)
def test_a_model_that_names_no_task_leaves_it_to_the_rules(text: str) -> None:
    model = Model(text)
    assert read_intent(UNSURE, repository="octo/kitchen", model=model).task is Task.QUESTION
    assert model.requests


def test_a_model_that_fails_leaves_it_to_the_rules() -> None:
    model = Model(error=Unavailable("model", "is down"))
    assert read_intent(UNSURE, repository="octo/kitchen", model=model).task is Task.QUESTION


@pytest.mark.parametrize("text", ["Summarize.", "SUMMARISE", "Task: summarise"])
def test_a_models_word_counts_in_either_spelling(text: str) -> None:
    assert read_intent(UNSURE, repository="o/k", model=Model(text)).task is Task.SUMMARISE


def test_the_subject_is_the_symbol_or_file_that_is_named() -> None:
    assert by_rule("explain `Scene.add` please").subject == "Scene.add"
    assert by_rule("summarise fury/window.py").subject == "fury/window.py"
    assert by_rule("summarise this").subject == ""


def test_code_is_told_apart_from_what_is_asked_of_it() -> None:
    intent = by_rule("what does this do?\n```python\n# translate this to C++\nx = 1\n```")
    assert intent.task is Task.EXPLAIN
    (code,) = intent.code
    assert code.text == "# translate this to C++\nx = 1"
    assert code.language is not None
    assert code.language.name == "Python"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sumarise", "summarise"),
        ("tranlsate", "translate"),
        ("explian", "explain"),
        ("wirte", "write"),
        ("white", "white"),
        ("there", "there"),
        ("fraction", "fraction"),
        ("translated", "translated"),
    ],
)
def test_a_slip_is_mended_and_another_word_is_not(written: str, meant: str) -> None:
    assert mended(written) == meant


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    ["why " * 50_000, "a" * 200_000, "```" * 50_000, "~~~" * 20_000, "what is this " * 20_000, ""],
)
def test_whatever_is_written_is_read_as_something(text: str) -> None:
    assert by_rule(text).task in Task
