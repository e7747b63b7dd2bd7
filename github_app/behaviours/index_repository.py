"""A repository's default branch is read into the index; a repository is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from github_app import following, records
from github_app.auth import READING
from github_app.behaviours import repository_settings
from github_app.indexing import Ref, RefIndexer

if TYPE_CHECKING:
    from github_app.dependencies import Dependencies
    from github_app.graphql.model import Repository
    from github_app.work import ForgetRepository, IndexRepository, InRepository

log = structlog.get_logger(__name__)


def index_repository(work: IndexRepository, dependencies: Dependencies) -> None:
    """Index the head of the default branch as it is now, whichever push asked for it."""
    with dependencies.github.repository(
        work.installation_id, work.repository, permissions=READING
    ) as github:
        repository = github.read_repository(work.repository, told_id=work.github_id)
        repository_id = record_repository(work, repository, dependencies)
        if repository.default_branch is None or repository.head is None:
            log.info("repository_empty", repository=repository.name_with_owner)
            return
        RefIndexer(github, dependencies, repository, repository_id).index(
            Ref(repository.default_branch, repository.head, is_default=True)
        )
        following.follow(
            dependencies,
            repository,
            repository_settings.read(github, repository).settings.knowledge,
            repository_id=repository_id,
            installation_id=work.installation_id,
        )


def forget_repository(work: ForgetRepository, dependencies: Dependencies) -> None:
    """Delete all that is known of a repository that the App may no longer read."""
    with dependencies.database.transaction() as connection:
        names = records.names_to_forget(
            connection,
            work.repository,
            github_id=work.github_id,
            installation_id=work.installation_id,
        )
    for name in names:
        dependencies.indexer.forget(name)
    log.info("repository_forgotten", repository=work.repository, known_as=names)


def record_repository(
    work: InRepository, repository: Repository, dependencies: Dependencies
) -> int:
    """Note which repository it is, and whose, so that it can be forgotten from then on."""
    name = repository.name_with_owner
    repository_id = dependencies.indexer.register(
        name, repository.url, github_id=repository.github_id
    )
    with dependencies.database.transaction() as connection:
        records.set_installation(
            connection,
            repository_id,
            installation_id=work.installation_id,
            account=name.partition("/")[0],
        )
    return repository_id
