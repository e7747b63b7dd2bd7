"""Fits the confidence model, and measures what each threshold would answer.

``python benchmarks/confidence/measure.py`` puts to each project its own questions, questions near
its field that it does not answer, and questions about the others: the long ones of
``benchmarks/retrieval`` with those of ``out_of_scope.yml``, and the short ones of
``questions.yml``. The models are fitted on the ``dev`` halves, and everything that is reported
comes from the ``test`` halves. With ``--write`` the report goes to ``docs/confidence.md``.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import platformdirs
import yaml
from sklearn.linear_model import LogisticRegression

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "retrieval"))  # its projects, questions and indexes

import functions  # noqa: E402 - from the path above
from corpora import Corpus, of_questions  # noqa: E402 - as above
from systems import FuryBot, lasting_database  # noqa: E402 - as above

from engine.confidence import (  # noqa: E402 - after those from the path above
    BY_MEANING,
    BY_WORDS,
    THRESHOLD,
    Model,
    by_meaning,
    by_words,
)
from retrieval.evaluation import Split, split_of  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy.typing as npt

    from retrieval.evidence import Evidence

REPORT = HERE.parent.parent / "docs" / "confidence.md"
KNN = 5
ONE_IN = 6
"""Of the others' questions, so many are put to a project."""
THRESHOLDS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]


class Sort(StrEnum):
    """What a question is to the repository that it is put to."""

    OWN = "own"
    NEAR = "near"
    """Of its field, and answered nowhere in it."""
    FOREIGN = "foreign"
    """About another project."""


SHARES = {Sort.OWN: 0.5, Sort.NEAR: 0.35, Sort.FOREIGN: 0.15}
"""What the sorts weigh together when a model is fitted."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question put to a repository."""

    project: str
    question: str
    sort: Sort
    split: Split
    found: bool
    """A file that answers it is among the passages."""
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about a project."""

    corpus: Corpus
    own: Mapping[str, tuple[str, ...]]
    """Its questions, each with how the paths begin that answer it."""
    near: tuple[str, ...]
    splits: Mapping[str, Split]
    """Of its questions that have an id; the others' go by their texts."""
    foreign: tuple[str, ...]
    """Those of its questions that are put to the others."""


def main() -> None:
    """Measure, and print or write the report."""
    options = _options()
    options.cache.mkdir(parents=True, exist_ok=True)
    asked = [*_long(options.cache), *_short(options.cache)]
    system = FuryBot(lasting_database(options.cache))
    cases = [case for one in asked for case in _put(system, one, asked)]
    system.close()
    report = _report(cases)
    print(report)
    if options.write:
        REPORT.write_text(report, encoding="utf-8")


def _options() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--write", action="store_true", help="write docs/confidence.md")
    arguments.add_argument(
        "--cache",
        type=Path,
        default=platformdirs.user_cache_path("fury-bot") / "benchmarks",
        help="where archives and indexes are kept",
    )
    return arguments.parse_args()


def _long(cache: Path) -> Iterator[Asked]:
    for name, near in _read("out_of_scope.yml").items():
        corpus = of_questions(HERE.parent / "retrieval/questions" / f"{name}.yml", cache=cache)
        yield Asked(
            corpus=corpus,
            own={each.text: tuple(place.path for place in each.gold) for each in corpus.questions},
            near=tuple(near),
            splits={each.text: each.split for each in corpus.questions},
            foreign=tuple(each.text for each in corpus.questions[::ONE_IN]),
        )


def _short(cache: Path) -> Iterator[Asked]:
    for package, questions in _read("questions.yml").items():
        name, _, version = package.partition("==")
        root = functions.fetch(functions.Archive(name, version), cache / "archives")
        answered = questions["answered"]
        yield Asked(
            corpus=Corpus(name, root, ()),
            own={each["ask"]: tuple(each["in"]) for each in answered},
            near=tuple(questions["unanswered"]),
            splits={},
            foreign=(),  # "print coloured text": of whom it is asked, it does not say
        )


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return content


def _put(system: FuryBot, asked: Asked, every: Iterable[Asked]) -> Iterator[Case]:
    """Put to one project what is asked about it, near it, and about the others."""
    system.index(asked.corpus)
    others = [other for other in every if other.corpus.name != asked.corpus.name]
    sorts = (
        (Sort.OWN, asked.own),
        (Sort.NEAR, asked.near),
        (Sort.FOREIGN, [question for other in others for question in other.foreign]),
    )
    for sort, questions in sorts:
        for question in questions:
            result = system.find(question, KNN)
            if result.evidence is None:
                raise ValueError(f"no evidence of {question!r}")
            gold = asked.own.get(question, ())
            yield Case(
                project=asked.corpus.name,
                question=question,
                sort=sort,
                split=asked.splits.get(question, split_of(question)),
                found=any(passage.path.startswith(gold) for passage in result.passages),
                evidence=result.evidence,
            )


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model of some features, and what it says of every case."""

    names: tuple[str, ...]
    intercept: float
    coefficients: tuple[float, ...]
    probabilities: npt.NDArray[np.float64]

    def __str__(self) -> str:
        values = zip(self.names, self.coefficients, strict=True)
        return f"intercept {self.intercept:.2f}, " + ", ".join(f"{n} {v:.2f}" for n, v in values)


def _fit(cases: Sequence[Case], read: Sequence[Mapping[str, float]]) -> Fitted:
    """Fit on the ``dev`` half; foreign questions, some of which have an answer, weigh least."""
    names = tuple(read[0])
    values = np.array([[each[name] for name in names] for each in read])
    labels = np.array([case.sort is Sort.OWN for case in cases])
    dev = _are(cases, split=Split.DEV)
    weights = np.zeros(len(cases))
    for sort, share in SHARES.items():
        chosen = _are(cases, sort=sort, split=Split.DEV)
        weights[chosen] = share * dev.sum() / chosen.sum()
    model = LogisticRegression(C=10.0, max_iter=5_000)
    model.fit(values[dev], labels[dev], sample_weight=weights[dev])
    return Fitted(
        names=names,
        intercept=float(model.intercept_[0]),
        coefficients=tuple(float(value) for value in model.coef_[0]),
        probabilities=model.predict_proba(values)[:, 1],
    )


def _are(
    cases: Sequence[Case], *, sort: Sort | None = None, split: Split | None = None
) -> npt.NDArray[np.bool_]:
    return np.array([sort in {None, c.sort} and split in {None, c.split} for c in cases])


def _report(cases: Sequence[Case]) -> str:
    read = [_weighed(by_meaning(case.evidence)) for case in cases]
    whole = _fit(cases, read)
    unread = [
        _weighed(by_words(replace(case.evidence, unread=case.evidence.lexical))) for case in cases
    ]
    words = _fit(cases, unread)
    counts = {
        sort: (_are(cases, sort=sort).sum(), _are(cases, sort=sort, split=Split.TEST).sum())
        for sort in Sort
    }
    own, near, foreign = (f"{every} ({test} in the test half)" for every, test in counts.values())
    asked = (
        f"To {len({case.project for case in cases})} projects were put {own} questions that they"
        f" answer, {near} near their fields that they do not answer, and {foreign} about the other"
        " projects, a few of which they do answer. The models were fitted on the one half of them;"
        " the figures are those of the other half."
    )
    columns = (
        "Answered is what reaches the threshold. Right is the share of the answered ones, of those"
        f" that the project answers, with an answering file among the first {KNN} passages. What is"
        " answered although it should not be, is then up to the model, which is told to say so"
        " when the passages hold no answer."
    )
    return "\n".join(
        [
            "# When fury-bot abstains",
            "",
            "Written by `python benchmarks/confidence/measure.py --write`.",
            "",
            asked,
            "",
            columns,
            "",
            *_table(cases, _in_use(read, BY_MEANING)),
            "",
            f"The threshold in use is {THRESHOLD}, chosen with this table in sight.",
            "",
            f"The model in use: {_written(BY_MEANING)}.",
            "",
            f"Fitted in this run: {whole}.",
            "",
            "Before the embedding model has read a repository, its words alone tell less:",
            "",
            *_table(cases, _in_use(unread, BY_WORDS)),
            "",
            f"The model in use, set to be more careful: {_written(BY_WORDS)}.",
            "",
            f"Fitted in this run: {words}.",
            "",
            "What the features are says `retrieval/evidence.py`.",
            "",
            "Near questions of the test half that would be answered:",
            "",
            *_listed(
                cases,
                _in_use(read, BY_MEANING),
                sort=Sort.NEAR,
            ),
            "",
        ]
    )


def _weighed(features: Mapping[str, float] | None) -> Mapping[str, float]:
    if features is None:
        raise ValueError("a search without vectors")
    return features


def _in_use(read: Sequence[Mapping[str, float]], model: Model) -> npt.NDArray[np.float64]:
    """Return the probabilities that the program gives."""
    return np.array([model.probability(each) for each in read])


def _written(model: Model) -> str:
    values = ", ".join(f"{name} {value:.2f}" for name, value in model.coefficients.items())
    return f"intercept {model.intercept:.2f}, {values}"


def _table(cases: Sequence[Case], probabilities: npt.NDArray[np.float64]) -> Iterator[str]:
    yield "| threshold | answered | right | near, answered | foreign, answered | both |"
    yield "|---:|---:|---:|---:|---:|---:|"
    own, near, foreign = (_are(cases, sort=sort, split=Split.TEST) for sort in Sort)
    found = np.array([case.found for case in cases])
    for threshold in sorted({*THRESHOLDS, THRESHOLD}):
        answered = probabilities >= threshold
        shares = (
            answered[own].mean(),
            found[own & answered].mean() if (own & answered).any() else 0.0,
            answered[near].mean(),
            answered[foreign].mean(),
            answered[near | foreign].mean(),
        )
        yield f"| {threshold:.2f} | " + " | ".join(f"{share:.0%}" for share in shares) + " |"


def _listed(
    cases: Sequence[Case], probabilities: npt.NDArray[np.float64], *, sort: Sort
) -> list[str]:
    lines = [
        f"- {case.project}: {case.question} ({probability:.2f})"
        for case, probability in zip(cases, probabilities, strict=True)
        if case.sort is sort and case.split is Split.TEST and probability >= THRESHOLD
    ]
    return lines or ["- none"]


if __name__ == "__main__":
    main()
