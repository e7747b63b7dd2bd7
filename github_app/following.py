"""What is asked for beside a repository's default branch: further refs, and threads.

It is noted in the repository's row, and jobs are enqueued when it has changed since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_app import records
from github_app.events import ThreadKind
from github_app.work import IndexRefs, ReadThreads, job_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from github_app.dependencies import Dependencies
    from github_app.graphql.model import Repository
    from github_app.settings import Knowledge
    from storage import Connection

_BRANCHES = "branches"
_INDEXED = "indexed"
_REFS = ("default", "versions", _BRANCHES, "file_edition")
_THREADS = ("discussions", "issues", "edition", "release")


def follow(
    dependencies: Dependencies,
    repository: Repository,
    knowledge: Knowledge,
    *,
    repository_id: int,
    installation_id: int,
) -> None:
    """Enqueue what the settings ask for and was not done before.

    The notes on older threads name the newest release: with a new one, they are written anew. What
    a job that failed has left is asked for again.
    """
    wanted = _wanted(dependencies, repository, knowledge)
    name, github_id = repository.name_with_owner, repository.github_id
    with dependencies.database.transaction() as connection:
        before = records.find_followed(connection, repository_id)
        if _differ(before, wanted, _REFS):
            refs = job_of(IndexRefs(installation_id, name, github_id))
            dependencies.queue.enqueue(refs, connection=connection)
        if _differ(before, wanted, _THREADS):
            records.restart_reading(connection, repository_id)
            _save(connection, repository_id, wanted, _THREADS)
        if not _are_read(connection, repository_id):
            threads = job_of(ReadThreads(installation_id, name, github_id))
            dependencies.queue.enqueue(threads, connection=connection)
    dependencies.queue.ring()


def note_refs(
    dependencies: Dependencies, repository: Repository, knowledge: Knowledge, *, repository_id: int
) -> None:
    """Note that the refs which the settings ask for are indexed."""
    wanted = _wanted(dependencies, repository, knowledge)
    with dependencies.database.transaction() as connection:
        _save(connection, repository_id, wanted, _REFS)


def is_branch_wanted(dependencies: Dependencies, work: IndexRefs) -> bool:
    """Say whether the settings named the branch that was pushed to when refs were last indexed."""
    with dependencies.database.transaction() as connection:
        followed = records.find_followed_by_name(
            connection, work.repository, github_id=work.github_id
        )
    return work.branch in followed.get(_BRANCHES, ())


def replace_refs(dependencies: Dependencies, repository_id: int, names: set[str]) -> set[str]:
    """Note which refs the App has indexed; return those that were noted before, and are no more.

    Others that are indexed, by hand, are nobody's to remove.
    """
    with dependencies.database.transaction() as connection:
        before = records.find_followed(connection, repository_id)
        records.save_followed(connection, repository_id, {_INDEXED: sorted(names)})
    return set(before.get(_INDEXED, ())) - names


def _wanted(
    dependencies: Dependencies, repository: Repository, knowledge: Knowledge
) -> Mapping[str, Any]:
    return {
        **knowledge.model_dump(mode="json"),
        "default": repository.default_branch,
        "edition": dependencies.threads.edition,
        "file_edition": dependencies.indexer.edition,
        "release": repository.latest_release,
    }


def _save(
    connection: Connection, repository_id: int, wanted: Mapping[str, Any], keys: tuple[str, ...]
) -> None:
    records.save_followed(connection, repository_id, {key: wanted[key] for key in keys})


def _are_read(connection: Connection, repository_id: int) -> bool:
    """Say whether nothing is left to do on threads: they were read to the end, or forgotten."""
    return all(records.find_reading(connection, repository_id, kind).is_done for kind in ThreadKind)


def _differ(before: Mapping[str, Any], wanted: Mapping[str, Any], keys: tuple[str, ...]) -> bool:
    return any(key not in before or before[key] != wanted[key] for key in keys)
