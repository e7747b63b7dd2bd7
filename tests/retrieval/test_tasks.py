"""The jobs that embed and sweep, through the real queue and worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from jobs.doorbell import NoDoorbell
from jobs.port import Attempt, Job, RetryLater
from jobs.queue import PostgresQueue
from jobs.worker import Worker
from retrieval import indexing, scale, tasks
from retrieval.tasks import (
    MOST_WORKERS,
    TEXTS_A_WORKER,
    UNUSED_FOR,
    embedding_jobs,
    jobs_after,
    structure_job,
    sweeping_job,
)
from tests.retrieval.conftest import REPOSITORY, assert_whole, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from jobs.port import Arguments, Handler
    from retrieval.embeddings import SentenceTransformerEmbedder
    from retrieval.indexing import Indexer
    from retrieval.model import IndexReport
    from storage import Database


QUEUE = PostgresQueue(doorbell=NoDoorbell())
FIRST = Attempt(number=1, last=False)


def _worker(database_url: str, database: Database, indexer: Indexer, **others: Handler) -> Worker:
    handlers = {**tasks.handlers(indexer, database, QUEUE), **others}
    return Worker(database_url=database_url, handlers=handlers)


def _enqueue(database: Database, jobs: Iterable[Job]) -> list[bool]:
    with database.transaction() as connection:
        return [QUEUE.enqueue(job, connection=connection) for job in jobs]


def test_there_are_as_many_jobs_as_the_texts_are_worth() -> None:
    assert embedding_jobs(REPOSITORY, texts=0) == []
    assert len(embedding_jobs(REPOSITORY, texts=1)) == 1
    assert len(embedding_jobs(REPOSITORY, texts=TEXTS_A_WORKER + 1)) == 2
    assert len(embedding_jobs(REPOSITORY, texts=10**6)) == MOST_WORKERS


def test_jobs_of_one_repository_run_side_by_side() -> None:
    jobs = embedding_jobs(REPOSITORY, texts=10**6)
    assert len({job.lock for job in jobs}) == len(jobs)


def test_jobs_that_wait_already_are_not_added_again(database: Database) -> None:
    jobs = [*embedding_jobs(REPOSITORY, texts=10**4), sweeping_job()]
    assert all(_enqueue(database, jobs))
    assert not any(_enqueue(database, jobs))


def test_a_worker_embeds_and_sweeps(
    *,
    tree: Path,
    database: Database,
    database_url: str,
    index: Callable[..., IndexReport],
    indexer: Indexer,
    model: SentenceTransformerEmbedder,
) -> None:
    index(tree)
    (tree / "README.md").unlink()
    index(tree)
    with database.transaction() as connection:
        connection.execute("UPDATE embeddings SET unused_since = now() - %s", (UNUSED_FOR,))
    (tree / "NEWS.md").write_text("# News\n\nThe toaster has a timer now.\n")
    report = index(tree, embed=False)
    _enqueue(database, [*embedding_jobs(REPOSITORY, texts=report.waiting), sweeping_job()])

    _worker(database_url, database, indexer).drain()

    assert_whole(database, model)
    with database.transaction() as connection:
        cached = connection.execute("SELECT count(*) FROM embeddings").fetchone()
        assert connection.execute("SELECT status FROM procrastinate_jobs").fetchall() == []
    assert cached == (len(set(texts(database))),)


def test_a_large_repository_lets_the_others_go_between(
    *,
    tree: Path,
    database: Database,
    database_url: str,
    index: Callable[..., IndexReport],
    indexer: Indexer,
    model: SentenceTransformerEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(indexing, "TEXTS_A_BATCH", 2)
    monkeypatch.setattr(tasks, "TURN", 0.0)
    index(tree, embed=False)
    _enqueue(database, [*embedding_jobs(REPOSITORY, texts=1), Job("other", {}, background=True)])
    waiting: list[int] = []

    def count(_arguments: Arguments, _attempt: Attempt) -> None:
        with database.transaction() as connection:
            row = connection.execute("SELECT count(*) FROM unembedded").fetchone()
        waiting.append(row[0] if row else 0)

    _worker(database_url, database, indexer, other=count).drain()

    assert waiting[0] > 0
    assert_whole(database, model)


def test_what_could_not_be_built_beside_another_build_is_built_later(
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    indexer: Indexer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scale, "EXACT_UP_TO", 1)
    build = tasks.handlers(indexer, database, QUEUE)[tasks.STRUCTURE]
    with psycopg.connect(database.url, autocommit=True) as another:
        another.execute("SELECT pg_advisory_lock(%s)", (scale._BUILDING,))
        report = index(tree)
        (job,) = jobs_after(report)
        assert job == structure_job(REPOSITORY)
        with pytest.raises(RetryLater):
            build(job.arguments, FIRST)
        # Closing the connection would release the lock only once the server has noticed.
        another.execute("SELECT pg_advisory_unlock(%s)", (scale._BUILDING,))
    build(job.arguments, FIRST)
    with database.transaction() as connection:
        built = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relname ~ '_(lexical|hnsw_[0-9]+)$'"
            " AND relname ~ '^chunk(s|_vectors)_[0-9]+_'"
        ).fetchone()
    assert built == (2,)
    assert jobs_after(index(tree)) == []


def test_vectors_are_swept_by_the_clock(database: Database, indexer: Indexer) -> None:
    known = tasks.handlers(indexer, database, QUEUE)
    assert [schedule.task in known for schedule in tasks.SCHEDULES] == [True]
    known[tasks.SWEEP]({"timestamp": 0}, FIRST)
