"""Fits the confidence model, and measures what each threshold would answer.

Run ``make bench`` or ``python benchmarks/confidence/measure.py``. The repositories are source
archives from the Python package index, fetched by pip. Everything printed stands in
``docs/confidence.md``, with ``--write``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from engine.confidence import MEASURED_PASSAGES, THRESHOLD, Readings, readings
from retrieval.catalogue import Catalogue
from retrieval.embeddings import SentenceTransformerEmbedder
from retrieval.indexing import Indexer
from retrieval.search import Retriever
from storage import Database, embedded, migrations

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

HERE = Path(__file__).parent
REPORT = HERE.parent.parent / "docs" / "confidence.md"
KNN = MEASURED_PASSAGES
NAMES = [field.name for field in fields(Readings)]
THRESHOLDS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]


@dataclass(frozen=True, slots=True)
class Case:
    """A question put to a repository."""

    package: str
    question: str
    answerable: bool
    found: bool
    """A file that answers it is among the passages."""
    readings: Readings


def main() -> None:
    """Measure, and print or write the report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--write", action="store_true", help="write docs/confidence.md")
    options = arguments.parse_args()
    questions = yaml.safe_load((HERE / "questions.yml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="fury-bot-", ignore_cleanup_errors=True) as folder:
        cases = list(_cases(questions, Path(folder)))
    report = _report(cases)
    print(report)
    if options.write:
        REPORT.write_text(report, encoding="utf-8")


def _cases(questions: dict[str, Any], folder: Path) -> Iterator[Case]:
    url = embedded.start(folder)
    migrations.migrate(url)
    embedder = SentenceTransformerEmbedder()
    with Database(url) as database:
        catalogue = Catalogue(database)
        retriever = Retriever(database, catalogue, lambda _: embedder)
        for package in questions:
            Indexer(database, catalogue, embedder).index(
                _source(package, folder),
                repository=f"benchmark/{package.partition('==')[0]}",
                url="https://github.com/benchmark",
                ref="HEAD",
                commit="HEAD",
            )
        for package in questions:
            yield from _put(questions, package, retriever)


def _put(questions: dict[str, Any], package: str, retriever: Retriever) -> Iterator[Case]:
    own = questions[package]
    asked: list[tuple[str, list[str]]] = [(each["ask"], each["in"]) for each in own["answered"]]
    asked += [(question, []) for question in own["unanswered"]]
    for other in questions:
        if other != package:
            asked += [
                (each["ask"], [])
                for each in questions[other]["answered"]
                if package not in each.get("shared_with", ())
            ]
    for question, answering in asked:
        found = retriever.search(
            question, repository=f"benchmark/{package.partition('==')[0]}", knn=KNN
        )
        yield Case(
            package=package,
            question=question,
            answerable=bool(answering),
            found=any(
                passage.path.startswith(prefix)
                for passage in found.passages
                for prefix in answering
            ),
            readings=readings(found.passages),
        )


def _source(package: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--no-binary", ":all:", "--dest", str(folder), package]
    subprocess.run(command, check=True)  # noqa: S603 - pip, with a name of questions.yml
    name, _, version = package.partition("==")
    with tarfile.open(folder / f"{name}-{version}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return folder / f"{name}-{version}"


def _report(cases: list[Case]) -> str:
    values = np.array([[getattr(case.readings, name) for name in NAMES] for case in cases])
    labels = np.array([case.answerable for case in cases])
    model = LogisticRegression(C=10.0, class_weight="balanced")
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    probabilities = cross_val_predict(model, values, labels, cv=folds, method="predict_proba")[:, 1]
    model.fit(values, labels)
    coefficients = dict(zip(NAMES, model.coef_[0], strict=True))
    fitted = ", ".join(f"{name} {value:.2f}" for name, value in coefficients.items())
    introduction = (
        f"{labels.sum()} questions that a repository answers and {(~labels).sum()} that it does"
        f" not, put to {len({case.package for case in cases})} repositories with `knn` {KNN}."
        " The probabilities below are cross-validated: each question was judged by a model"
        " fitted on the others (five folds)."
    )
    heading = (
        "| threshold | answerable, answered | of those, with an answering file among the passages"
        " | unanswerable, answered |"
    )
    in_use = (
        f"The threshold in use is {THRESHOLD}. What is answered although it should not be, is"
        " then up to the provider, which is told to say so when the passages hold no answer."
    )
    lines = [
        "# When fury-bot abstains",
        "",
        "Written by `python benchmarks/confidence/measure.py --write`.",
        "",
        introduction,
        "",
        f"Fitted on all: intercept {model.intercept_[0]:.2f}, {fitted}.",
        "",
        heading,
        "|---:|---:|---:|---:|",
        *(_row(cases, labels, probabilities, threshold) for threshold in THRESHOLDS),
        "",
        in_use,
        "",
        "Answerable questions that would be left unanswered there:",
        "",
        *_missed(cases, probabilities, answerable=True),
        "",
        "Unanswerable questions that would be answered there:",
        "",
        *_missed(cases, probabilities, answerable=False),
        "",
    ]
    return "\n".join(lines)


def _row(
    cases: list[Case],
    labels: npt.NDArray[np.bool_],
    probabilities: npt.NDArray[np.float64],
    threshold: float,
) -> str:
    answered = probabilities >= threshold
    found = np.array([case.found for case in cases])
    kept = answered & labels
    return (
        f"| {threshold:.1f} | {kept.sum() / labels.sum():.0%} "
        f"| {(kept & found).sum() / max(kept.sum(), 1):.0%} "
        f"| {(answered & ~labels).sum() / (~labels).sum():.0%} |"
    )


def _missed(
    cases: list[Case], probabilities: npt.NDArray[np.float64], *, answerable: bool
) -> list[str]:
    lines = [
        f"- {case.package}: {case.question} ({probability:.2f})"
        for case, probability in zip(cases, probabilities, strict=True)
        if case.answerable == answerable and (probability >= THRESHOLD) != answerable
    ]
    return lines or ["- none"]


if __name__ == "__main__":
    main()
