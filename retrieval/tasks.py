"""The jobs that keep indexes whole: any number of workers share the texts of one repository."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from jobs.port import Job

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobs.port import Arguments, Attempt, Handler
    from retrieval.indexing import Indexer, Progress

log = structlog.get_logger(__name__)

EMBED = "retrieval.embed"
SWEEP = "retrieval.sweep"

TEXTS_A_WORKER = 2_000
"""Texts for which one more worker is worth loading the model: about half a minute's work of one."""

MOST_WORKERS = 8
"""Workers that one repository is shared among at the most."""

UNUSED_FOR = timedelta(days=30)
"""How long a cached vector that is in no index is kept, in case its text comes back."""


def embedding_jobs(repository: str, *, texts: int) -> list[Job]:
    """Return the jobs that together embed ``texts`` texts of ``repository``; none for none.

    However often they are asked for, as many run at once and as many wait.
    """
    workers = min(-(-texts // TEXTS_A_WORKER), MOST_WORKERS)
    return [
        Job(
            EMBED,
            {"repository": repository},
            lock=f"{EMBED}:{repository.lower()}:{number}",
            unless_waiting=True,
            background=True,
        )
        for number in range(workers)
    ]


def sweeping_job() -> Job:
    """Return the job that deletes the cached vectors which have long been in no index."""
    return Job(SWEEP, {}, lock=SWEEP, unless_waiting=True, background=True)


def handlers(indexer: Indexer, *, progress: Progress | None = None) -> Mapping[str, Handler]:
    """Return what to run for each task name; ``progress`` is told of embedding."""

    def embed(arguments: Arguments, _: Attempt) -> None:
        repository: str = arguments["repository"]
        texts = indexer.embed_pending(repository, progress=progress)
        log.info("repository_embedded", repository=repository, texts=texts)

    def sweep(_arguments: Arguments, _attempt: Attempt) -> None:
        log.info("cache_swept", vectors=indexer.sweep_cache(unused_for=UNUSED_FOR))

    return {EMBED: embed, SWEEP: sweep}
