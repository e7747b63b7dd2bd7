"""Asks the engine once for each delivery, however often the job is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from github_app import records
from github_app.work import IndexRepository
from jobs.port import RetryLater

if TYPE_CHECKING:
    from engine.answer import Answer, Scope
    from github_app.dependencies import Dependencies
    from jobs.port import Attempt

log = structlog.get_logger(__name__)

FIRST_INDEX_WAIT = 30.0
"""Seconds before a question to a repository that is being indexed is tried again; doubled each
time, which leaves a quarter of an hour for the index."""


def answer_once(
    dependencies: Dependencies,
    question: str,
    scope: Scope,
    *,
    url: str,
    delivery_id: str,
    thread_id: str,
) -> Answer:
    """Return the answer to a delivery: the one that was kept before anything else.

    It is kept before it is posted, so that an attempt after a crash says the same. ``url`` is the
    repository's page.

    Raises:
        NotIndexed: The repository has no index yet.
    """
    database = dependencies.database
    with database.transaction() as connection:
        kept = records.find_answer(connection, delivery_id)
    if kept is not None:
        log.info("answer_reused", delivery=delivery_id)
        return kept
    answer = dependencies.answerer.ask(question, scope)
    repository_id = dependencies.indexer.register(scope.repository, url)
    with database.transaction() as connection:
        records.save_answer(
            connection,
            answer,
            repository_id=repository_id,
            delivery_id=delivery_id,
            thread_id=thread_id,
        )
        # Another worker may have been quicker; then its answer is the one.
        return records.find_answer(connection, delivery_id) or answer


def request_index(
    dependencies: Dependencies, installation_id: int, repository: str, *, attempt: Attempt
) -> None:
    """See to it that ``repository`` is indexed, and come back when it may be.

    On the last attempt this returns, and the caller says what is to be said.

    Raises:
        RetryLater: Another attempt follows.
    """
    with dependencies.database.transaction() as connection:
        job = IndexRepository(installation_id, repository).job()
        dependencies.queue.enqueue(job, connection=connection)
    dependencies.queue.ring()
    if not attempt.last:
        raise RetryLater(
            f"{repository} is not indexed yet",
            seconds=FIRST_INDEX_WAIT * 2.0 ** (attempt.number - 1),
        )
