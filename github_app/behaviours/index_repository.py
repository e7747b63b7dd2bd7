"""A repository's default branch is read into the index; a repository is forgotten."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from github_app import records
from github_app.auth import READING
from github_app.errors import ArchiveTooLarge
from retrieval.sources.archive import unpack
from retrieval.sources.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from github_app.connection import Connection
    from github_app.dependencies import Dependencies
    from github_app.graphql.model import Repository
    from github_app.work import ForgetRepository, IndexRepository

log = structlog.get_logger(__name__)


def index_repository(work: IndexRepository, dependencies: Dependencies) -> None:
    """Index the head of the default branch as it is now, whichever push asked for it."""
    with (
        tempfile.TemporaryDirectory(prefix="fury-bot-") as folder,
        dependencies.github.repository(
            work.installation_id, work.repository, permissions=READING
        ) as github,
    ):
        repository = github.read_repository(work.repository, told_id=work.github_id)
        repository_id = _record(work, repository, dependencies)
        if repository.default_branch is None or repository.head is None:
            log.info("repository_empty", repository=repository.name_with_owner)
            return
        with _refusals_recorded(dependencies, repository_id):
            tree = _fetch(github, repository.head, Path(folder))
        report = dependencies.indexer.index(
            tree,
            repository=repository.name_with_owner,
            url=repository.url,
            ref=repository.default_branch,
            commit=repository.head,
        )
    log.info(
        "repository_indexed",
        repository=repository.name_with_owner,
        commit=repository.head,
        chunks=report.chunks,
        embedded=report.embedded,
        seconds=round(report.seconds, 1),
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


def _fetch(github: Connection, commit: str, folder: Path) -> Path:
    archive = folder / "archive.tar.gz"
    github.download_archive(commit, archive)
    return unpack(archive, folder / "tree").root


@contextmanager
def _refusals_recorded(dependencies: Dependencies, repository_id: int) -> Iterator[None]:
    """Record whether the archive can be read: a question that waits for it is told."""
    try:
        yield
    except (ArchiveTooLarge, ArchiveError):
        _save_refusal(dependencies, repository_id, refused=True)
        raise
    _save_refusal(dependencies, repository_id, refused=False)


def _save_refusal(dependencies: Dependencies, repository_id: int, *, refused: bool) -> None:
    with dependencies.database.transaction() as connection:
        records.save_refusal(connection, repository_id, refused=refused)


def _record(work: IndexRepository, repository: Repository, dependencies: Dependencies) -> int:
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
