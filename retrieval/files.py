"""The files of a tree as documents to be indexed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from retrieval import chunkers
from retrieval.model import ParsedFile, Skipped
from retrieval.refs import IndexKind
from retrieval.sources import Undecodable, blob_id, decode, select
from retrieval.sources.unindexed import content_reason
from retrieval.store import Document, Fingerprint
from retrieval.symbols.facts import FileFacts
from retrieval.symbols.reading import read as read_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from retrieval.chunkers.measure import Measure
    from retrieval.model import SourceFile
    from retrieval.sources import Blobs, Entry

CUT = 3
"""Counts the ways files were cut into chunks. A change of a chunker, or of how terms are weighted,
adds one, so that the next run cuts and weighs anew what it would otherwise take for unchanged."""


@dataclass(frozen=True, slots=True)
class Files:
    """A tree's files; a :class:`retrieval.indexing.Source`. Read one at a time, as asked for."""

    entries: Sequence[Entry]
    blobs: Blobs
    measure: Measure
    skipped: Sequence[Skipped] = field(default=())
    kind: IndexKind = IndexKind.TREE

    @property
    def fingerprints(self) -> Mapping[str, Fingerprint]:
        """What each file is known by, under its path."""
        return {
            entry.path: Fingerprint(bytes.fromhex(entry.blob_id), CUT) for entry in self.entries
        }

    def read(self, paths: Sequence[str]) -> Iterator[Document]:
        """Read and cut the files at ``paths``."""
        wanted = set(paths)
        entries = {entry.path: entry for entry in self.entries if entry.path in wanted}
        for file in self.blobs.read(list(entries.values())):
            # By what was read: a file may have changed since it was listed.
            yield self._parse(file, Fingerprint(bytes.fromhex(blob_id(file.data)), CUT))

    def _parse(self, file: SourceFile, fingerprint: Fingerprint) -> Document:
        reason = content_reason(file.data)
        try:
            if reason is None:
                text = decode(file)
                parsed = chunkers.parse(file.path, text, self.measure)
                return Document(parsed, fingerprint, names=read_names(parsed, text))
        except Undecodable as error:
            reason = str(error)
        return without_text(file.path, fingerprint, reason)


def without_text(path: str, fingerprint: Fingerprint, reason: str) -> Document:
    """Return the document of a file of which nothing is indexed, and ``reason`` says why."""
    return Document(
        ParsedFile(path, "none", ()), fingerprint, left_out=reason, names=FileFacts(path, ())
    )


def listed(entries: Sequence[Entry], blobs: Blobs, measure: Measure) -> Files:
    """Return the files of a listed tree, less those that their names or sizes rule out."""
    selection = select(entries)
    return Files(selection.entries, blobs, measure, selection.skipped)
