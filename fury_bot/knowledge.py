"""What the GitHub face asks of retrieval: the words at once, the vectors by whichever worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.tasks import jobs_after, sweeping_job

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from jobs.port import Job, Queue
    from retrieval.catalogue import Catalogue
    from retrieval.indexing import Indexer
    from retrieval.model import IndexReport
    from retrieval.sources import Blobs, Entry
    from storage import Database


class Knowledge:
    """Keeps the indexes of repositories; a :class:`github_app.ports.Indexer`.

    What the model has to read becomes jobs, so that several workers share it. A job that is
    killed between the two finds the texts still waiting when it is done again.
    """

    def __init__(
        self, database: Database, queue: Queue, catalogue: Catalogue, indexer: Indexer
    ) -> None:
        self._database = database
        self._queue = queue
        self._catalogue = catalogue
        self._indexer = indexer

    @property
    def edition(self) -> str:
        """How files are cut, and by which model they are read."""
        return self._indexer.edition

    def register(self, repository: str, url: str, *, github_id: int | None = None) -> int:
        """Make the repository known, and return its id in the database."""
        return self._catalogue.register(repository, url=url, github_id=github_id).id

    def refs(self, repository: str) -> Mapping[str, str]:
        """Return the commit of each branch and tag that is indexed, by its name."""
        return {ref.ref: ref.commit for ref in self._catalogue.indexes(repository)}

    def index(
        self, root: Path, *, repository: str, url: str, ref: str, commit: str, default: bool
    ) -> IndexReport:
        """Bring the index of ``ref`` to the state of the archive that is unpacked at ``root``."""
        report = self._indexer.index(
            root,
            repository=repository,
            url=url,
            ref=ref,
            commit=commit,
            default=default,
            embed=False,
            is_archive=True,
        )
        self._enqueue(jobs_after(report))
        return report

    def index_listing(
        self,
        entries: Sequence[Entry],
        blobs: Blobs,
        *,
        repository: str,
        url: str,
        ref: str,
        commit: str,
        default: bool,
    ) -> IndexReport:
        """Do the same for a tree that is listed; only files that differ are read."""
        report = self._indexer.index_listing(
            entries,
            blobs,
            repository=repository,
            url=url,
            ref=ref,
            commit=commit,
            default=default,
            embed=False,
        )
        self._enqueue(jobs_after(report))
        return report

    def remove(self, repository: str, ref: str) -> None:
        """Delete the index of a branch or tag; an unknown one is no error."""
        if self._indexer.remove(repository, ref):
            self._enqueue([sweeping_job()])

    def forget(self, repository: str) -> None:
        """Delete the repository with all that is known of it; an unknown one is no error."""
        self._catalogue.forget(repository)

    def _enqueue(self, jobs: Sequence[Job]) -> None:
        if jobs:
            with self._database.transaction() as connection:
                for job in jobs:
                    self._queue.enqueue(job, connection=connection)
            self._queue.ring()
