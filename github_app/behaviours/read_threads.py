"""What was asked and answered in a repository's discussions and issues is indexed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from github_app import records, solutions
from github_app.auth import READING_THREADS
from github_app.behaviours import repository_settings
from github_app.behaviours.index_repository import record_repository
from github_app.errors import Forbidden, RateLimited, Unprocessable
from github_app.events import ThreadKind
from github_app.work import job_of
from retrieval.tasks import embedding_jobs
from retrieval.threads import path_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from github_app.connection import Connection
    from github_app.dependencies import Dependencies
    from github_app.graphql.model import Repository, SolvedThread
    from github_app.records import Reading
    from github_app.settings import Knowledge
    from github_app.work import ReadThread, ReadThreads

THREADS_A_REQUEST = 25
"""With up to fifty comments each."""

THREADS_A_RUN = 500
"""Threads that one job looks at, of a kind; the next job goes on where it ended."""

MOST_THREADS = 3_000
"""The newest threads of a kind that are looked at when a repository is first read."""

POINTS_KEPT = 1_000
"""Of the 5,000 requests an hour, what is left to answers and pushes."""

POINTS_WAIT = 1_800.0
"""Seconds to wait when no more than that is left; GitHub counts by the hour."""

log = structlog.get_logger(__name__)


def read_threads(work: ReadThreads, dependencies: Dependencies) -> None:
    """Read a part of the threads that are answered, newest first; the next job reads on."""
    are_done = [_read_kind(kind, work, dependencies) for kind in ThreadKind]
    if not all(are_done):
        with dependencies.database.transaction() as connection:
            dependencies.queue.enqueue(job_of(work), connection=connection)
        dependencies.queue.ring()


def read_thread(work: ReadThread, dependencies: Dependencies) -> None:
    """Bring what is known of one thread to what it is now."""
    with dependencies.github.repository(
        work.installation_id, work.repository, permissions=READING_THREADS[work.kind]
    ) as github:
        repository = github.read_repository(work.repository, told_id=work.github_id)
        knowledge = repository_settings.read(github, repository).settings.knowledge
        if not _is_wanted(work.kind, knowledge):
            return
        record_repository(work, repository, dependencies)
        found = () if work.is_gone else _read(github, repository, [work.thread_id])
        _write(found, repository, dependencies, gone=[path_of(work.kind.value, work.number)])


def _read_kind(kind: ThreadKind, work: ReadThreads, dependencies: Dependencies) -> bool:
    """Read on in the threads of a kind. False: there is more."""
    try:
        with dependencies.github.repository(
            work.installation_id, work.repository, permissions=READING_THREADS[kind]
        ) as github:
            repository = github.read_repository(work.repository, told_id=work.github_id)
            repository_id = record_repository(work, repository, dependencies)
            knowledge = repository_settings.read(github, repository).settings.knowledge
            run = _Run(kind, github, repository, repository_id, dependencies)
            if not _is_wanted(kind, knowledge):
                run.clear()
                _end(kind, work, dependencies)
                return True
            return run.read_on()
    except (Forbidden, Unprocessable) as error:
        # GitHub gives no token for what the installation was not granted.
        log.info(
            "threads_out_of_reach", repository=work.repository, kind=kind.value, why=str(error)
        )
        _end(kind, work, dependencies)
        return True


def _end(kind: ThreadKind, work: ReadThreads, dependencies: Dependencies) -> None:
    """Note that there is nothing more to read of a kind."""
    with dependencies.database.transaction() as connection:
        records.end_reading(connection, work.repository, kind, github_id=work.github_id)


def _is_wanted(kind: ThreadKind, knowledge: Knowledge) -> bool:
    return knowledge.discussions if kind is ThreadKind.DISCUSSION else knowledge.issues


@dataclass(frozen=True, slots=True)
class _Run:
    """One job's part of the reading of one kind of thread."""

    kind: ThreadKind
    github: Connection
    repository: Repository
    repository_id: int
    dependencies: Dependencies

    def clear(self) -> None:
        """Forget what is known of the kind."""
        self.dependencies.threads.clear(
            self.kind.value,
            repository=self.repository.name_with_owner,
            url=self.repository.url,
        )

    def read_on(self) -> bool:
        """Read from where the last job ended. False: there is more."""
        with self.dependencies.database.transaction() as connection:
            reading = records.find_reading(connection, self.repository_id, self.kind)
        most = reading.threads + THREADS_A_RUN
        while not reading.is_done and reading.threads < most:
            reading = self._read_page(reading)
        return reading.is_done

    def _read_page(self, reading: Reading) -> Reading:
        name = self.repository.name_with_owner
        page = self.github.read_solved_page(self.kind, name, after=reading.cursor)
        if page.points_left < POINTS_KEPT:
            raise RateLimited(
                f"{name}: {page.points_left} requests are left of this hour's",
                retry_after=POINTS_WAIT,
            )
        for start in range(0, len(page.ids), THREADS_A_REQUEST):
            ids = page.ids[start : start + THREADS_A_REQUEST]
            found = _read(self.github, self.repository, ids)
            _write(found, self.repository, self.dependencies)
        threads = reading.threads + len(page.ids)
        read = replace(
            reading,
            cursor=page.cursor,
            threads=threads,
            is_done=page.cursor is None or threads >= MOST_THREADS,
        )
        with self.dependencies.database.transaction() as connection:
            records.save_reading(connection, self.repository_id, self.kind, read)
        log.info("threads_read", repository=name, kind=self.kind.value, threads=threads)
        return read


def _read(
    github: Connection, repository: Repository, ids: Sequence[str]
) -> tuple[SolvedThread, ...]:
    return github.read_solved(ids, with_pull_requests=not repository.is_private)


def _write(
    found: Sequence[SolvedThread],
    repository: Repository,
    dependencies: Dependencies,
    *,
    gone: Sequence[str] = (),
) -> None:
    """Index the threads that have an answer; forget ``gone``, and those that have none any more."""
    solved = {path_of(one.kind.value, one.number): solutions.of_thread(one) for one in found}
    threads = [thread for thread in solved.values() if thread]
    written = {thread.path for thread in threads}
    waiting = dependencies.threads.write(
        threads,
        repository=repository.name_with_owner,
        url=repository.url,
        newest_release=repository.latest_release,
        removed=[path for path in dict.fromkeys((*gone, *solved)) if path not in written],
        embed=False,
    )
    with dependencies.database.transaction() as connection:
        for job in embedding_jobs(repository.name_with_owner, texts=waiting):
            dependencies.queue.enqueue(job, connection=connection)
    dependencies.queue.ring()
