"""The jobs that keep indexes whole: any number of workers share the texts of one repository."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from jobs.port import Job, RetryLater, Schedule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobs.port import Arguments, Attempt, Handler, Queue
    from retrieval.indexing import Indexer, Progress
    from retrieval.model import IndexReport
    from storage import Database

log = structlog.get_logger(__name__)

EMBED = "retrieval.embed"
STRUCTURE = "retrieval.structure"
SWEEP = "retrieval.sweep"

SCHEDULES = (Schedule(SWEEP, cron="41 3 * * *"),)
"""Daily: each push may leave vectors behind that are in no index any more."""

TEXTS_A_WORKER = 2_000
"""Texts for which one more worker is worth loading the model: about half a minute's work of one."""

MOST_WORKERS = 8
"""Workers that one repository is shared among at the most."""

TURN = 20.0
"""Seconds after which a job begins no other batch: it goes behind the jobs that wait by then, so
that one repository, however large, keeps no other from being read."""

BUILDING = 300.0
"""Seconds after which a repository's structure is tried again while another is being built."""

UNUSED_FOR = timedelta(days=30)
"""How long a cached vector that is in no index is kept, in case its text comes back."""


def embedding_jobs(repository: str, *, texts: int) -> list[Job]:
    """Return the jobs that together embed ``texts`` texts of ``repository``; none for none.

    However often they are asked for, as many run at once and as many wait.
    """
    workers = min(-(-texts // TEXTS_A_WORKER), MOST_WORKERS)
    return [_embedding_job(repository, number) for number in range(workers)]


def _embedding_job(repository: str, number: int) -> Job:
    return Job(
        EMBED,
        {"repository": repository, "number": number},
        lock=f"{EMBED}:{repository.lower()}:{number}",
        unless_waiting=True,
        background=True,
    )


def structure_job(repository: str) -> Job:
    """Return the job that builds what the size of ``repository`` asks for."""
    return Job(
        STRUCTURE,
        {"repository": repository},
        lock=f"{STRUCTURE}:{repository.lower()}",
        unless_waiting=True,
        background=True,
    )


def jobs_after(report: IndexReport) -> list[Job]:
    """Return the jobs that an index run leaves to the workers."""
    jobs = embedding_jobs(report.repository, texts=report.waiting)
    if not jobs and not report.is_structured:  # embedding ends with the same
        return [structure_job(report.repository)]
    return jobs


def sweeping_job() -> Job:
    """Return the job that deletes the cached vectors which have long been in no index."""
    return Job(SWEEP, {}, lock=SWEEP, unless_waiting=True, background=True)


def handlers(
    indexer: Indexer, database: Database, queue: Queue, *, progress: Progress | None = None
) -> Mapping[str, Handler]:
    """Return what to run for each task name; ``progress`` is told of embedding."""

    def embed(arguments: Arguments, _: Attempt) -> None:
        repository: str = arguments["repository"]
        embedded = indexer.embed_pending(repository, seconds=TURN, progress=progress)
        log.info("repository_embedded", repository=repository, texts=embedded.texts)
        if not embedded.is_over:
            enqueue(_embedding_job(repository, arguments.get("number", 0)))
        elif not indexer.ensure_structure(repository):
            enqueue(structure_job(repository))

    def build(arguments: Arguments, _: Attempt) -> None:
        repository: str = arguments["repository"]
        if not indexer.ensure_structure(repository):
            raise RetryLater(f"{repository}: another structure is being built", seconds=BUILDING)

    def sweep(_arguments: Arguments, _attempt: Attempt) -> None:
        log.info("cache_swept", vectors=indexer.sweep_cache(unused_for=UNUSED_FOR))

    def enqueue(job: Job) -> None:
        with database.transaction() as connection:
            queue.enqueue(job, connection=connection)
        queue.ring()

    return {EMBED: embed, STRUCTURE: build, SWEEP: sweep}
