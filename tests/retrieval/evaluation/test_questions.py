"""Files of questions: what they may say, and what is told when they do not."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from retrieval.evaluation import Place, QuestionsInvalid, Split, load
from retrieval.evaluation.questions import Question

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGED = sorted((Path(__file__).parents[3] / "benchmarks/retrieval/questions").glob("*.yml"))
OF_PROJECTS = [path for path in PACKAGED if path.stem != "web-functions"]
KINDS = {"how-to", "symbol", "error", "what-changed", "overview", "explain"}

FILE = """\
project: kitchen
version: 3.10
repository: octo/kitchen
questions:
  - id: kitchen-01
    kind: how-to
    question: >-
      how do i boil
      water?
    gold:
      - path: kitchen/kettle.py
        symbol: kitchen.kettle.boil
        lines: [4, 12]
      - path: README.md
        lines: [1, 1]
  - id: kitchen-02
    kind: what-changed
    question: 404
    gold: [{path: CHANGES.md, lines: [7, 9]}]
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "kitchen.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def problems(path: Path) -> tuple[str, ...]:
    with pytest.raises(QuestionsInvalid) as caught:
        load(path)
    assert all(line.startswith(str(path)) for line in str(caught.value).splitlines())
    return caught.value.problems


def test_a_file_gives_its_questions_with_their_places(written: Callable[[str], Path]) -> None:
    file = load(written(FILE))

    assert (file.project, file.repository) == ("kitchen", "octo/kitchen")
    assert file.questions[0] == Question(
        id="kitchen-01",
        project="kitchen",
        kind="how-to",
        text="how do i boil water?",
        gold=(
            Place("kitchen/kettle.py", 4, 12, symbol="kitchen.kettle.boil"),
            Place("README.md", 1, 1),
        ),
    )


def test_scalars_are_the_text_that_was_written(written: Callable[[str], Path]) -> None:
    file = load(written(FILE))

    assert file.version == "3.10"
    assert file.questions[1].text == "404"


def test_version_and_repository_may_be_left_out(written: Callable[[str], Path]) -> None:
    text = FILE.replace("version: 3.10\n", "").replace("repository: octo/kitchen\n", "")

    file = load(written(text))

    assert (file.version, file.repository) == (None, None)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("kind: how-to", "kind: How To", "question 'kitchen-01': kind: "),
        ("    kind: how-to\n", "", "question 'kitchen-01': kind: is missing"),
        ("lines: [4, 12]", "lines: [12, 4]", "question 'kitchen-01': gold.0.lines: the first line"),
        ("lines: [4, 12]", "lines: [0, 12]", "question 'kitchen-01': gold.0.lines.0: "),
        ("lines: [1, 1]", "lines: 1", "question 'kitchen-01': gold.1.lines: "),
        ("lines: [4, 12]", "lines: [4, end]", "question 'kitchen-01': gold.0.lines.1: "),
        ("path: README.md", "path: /README.md", "question 'kitchen-01': gold.1.path: is not"),
        ("path: README.md", "path: ../README.md", "question 'kitchen-01': gold.1.path: is not"),
        ("path: README.md", "path: ./README.md", "question 'kitchen-01': gold.1.path: is not"),
        ("path: README.md", r"path: docs\a.md", "question 'kitchen-01': gold.1.path: is not"),
        ("symbol:", "symbols:", "question 'kitchen-01': gold.0.symbols: is no known key"),
        ("question: 404", "question: ''", "question 'kitchen-02': question: "),
        ("[{path: CHANGES.md, lines: [7, 9]}]", "[]", "question 'kitchen-02': gold: "),
        ("  - id: kitchen-02\n   ", "  -", "question number 2: id: is missing"),
        ("id: kitchen-02", "id: kitchen-01", "question 'kitchen-01': the id is given twice"),
        ("repository: octo/kitchen", "repository: kitchen", "repository: "),
        ("project: kitchen\n", "", "project: is missing"),
        ("project: kitchen", "project: [", "no YAML: "),
        ("question: 404", "quesion: 404", "question 'kitchen-02': quesion: is no known key; is "),
        ("lines: [4, 12]", "lines: [4]", "question 'kitchen-01': gold.0.lines.1: is missing"),
        ("lines: [4, 12]", "lines: [4, 5, 6]", "question 'kitchen-01': gold.0.lines: holds too"),
        ("id: kitchen-01", "id: [a]", "question number 1: id: should be text"),
    ],
)
def test_what_is_wrong_is_told_with_question_and_field(
    written: Callable[[str], Path], old: str, new: str, problem: str
) -> None:
    text = FILE.replace(old, new, 1)
    assert text != FILE

    (told,) = problems(written(text))

    assert told.startswith(problem)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file should hold keys with values"),
        ("[]", "the file should hold keys with values"),
        ("project: x\nquestions: 3", "questions: should be a list"),
        ("project: x\nquestions: [3]", "question number 1: should hold keys with values"),
    ],
)
def test_yaml_of_another_shape_is_refused_in_plain_words(
    written: Callable[[str], Path], text: str, told: str
) -> None:
    assert problems(written(text)) == (told,)


def test_every_problem_of_a_file_is_told_at_once(written: Callable[[str], Path]) -> None:
    text = FILE.replace("kind: how-to", "kind: '?'").replace("question: 404", "question: ''")

    assert [told[:21] for told in problems(written(text))] == [
        "question 'kitchen-01'",
        "question 'kitchen-02'",
    ]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    (told,) = problems(tmp_path / "none.yml")

    assert told.startswith("cannot be read: ")


def test_the_split_is_the_parity_of_the_hash_of_the_id() -> None:
    def split(name: str) -> Split:
        return Question(id=name, project="", kind="", text="", gold=()).split

    names = [f"question-{number}" for number in range(1000)]

    assert [split(name) for name in names] == [
        Split.TEST if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 else Split.DEV
        for name in names
    ]
    assert 450 < Counter(map(split, names))[Split.TEST] < 550


@pytest.mark.parametrize("path", OF_PROJECTS, ids=lambda path: path.stem)
def test_the_benchmark_s_own_questions_are_well_formed(path: Path) -> None:
    file = load(path)

    assert file.version
    assert file.repository
    assert {question.kind for question in file.questions} <= KINDS


def test_no_two_of_the_benchmark_s_own_questions_share_an_id() -> None:
    ids = Counter(question.id for path in OF_PROJECTS for question in load(path).questions)

    assert [name for name, count in ids.items() if count > 1] == []
