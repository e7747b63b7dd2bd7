"""How candidates become a ranked list. Every weight of the search stands here."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.model import ChunkKind
from retrieval.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Weights:
    """The numbers that ranking turns on.

    Set by hand on questions about FURY 0.12.0 (see docs/retrieval.md); scores are in [0, 1]
    before them.
    """

    dense: float = 0.5
    """Share of the cosine in the fused score; the rest is the lexical score, the best candidate's
    taken as 1."""
    candidates: int = 100
    """Chunks that each side, dense and lexical, puts forward."""
    definition: float = 0.15
    """Added when the question names what the chunk defines."""
    tests: float = 0.75
    """Factor for tests, unless the question speaks of them."""
    dated: float = 0.8
    """Factor for blog posts, changelogs and release notes, unless the question asks what has
    changed or names a version."""
    package_file: float = 0.9
    """Factor for ``__init__.py``, which repeats what other files define."""
    same_file: float = 0.85
    """Factor for each better-ranked passage of the same file, so that one file does not fill the
    list."""


WEIGHTS = Weights()

_TESTS = re.compile(r"(^|/)(tests?|testing|conftest\.py|test_[^/]*|[^/]*_test\.\w+)(/|$)")
_DATED = re.compile(
    r"(^|/)(posts?|blog|news|changes|changelog|history|releases?|release[-_ ]?notes?"
    r"|release[-_]history)(\.\w+)?(/|$)",
    re.IGNORECASE,
)
_ASKS_WHAT_CHANGED = re.compile(
    r"\b(new|news|change[sd]?|changelog|release[sd]?|deprecat\w+|removed|migrat\w+|upgrad\w+"
    r"|blog|gsoc|since|version)\b|\d+\.\d+",
    re.IGNORECASE,
)
_ASKS_ABOUT_TESTS = re.compile(r"\b(tests?|testing|pytest|fixture|coverage)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that may answer, as PostgreSQL found it."""

    id: int
    path: str
    kind: ChunkKind
    symbol: str | None
    start_line: int
    end_line: int
    unit_start_line: int
    unit_end_line: int
    similarity: float
    """Cosine with the question, in [-1, 1]."""
    fused: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its final score."""

    candidate: Candidate
    score: float


def rank(
    question: str, candidates: Iterable[Candidate], *, knn: int, weights: Weights = WEIGHTS
) -> list[Ranked]:
    """Return the best ``knn`` units, best first, each by its best chunk."""
    factors = _PathFactors.for_question(question, weights)
    named = set(terms(question))
    units: dict[tuple[str, int], Ranked] = {}
    for candidate in candidates:
        score = candidate.fused
        if _defines(candidate, named):
            score += weights.definition
        scored = Ranked(candidate, score * factors.of(candidate.path))
        unit = (candidate.path, candidate.unit_start_line)
        if unit not in units or units[unit].score < scored.score:
            units[unit] = scored
    return _spread(list(units.values()), weights)[:knn]


def coverage(text: str, idfs: Mapping[str, float]) -> float:
    """Return the share of the query's terms that stand in ``text``, each by its IDF: [0, 1]."""
    total = sum(idfs.values())
    if not total:
        return 0.0
    present = set(terms(text))
    return sum(idf for term, idf in idfs.items() if term in present) / total


def _defines(candidate: Candidate, named: set[str]) -> bool:
    if candidate.kind not in {ChunkKind.FUNCTION, ChunkKind.CLASS, ChunkKind.METHOD}:
        return False
    name = (candidate.symbol or "").rpartition(".")[2]
    own = list(terms(name))
    return bool(own) and all(term in named for term in own)


def _spread(ranked: Sequence[Ranked], weights: Weights) -> list[Ranked]:
    """Lower each passage by the better ones of its file, and sort."""
    seen: defaultdict[str, int] = defaultdict(int)
    lowered = []
    for item in sorted(ranked, key=_order):
        factor = weights.same_file ** seen[item.candidate.path]
        seen[item.candidate.path] += 1
        lowered.append(Ranked(item.candidate, item.score * factor))
    return sorted(lowered, key=_order)


def _order(item: Ranked) -> tuple[float, str, int]:
    """Best first; ties by place, so that a search gives the same list each time."""
    return (-item.score, item.candidate.path, item.candidate.start_line)


@dataclass(frozen=True, slots=True)
class _PathFactors:
    tests: float
    dated: float
    package_file: float

    @classmethod
    def for_question(cls, question: str, weights: Weights) -> _PathFactors:
        return cls(
            tests=1.0 if _ASKS_ABOUT_TESTS.search(question) else weights.tests,
            dated=1.0 if _ASKS_WHAT_CHANGED.search(question) else weights.dated,
            package_file=weights.package_file,
        )

    def of(self, path: str) -> float:
        factor = 1.0
        if _TESTS.search(path):
            factor *= self.tests
        if _DATED.search(path):
            factor *= self.dated
        if path.endswith("__init__.py"):
            factor *= self.package_file
        return factor
