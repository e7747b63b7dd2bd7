"""A repository's default branch is read into the index; a repository is forgotten."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from github_app import records
from retrieval.sources.archive import unpack

if TYPE_CHECKING:
    from github_app.dependencies import Dependencies
    from github_app.work import ForgetRepository, IndexRepository

log = structlog.get_logger(__name__)


def index_repository(work: IndexRepository, dependencies: Dependencies) -> None:
    """Index the head of the default branch as it is now, whichever push asked for it."""
    with tempfile.TemporaryDirectory(prefix="fury-bot-") as folder:
        archive = Path(folder, "archive.tar.gz")
        with dependencies.github.repository(work.installation_id, work.repository) as github:
            repository = github.read_repository(work.repository)
            if repository.default_branch is None or repository.head is None:
                log.info("repository_empty", repository=work.repository)
                return
            github.download_archive(repository.head, archive)
        unpacked = unpack(archive, Path(folder, "tree"))
        _record(work, dependencies, url=repository.url)
        report = dependencies.indexer.index(
            unpacked.root,
            repository=work.repository,
            url=repository.url,
            ref=repository.default_branch,
            commit=repository.head,
        )
    log.info(
        "repository_indexed",
        repository=work.repository,
        commit=repository.head,
        chunks=report.chunks,
        embedded=report.embedded,
        seconds=round(report.seconds, 1),
    )


def forget_repository(work: ForgetRepository, dependencies: Dependencies) -> None:
    """Delete all that is known of a repository that the App may no longer read."""
    dependencies.indexer.forget(work.repository)
    log.info("repository_forgotten", repository=work.repository)


def _record(work: IndexRepository, dependencies: Dependencies, *, url: str) -> None:
    """Note whose repository it is first, so that it can be forgotten from then on."""
    repository_id = dependencies.indexer.register(work.repository, url)
    with dependencies.database.transaction() as connection:
        records.set_installation(
            connection,
            repository_id,
            installation_id=work.installation_id,
            account=work.repository.partition("/")[0],
        )
