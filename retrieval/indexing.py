"""A source tree to a searchable index."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pgvector.psycopg import register_vector

from retrieval import chunkers, store
from retrieval.model import IndexReport, Skipped
from retrieval.sources import decode, read_tree
from retrieval.sources.errors import Undecodable
from retrieval.store import HashedFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from retrieval.catalogue import Catalogue, Repository
    from retrieval.embeddings import Embedder
    from retrieval.model import SourceFile
    from storage import Database

CUT = 1
"""Counts the ways files were cut into chunks. A change of a chunker, or of how terms are weighted,
adds one, so that the next run cuts and weighs anew what it would otherwise take for unchanged."""

TEXTS_A_COMMIT = 512
"""Texts embedded between two commits to the cache: what a killed run loses at the most."""


class Progress(Protocol):
    """Told how far an index run is."""

    def start(self, stage: str, total: int) -> None:
        """Begin ``stage``, of ``total`` steps."""

    def advance(self, steps: int) -> None:
        """Finish ``steps`` more of the stage."""


class NoProgress:
    """Tells nobody."""

    def start(self, stage: str, total: int) -> None:
        """Say nothing."""

    def advance(self, steps: int) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class _Changes:
    """What differs between a tree and its index."""

    changed: tuple[HashedFile, ...]
    """New files, and files whose bytes are others than before."""
    removed: tuple[str, ...]
    since: Mapping[str, bytes]
    """The index that the tree was compared with: content hash by path."""
    skipped: tuple[Skipped, ...]
    notes: tuple[Skipped, ...]


_NOTHING: Mapping[str, bytes] = {}


@dataclass(frozen=True, slots=True)
class _Replaced:
    """An index after its files were swapped."""

    documents: int
    chunks: int
    removed: int
    """Chunks of the earlier state that are gone."""


class Indexer:
    """Brings a repository's index up to a source tree. Embeds only texts never embedded before.

    Vectors are computed and cached first, outside any lock; then one transaction replaces the
    changed files. A search meanwhile sees all of the old state or all of the new one.
    """

    def __init__(self, database: Database, catalogue: Catalogue, embedder: Embedder) -> None:
        self._database = database
        self._catalogue = catalogue
        self._embedder = embedder

    def index(
        self,
        root: Path,
        *,
        repository: str,
        url: str,
        ref: str,
        commit: str,
        default: bool = False,
        progress: Progress | None = None,
    ) -> IndexReport:
        """Index the files below ``root`` as the state of ``repository`` at ``ref``.

        Args:
            root: A checkout or an unpacked archive.
            repository: ``owner/name``.
            url: Where permalinks begin, ``https://github.com/owner/name``.
            ref: A branch or tag.
            commit: The commit that the files are of; permalinks are pinned to it.
            default: Questions that name no ref are answered from this one from now on. The
                first index of a repository needs no telling.
            progress: Told how far the run is.

        Raises:
            ModelMissing: The embedding model cannot be loaded.
            SourceError: The tree cannot be read.
            DatabaseUnreachable: The database cannot be reached.
        """
        started = time.monotonic()
        progress = progress or NoProgress()
        place = self._catalogue.register(repository, url=url)
        embedded = 0
        replaced = None
        while replaced is None:
            changes = self._compare(root, place, ref, progress)
            embedded += self._embed(changes.changed, progress)
            replaced = self._replace(place, ref, commit, changes, default=default)
        return IndexReport(
            repository=place.name,
            ref=ref,
            commit=commit,
            documents=replaced.documents,
            chunks=replaced.chunks,
            embedded=embedded,
            reused=replaced.chunks - embedded,
            removed=replaced.removed,
            seconds=time.monotonic() - started,
            skipped=changes.skipped,
            notes=changes.notes,
        )

    def _compare(self, root: Path, place: Repository, ref: str, progress: Progress) -> _Changes:
        tree = read_tree(root)
        with self._database.snapshot(place.id) as connection:
            state = store.read_state(
                connection, repository_id=place.id, ref=ref, model=self._embedder.model
            )
        before = state.documents if state else _NOTHING
        changed: list[HashedFile] = []
        skipped = list(tree.skipped)
        present: set[str] = set()
        progress.start("reading", len(tree.files))
        for file in tree.files:
            content_hash = _content_hash(file)
            if before.get(file.path) == content_hash:
                present.add(file.path)
            else:
                try:
                    changed.append(_parse(file, content_hash))
                    present.add(file.path)
                except Undecodable as error:
                    skipped.append(Skipped(path=file.path, reason=str(error)))
            progress.advance(1)
        return _Changes(
            changed=tuple(changed),
            removed=tuple(path for path in before if path not in present),
            since=before,
            skipped=tuple(skipped),
            notes=tuple(
                Skipped(path=file.parsed.path, reason=file.parsed.note)
                for file in changed
                if file.parsed.note
            ),
        )

    def _embed(self, files: Sequence[HashedFile], progress: Progress) -> int:
        """Put the vectors of the files' texts into the cache; return how many were computed."""
        texts = {
            text_hash: chunk.embedded_text
            for file in files
            for text_hash, chunk in zip(file.text_hashes, file.parsed.chunks, strict=True)
        }
        with self._database.transaction() as connection:
            register_vector(connection)
            known = store.cached_vectors(
                connection, model=self._embedder.model, text_hashes=list(texts)
            )
        # Longest first: like lengths meet in a batch, and the time left is never underrated.
        missing = sorted(texts.keys() - known.keys(), key=lambda key: (-len(texts[key]), key))
        progress.start("embedding", len(missing))
        for start in range(0, len(missing), TEXTS_A_COMMIT):
            hashes = missing[start : start + TEXTS_A_COMMIT]
            vectors = self._embedder.encode(
                [texts[text_hash] for text_hash in hashes], done=progress.advance
            )
            with self._database.transaction() as connection:
                register_vector(connection)
                store.cache_vectors(
                    connection, model=self._embedder.model, text_hashes=hashes, vectors=vectors
                )
        return len(missing)

    def _replace(
        self, place: Repository, ref: str, commit: str, changes: _Changes, *, default: bool
    ) -> _Replaced | None:
        """Swap the changed files in one transaction.

        None: another indexer has changed the index since the comparison, and nothing was done.
        """
        hashes = {text_hash for file in changes.changed for text_hash in file.text_hashes}
        with self._database.transaction() as connection:
            register_vector(connection)
            vectors = store.cached_vectors(
                connection, model=self._embedder.model, text_hashes=list(hashes)
            )
        with self._database.knowledge(place.id) as connection:
            store.lock_repository(connection, place.id)
            state = store.read_state(
                connection, repository_id=place.id, ref=ref, model=self._embedder.model
            )
            if (state.documents if state else _NOTHING) != changes.since:
                return None
            index_id = store.save_index(
                connection,
                repository_id=place.id,
                ref=ref,
                model=self._embedder.model,
                dimension=self._embedder.dimension,
                commit=commit,
                default=default,
            )
            removed = store.remove_documents(
                connection,
                repository_id=place.id,
                index_id=index_id,
                paths=[*changes.removed, *(file.parsed.path for file in changes.changed)],
            )
            store.add_documents(
                connection,
                repository_id=place.id,
                index_id=index_id,
                files=changes.changed,
                vectors=vectors,
            )
            documents, chunks = store.finish_index(
                connection, repository_id=place.id, index_id=index_id
            )
        return _Replaced(documents=documents, chunks=chunks, removed=removed)


def _content_hash(file: SourceFile) -> bytes:
    return hashlib.sha256(b"%d\0" % CUT + file.data).digest()


def _parse(file: SourceFile, content_hash: bytes) -> HashedFile:
    parsed = chunkers.parse(file.path, decode(file))
    return HashedFile(
        parsed=parsed,
        content_hash=content_hash,
        text_hashes=tuple(
            hashlib.sha256(chunk.embedded_text.encode("utf-8", "surrogatepass")).digest()
            for chunk in parsed.chunks
        ),
    )
