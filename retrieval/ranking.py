"""How candidates become a ranked list. Every weight of the search stands here."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

from retrieval.model import ChunkKind
from retrieval.query import QueryKind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from retrieval.candidates import Candidate
    from retrieval.query import Query


@dataclass(frozen=True, slots=True)
class KindWeights:
    """What differs between the kinds of query."""

    lexical: float
    """Share of the lexical score, the best candidate's taken as 1, beside the cosine's 0.7.
    An error message and a name stand in the sources as they are written; prose seldom does."""
    whole_at: int
    """Terms of the question from which on they weigh that much; fewer weigh in proportion. Few
    words stand together in much that is not about them."""
    dated: float
    """Factor for blog posts, changelogs and release notes."""
    definition: float
    """Added to the definition of a name that the question holds, by whichever import path."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The numbers that ranking turns on.

    Chosen on the ``dev`` halves of ``benchmarks/retrieval/questions`` as round numbers on the flat
    top of each curve: the mean of nine projects and of the web queries counts, and values tuned
    finer did worse on a project that was left out. ``ablation.py`` there tells what each
    step brings; docs/retrieval.md has the table.
    """

    dense: float = 0.7
    """Weight of the cosine between the question and the chunk."""
    gist: float = 0.15
    """Weight of the cosine between the question and the gist of the chunk's unit: a short text
    meets a short question on more equal terms than a page of code does."""
    gist_unknown: float = 0.9
    """What stands for a gist's cosine where there is none, as a share of the chunk's own."""
    kinds: tuple[tuple[QueryKind, KindWeights], ...] = (
        (QueryKind.PROSE, KindWeights(lexical=0.25, whole_at=12, dated=0.85, definition=0.03)),
        (QueryKind.OVERVIEW, KindWeights(lexical=0.25, whole_at=12, dated=0.85, definition=0.03)),
        (QueryKind.SYMBOL, KindWeights(lexical=0.4, whole_at=1, dated=0.85, definition=0.2)),
        (QueryKind.ERROR, KindWeights(lexical=0.4, whole_at=1, dated=0.85, definition=0.0)),
        (QueryKind.CHANGE, KindWeights(lexical=0.2, whole_at=1, dated=1.15, definition=0.0)),
    )
    named_file: float = 0.1
    """Added to what stands in a file that the question names."""
    support: float = 0.06
    """Share of its next two units' scores that a file's best unit gets: a file that is all about
    the question comes before one that touches on it once."""
    tests: float = 0.75
    """Factor for tests, unless the question is about them."""
    housekeeping: float = 0.85
    """Factor for what explains nothing of the project's own: workflows, ignore lists, licences,
    vendored packages, the looks of its pages; unless the question speaks of such."""
    package_file: float = 0.9
    """Factor for ``__init__.py``, which repeats what other files define."""
    same_file: float = 0.7
    """Factor for each better-ranked unit of the same file, so that one file does not fill the
    list."""
    neighbour: float = 0.85
    """Share of a passage's score from which on the text right before or after it joins it: the
    sections of a page answer together what each answers in part."""
    outdated: float = 0.85
    """Factor for a thread that may hold no longer."""
    candidates: int = 60
    """Chunks that each side, dense and lexical, puts forward. On the half ``dev`` of the benchmark
    60 find as much as 100 do, and a search takes a millisecond less; 40 lose half a point."""

    def of(self, kind: QueryKind) -> KindWeights:
        """Return the weights of a kind of query."""
        return dict(self.kinds)[kind]


WEIGHTS = Weights()

MAX_GAP = 3
"""Lines between two units that are next to each other: they are blank."""

_RUNNING_TEXT = frozenset({ChunkKind.SECTION, ChunkKind.TUTORIAL, ChunkKind.CELL})

FEW = 5
"""Terms that a question is taken to have at the least: what has two words is about both."""

SUPPORTING = 2
"""Further units of a file whose scores support its best."""

_Place = tuple[int, str, int]
"""An index, a path and a line."""

_TESTS = re.compile(r"(^|/)(tests?|testing|conftest\.py|test_[^/]*|[^/]*_test\.\w+)(/|$)")
_DATED = re.compile(
    r"(^|/)(posts?|blog|news|changes|changelog|history|releases?|release[-_ ]?notes?"
    r"|release[-_]history)(\.(md|rst|txt|markdown|html?))?(/|$)",
    re.IGNORECASE,
)
_HOUSEKEEPING = re.compile(
    r"(^|/)(_?vendor(ed)?|third[-_]party|node_modules|_static|_templates|\.github|\.circleci|\.gitlab|ci|\.ci|licen[cs]es?|copying|authors|contributors|notice"
    r"|\.[\w-]+(ignore|rc|\.ya?ml|\.toml|\.cfg)|\.\w+|package-lock\.json|codemeta\.json)"
    r"(\.\w+)?(/|$)",
    re.IGNORECASE,
)


class Ranked(NamedTuple):
    """A unit with its score, by its best chunk."""

    candidate: Candidate
    score: float
    neighbours: tuple[Candidate, ...] = ()
    """Of units right before and after it that answer nearly as well, one chunk each."""


def rank(
    query: Query,
    candidates: Sequence[Candidate],
    *,
    knn: int,
    defined: Collection[tuple[str, int]] = (),
    weights: Weights = WEIGHTS,
) -> list[Ranked]:
    """Return the best ``knn`` units, best first, each by its best chunk.

    ``defined`` are the places, path and first line, of the definitions that the query names.
    """
    named = set(defined)
    score = _scorer(query, candidates, defined=named, weights=weights)
    units: dict[_Place, Ranked] = {}
    for candidate in candidates:
        scored = Ranked(candidate, score(candidate))
        unit = _unit(candidate)
        if units.setdefault(unit, scored).score < scored.score:
            units[unit] = scored
    joined = _joined(sorted(units.values(), key=_order), weights)
    return _spread(_supported(joined, weights), named, weights)[:knn]


def coverage(present: Collection[int], idfs: Mapping[int, float]) -> float:
    """Return the share of the query's terms that a text has, each by its IDF: [0, 1].

    ``present`` and the keys of ``idfs`` are terms' numbers.
    """
    total = sum(idfs.values())
    if not total:
        return 0.0
    return sum(idf for term, idf in idfs.items() if term in present) / total


def _scorer(
    query: Query,
    candidates: Sequence[Candidate],
    *,
    defined: set[tuple[str, int]],
    weights: Weights,
) -> Callable[[Candidate], float]:
    kind = weights.of(query.kind)
    # The lexical score has no scale of its own.
    most = max((candidate.lexical for candidate in candidates), default=0.0) or 1.0
    # A chunk that the model has yet to read is taken for as near as the middling candidate.
    known = sorted(one.similarity for one in candidates if one.similarity is not None)
    middling = known[len(known) // 2] if known else 0.0
    gists = _gists(candidates)
    factor_of = _path_factors(query, weights)
    words = kind.lexical * min(1.0, max(FEW, len(query.terms)) / kind.whole_at)

    def score(candidate: Candidate) -> float:
        similarity = middling if candidate.similarity is None else candidate.similarity
        gist = gists.get(_unit(candidate)) if gists else None
        total = (
            weights.dense * similarity
            + weights.gist * (weights.gist_unknown * similarity if gist is None else gist)
            + words * candidate.lexical / most
        )
        if (candidate.path, candidate.unit_start_line) in defined:
            total += kind.definition
        if query.files and _is_named(candidate.path, query.files):
            total += weights.named_file
        if candidate.is_outdated:
            total *= weights.outdated
        return total * factor_of(candidate.path)

    return score


def _unit(candidate: Candidate) -> _Place:
    return (candidate.index_id, candidate.path, candidate.unit_start_line)


def _gists(candidates: Iterable[Candidate]) -> Mapping[_Place, float]:
    """Return the cosine of each unit's gist, which hangs on the first of its chunks."""
    return {_unit(one): one.gist for one in candidates if one.gist is not None}


def _is_named(path: str, files: Sequence[str]) -> bool:
    """Say whether one of ``files`` is ``path``, or ends in it, or is the end of it."""
    return any(f"/{file}".endswith(f"/{path}") or f"/{path}".endswith(f"/{file}") for file in files)


def _joined(ordered: Sequence[Ranked], weights: Weights) -> list[Ranked]:
    """Join to each unit of text the units next to it that answer nearly as well; they go.

    Best first, as the units are given.
    """
    texts = [item for item in ordered if item.candidate.kind in _RUNNING_TEXT]
    beginning = {_place(item.candidate, item.candidate.unit_start_line): item for item in texts}
    ending = {_place(item.candidate, item.candidate.unit_end_line): item for item in texts}
    taken: set[int] = set()
    joined = []
    for item in ordered:
        if id(item) in taken:
            continue
        if item.candidate.kind not in _RUNNING_TEXT:
            joined.append(item)
            continue
        taken.add(id(item))
        neighbours = [
            neighbour
            for neighbour in _next_to(item.candidate, beginning, ending)
            if id(neighbour) not in taken and neighbour.score >= weights.neighbour * item.score
        ]
        taken.update(map(id, neighbours))
        around = tuple(one.candidate for one in neighbours)
        joined.append(Ranked(item.candidate, item.score, around))
    return joined


def _next_to(
    candidate: Candidate,
    beginning: Mapping[_Place, Ranked],
    ending: Mapping[_Place, Ranked],
) -> Iterator[Ranked]:
    for distance in range(1, MAX_GAP + 1):
        for place, units in (
            (candidate.unit_start_line - distance, ending),
            (candidate.unit_end_line + distance, beginning),
        ):
            neighbour = units.get(_place(candidate, place))
            if neighbour and neighbour.candidate.kind is candidate.kind:
                yield neighbour


def _place(candidate: Candidate, line: int) -> _Place:
    return (candidate.index_id, candidate.path, line)


def _supported(ordered: Iterable[Ranked], weights: Weights) -> list[Ranked]:
    """Raise the best unit of each file by the next ones."""
    files: defaultdict[str, list[Ranked]] = defaultdict(list)
    for item in ordered:
        files[item.candidate.path].append(item)
    for units in files.values():
        if len(units) > 1:
            best, *others = units
            support = sum(item.score for item in others[:SUPPORTING])
            units[0] = best._replace(score=best.score + weights.support * support)
    return [item for units in files.values() for item in units]


def _spread(
    ranked: Iterable[Ranked], named: Collection[tuple[str, int]], weights: Weights
) -> list[Ranked]:
    """Lower each unit by the better ones of its file, but for what was asked for by name; sort."""
    seen: defaultdict[str, int] = defaultdict(int)
    lowered = []
    for item in sorted(ranked, key=_order):
        path = item.candidate.path
        better = seen[path]
        seen[path] = better + 1
        is_named = (path, item.candidate.unit_start_line) in named
        factor = 1.0 if is_named else weights.same_file**better
        lowered.append(item._replace(score=item.score * factor))
    return sorted(lowered, key=_order)


def _order(item: Ranked) -> tuple[float, str, int]:
    """Best first; ties by place, so that a search gives the same list each time."""
    return (-item.score, item.candidate.path, item.candidate.start_line)


def _path_factors(query: Query, weights: Weights) -> Callable[[str], float]:
    tests = 1.0 if query.speaks_of_tests() else weights.tests
    dated = weights.of(query.kind).dated
    housekeeping = 1.0 if query.speaks_of_housekeeping() else weights.housekeeping
    factors = (tests, dated, housekeeping, weights.package_file)
    known: dict[tuple[bool, ...], float] = {}

    def factor_of(path: str) -> float:
        signs = _signs(path)
        if signs not in known:
            known[signs] = math.prod(compress(factors, signs), start=1.0)
        return known[signs]

    return factor_of


@lru_cache(maxsize=100_000)
def _signs(path: str) -> tuple[bool, bool, bool, bool]:
    """Say whether ``path`` is of tests, dated, of housekeeping, or a package's own file."""
    return (
        bool(_TESTS.search(path)),
        bool(_DATED.search(path)),
        bool(_HOUSEKEEPING.search(path)),
        path.endswith("__init__.py"),
    )
