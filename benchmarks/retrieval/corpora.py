"""The repositories that questions are put to, fetched by name and version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import functions
import yaml

from retrieval.evaluation import load
from retrieval.evaluation.questions import check
from retrieval.sources import Undecodable, decode, read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from retrieval.evaluation import Place, Question, QuestionSet

FUNCTIONS = "web-functions.yml"
"""The file whose corpus is single functions out of many projects, by `functions`."""


@dataclass(frozen=True)
class Corpus:
    """A tree of files, and the questions that are put to it."""

    name: str
    root: Path
    questions: tuple[Question, ...]

    @cached_property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Path and text of each file that fury-bot reads; its peers are given the same."""
        return tuple(self._read())

    @cached_property
    def digest(self) -> str:
        """What stands for the files' content."""
        digest = hashlib.sha256()
        for path, text in self.files:
            digest.update(f"{path}\0{len(text)}\0{text}".encode())
        return digest.hexdigest()

    def _read(self) -> Iterator[tuple[str, str]]:
        for file in read_tree(self.root).files:
            try:
                yield file.path, decode(file)
            except Undecodable:
                continue


def of_questions(path: Path, *, cache: Path) -> Corpus:
    """Return the corpus of a file of questions; its archives are fetched once into ``cache``.

    Raises:
        QuestionsInvalid: The file is unusable.
        ValueError: It names no version, or an answer that its archive does not hold.
        subprocess.CalledProcessError: pip cannot fetch an archive; it has said why.
    """
    archives = cache / "archives"
    if path.name == FUNCTIONS:
        root, file = _functions(path, archives)
    else:
        file = load(path)
        if file.version is None:
            raise ValueError(f"{path}: version: needed to fetch {file.project}")
        root = functions.fetch(functions.Archive(file.project, file.version), archives)
    corpus = Corpus(file.project, root, file.questions)
    _check_gold(path, corpus)
    return corpus


def _functions(path: Path, archives: Path) -> tuple[Path, QuestionSet]:
    roots = {each.name: functions.fetch(each, archives) for each in functions.archives(path)}
    # Made anew each time: which functions are chosen hangs on the questions file and the code.
    target = archives.parent / path.stem
    mapping = functions.build(roots, target)
    raw = yaml.BaseLoader(path.read_text(encoding="utf-8")).get_single_data()
    files = {(place.project, place.path, place.symbol): name for name, place in mapping.items()}
    questions = [
        {
            "kind": "function",
            **each,
            "gold": [_as_file(gold, files, target) for gold in each["gold"]],
        }
        for each in raw["questions"]
    ]
    return target, check({"project": path.stem, "questions": questions}, source=path)


def _as_file(
    gold: Mapping[str, str], files: Mapping[tuple[str, str, str], str], target: Path
) -> dict[str, Any]:
    """Turn where a function came from into the file of the corpus that holds it alone."""
    name = files.get((gold["project"], gold["path"], gold["symbol"]))
    if name is None:
        raise ValueError(f"{gold}: not among the functions of the corpus")
    lines = (target / name).read_text(encoding="utf-8").count("\n")
    return {"path": name, "lines": [1, lines], "symbol": gold["symbol"]}


def _check_gold(path: Path, corpus: Corpus) -> None:
    lengths = {name: text.count("\n") + 1 for name, text in corpus.files}
    wrong = [
        f"{path}: question {question.id!r}: {place.path}: {lack}"
        for question in corpus.questions
        for place in question.gold
        if (lack := _lack(place, lengths))
    ]
    if wrong:
        raise ValueError("\n".join(wrong))


def _lack(place: Place, lengths: Mapping[str, int]) -> str | None:
    length = lengths.get(place.path)
    if length is None:
        return "is not among the files that are read"
    return f"has no line {place.end_line}" if length < place.end_line else None


def names(corpora: Sequence[Corpus]) -> str:
    """Return the corpora in words."""
    return ", ".join(f"{corpus.name} ({len(corpus.files)} files)" for corpus in corpora)
