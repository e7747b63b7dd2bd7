"""The commands ``fury-bot bench``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from engine import Scope
from fury_bot.cli.context import (
    json_option,
    knn_option,
    print_json,
    ref_option,
    repository_name,
    wire,
)
from fury_bot.cli.folders import index_folder
from fury_bot.cli.progress import ProgressBar
from retrieval.evaluation import By, Level, Split, load, outcome, rows, table
from retrieval.evaluation.report import outcomes_as_json, rows_as_json
from retrieval.sources import describe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fury_bot.settings import Settings
    from fury_bot.wiring import Wiring
    from retrieval.evaluation import Outcome, Question, QuestionSet
    from retrieval.sources import Checkout

ALL = "all"

SHOWN = 10
"""Files that are not in the index, listed one by one; the rest are counted."""

TITLES = {
    Level.FILE: "A right file among the distinct files, in percent, over 95% intervals",
    Level.PLACE: "A right place among the results, in percent, over 95% intervals",
}


@click.group("bench")
def command() -> None:
    """Measure how well search does, on questions of your own."""


@command.command("retrieval")
@click.argument(
    "questions",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--repo",
    metavar="OWNER/NAME",
    help="The repository; the one that each file of questions names when left out.",
)
@click.option(
    "--path",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Index this folder first, as the repository.",
)
@ref_option
@click.option(
    "--split",
    type=click.Choice([*(each.value for each in Split), ALL]),
    default=ALL,
    show_default=True,
    help="One half of the questions, or all: tune on dev, report test.",
)
@knn_option(default=10)
@click.option(
    "--by",
    type=click.Choice([each.value for each in By]),
    default=By.PROJECT.value,
    show_default=True,
    help="What the rows of the table are.",
)
@json_option
def retrieval(
    questions: tuple[Path, ...],
    *,
    repo: str | None,
    folder: Path | None,
    ref: str | None,
    split: str,
    knn: int,
    by: str,
    as_json: bool,
) -> None:
    """Search for each of QUESTIONS, and say how often the right place was found.

    QUESTIONS are YAML files of questions with the files and lines that answer them:
    benchmarks/retrieval/questions has some. Means come with their 95% confidence intervals.
    """
    chosen = [(each, _of(each, split)) for each in map(load, questions)]
    if not any(asked for _, asked in chosen):
        raise click.UsageError(f"the files hold no question of the split {split!r}")
    wiring = wire(log_level="warning")
    checkout = describe(folder) if folder else None
    named = {
        each.project: _repository(repo or each.repository, checkout, wiring.settings)
        for each, _ in chosen
    }
    if checkout is not None:
        ref = _index(wiring, checkout, repositories=set(named.values()), ref=ref)
    _warn_of_missing(wiring, chosen, named, ref=ref)
    outcomes = _search(wiring, chosen, named, ref=ref, knn=knn)
    found = rows(outcomes, by=By(by))
    if as_json:
        print_json(
            {
                "split": split,
                "knn": knn,
                "by": by,
                "rows": rows_as_json(found),
                "questions": outcomes_as_json(outcomes),
            }
        )
        return
    console = Console()
    for level in Level:
        console.print(table(found, level=level, title=TITLES[level], first=by))


def _of(file: QuestionSet, split: str) -> list[Question]:
    return [each for each in file.questions if split in {ALL, each.split.value}]


def _repository(named: str | None, checkout: Checkout | None, settings: Settings) -> str:
    """Return whom the questions are about: the folder to index says it, or the one around."""
    if checkout is not None:
        return repository_name(named or checkout.remote, settings)
    return repository_name(named, settings, around=Path())


def _index(wiring: Wiring, checkout: Checkout, *, repositories: set[str], ref: str | None) -> str:
    """Index a folder as the one repository, and return the ref that it is found by."""
    if len(repositories) > 1:
        names = ", ".join(sorted(repositories))
        raise click.UsageError(f"--path holds one repository, and the files ask {names}")
    (repository,) = repositories
    return index_folder(wiring, checkout, repository=repository, ref=ref).report.ref


def _warn_of_missing(
    wiring: Wiring,
    chosen: Sequence[tuple[QuestionSet, Sequence[Question]]],
    named: Mapping[str, str],
    *,
    ref: str | None,
) -> None:
    """Say on stderr which right answers cannot be found, since their files are not there."""
    for file, asked in chosen:
        repository = named[file.project]
        indexed = wiring.catalogue.paths(repository, ref=ref)
        missing = {place.path: each.id for each in asked for place in each.gold} if indexed else {}
        for path in sorted(missing.keys() - indexed)[:SHOWN]:
            click.echo(
                f"fury-bot: {path} (question {missing[path]}) is not in the index of "
                f"{repository}, and counts as not found",
                err=True,
            )
        if (more := len(missing.keys() - indexed) - SHOWN) > 0:
            click.echo(f"fury-bot: {more} more files are not in it", err=True)


def _search(
    wiring: Wiring,
    chosen: Sequence[tuple[QuestionSet, Sequence[Question]]],
    named: Mapping[str, str],
    *,
    ref: str | None,
    knn: int,
) -> list[Outcome]:
    outcomes = []
    with ProgressBar() as progress:
        progress.start("searching", sum(len(asked) for _, asked in chosen))
        for file, asked in chosen:
            scope = Scope(repository=named[file.project], ref=ref, knn=knn)
            for question in asked:
                found = wiring.engine.search(question.text, scope)
                outcomes.append(outcome(question, found.passages))
                progress.advance(1)
    return outcomes
