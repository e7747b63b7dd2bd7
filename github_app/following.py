"""What is asked for beside a repository's default branch: further refs, and threads.

It is noted in the repository's row, and jobs are enqueued when it has changed since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_app import records
from github_app.work import IndexRefs, ReadThreads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from github_app.dependencies import Dependencies
    from github_app.graphql.model import Repository
    from github_app.settings import Knowledge

_BRANCHES = "branches"
_INDEXED = "indexed"
_REFS = ("default", "versions", _BRANCHES)
_THREADS = ("discussions", "issues", "edition", "release")


def follow(
    dependencies: Dependencies,
    repository: Repository,
    knowledge: Knowledge,
    *,
    repository_id: int,
    installation_id: int,
) -> None:
    """Enqueue what the settings ask for and was not asked for before.

    The notes on older threads name the newest release: with a new one, they are written anew.
    """
    wanted = {
        **knowledge.model_dump(mode="json"),
        "default": repository.default_branch,
        "edition": dependencies.threads.edition,
        "release": repository.latest_release,
    }
    name, github_id = repository.name_with_owner, repository.github_id
    with dependencies.database.transaction() as connection:
        before = records.find_followed(connection, repository_id)
        if _differ(before, wanted, _REFS):
            refs = IndexRefs(installation_id, name, github_id).job()
            dependencies.queue.enqueue(refs, connection=connection)
        if _differ(before, wanted, _THREADS):
            records.restart_reading(connection, repository_id)
            threads = ReadThreads(installation_id, name, github_id).job()
            dependencies.queue.enqueue(threads, connection=connection)
        records.save_followed(connection, repository_id, wanted)
    dependencies.queue.ring()


def is_branch_wanted(dependencies: Dependencies, work: IndexRefs) -> bool:
    """Say whether the settings named the branch that was pushed to when they were last read."""
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


def _differ(before: Mapping[str, Any], wanted: Mapping[str, Any], keys: tuple[str, ...]) -> bool:
    return any(key not in before or before[key] != wanted[key] for key in keys)
