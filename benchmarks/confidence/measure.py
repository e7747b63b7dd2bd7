"""Fits the confidence model, and measures what each threshold would answer.

``python benchmarks/confidence/measure.py`` puts to each project its own questions, questions near
its field that it does not answer, and questions about the others: the posts of
``benchmarks/retrieval`` with the questions of ``out_of_scope.yml``, and the short ones of
``questions.yml``. The models are fitted on the ``dev`` halves, and the threshold is chosen on them
too: each project's as the fit on the other projects sees them. The ``test`` halves are reported.
With ``--write`` the report goes to ``docs/confidence.md``.
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

    Features = Mapping[str, float]
    Probabilities = npt.NDArray[np.float64]
    Chosen = npt.NDArray[np.bool_]

REPORT = HERE.parent.parent / "docs" / "confidence.md"
KNN = 5
THRESHOLDS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
CHOICES = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6]
RESAMPLES = 1_000
LEAST_ANSWERED = 0.85
"""Share of what a project answers that is to be answered."""
MOST_NEAR = 0.1
"""Share of what it does not that may be."""


class Sort(StrEnum):
    """What a question is to the repository that it is put to."""

    OWN = "own"
    NEAR = "near"
    """Of its field, and answered nowhere in it."""
    FOREIGN = "foreign"
    """About another project."""


SHARES = {Sort.OWN: 0.5, Sort.NEAR: 0.25, Sort.FOREIGN: 0.25}
"""What the sorts weigh together when a model is fitted."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question put to a repository."""

    project: str
    written_for: str
    """The project that the question was written for, or near."""
    question: str
    is_post: bool
    """It is one of the posts, or was written to go with them; the others are short."""
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
    are_posts: bool
    near: tuple[str, ...]
    splits: Mapping[str, Split]
    """Of its questions that have an id; the others' go by their texts."""
    foreign: tuple[str, ...]
    """Those of its questions that are put to the others."""

    def split_of(self, question: str) -> Split:
        """Return the half that a question is of, whichever project it is put to."""
        return self.splits.get(question, split_of(question))


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
            are_posts=True,
            near=tuple(near),
            splits={each.text: each.split for each in corpus.questions},
            foreign=tuple(each.text for each in corpus.questions),
        )


def _short(cache: Path) -> Iterator[Asked]:
    for package, questions in _read("questions.yml").items():
        name, _, version = package.partition("==")
        root = functions.fetch(functions.Archive(name, version), cache / "archives")
        answered = questions["answered"]
        yield Asked(
            corpus=Corpus(name, root, ()),
            own={each["ask"]: tuple(each["in"]) for each in answered},
            are_posts=False,
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
        (Sort.OWN, asked, asked.own),
        (Sort.NEAR, asked, asked.near),
        *((Sort.FOREIGN, other, other.foreign) for other in others),
    )
    for sort, writer, questions in sorts:
        for question in questions:
            result = system.find(question, KNN)
            if result.evidence is None:
                raise ValueError(f"no evidence of {question!r}")
            gold = asked.own.get(question, ())
            yield Case(
                project=asked.corpus.name,
                written_for=writer.corpus.name,
                question=question,
                is_post=asked.are_posts,
                sort=sort,
                split=writer.split_of(question),
                found=any(passage.path.startswith(gold) for passage in result.passages),
                evidence=result.evidence,
            )


def _fit(cases: Sequence[Case], read: Sequence[Features], *, without: str | None = None) -> Model:
    """Fit on the ``dev`` half, but for what is put to the project ``without`` or written for it."""
    names = tuple(read[0])
    values = np.array([[each[name] for name in names] for each in read])
    labels = np.array([case.sort is Sort.OWN for case in cases])
    used = np.array(
        [
            case.split is Split.DEV and without not in {case.project, case.written_for}
            for case in cases
        ]
    )
    weights = np.zeros(len(cases))
    for sort, share in SHARES.items():
        chosen = used & _are(cases, sort=sort)
        weights[chosen] = share * used.sum() / chosen.sum()
    fit = LogisticRegression(C=10.0, max_iter=5_000)
    fit.fit(values[used], labels[used], sample_weight=weights[used])
    return Model(
        intercept=float(fit.intercept_[0]),
        coefficients=dict(zip(names, map(float, fit.coef_[0]), strict=True)),
    )


def _held_out(cases: Sequence[Case], read: Sequence[Features]) -> Probabilities:
    """Return what the fit on the other projects says of each case."""
    fits = {
        project: _fit(cases, read, without=project) for project in {case.project for case in cases}
    }
    pairs = zip(cases, read, strict=True)
    return np.array([fits[case.project].probability(each) for case, each in pairs])


def _in_use(read: Sequence[Features], model: Model) -> Probabilities:
    """Return the probabilities that the program gives."""
    return np.array([model.probability(each) for each in read])


def _are(
    cases: Sequence[Case],
    *,
    sort: Sort | None = None,
    split: Split | None = None,
    posts: bool | None = None,
) -> Chosen:
    return np.array(
        [
            sort in {None, case.sort}
            and split in {None, case.split}
            and posts in {None, case.is_post}
            for case in cases
        ]
    )


def _report(cases: Sequence[Case]) -> str:
    read = [_weighed(by_meaning(case.evidence)) for case in cases]
    unread = [
        _weighed(by_words(replace(case.evidence, unread=case.evidence.lexical))) for case in cases
    ]
    in_use, by_word = _in_use(read, BY_MEANING), _in_use(unread, BY_WORDS)
    held_out = _held_out(cases, read)
    low, high = _resampled(cases, held_out)
    return f"""# When fury-bot abstains

Written by `python benchmarks/confidence/measure.py --write`.

To {len({case.project for case in cases})} projects were put questions that they answer, questions
near their fields that they do not answer, and questions about the other projects, some of which
they do answer: how to show a progress bar is asked of one and answered by several. The posts are
those that retrieval is measured on, with questions written to go with them; some short questions
stand apart. The models were fitted on one half of all.

Answered is what reaches the threshold. Right is the share of the answered ones, of those that the
project answers, with an answering file among the first {KNN} passages. What is answered although it
should not be, is then up to the model, which is told to say so when the passages hold no answer.

## The threshold

Chosen on the half that was fitted, each project's questions as a fit on the other projects sees
them. {LEAST_ANSWERED:.0%} of the posts that a project answers are to reach it, and {MOST_NEAR:.0%}
of the near ones at most; what falls short of the two by least is {_chosen(cases, held_out):.2f}.
With other posts of the kind it might have been anything from {low:.2f} to {high:.2f} (90% of
resamples). In use is {THRESHOLD:.2f}.
{_counted(cases, split=Split.DEV, posts=True)}

{_table(cases, held_out, CHOICES, split=Split.DEV, posts=True)}

## The other half

The posts. {_counted(cases, split=Split.TEST, posts=True)}

{_table(cases, in_use, THRESHOLDS, split=Split.TEST, posts=True)}

The short questions. {_counted(cases, split=Split.TEST, posts=False)}

{_table(cases, in_use, THRESHOLDS, split=Split.TEST, posts=False)}

The model in use: {_written(BY_MEANING)}.

Fitted in this run: {_written(_fit(cases, read))}.

What the features are says `retrieval/evidence.py`.

## By words alone

Before the embedding model has read a repository, its words tell less. The posts:

{_table(cases, by_word, THRESHOLDS, split=Split.TEST, posts=True)}

The model in use, whose intercept is lowered by hand: {_written(BY_WORDS)}.

Fitted in this run: {_written(_fit(cases, unread))}.

## What is answered and should not be

Near questions of the other half, with their probabilities:

{_listed(cases, in_use, sort=Sort.NEAR)}
"""


def _chosen(cases: Sequence[Case], probabilities: Probabilities) -> float:
    """Return the threshold that the ``dev`` posts choose."""
    return _fairest(
        *(
            probabilities[_are(cases, sort=sort, split=Split.DEV, posts=True)]
            for sort in (Sort.OWN, Sort.NEAR)
        )
    )


def _fairest(own: Probabilities, near: Probabilities) -> float:
    """Return the threshold, in hundredths, that falls short of the two demands by least."""

    def shortfall(threshold: float) -> float:
        unanswered = LEAST_ANSWERED - (own >= threshold).mean()
        answered = (near >= threshold).mean() - MOST_NEAR
        return float(max(unanswered, 0.0) + max(answered, 0.0))

    return min((step / 100 for step in range(1, 100)), key=shortfall)


def _resampled(cases: Sequence[Case], probabilities: Probabilities) -> tuple[float, float]:
    """Return between which thresholds 90% of those lie that resamples of the posts would choose."""
    own, near = (
        probabilities[_are(cases, sort=sort, split=Split.DEV, posts=True)]
        for sort in (Sort.OWN, Sort.NEAR)
    )
    random = np.random.default_rng(1)
    chosen = [
        _fairest(random.choice(own, own.size), random.choice(near, near.size))
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile(chosen, (0.05, 0.95))
    return float(low), float(high)


def _weighed(features: Features | None) -> Features:
    if features is None:
        raise ValueError("a search without vectors")
    return features


def _written(model: Model) -> str:
    values = ", ".join(f"{name} {value:.2f}" for name, value in model.coefficients.items())
    return f"intercept {model.intercept:.2f}, {values}"


def _counted(cases: Sequence[Case], *, split: Split, posts: bool) -> str:
    own, near, foreign = (
        int(_are(cases, sort=sort, split=split, posts=posts).sum()) for sort in Sort
    )
    return f"{own} that the project answers, {near} near ones, {foreign} foreign ones."


def _table(
    cases: Sequence[Case],
    probabilities: Probabilities,
    thresholds: Iterable[float],
    *,
    split: Split,
    posts: bool,
) -> str:
    lines = [
        "| threshold | answered | right | near, answered | foreign, answered |",
        "|---:|---:|---:|---:|---:|",
    ]
    own, near, foreign = (_are(cases, sort=sort, split=split, posts=posts) for sort in Sort)
    found = np.array([case.found for case in cases])
    for threshold in sorted({*thresholds, THRESHOLD}):
        answered = probabilities >= threshold
        shares = (
            answered[own].mean(),
            found[own & answered].mean() if (own & answered).any() else 0.0,
            answered[near].mean(),
            answered[foreign].mean(),
        )
        lines.append(f"| {threshold:.2f} | " + " | ".join(f"{each:.1%}" for each in shares) + " |")
    return "\n".join(lines)


def _listed(cases: Sequence[Case], probabilities: Probabilities, *, sort: Sort) -> str:
    lines = [
        f"- {case.project}: {case.question} ({probability:.2f})"
        for case, probability in zip(cases, probabilities, strict=True)
        if case.sort is sort and case.split is Split.TEST and probability >= THRESHOLD
    ]
    return "\n".join(lines or ["- none"])


if __name__ == "__main__":
    main()
