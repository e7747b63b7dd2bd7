"""Brings the index of one branch or tag to the state of a commit."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from github_app import records
from github_app.blobs import CommitBlobs, download_tree
from github_app.errors import ArchiveTooLarge
from github_app.trees import Trees
from retrieval.sources.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from github_app.connection import Connection
    from github_app.dependencies import Dependencies
    from github_app.graphql.model import Repository
    from retrieval.model import IndexReport

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ref:
    """A branch or a tag."""

    name: str
    commit: str
    is_default: bool = False
    """Of a branch: questions that name none are answered from it."""


@dataclass(frozen=True, slots=True)
class RefIndexer:
    """Indexes the refs of one repository, whose row in the database is ``repository_id``."""

    github: Connection
    dependencies: Dependencies
    repository: Repository
    repository_id: int

    def index(self, ref: Ref) -> None:
        """Index ``ref``: the first time from its archive, then by what changed since.

        Raises:
            ArchiveTooLarge: The archive is over the cap.
            ArchiveError: It cannot be unpacked.
            ApiError: GitHub did not serve what was asked for.
        """
        known = self.dependencies.indexer.refs(self.repository.name_with_owner)
        with self._refusals_recorded(ref):
            report = (ref.name in known and self._from_listing(ref)) or self._from_archive(ref)
        log.info(
            "ref_indexed",
            repository=self.repository.name_with_owner,
            ref=ref.name,
            commit=ref.commit,
            chunks=report.chunks,
            waiting=report.waiting,
            seconds=round(report.seconds, 1),
        )

    def _from_archive(self, ref: Ref) -> IndexReport:
        with tempfile.TemporaryDirectory(prefix="fury-bot-") as folder:
            return self.dependencies.indexer.index(
                download_tree(self.github, ref.commit, Path(folder)),
                repository=self.repository.name_with_owner,
                url=self.repository.url,
                ref=ref.name,
                commit=ref.commit,
                default=ref.is_default,
            )

    def _from_listing(self, ref: Ref) -> IndexReport | None:
        """None: the tree is too large to be listed folder by folder."""
        trees = Trees(self.github, self.dependencies.database, self.repository_id)
        listing = trees.list_files(self.repository.name_with_owner, ref.commit)
        if listing is None:
            return None
        return self.dependencies.indexer.index_listing(
            listing.entries,
            CommitBlobs(self.github, ref.commit, listing.node_ids),
            repository=self.repository.name_with_owner,
            url=self.repository.url,
            ref=ref.name,
            commit=ref.commit,
            default=ref.is_default,
        )

    @contextmanager
    def _refusals_recorded(self, ref: Ref) -> Iterator[None]:
        """Record whether the default branch can be read: a question that waits for it is told."""
        try:
            yield
        except (ArchiveTooLarge, ArchiveError):
            self._save_refusal(ref, refused=True)
            raise
        self._save_refusal(ref, refused=False)

    def _save_refusal(self, ref: Ref, *, refused: bool) -> None:
        if ref.is_default:
            with self.dependencies.database.transaction() as connection:
                records.save_refusal(connection, self.repository_id, refused=refused)
