"""How long a search takes, and what it misses, as repositories grow and multiply.

Run ``python benchmarks/search/measure.py``: a minute or two. The picture
``docs/search-scale.svg`` is made by::

    python benchmarks/search/measure.py --sizes 1000,5000,10000,30000 --write

and a million chunks in many repositories are measured by::

    python benchmarks/search/measure.py --sizes 1000 --repositories 200 --each 5000

Everything runs on an embedded PostgreSQL of its own, with its usual settings, on synthetic
repositories (see ``synthetic.py``); the model that reads the questions of the end-to-end part is
the real one. Latencies are of this machine with whatever else it does: compare them with each
other.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from chart import draw
from end_to_end import EndToEnd, measure_end_to_end
from repositories import (
    BY_ROWS,
    BY_STRUCTURES,
    Latency,
    build,
    create_repository,
    find,
    find_on,
    latency,
    milliseconds,
)
from rich.console import Console
from rich.table import Table

from retrieval.scale import EXACT_UP_TO
from storage import Database, embedded, migrations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.synchronize import Event

    from synthetic import Query, Synthetic

    from retrieval.candidates import Candidate

DOCS = Path(__file__).parent.parent.parent / "docs"

RECALLED = 10
WRITTEN = 200
"""Chunks of each push of the noisy neighbour."""


@dataclass(frozen=True, slots=True)
class Size:
    """One repository, searched both ways."""

    chunks: int
    written_seconds: float
    rows_megabytes: float
    build_seconds: float
    graph_megabytes: float
    lexical_megabytes: float
    rows: Latency
    structures: Latency
    rows_dense: Latency
    structures_dense: Latency
    rows_lexical: Latency
    structures_lexical: Latency
    dense_recall: float
    """Of the ten nearest, the share that the structures find; likewise by words."""
    lexical_recall: float


@dataclass(frozen=True, slots=True)
class Many:
    """Many repositories in one database, searched in turns."""

    repositories: int
    chunks: int
    latency: Latency
    alone: Latency
    """Of one repository's searches, with nobody beside them."""
    beside_writer: Latency
    beside_searcher: Latency


def main() -> None:
    """Measure, print tables and JSON, and draw the picture with ``--write``."""
    options = _options()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    console = Console(stderr=True, width=150)
    with tempfile.TemporaryDirectory(prefix="fury-bot-", ignore_cleanup_errors=True) as folder:
        url = embedded.start(Path(folder))
        migrations.migrate(url)
        with Database(url) as database:
            sizes = []
            for chunks in options.sizes:
                sizes.append(_measure_size(database, chunks, questions=options.questions))
                _show_sizes(console, sizes[-1:])
            many = _measure_many(
                database, options.repositories, options.each, questions=options.questions
            )
            whole = measure_end_to_end(database, options.end_to_end, options.questions)
    _show_sizes(console, sizes)
    _show_others(console, many, whole)
    report = json.dumps(
        {
            "sizes": [asdict(size) for size in sizes],
            "many": asdict(many),
            "end_to_end": asdict(whole),
        },
        indent=2,
    )
    print(report)
    if options.write:
        (DOCS / "search-scale.svg").write_text(_chart(sizes))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--sizes",
        type=lambda text: [int(part) for part in text.split(",")],
        default=[1_000, 5_000, 10_000, 20_000],
        help="chunks of the repositories that are searched both ways",
    )
    parser.add_argument("--repositories", type=int, default=10, help="that share one database")
    parser.add_argument("--each", type=int, default=5_000, help="chunks of each of those")
    parser.add_argument("--end-to-end", type=int, default=10_000, help="chunks")
    parser.add_argument("--questions", type=int, default=100, help="put to each")
    parser.add_argument("--write", action="store_true", help="write docs/search-scale.svg")
    return parser.parse_args()


def _measure_size(database: Database, chunks: int, *, questions: int) -> Size:
    started = time.perf_counter()
    place = create_repository(database, f"size/{chunks}", chunks, questions)
    written = time.perf_counter() - started
    rows_bytes = _bytes(
        database, f"chunks_{place.repository_id}", f"chunk_vectors_{place.repository_id}"
    )
    # Fewer questions where every row is read, or they would take most of the time.
    asked = place.queries[: max(10, min(questions, 3_000_000 // chunks))]
    rows = _timed(database, place, asked, BY_ROWS)
    rows_dense = _timed(database, place, asked, BY_ROWS, lexical=False)
    rows_lexical = _timed(database, place, asked, BY_ROWS, dense=False)
    exact = [find(database, place, query, BY_ROWS) for query in asked]
    build_seconds = build(database, place)
    _timed(database, place, place.queries, BY_STRUCTURES)  # into memory
    return Size(
        chunks=chunks,
        written_seconds=round(written, 1),
        rows_megabytes=rows_bytes,
        build_seconds=round(build_seconds, 1),
        graph_megabytes=_bytes(database, f"chunk_vectors_{place.repository_id}_hnsw_384"),
        lexical_megabytes=_bytes(database, f"chunks_{place.repository_id}_lexical"),
        rows=rows,
        structures=_timed(database, place, place.queries, BY_STRUCTURES),
        rows_dense=rows_dense,
        structures_dense=_timed(database, place, place.queries, BY_STRUCTURES, lexical=False),
        rows_lexical=rows_lexical,
        structures_lexical=_timed(database, place, place.queries, BY_STRUCTURES, dense=False),
        dense_recall=_recall(database, place, asked, exact, _similarity),
        lexical_recall=_recall(database, place, asked, exact, _lexical),
    )


def _measure_many(database: Database, repositories: int, each: int, *, questions: int) -> Many:
    places = [
        create_repository(database, f"many/{number}", each, max(2, questions // 10), seed=number)
        for number in range(repositories)
    ]
    if each > EXACT_UP_TO:
        for place in places:
            build(database, place)
    turns = [(place, query) for place in places for query in place.queries]
    random.Random(1).shuffle(turns)  # noqa: S311 - an order, not a secret
    in_turns = _timed_turns(database, turns)
    quiet, noisy = places[0], places[-1]
    own = [(quiet, query) for query in quiet.queries] * 10
    alone = _timed_turns(database, own)
    with _neighbour(database, noisy, _write):
        beside_writer = _timed_turns(database, own)
    with _neighbour(database, noisy, _search):
        beside_searcher = _timed_turns(database, own)
    return Many(
        repositories=repositories,
        chunks=repositories * each,
        latency=in_turns,
        alone=alone,
        beside_writer=beside_writer,
        beside_searcher=beside_searcher,
    )


def _bytes(database: Database, *names: str) -> float:
    """Return how many megabytes the relations take."""
    with database.transaction() as connection:
        row = connection.execute(
            "SELECT sum(pg_total_relation_size(name::regclass)) / 1e6"
            " FROM unnest(%s::text[]) AS name",
            (list(names),),
        ).fetchone()
    return round(float(row[0]), 1) if row else 0.0


def _timed(
    database: Database,
    place: Synthetic,
    queries: Sequence[Query],
    chunks: int,
    *,
    dense: bool = True,
    lexical: bool = True,
) -> Latency:
    """Time the candidates alone: connections and scopes are the same for all sizes."""
    times = []
    with database.snapshot(place.repository_id) as connection:
        for query in queries:
            call = partial(find_on, connection, place, query, chunks, dense=dense, lexical=lexical)
            times.append(milliseconds(call))
    return latency(times)


def _timed_turns(database: Database, turns: Sequence[tuple[Synthetic, Query]]) -> Latency:
    """Time each search with its connection and scope, as it goes from tenant to tenant."""
    return latency(
        [
            milliseconds(partial(find, database, place, query, place.chunks))
            for place, query in turns
        ]
    )


def _similarity(candidate: Candidate) -> float:
    return -1.0 if candidate.similarity is None else candidate.similarity


def _lexical(candidate: Candidate) -> float:
    return candidate.lexical


def _recall(
    database: Database,
    place: Synthetic,
    queries: Sequence[Query],
    exact: Sequence[Sequence[Candidate]],
    score: Callable[[Candidate], float],
) -> float:
    """Return the share of the ten best that are found; of equals, one is as good as another."""
    shares = []
    for query, all_best in zip(queries, exact, strict=True):
        tenth = sorted((score(each) for each in all_best), reverse=True)[RECALLED - 1]
        found = [score(each) for each in find(database, place, query, BY_STRUCTURES)]
        good = sum(each >= tenth - 1e-6 for each in found)
        shares.append(min(good, RECALLED) / RECALLED)
    return round(statistics.mean(shares), 4)


@contextmanager
def _neighbour(
    database: Database, place: Synthetic, load: Callable[[str, Synthetic, Event, Event], None]
) -> Iterator[None]:
    """Keep another tenant busy, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    started, stop = context.Event(), context.Event()
    process = context.Process(target=load, args=(database.url, place, started, stop))
    process.start()
    try:
        started.wait(timeout=60)
        yield
    finally:
        stop.set()
        process.join(timeout=60)


def _write(url: str, place: Synthetic, started: Event, stop: Event) -> None:
    """Push after push: take some chunks out and put them back, each time in one transaction."""
    with Database(url) as database:
        while not stop.is_set():
            with database.knowledge(place.repository_id) as connection:
                values = {"repository": place.repository_id, "chunks": WRITTEN}
                connection.execute(_REWRITE_VECTORS, values)
                connection.execute(_REWRITE_TERMS, values)
            started.set()


_REWRITE_VECTORS = """
UPDATE chunk_vectors SET embedding = embedding
WHERE repository_id = %(repository)s AND chunk_id IN (
    SELECT id FROM chunks WHERE repository_id = %(repository)s ORDER BY random() LIMIT %(chunks)s
)
"""
_REWRITE_TERMS = """
UPDATE chunks SET terms = terms
WHERE repository_id = %(repository)s AND id IN (
    SELECT id FROM chunks WHERE repository_id = %(repository)s ORDER BY random() LIMIT %(chunks)s
)
"""


def _search(url: str, place: Synthetic, started: Event, stop: Event) -> None:
    with Database(url) as database:
        while not stop.is_set():
            for query in place.queries:
                find(database, place, query, place.chunks)
            started.set()


def _show_sizes(console: Console, sizes: Sequence[Size]) -> None:
    table = Table(title="One repository: milliseconds, p50 / p95")
    for heading in (
        "chunks",
        "rows",
        "structures",
        "rows dense",
        "HNSW",
        "rows lexical",
        "GIN",
        "recall@10 dense",
        "lexical",
        "build s",
        "rows MB",
        "HNSW MB",
        "GIN MB",
    ):
        table.add_column(heading, justify="right")
    for size in sizes:
        table.add_row(
            f"{size.chunks:,}",
            str(size.rows),
            str(size.structures),
            str(size.rows_dense),
            str(size.structures_dense),
            str(size.rows_lexical),
            str(size.structures_lexical),
            f"{size.dense_recall:.3f}",
            f"{size.lexical_recall:.3f}",
            f"{size.build_seconds:.1f}",
            f"{size.rows_megabytes:,.0f}",
            f"{size.graph_megabytes:,.0f}",
            f"{size.lexical_megabytes:,.0f}",
        )
    console.print(table)


def _show_others(console: Console, many: Many, whole: EndToEnd) -> None:
    table = Table("what", "p50 / p95 ms", title="Many repositories, and a whole search")
    table.add_row(
        f"{many.repositories} repositories, {many.chunks:,} chunks, in turns", str(many.latency)
    )
    table.add_row("one of them alone", str(many.alone))
    table.add_row("beside a neighbour that writes", str(many.beside_writer))
    table.add_row("beside a neighbour that searches", str(many.beside_searcher))
    table.add_section()
    table.add_row("a question, by sentence-transformers as it comes", str(whole.as_it_comes))
    table.add_row("in the search's number format", str(whole.on_all_threads))
    table.add_row("in that, on one thread", str(whole.bare))
    table.add_row("by the search's own way", str(whole.embedding))
    table.add_row(f"its candidates ({whole.chunks:,} chunks)", str(whole.candidates))
    table.add_row(f"the whole search: {whole.ratio} times the third", str(whole.search))
    console.print(table)


def _chart(sizes: Sequence[Size]) -> str:
    return draw(
        [size.chunks for size in sizes],
        latency={
            "row by row": [size.rows.p50 for size in sizes],
            "HNSW and GIN": [size.structures.p50 for size in sizes],
        },
        megabytes={
            "rows": [size.rows_megabytes for size in sizes],
            "HNSW": [size.graph_megabytes for size in sizes],
            "GIN": [size.lexical_megabytes for size in sizes],
        },
        threshold=EXACT_UP_TO,
    )


if __name__ == "__main__":
    main()
