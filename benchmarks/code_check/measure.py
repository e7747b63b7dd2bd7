"""Checks what libraries show their own readers, then the same with mistakes put in.

Run ``python benchmarks/code_check/measure.py [--misses] [--cache FOLDER]``. The source archives
come from the Python package index, by pip. What is flagged in a library's own documentation is
either wrong, or a mistake of the documentation: the latter are argued one by one in
``alarms.yml``, and whatever is not argued there counts as wrong. Exits non-zero when FURY's
figures are worse than they are to be.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import documented
import mutants
import yaml
from libraries import LIBRARIES, index, names

from engine.checks.checker import Checker
from retrieval.catalogue import Catalogue
from storage import Database, embedded, migrations

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from documented import Shown
    from libraries import Library
    from mutants import Mutant, Names

    from engine.checks.model import Problem

MOST_WRONG = 0.02
LEAST_CAUGHT = 0.9
LEAST_RIGHT = 0.7
LEAST_MUTANTS = 300

HALVES = {"tuned on": 1, "unseen": 20261120}
"""Each half of the programs, with the seed by which its mutants are chosen."""

ARGUED = Path(__file__).parent / "alarms.yml"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A problem found in a library's own documentation."""

    path: str
    line: int
    problem: Problem
    why: str | None
    """Why it is a mistake of the documentation; None: it is a false alarm."""


@dataclass(slots=True)
class Score:
    """What became of the mutants of one rule."""

    made: int = 0
    caught: int = 0
    nameable: int = 0
    """Those that a name of this version would mend."""
    named: int = 0
    """Those whose right name was suggested first."""

    def add(self, other: Score) -> None:
        """Take in another score."""
        self.made += other.made
        self.caught += other.caught
        self.nameable += other.nameable
        self.named += other.named

    def __str__(self) -> str:
        right = f"{self.named / self.nameable:6.1%}" if self.nameable else "     -"
        return f"{self.made:5} {self.caught / max(self.made, 1):7.1%} {right}"


@dataclass(slots=True)
class Measure:
    """Checks one library's documentation."""

    library: Library
    checker: Checker
    argued: Sequence[dict[str, Any]]
    times: list[float] = field(default_factory=list)
    """Seconds of each check."""

    def alarms(self, shown: Sequence[Shown]) -> Iterator[Alarm]:
        """Yield what is flagged."""
        for each in shown:
            for line, problem in self._checked(each):
                yield Alarm(each.path, line, problem, self._argument(each.path, problem))

    def _checked(self, shown: Shown) -> Iterator[tuple[int, Problem]]:
        """Check a script as a program, and the blocks of a page or a docstring as an answer."""
        started = time.perf_counter()
        if shown.kind == "script":
            problems = self.check(shown)
            places = [(problem.line, problem) for problem in problems]
        else:
            problems = self.checker.check_answer(
                shown.answer, repository=self.library.repository, known=shown.known
            )
            places = [
                (shown.file_line(problem.block, problem.block_line), problem)
                for problem in problems
            ]
        self.times.append(time.perf_counter() - started)
        yield from places

    def check(self, shown: Shown, program: str | None = None) -> tuple[Problem, ...]:
        """Check a program, or what it was made into."""
        return self.checker.check_code(
            shown.program if program is None else program,
            repository=self.library.repository,
            known=shown.known,
        )

    def _argument(self, path: str, problem: Problem) -> str | None:
        for entry in self.argued:
            if (entry["path"], entry["name"]) == (path, problem.name):
                return str(entry["why"])
        return None

    def mutants(
        self, shown: Sequence[Shown], known: Names, *, half: int, seed: int
    ) -> Iterator[tuple[Shown, Mutant, Problem | None]]:
        """Yield the mutants of one half of the programs, with what is said of the mistake."""
        choose = random.Random(seed)  # noqa: S311 - chosen anew the same way each time
        for each in shown:
            if each.kind == "docstring" or _half(each.path) != half:
                continue
            before = Counter((problem.kind, problem.name) for problem in self.check(each))
            for mutant in mutants.mutants(each.program, known, choose):
                after = self.check(each, mutant.program)
                new = [item for item in after if not before[item.kind, item.name]]
                yield each, mutant, next((item for item in new if _tells(item, mutant)), None)


def _half(path: str) -> int:
    return hashlib.sha256(path.encode()).digest()[0] % 2


def _tells(problem: Problem, mutant: Mutant) -> bool:
    """Whether a problem is the mistake that was put in: at its line, by its name."""
    if not mutant.line:
        return problem.name == mutant.wrong
    return problem.line == mutant.line and mutant.wrong in problem.name.split(".")


def _is_right(problem: Problem, mutant: Mutant) -> bool:
    """Whether the first thing that is suggested ends in the name that was there."""
    last = (problem.suggestion or "").replace(" ", ".").rpartition(".")[2]
    return last == mutant.right


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--misses", action="store_true", help="list the mutants that go unseen")
    parser.add_argument("--cache", type=Path, help="keep the archives in this folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fury-bot-", ignore_cleanup_errors=True) as folder:
        url = embedded.start(Path(folder))
        migrations.migrate(url)
        cache = options.cache or Path(folder) / "archives"
        with Database(url) as database:
            met = [
                _measure(database, library, cache, misses=options.misses) for library in LIBRARIES
            ]
    sys.exit(0 if met[0] else 1)


def _measure(database: Database, library: Library, cache: Path, *, misses: bool) -> bool:
    root = index(database, library, cache)
    argued = yaml.safe_load(ARGUED.read_text(encoding="utf-8"))[library.name]
    measure = Measure(library, Checker(database, Catalogue(database)), argued)
    shown = list(documented.shown_in(root))
    print(f"\n{library.name} {library.version}")
    wrong = _print_alarms(measure, shown)
    total = _print_mutants(measure, shown, names(database, library), misses=misses)
    middle = sorted(measure.times)[len(measure.times) // 2]
    print(f"  a check takes {middle * 1000:.0f} ms in the middle")
    return (
        wrong <= MOST_WRONG
        and total.made >= LEAST_MUTANTS
        and total.caught >= LEAST_CAUGHT * total.made
        and total.named >= LEAST_RIGHT * total.nameable
    )


def _print_alarms(measure: Measure, shown: Sequence[Shown]) -> float:
    """Print what is flagged in the documentation; return the share of snippets flagged wrongly."""
    kinds: Counter[str] = Counter()
    for each in shown:
        kinds[each.kind] += len(each.blocks)
    alarms = list(measure.alarms(shown))
    wrong = {(alarm.path, alarm.line) for alarm in alarms if alarm.why is None}
    right = {(alarm.path, alarm.line) for alarm in alarms if alarm.why is not None}
    share = len(wrong) / kinds.total()
    counted = ", ".join(f"{count} in {kind}s" for kind, count in sorted(kinds.items()))
    print(f"  {kinds.total()} snippets: {counted}")
    print(f"  false alarms: {len(wrong)} ({share:.1%}); mistakes found: {len(right)}")
    for alarm in alarms:
        print(
            f"    {alarm.path}:{alarm.line}: {alarm.problem.advice} [{alarm.why or 'FALSE ALARM'}]"
        )
    return share


def _print_mutants(
    measure: Measure, shown: Sequence[Shown], known: Names, *, misses: bool
) -> Score:
    """Print how many mutants are caught, by half and by rule; return the sum of all."""
    total = Score()
    print(f"  {'mutants':34} made  caught  right name first")
    for half, (title, seed) in enumerate(HALVES.items()):
        scores: defaultdict[str, Score] = defaultdict(Score)
        for each, mutant, told in measure.mutants(shown, known, half=half, seed=seed):
            scores[mutant.rule].add(_scored(mutant, told))
            if misses and (told is None or (mutant.right and not _is_right(told, mutant))):
                said = "unseen" if told is None else f"suggested {told.suggestion}"
                print(f"    {mutant.rule}: {each.path}:{mutant.line}: {mutant.wrong}: {said}")
        of_half = Score()
        for rule, score in sorted(scores.items()):
            print(f"  {title + ', ' + rule:34} {score}")
            of_half.add(score)
        print(f"  {title + ', all':34} {of_half}")
        total.add(of_half)
    print(f"  {'all':34} {total}")
    return total


def _scored(mutant: Mutant, told: Problem | None) -> Score:
    return Score(
        made=1,
        caught=int(told is not None),
        nameable=int(mutant.right is not None),
        named=int(told is not None and mutant.right is not None and _is_right(told, mutant)),
    )


if __name__ == "__main__":
    main()
