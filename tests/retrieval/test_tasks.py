"""The jobs that embed and sweep, through the real queue and worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobs.doorbell import NoDoorbell
from jobs.queue import PostgresQueue
from jobs.worker import Worker
from retrieval import tasks
from retrieval.tasks import MOST_WORKERS, TEXTS_A_WORKER, embedding_jobs, sweeping_job
from tests.retrieval.conftest import REPOSITORY, assert_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from jobs.port import Job
    from retrieval.embeddings import SentenceTransformerEmbedder
    from retrieval.indexing import Indexer
    from retrieval.model import IndexReport
    from storage import Database


def _enqueue(database: Database, jobs: Iterable[Job]) -> list[bool]:
    queue = PostgresQueue(doorbell=NoDoorbell())
    with database.transaction() as connection:
        return [queue.enqueue(job, connection=connection) for job in jobs]


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
    report = index(tree, embed=False)
    _enqueue(database, [*embedding_jobs(REPOSITORY, texts=report.waiting), sweeping_job()])

    Worker(database_url=database_url, handlers=tasks.handlers(indexer)).drain()

    assert_whole(database, model)
    with database.transaction() as connection:
        assert connection.execute("SELECT status FROM procrastinate_jobs").fetchall() == []
