"""Shows what each step of the ranking brings: the same questions without it.

``python benchmarks/retrieval/ablation.py`` indexes the repositories of the question files as
``measure.py`` does, and searches them as users do, ten results a question. The indexes are kept
under ``--cache``, so that a later run embeds nothing anew.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from answers import ask
from corpora import of_questions
from rich.console import Console
from systems import FuryBot, lasting_database

from retrieval.evaluation import Level, Split, outcome, table
from retrieval.evaluation.report import row, rows_as_json
from retrieval.query import QueryKind
from retrieval.ranking import WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retrieval.evaluation import Outcome
    from retrieval.ranking import KindWeights, Weights

HERE = Path(__file__).parent

KNN = 10
"""Results asked for, as ``fury-bot search`` and the bot do: what fills the list counts."""


def variants(weights: Weights = WEIGHTS) -> Mapping[str, Weights]:
    """Return the weights without each step, under what the step is called."""
    prose = weights.of(QueryKind.PROSE)
    return {
        "all steps": weights,
        "words alone": replace(weights, dense=0.0, gist=0.0),
        "meaning alone": _each_kind(replace(weights, gist=0.0), lexical=0.0),
        "no gist": replace(weights, gist=0.0),
        "one weighting for all kinds": _each_kind(
            weights,
            lexical=prose.lexical,
            whole_at=prose.whole_at,
            dated=prose.dated,
            definition=prose.definition,
        ),
        "words in full in short questions": _each_kind(weights, whole_at=1),
        "no definitions": _each_kind(weights, definition=0.0),
        "no named files": replace(weights, named_file=0.0),
        "no support in a file": replace(weights, support=0.0),
        "no decay in a file": replace(weights, same_file=1.0),
        "no path factors": _each_kind(
            replace(weights, tests=1.0, housekeeping=1.0, package_file=1.0), dated=1.0
        ),
    }


def _each_kind(weights: Weights, **changes: float) -> Weights:
    kinds: list[tuple[QueryKind, KindWeights]] = [
        (kind, replace(values, **changes)) for kind, values in weights.kinds
    ]
    return replace(weights, kinds=tuple(kinds))


def main() -> None:
    """Measure, and print."""
    options = _options()
    options.cache.mkdir(parents=True, exist_ok=True)
    system = FuryBot(lasting_database(options.cache))
    outcomes: dict[str, list[Outcome]] = {name: [] for name in variants()}
    for path in options.questions:
        corpus = of_questions(path, cache=options.cache)
        questions = [each for each in corpus.questions if each.split.value == options.split]
        system.index(corpus)
        for name, weights in variants().items():
            answered = ask(system.with_weights(weights), corpus, questions, depth=KNN)
            outcomes[name] += map(outcome, questions, answered.found)
        print(f"{corpus.name}: {len(questions)} questions", flush=True)
    found = [row(name, some) for name, some in outcomes.items()]
    console = Console()
    for level in Level:
        console.print(
            table(found, level=level, title=f"By {level.value}, in percent", first="step")
        )
    if options.json:
        options.json.write_text(json.dumps(rows_as_json(found), indent=1) + "\n", encoding="utf-8")
    system.close()


def _options() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__)
    every = sorted((HERE / "questions").glob("*.yml"))
    add = arguments.add_argument
    add("questions", nargs="*", type=Path, default=every, help="files of questions; all by default")
    add("--split", choices=[each.value for each in Split], default=Split.TEST.value)
    add("--json", type=Path, help="a file to write the rows to")
    add(
        "--cache",
        type=Path,
        default=platformdirs.user_cache_path("fury-bot") / "benchmarks",
        help="where archives and indexes are kept",
    )
    return arguments.parse_args()


if __name__ == "__main__":
    main()
