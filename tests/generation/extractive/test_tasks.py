"""What quoting can do for each task, as a reader sees it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generation import NOT_FOUND, ExtractiveProvider, Passage, Request
from generation.citations import cited
from generation.extractive import declining
from generation.protocol import Task

PASSAGE = Passage(
    number=1,
    path="shapes/actor.py",
    start_line=10,
    end_line=40,
    kind="function",
    symbol="shapes.actor.disc",
    signature="def disc(centers, *, radii=1.0)",
    text='''\
def disc(centers, *, radii=1.0):
    """Draw one or many discs. They face the camera.

    Parameters
    ----------
    centers : ndarray
        Where the discs lie.
    """
    return Actor(centers, radii)
''',
)
INSTALLATION = Passage(
    number=2,
    path="docs/installation.rst",
    start_line=1,
    end_line=8,
    kind="section",
    symbol="Installation",
    signature=None,
    text="Installation\n============\n\nRun ``pip install shapes`` first. Python 3.11 is needed.\n",
)
TUTORIAL = Passage(
    number=3,
    path="docs/tutorials/first_scene.rst",
    start_line=1,
    end_line=9,
    kind="section",
    symbol="Your first scene",
    signature=None,
    text="Your first scene\n================\n\nMake a scene. Then show it in a window.\n",
)
ASKED = Passage(
    number=1,
    path="issues/7",
    start_line=1,
    end_line=3,
    kind="thread",
    symbol="mona opened the issue",
    signature=None,
    text="Black window\n\nMy window stays black. I use Linux. It worked before.",
)
SAID = Passage(
    number=2,
    path="issues/7",
    start_line=4,
    end_line=4,
    kind="thread",
    symbol="hubot on 2026-03-02",
    signature=None,
    text="It is the driver. Update it, and it works. I checked that twice.\n\n```sh\nlots\n```",
)


def answer(task: Task, *passages: Passage, question: str = "the disc") -> str:
    request = Request(question, "octo/shapes", passages, task=task)
    return ExtractiveProvider().complete(request).text


def test_a_definition_is_explained_by_its_signature_and_docstring() -> None:
    text = answer(Task.EXPLAIN, PASSAGE, INSTALLATION)
    assert text.startswith("`shapes.actor.disc` (function): Draw one or many discs.")
    assert "def disc(centers, *, radii=1.0): ..." in text
    assert "- `centers` (ndarray): Where the discs lie." in text
    assert set(cited(text)) == {1}


def test_code_in_the_question_is_explained_by_what_it_uses() -> None:
    question = "explain\n```python\nscene.add(actor.disc([0, 0]))\n```"
    other = replace(PASSAGE, number=2, symbol="shapes.actor.cube")
    text = answer(Task.EXPLAIN, other, PASSAGE, question=question)
    assert text.startswith("The code uses:\n\n- `shapes.actor.disc`: Draw one or many discs")
    assert set(cited(text)) == {1}


def test_code_that_uses_nothing_of_the_repository_is_not_explained() -> None:
    question = "explain\n```python\nprint(1)\n```"
    assert answer(Task.EXPLAIN, PASSAGE, question=question) == NOT_FOUND


def test_a_piece_of_text_is_explained_by_itself() -> None:
    assert "pip install shapes" in answer(Task.EXPLAIN, INSTALLATION, PASSAGE, question="setup")


def test_what_is_to_be_found_is_a_list_of_places() -> None:
    assert answer(Task.FIND, PASSAGE, INSTALLATION, replace(PASSAGE, symbol=None, kind="text")) == (
        "These are the places:\n\n"
        "- `shapes.actor.disc` (function) in `shapes/actor.py`, lines 10 to 40: "
        "Draw one or many discs [1]\n"
        "- **Installation** in `docs/installation.rst`, lines 1 to 8 [2]\n"
        "- `shapes/actor.py`, lines 10 to 40 [1]"
    )


def test_a_thread_is_summed_up_by_the_first_sentences_of_who_spoke() -> None:
    assert answer(Task.SUMMARISE, ASKED, SAID) == (
        "- **mona opened the issue**: Black window. My window stays black. I use Linux. [1]\n"
        "- **hubot on 2026-03-02**: It is the driver. Update it, and it works. [2]"
    )


def test_a_long_thread_is_summed_up_by_its_beginning_and_its_end() -> None:
    said = [replace(SAID, number=number, symbol=f"person {number}") for number in range(2, 40)]
    text = answer(Task.SUMMARISE, ASKED, *said)
    assert "mona opened" in text
    assert "person 2**" in text
    assert "person 39**" in text
    assert "person 20**" not in text


def test_a_file_is_summed_up_by_what_it_defines() -> None:
    module = replace(
        PASSAGE,
        number=2,
        kind="module",
        symbol="shapes.actor",
        text='"""Flat actors."""\n\nX = 1\n',
    )
    text = answer(Task.SUMMARISE, module, PASSAGE)
    assert "Flat actors." in text
    assert "- `shapes.actor.disc`: Draw one or many discs [1]" in text


def test_a_beginner_is_taken_through_installation_first_then_tutorials_then_code() -> None:
    text = answer(Task.WALKTHROUGH, PASSAGE, TUTORIAL, INSTALLATION, question="getting started")
    titles = ["**Step 1: Installation**", "**Step 2: Your first scene**", "**Step 3: `disc`**"]
    assert [text.index(title) for title in titles] == sorted(text.index(title) for title in titles)
    assert "pip install shapes" in text


@pytest.mark.parametrize("task", [Task.TRANSLATE, Task.WRITE])
def test_what_takes_a_model_is_declined_with_what_to_set_up(task: Task) -> None:
    completion = ExtractiveProvider().complete(Request("x", "octo/shapes", (PASSAGE,), task=task))
    assert completion.finish_reason == declining.FINISH_REASON
    assert completion.text.count(". ") == 0
    for setting in ("GROQ_API_KEY", "GEMINI_API_KEY", "OPENAI_BASE_URL", "OLLAMA_BASE_URL"):
        assert setting in completion.text


@pytest.mark.parametrize(
    "task", [Task.EXPLAIN, Task.SUMMARISE, Task.FIND, Task.WALKTHROUGH, Task.QUESTION]
)
def test_without_a_passage_nothing_is_found(task: Task) -> None:
    assert answer(task) == NOT_FOUND
