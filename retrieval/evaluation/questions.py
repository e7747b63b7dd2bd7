"""Questions with the places that answer them, as YAML files hold them.

.. code-block:: yaml

    project: kitchen                # a name for the tables
    version: "1.2"                  # may be left out; which release the lines are of
    repository: octo/kitchen        # may be left out; owner/name
    questions:
      - id: kitchen-01              # not twice in a file
        kind: how-to                # any lower-case words joined by hyphens
        question: how do I boil water?
        gold:                       # the places that answer, the best first
          - path: kitchen/kettle.py
            symbol: kitchen.kettle.boil   # may be left out; for the reader
            lines: [4, 12]          # first and last, from 1
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from retrieval.evaluation import wording
from retrieval.evaluation.errors import QuestionsInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class Split(StrEnum):
    """Which half of the questions one belongs to."""

    DEV = "dev"
    """For choosing weights and rules."""
    TEST = "test"
    """For reporting; nothing is chosen by it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of a file that answer a question; 1-based, inclusive."""

    path: str
    start_line: int
    end_line: int
    symbol: str | None = None


def split_of(identity: str) -> Split:
    """Return the half of whatever has this id."""
    return Split.TEST if hashlib.sha256(identity.encode()).digest()[-1] % 2 else Split.DEV


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and every place that a maintainer would point to."""

    id: str
    project: str
    kind: str
    text: str
    gold: tuple[Place, ...]

    @property
    def split(self) -> Split:
        """The half that the question belongs to, by the parity of the SHA-256 of its id.

        It hangs on the id alone: adding, rewording or moving questions never brings one that was
        tested on among those that are tuned on.
        """
        return split_of(self.id)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one project."""

    project: str
    version: str | None
    repository: str | None
    questions: tuple[Question, ...]


def load(path: Path) -> QuestionSet:
    """Read a file of questions.

    Raises:
        QuestionsInvalid: It cannot be read, is no YAML, or a field is missing or wrong. Each
            problem names the question by its id, and the field.
    """
    try:
        # Every scalar stays the text that was written: version 3.10 is no number, and `no` no bool.
        raw = yaml.BaseLoader(path.read_text(encoding="utf-8")).get_single_data()
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionsInvalid(path, [f"cannot be read: {error}"]) from error
    except yaml.YAMLError as error:
        raise QuestionsInvalid(path, [f"no YAML: {' '.join(str(error).split())}"]) from error
    return check(raw, source=path)


def check(raw: object, *, source: Path) -> QuestionSet:
    """Return the questions that ``raw``, the content of ``source``, describes.

    Raises:
        QuestionsInvalid: As for `load`.
    """
    try:
        file = _File.model_validate(raw)
    except ValidationError as error:
        raise QuestionsInvalid(source, list(_problems(error, raw))) from error
    twice = [f"question {each!r}: the id is given twice" for each in _repeated(file.questions)]
    if twice:
        raise QuestionsInvalid(source, twice)
    return QuestionSet(
        project=file.project,
        version=file.version,
        repository=file.repository,
        questions=tuple(_question(file.project, each) for each in file.questions),
    )


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Line = Annotated[int, Field(ge=1)]


def _path(value: str) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or "\\" in value or str(path) != value:
        raise ValueError("is not of the form folder/file, relative to the repository's root")
    return value


def _in_order(lines: tuple[int, int]) -> tuple[int, int]:
    if lines[0] > lines[1]:
        raise ValueError("the first line comes after the last")
    return lines


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Gold(_Model):
    path: Annotated[_Text, AfterValidator(_path)]
    lines: Annotated[tuple[_Line, _Line], AfterValidator(_in_order)]
    symbol: _Text | None = None


class _Question(_Model):
    id: _Text
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z]+(-[a-z]+)*$")]
    question: _Text
    gold: Annotated[tuple[_Gold, ...], Field(min_length=1)]


class _File(_Model):
    project: _Text
    version: _Text | None = None
    repository: Annotated[str, StringConstraints(pattern=r"^[^/\s]+/[^/\s]+$")] | None = None
    questions: Annotated[tuple[_Question, ...], Field(min_length=1)]


def _question(project: str, each: _Question) -> Question:
    return Question(
        id=each.id,
        project=project,
        kind=each.kind,
        text=each.question,
        gold=tuple(
            Place(gold.path, start_line=gold.lines[0], end_line=gold.lines[1], symbol=gold.symbol)
            for gold in each.gold
        ),
    )


def _repeated(questions: Sequence[_Question]) -> list[str]:
    counted = Counter(each.id for each in questions)
    return [name for name, count in counted.items() if count > 1]


def _problems(error: ValidationError, raw: object) -> Iterator[str]:
    for problem in wording.problems(error.errors(include_url=False)):
        place = problem.path
        in_question = place[:1] == ("questions",) and len(place) > 1
        field = ".".join(str(step) for step in (place[2:] if in_question else place))
        named = f"{field}: {problem.text}" if field else problem.text
        if in_question:
            yield f"question {_name(raw, place[1])}: {named}"
        else:
            yield named if field else f"the file {problem.text}"


def _name(raw: Any, position: int | str) -> str:  # noqa: ANN401 - YAML that is not what it should be
    """Return the id of the question at ``position``, or its number from 1."""
    question = raw["questions"][position]
    named = question.get("id") if isinstance(question, dict) else None
    return repr(named) if named and isinstance(named, str) else f"number {int(position) + 1}"
