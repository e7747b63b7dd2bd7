"""The branches and releases that a repository's settings name are indexed; others are removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from github_app import following, versions
from github_app.auth import READING
from github_app.behaviours import repository_settings
from github_app.behaviours.index_repository import record_repository
from github_app.errors import ArchiveTooLarge
from github_app.indexing import Ref, RefIndexer
from retrieval.sources.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from github_app.dependencies import Dependencies
    from github_app.graphql.model import Repository
    from github_app.graphql.operations import Operations
    from github_app.settings import Knowledge
    from github_app.work import IndexRefs

log = structlog.get_logger(__name__)


def index_refs(work: IndexRefs, dependencies: Dependencies) -> None:
    """Bring what is indexed beside the default branch to what is there and wanted now."""
    if work.branch is not None and not following.is_branch_wanted(dependencies, work):
        return
    with dependencies.github.repository(
        work.installation_id, work.repository, permissions=READING
    ) as github:
        repository = github.read_repository(work.repository, told_id=work.github_id)
        repository_id = record_repository(work, repository, dependencies)
        if repository.default_branch is None:
            return
        knowledge = repository_settings.read(github, repository).settings.knowledge
        wanted = {
            ref.name: ref
            for ref in _wanted(github, repository, knowledge)
            if ref.name != repository.default_branch
        }
        kept = {*wanted, repository.default_branch}
        for ref in following.replace_refs(dependencies, repository_id, kept):
            dependencies.indexer.remove(repository.name_with_owner, ref)
            log.info("ref_removed", repository=repository.name_with_owner, ref=ref)
        indexer = RefIndexer(github, dependencies, repository, repository_id)
        for found in wanted.values():
            _index(indexer, found)
        following.note_refs(dependencies, repository, knowledge, repository_id=repository_id)
        following.follow(
            dependencies,
            repository,
            knowledge,
            repository_id=repository_id,
            installation_id=work.installation_id,
        )


def _wanted(github: Operations, repository: Repository, knowledge: Knowledge) -> Iterator[Ref]:
    """Yield releases first: a branch of the same name takes the place of a tag."""
    name = repository.name_with_owner
    if knowledge.versions:
        found = github.read_versions(name)
        for tag in versions.newest(found, count=knowledge.versions):
            yield Ref(tag.name, tag.commit)
    for branch in knowledge.branches:
        head = github.read_branch(name, branch)
        if head is None:
            log.info("branch_missing", repository=name, branch=branch)
        else:
            yield Ref(branch, head)


def _index(indexer: RefIndexer, ref: Ref) -> None:
    """Index ``ref``; one that cannot be had keeps the others from nothing."""
    try:
        indexer.index(ref)
    except (ArchiveTooLarge, ArchiveError) as error:
        log.warning("ref_refused", ref=ref.name, commit=ref.commit, reason=str(error))
