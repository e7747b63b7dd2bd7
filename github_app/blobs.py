"""The content of a commit's files: many in a request, or all at once as an archive."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from github_app.errors import NotFound
from retrieval.model import SourceFile
from retrieval.sources import blob_id, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from github_app.connection import Connection
    from retrieval.sources import Entry

MOST_FILES = 300
"""Files that are asked for one by one; of more, the archive is fetched."""

MOST_BYTES = 5_000_000
"""The same, of their size together."""

FILES_A_REQUEST = 50

BYTES_A_REQUEST = 1_000_000

MOST_TEXT_BYTES = 500_000
"""GitHub cuts off the text of a file that is longer by a little."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CommitBlobs:
    """Reads files of one commit; a :class:`retrieval.sources.Blobs`."""

    github: Connection
    commit: str
    node_ids: Mapping[str, str]
    """GitHub's id of each file's content, by git's."""

    def read(self, entries: Sequence[Entry]) -> Iterator[SourceFile]:
        """Yield the files of ``entries`` that there still are.

        Raises:
            ArchiveTooLarge: They are many, and the archive is over the cap.
            ArchiveError: They are many, and the archive cannot be unpacked.
            ApiError: GitHub did not serve them.
        """
        if len(entries) > MOST_FILES or sum(entry.size for entry in entries) > MOST_BYTES:
            return self._from_archive(entries)
        return self._one_by_one(entries)

    def _from_archive(self, entries: Sequence[Entry]) -> Iterator[SourceFile]:
        """Yield what the archive has; what it leaves out, or writes otherwise, is asked for."""
        missing = []
        with tempfile.TemporaryDirectory(prefix="fury-bot-") as folder:
            root = download_tree(self.github, self.commit, Path(folder))
            for entry in entries:
                path = root / entry.path
                data = path.read_bytes() if path.is_file() else b""
                if blob_id(data) == entry.blob_id:
                    yield SourceFile(entry.path, data)
                else:
                    missing.append(entry)
        yield from self._one_by_one(missing)

    def _one_by_one(self, entries: Sequence[Entry]) -> Iterator[SourceFile]:
        paths: dict[str, list[str]] = {}
        for entry in entries:
            paths.setdefault(entry.blob_id, []).append(entry.path)
        for batch in _batches({entry.blob_id: entry for entry in entries}.values()):
            for content_id, data in self._read_batch(batch):
                yield from (SourceFile(path, data) for path in paths[content_id])

    def _read_batch(self, batch: Sequence[Entry]) -> Iterator[tuple[str, bytes]]:
        short = (entry.blob_id for entry in batch if entry.size <= MOST_TEXT_BYTES)
        ids = [self.node_ids[content_id] for content_id in short if content_id in self.node_ids]
        texts = self.github.read_blobs(ids) if ids else {}
        for entry in batch:
            data = (texts.get(entry.blob_id) or "").encode("utf-8", "surrogatepass")
            if blob_id(data) == entry.blob_id:
                yield entry.blob_id, data
                continue
            try:
                yield entry.blob_id, self.github.read_raw_blob(entry.blob_id)
            except NotFound:
                log.warning("file_gone", path=entry.path, commit=self.commit)


def download_tree(github: Connection, commit: str, folder: Path) -> Path:
    """Fetch a commit's archive and unpack it below ``folder``; return where its files lie.

    Raises:
        ArchiveTooLarge: The archive is over the cap.
        ArchiveError: It cannot be unpacked.
        ApiError: GitHub did not serve it.
    """
    archive = folder / "archive.tar.gz"
    github.download_archive(commit, archive)
    return unpack(archive, folder / "tree").root


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    for entry in entries:
        size = sum(other.size for other in batch) + entry.size
        if batch and (len(batch) == FILES_A_REQUEST or size > BYTES_A_REQUEST):
            yield batch
            batch = []
        batch.append(entry)
    if batch:
        yield batch
