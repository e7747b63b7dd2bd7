"""Asks the engine once for each delivery, however often the job is run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog

import engine.records
from engine.answer import Scope
from engine.errors import NotIndexed
from github_app import records
from github_app.work import IndexRepository, job_of
from jobs.port import RetryLater
from retrieval.errors import RepositoryNotIndexed

if TYPE_CHECKING:
    from engine.answer import Answer
    from generation.protocol import Task, Turn
    from github_app.dependencies import Dependencies
    from github_app.graphql.model import Repository
    from jobs.port import Attempt
    from retrieval.model import SearchResult
    from retrieval.places import Place

log = structlog.get_logger(__name__)

FIRST_INDEX_WAIT = 30.0
"""Seconds before a question to a repository that is being indexed is tried again; doubled each
time, which leaves a quarter of an hour for the index."""


REFUSAL_HOLDS = 3600.0
"""Seconds in which a repository that could not be read is not read again for a question's sake."""


class Obstacle(StrEnum):
    """Why there is no index to answer from, and none to wait for."""

    EMPTY = "empty"
    """The repository holds nothing."""
    REFUSED = "refused"
    """Its archive is too large, or cannot be unpacked."""
    UNFINISHED = "unfinished"
    """It was not done in the time that a question waits."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the engine is asked."""

    question: str
    task: Task | None = None
    """What a command asks for; None leaves it to the question's words."""
    history: tuple[Turn, ...] = ()
    material: SearchResult | None = None
    """What it is about, where the question is not searched for."""


def answer_once(
    dependencies: Dependencies,
    asked: Asked,
    *,
    repository: Repository,
    knn: int,
    delivery_id: str,
    thread_id: str,
    attempt: Attempt,
) -> Answer:
    """Return the answer to a delivery: the one that was kept before anything else.

    It is kept before it is posted, so that an attempt after a crash says the same.

    Raises:
        NotIndexed: The repository has no index yet.
        RetryLater: Nothing was found, and the embedding model is not through with the repository;
            another attempt follows.
    """
    if asked.material is None or asked.material.commit:  # a thread is read without any index
        _require_own_index(dependencies, repository)
    database = dependencies.database
    with database.transaction() as connection:
        kept = engine.records.find(connection, delivery_id)
    if kept is not None:
        log.info("answer_reused", delivery=delivery_id)
        return kept
    answer = dependencies.answerer.ask(
        asked.question,
        Scope(repository.name_with_owner, knn=knn),
        task=asked.task,
        history=asked.history,
        material=asked.material,
    )
    if answer.abstained and answer.is_provisional and not attempt.last:
        name = repository.name_with_owner
        raise RetryLater(f"{name} is still being read", seconds=_wait(attempt))
    with database.transaction() as connection:
        engine.records.save(connection, answer, delivery_id=delivery_id, thread=thread_id)
        # Another worker may have been quicker; then its answer is the one.
        return engine.records.find(connection, delivery_id) or answer


def search(
    dependencies: Dependencies, query: str, *, repository: Repository, knn: int
) -> SearchResult:
    """Return the places that match ``query`` best.

    Raises:
        NotIndexed: The repository has no index yet.
    """
    _require_own_index(dependencies, repository)
    return dependencies.answerer.search(query, Scope(repository.name_with_owner, knn=knn))


def read_place(dependencies: Dependencies, place: Place, *, repository: Repository) -> SearchResult:
    """Return what stands at ``place``, without passages if nothing does.

    Raises:
        NotIndexed: The repository has no index yet.
    """
    _require_own_index(dependencies, repository)
    name = repository.name_with_owner
    try:
        return dependencies.places.read(place, repository=name)
    except RepositoryNotIndexed as error:
        raise NotIndexed(name) from error


def request_index(
    dependencies: Dependencies, installation_id: int, repository: Repository, *, attempt: Attempt
) -> Obstacle:
    """See to it that ``repository`` is indexed, and come back when it may be.

    Returns what stands in the way when there is nothing to come back for.

    Raises:
        RetryLater: Another attempt follows.
    """
    name = repository.name_with_owner
    if repository.head is None:
        return Obstacle.EMPTY
    with dependencies.database.transaction() as connection:
        if records.was_refused(connection, name, within=REFUSAL_HOLDS):
            return Obstacle.REFUSED
        if attempt.number == 1:
            job = job_of(IndexRepository(installation_id, name, repository.github_id))
            dependencies.queue.enqueue(job, connection=connection)
    dependencies.queue.ring()
    if attempt.last:
        return Obstacle.UNFINISHED
    raise RetryLater(f"{name} is not indexed yet", seconds=_wait(attempt))


def _wait(attempt: Attempt) -> float:
    return FIRST_INDEX_WAIT * 2.0 ** (attempt.number - 1)


def _require_own_index(dependencies: Dependencies, repository: Repository) -> None:
    """Keep what was known under the name of one repository from another that has it now.

    Names are given up and taken by others, by renaming, transfer and deletion.

    Raises:
        NotIndexed: What is known under the name is another repository's.
    """
    name = repository.name_with_owner
    with dependencies.database.transaction() as connection:
        another = records.is_another(connection, name, repository.github_id)
    if another:
        log.warning("name_has_another_repository", repository=name, github_id=repository.github_id)
        raise NotIndexed(name)
