"""Scores fury-bot's search beside its peers', on the same files, with the same embedding model.

Run ``make bench`` or ``python benchmarks/retrieval/measure.py``; README.md beside it says how the
comparison is made. The repositories are source archives from the Python package index, fetched by
pip; the peers' packages are installed into a virtual environment of their own at the first run.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import platformdirs
from answers import Kept, ask
from corpora import names, of_questions
from rich import box
from rich.console import Console
from rich.table import Table
from systems import FURY_BOT, PEER_NAMES, FuryBot, Peer, Server, lasting_database

from retrieval.evaluation import By, Level, Split, estimate, outcome, rows, table
from retrieval.evaluation.metrics import MEASURES
from retrieval.evaluation.report import outcomes_as_json, row, rows_as_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from answers import Answered
    from corpora import Corpus
    from systems import System

    from retrieval.evaluation import Estimate, Outcome, Question

HERE = Path(__file__).parent
ALL = "all"

DEPTH = 50
"""Results asked of each system: enough that ten distinct files are among those of most, however
small they cut. Scores look at ten."""

WIDTH = 150

TITLES = {
    Level.FILE: "Right files among the first distinct files",
    Level.PLACE: "Right lines among the first results",
}


@dataclass(slots=True)
class Run:
    """What one system did."""

    outcomes: list[Outcome] = field(default_factory=list)
    chunks: int = 0
    index_seconds: float = 0.0
    search_seconds: list[float] = field(default_factory=list)
    result_lines: list[int] = field(default_factory=list)
    """Of each of the first ten results."""

    def add(self, questions: Sequence[Question], answered: Answered) -> None:
        """Take in what the system did on one corpus."""
        self.chunks += answered.chunks
        self.index_seconds += answered.index_seconds
        self.search_seconds += answered.search_seconds
        for question, found in zip(questions, answered.found, strict=True):
            self.outcomes.append(outcome(question, found))
            self.result_lines += [each.end_line - each.start_line + 1 for each in found[:10]]

    def as_json(self) -> dict[str, Any]:
        """Return it with every question's ranks."""
        return {
            "chunks": self.chunks,
            "index_seconds": round(self.index_seconds, 1),
            "search_milliseconds": round(1000 * median(self.search_seconds), 1),
            "result_lines": median(self.result_lines or [0]),
            "by_project": rows_as_json(rows(self.outcomes, by=By.PROJECT)),
            "by_kind": rows_as_json(rows(self.outcomes, by=By.KIND)),
            "questions": outcomes_as_json(self.outcomes),
        }


def main() -> None:
    """Measure, and print."""
    options = _options()
    cache: Path = options.cache
    cache.mkdir(parents=True, exist_ok=True)
    console = Console()
    console.width = max(console.width, WIDTH)  # rows are for reading, and for files
    corpora = [of_questions(path, cache=cache) for path in options.questions]
    asked = [(corpus, each) for corpus in corpora if (each := _of(corpus, options.split))]
    count = sum(len(questions) for _, questions in asked)
    if not count:
        sys.exit(f"the files hold no question of the split {options.split!r}")
    print(f"{count} questions to {names([corpus for corpus, _ in asked])}", file=sys.stderr)
    runs: dict[str, Run] = {}
    kept = Kept(cache / "answers")
    with tempfile.TemporaryDirectory(prefix="fury-bot-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder))
        lasting = lasting_database(cache) if options.reuse else None
        for name in options.systems:
            runs[name] = _measure(name, server, asked, kept, lasting=lasting)
    for drawn in _tables(runs, by=options.by):
        console.print(drawn)
    if options.json:
        options.json.write_text(
            json.dumps(_json(runs, split=options.split), indent=1) + "\n", encoding="utf-8"
        )


def _options() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__)
    add = arguments.add_argument
    every = sorted((HERE / "questions").glob("*.yml"))
    add("questions", nargs="*", type=Path, default=every, help="files of questions; all by default")
    add("--split", choices=[*Split, ALL], default=Split.TEST, help="default: test")
    systems = (FURY_BOT, *PEER_NAMES)
    add("--systems", nargs="+", choices=systems, default=systems, help="default: all")
    add("--by", nargs="*", type=By, choices=list(By), default=[], help="tables besides the whole")
    add("--json", type=Path, help="a file to write everything to")
    add(
        "--cache",
        type=Path,
        default=platformdirs.user_cache_path("fury-bot") / "benchmarks",
        help="where archives are kept",
    )
    add(
        "--reuse",
        action="store_true",
        help="take a peer's answers of an earlier run where files, questions and peer are the same,"
        " and fury-bot's vectors; what indexing took is not to be compared then",
    )
    return arguments.parse_args()


def _of(corpus: Corpus, split: str) -> list[Question]:
    return [each for each in corpus.questions if split in {ALL, each.split.value}]


def _measure(
    name: str,
    server: Server,
    asked: Sequence[tuple[Corpus, Sequence[Question]]],
    kept: Kept,
    *,
    lasting: str | None,
) -> Run:
    """Have a system answer; ``lasting`` is the database of earlier runs, where they are reused."""
    run = Run()
    system: System | None = None
    is_peer = name != FURY_BOT
    for corpus, questions in asked:
        answered = kept.find(name, corpus, questions, depth=DEPTH) if lasting and is_peer else None
        if answered is None:
            system = system or (
                Peer(name, server) if is_peer else FuryBot(lasting or server.database("fury_bot"))
            )
            answered = ask(system, corpus, questions, depth=DEPTH)
            if is_peer:
                kept.save(name, corpus, questions, answered, depth=DEPTH)
        run.add(questions, answered)
        print(
            f"{name}: {corpus.name}: {answered.chunks} chunks in {answered.index_seconds:.0f} s",
            file=sys.stderr,
        )
    if system:
        system.close()
    return run


def _tables(runs: Mapping[str, Run], *, by: Sequence[By]) -> Iterator[Table]:
    for level in Level:
        found = [row(name, run.outcomes) for name, run in runs.items()]
        yield table(found, level=level, title=f"{TITLES[level]}, in percent", first="system")
    if FURY_BOT in runs and len(runs) > 1:
        yield from (_difference_table(runs, level) for level in Level)
    yield _cost_table(runs)
    for grouped in by:
        for name, run in runs.items():
            for level in Level:
                title = f"{name}: {TITLES[level].lower()}, in percent"
                found = rows(run.outcomes, by=grouped)
                yield table(found, level=level, title=title, first=grouped.value)


def _difference_table(runs: Mapping[str, Run], level: Level) -> Table:
    title = f"{TITLES[level]}: fury-bot less each peer, question by question, in points"
    drawn = _empty_table(title, ["peer", *MEASURES])
    for name in runs:
        if name != FURY_BOT:
            differences = _differences(runs, name)[level]
            drawn.add_row(name, *map(_in_points, differences.values()))
    return drawn


def _differences(runs: Mapping[str, Run], name: str) -> Mapping[Level, Mapping[str, Estimate]]:
    pairs = list(zip(runs[FURY_BOT].outcomes, runs[name].outcomes, strict=True))
    return {
        level: {
            measure: estimate(
                [
                    ours.score(level, measure) - theirs.score(level, measure)
                    for ours, theirs in pairs
                ]
            )
            for measure in MEASURES
        }
        for level in Level
    }


def _in_points(value: Estimate) -> str:
    return f"{100 * value.mean:+.1f} [{100 * value.low:+.1f}, {100 * value.high:+.1f}]"


def _cost_table(runs: Mapping[str, Run]) -> Table:
    columns = ["system", "chunks", "indexing, s", "a search, ms", "lines a result"]
    drawn = _empty_table("What it took; of searches and results, the medians", columns)
    for name, run in runs.items():
        drawn.add_row(
            name,
            f"{run.chunks}",
            f"{run.index_seconds:.0f}",
            f"{1000 * median(run.search_seconds):.1f}",
            f"{median(run.result_lines or [0]):.0f}",
        )
    return drawn


def _empty_table(title: str, columns: Sequence[str]) -> Table:
    drawn = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for number, column in enumerate(columns):
        drawn.add_column(column, justify="right" if number else "left")
    return drawn


def _json(runs: Mapping[str, Run], *, split: str) -> dict[str, Any]:
    peers = [name for name in runs if FURY_BOT in runs and name != FURY_BOT]
    return {
        "split": split,
        "depth": DEPTH,
        "systems": {name: run.as_json() for name, run in runs.items()},
        "fury-bot less": {
            name: {
                level.value: {measure: asdict(value) for measure, value in found.items()}
                for level, found in _differences(runs, name).items()
            }
            for name in peers
        },
    }


if __name__ == "__main__":
    main()
