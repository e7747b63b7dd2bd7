"""What a message wants, with what was said before it and what it points at."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from engine.quoted_code import Code
from engine.translation import Own
from engine.translation.check import NO_CODE, NO_TARGET
from engine.understanding import Understood, understand
from generation.protocol import Completion, Request, Task, Turn

REPOSITORY = "octo/shapes"
OWN = Own(packages=frozenset({"shapes"}))
ANSWERED = (
    Turn("user", "How do I add numbers?"),
    Turn("assistant", "Like this [1]:\n\n```python\nprint(1 + 1)\n```"),
)


@dataclass
class Model:
    """Writes one text, whatever it is asked."""

    text: str = "question"

    def complete(self, request: Request) -> Completion:
        return Completion(self.text, "model", request.model or "m", "stop")


def read(message: str, **given: object) -> Understood:
    given = {"model": Model(), "own": lambda: OWN, **given}
    return understand(message, repository=REPOSITORY, **given)  # type: ignore[arg-type] # by name


def test_a_question_is_answered_as_it_stands() -> None:
    assert read("How do I draw a cube?") == Understood("How do I draw a cube?", Task.QUESTION)


def test_an_explicit_task_goes_before_the_words() -> None:
    assert read("tl;dr of cube.py", task=Task.EXPLAIN).task is Task.EXPLAIN


def test_a_translation_takes_the_code_of_the_message() -> None:
    read_so = read("translate to C++\n```python\nimport math\n```")
    assert (read_so.task, read_so.language, read_so.declined) == (Task.TRANSLATE, "C++", None)


def test_the_language_of_a_command_needs_no_to() -> None:
    for words in ("c++", "this, rust please", "javascript"):
        assert read(f"{words}\n```python\nx = 1\n```", task=Task.TRANSLATE).language in {
            "C++",
            "Rust",
            "JavaScript",
        }
    assert (
        read("x", task=Task.TRANSLATE, language="golang", code=[Code("x", None)]).language == "Go"
    )


def test_a_translation_takes_the_code_that_was_answered_when_it_points_back() -> None:
    assert read("translate that to Rust", history=ANSWERED).declined is None
    assert read("in Rust please", history=ANSWERED).language == "Rust"


def test_a_translation_takes_the_code_that_is_pointed_at() -> None:
    pointed = [Code("import shapes", None)]
    declined = read("translate cube.py#L1-L2 to Rust", code=pointed).declined
    assert declined is not None
    assert "`shapes`, this repository's own package" in declined


@pytest.mark.parametrize(
    ("message", "reason"),
    [("translate to Rust", NO_CODE), ("translate this\n```python\nx = 1\n```", NO_TARGET)],
)
def test_a_translation_of_nothing_or_to_nothing_is_declined(message: str, reason: str) -> None:
    assert read(message, task=Task.TRANSLATE).declined == reason


@pytest.mark.parametrize(
    "message", ["Write a script that draws a cube", "translate to C++\n```python\nx = 1\n```"]
)
def test_without_a_model_no_code_is_written_and_it_is_said_what_to_set_up(message: str) -> None:
    declined = read(message, model=None).declined
    assert declined is not None
    assert "GROQ_API_KEY" in declined


def test_what_the_repository_defines_is_asked_for_a_translation_alone() -> None:
    def own() -> Own:
        raise AssertionError

    assert read("Where is the cube defined?", own=own).task is Task.FIND


def test_a_follow_up_asks_for_what_the_question_before_it_asked_for() -> None:
    said = (Turn("user", "Write a script that draws a cube"),)
    understood = read("with an outline", history=said, model=Model("nothing of use here, I fear"))
    assert understood.task is Task.WRITE
    assert understood.question == "Write a script that draws a cube? With an outline"
