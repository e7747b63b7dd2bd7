"""A source tree to a searchable index: by its words at once, by meaning as the model reads on."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from retrieval import refs, store, vectors
from retrieval.chunk_store import Scope
from retrieval.files import CUT, Files, listed, without_text
from retrieval.model import IndexReport, Skipped
from retrieval.scale import ensure_structure
from retrieval.sources import TreeBlobs, list_tree
from storage.database import connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import timedelta
    from pathlib import Path

    from retrieval.catalogue import Catalogue, Repository
    from retrieval.embeddings import Embedder
    from retrieval.refs import IndexKind
    from retrieval.sources import Blobs, Entry
    from retrieval.store import Document, Fingerprint, IndexState
    from storage import Connection, Database

TEXTS_A_BATCH = 1_024
"""Texts that a worker claims and embeds before it writes: what one that is killed loses, some ten
seconds' work. Texts of like length in tokens share a batch of the model, and claims go by
characters: of 512 at a time, 2.5% of what the model reads of FURY is padding, of 1,024 1.4%."""


MOST_CHUNKS = 200_000
"""Chunks of one tree; of what is beyond, each file is left out with the reason."""


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


class Source(Protocol):
    """What an index is made of: documents that are known by a fingerprint before they are read."""

    @property
    def kind(self) -> IndexKind:
        """What kind of index they make."""

    @property
    def fingerprints(self) -> Mapping[str, Fingerprint]:
        """The documents that there are, by path."""

    @property
    def skipped(self) -> Sequence[Skipped]:
        """What is left out unread, with the reason."""

    def read(self, paths: Sequence[str]) -> Iterator[Document]:
        """Yield the documents at ``paths``, but those that cannot be had any more."""


@dataclass(frozen=True, slots=True)
class _Target:
    """The index that a run brings up to date."""

    place: Repository
    kind: IndexKind
    ref: str
    commit: str
    default: bool


@dataclass(slots=True)
class _Reading:
    """The documents that a run has read so far, and will not read again."""

    source: Source
    progress: Progress
    documents: dict[str, Document] = field(default_factory=dict)

    def changed_since(self, state: IndexState) -> list[Document]:
        """Return the documents that are new or others than in ``state``; read what is not yet."""
        fingerprints = self.source.fingerprints
        changed = [
            path
            for path, fingerprint in fingerprints.items()
            if state.documents.get(path) != fingerprint
        ]
        unread = [path for path in changed if path not in self.documents]
        self.progress.start("reading", len(unread))
        for document in self.source.read(unread):
            self.documents[document.parsed.path] = document
            self.progress.advance(1)
        return [self.documents[path] for path in changed if path in self.documents]

    def removed_since(self, state: IndexState) -> list[str]:
        """Return the paths of ``state`` that are there no more, or could not be read again."""
        fingerprints = self.source.fingerprints
        return [
            path
            for path, fingerprint in state.documents.items()
            if fingerprints.get(path) != fingerprint and path not in self.documents
        ]


@dataclass(frozen=True, slots=True)
class _Replaced:
    """An index after its files were swapped."""

    documents: int
    chunks: int
    reused: int
    """Chunks that already have their vector."""
    removed: int
    """Chunks of the earlier state that are gone."""
    waiting: int
    """Texts that the model has yet to read."""
    left_out: Mapping[str, str]
    """Reasons by path, of the files whose content says that they are not to be indexed."""
    notes: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Embedded:
    """What came of having the model read texts."""

    texts: int
    """That it was run on."""
    is_over: bool
    """No text is left that no other worker holds."""


class Indexer:
    """Brings a repository's index up to a source tree. Embeds only texts never embedded before.

    One transaction replaces the changed files, and gives them the vectors that are known: a search
    sees all of the old state or all of the new one. The texts that the model has not read wait in
    the database; whoever embeds takes them in batches, and any number of workers share them.
    """

    def __init__(self, database: Database, catalogue: Catalogue, embedder: Embedder) -> None:
        self._database = database
        self._catalogue = catalogue
        self._embedder = embedder

    @property
    def edition(self) -> str:
        """How files are cut, and by which model they are read.

        When it changes, every ref is to be indexed anew.
        """
        return f"{CUT} {self._embedder.model}"

    def index(
        self,
        root: Path,
        *,
        repository: str,
        url: str,
        ref: str,
        commit: str,
        default: bool = False,
        embed: bool = True,
        is_archive: bool = False,
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
            embed: Have the model read what it has not; otherwise that is left to
                :meth:`embed_pending`, by whichever worker.
            is_archive: All below ``root`` is tracked, whatever a ``.gitignore`` in it names.
            progress: Told how far the run is.

        Raises:
            ModelMissing: The embedding model cannot be loaded.
            SourceError: The tree cannot be read.
            DatabaseUnreachable: The database cannot be reached.
        """
        tree = list_tree(root, is_archive=is_archive)
        return self.index_source(
            Files(tree.entries, TreeBlobs(root), self._embedder.measure, tree.skipped),
            repository=repository,
            url=url,
            ref=ref,
            commit=commit,
            default=default,
            embed=embed,
            progress=progress,
        )

    def index_listing(
        self,
        entries: Sequence[Entry],
        blobs: Blobs,
        *,
        repository: str,
        url: str,
        ref: str,
        commit: str,
        default: bool = False,
        embed: bool = True,
        progress: Progress | None = None,
    ) -> IndexReport:
        """Index the tree whose files ``entries`` lists; read those alone that differ from before.

        Args:
            entries: Every file of the tree; the rules of what is left out are applied here.
            blobs: Where the content of the files that differ comes from.
            repository: As for :meth:`index`, like the rest.
            url: See there.
            ref: See there.
            commit: See there.
            default: See there.
            embed: See there.
            progress: See there.

        Raises:
            ModelMissing: The embedding model cannot be loaded.
            DatabaseUnreachable: The database cannot be reached.
            Exception: What ``blobs`` raises; nothing is changed then.
        """
        return self.index_source(
            listed(entries, blobs, self._embedder.measure),
            repository=repository,
            url=url,
            ref=ref,
            commit=commit,
            default=default,
            embed=embed,
            progress=progress,
        )

    def index_source(
        self,
        source: Source,
        *,
        repository: str,
        url: str,
        ref: str,
        commit: str,
        default: bool = False,
        embed: bool = True,
        progress: Progress | None = None,
    ) -> IndexReport:
        """Index the documents of ``source``; the arguments and errors are those of :meth:`index`.

        An index of another model goes on answering for the ref until this one is whole.
        """
        started = time.monotonic()
        progress = progress or NoProgress()
        place = self._catalogue.register(repository, url=url)
        target = _Target(place, source.kind, ref, commit, default)
        replaced = self._replace_changed(target, source, progress)
        embedded = self._embed(place, progress).texts if embed else 0
        waiting = self._count_waiting(place) if replaced.waiting else 0
        is_structured = self._ensure_structure(place)
        return IndexReport(
            repository=place.name,
            ref=ref,
            commit=commit,
            documents=replaced.documents,
            chunks=replaced.chunks,
            embedded=embedded,
            reused=replaced.reused,
            removed=replaced.removed,
            seconds=time.monotonic() - started,
            skipped=(
                *source.skipped,
                *(Skipped(path, reason) for path, reason in replaced.left_out.items()),
            ),
            notes=replaced.notes,
            waiting=waiting,
            is_structured=is_structured,
        )

    def embed_pending(
        self,
        repository: str,
        *,
        seconds: float = math.inf,
        progress: Progress | None = None,
    ) -> Embedded:
        """Have the model read the texts of ``repository`` that it has not, and no other worker has.

        No batch is begun after ``seconds``. A run that is killed loses the batch under way, which
        is the next one's, or another worker's. An unknown repository has nothing to embed.

        Raises:
            ModelMissing: The embedding model cannot be loaded.
            DatabaseUnreachable: The database cannot be reached.
        """
        place = self._catalogue.find(repository)
        if place is None:
            return Embedded(0, is_over=True)
        return self._embed(place, progress or NoProgress(), seconds=seconds)

    def ensure_structure(self, repository: str) -> bool:
        """Build what the size of ``repository`` asks for; see :mod:`retrieval.scale`.

        False: another process is building, and this is to be called again later.

        Raises:
            DatabaseUnreachable: The database cannot be reached.
        """
        place = self._catalogue.find(repository)
        return place is None or self._ensure_structure(place)

    def remove(self, repository: str, ref: str) -> bool:
        """Remove the index of a branch or tag. False: there was none.

        Where it answered the questions that name no ref, the one updated last does from now on.
        """
        place = self._catalogue.find(repository)
        if place is None:
            return False
        with self._database.knowledge(place.id) as connection:
            store.lock_repository(connection, place.id)
            return refs.remove_ref(connection, repository_id=place.id, ref=ref)

    def sweep_cache(self, *, unused_for: timedelta) -> int:
        """Delete the cached vectors that have been in no index for so long; return how many.

        Time counts from the sweep that first found a vector unused. Safe beside running indexers.
        """
        with self._database.transaction() as connection:
            return vectors.sweep(connection, unused_for=unused_for)

    def _replace_changed(self, target: _Target, source: Source, progress: Progress) -> _Replaced:
        reading = _Reading(source, progress)
        while True:
            with self._database.snapshot(target.place.id) as connection:
                state = self._read_state(connection, target)
            replaced = self._replace(
                target, state, reading.changed_since(state), reading.removed_since(state)
            )
            if replaced:
                return replaced

    def _read_state(self, connection: Connection, target: _Target) -> IndexState:
        index_id = refs.find_index(
            connection, kind=target.kind, ref=target.ref, model=self._embedder.model
        )
        return store.read_state(connection, index_id=index_id)

    def _replace(
        self,
        target: _Target,
        state: IndexState,
        changed: Sequence[Document],
        removed: Sequence[str],
    ) -> _Replaced | None:
        """Swap the changed documents in one transaction.

        None: another indexer has changed the index since ``state``, and nothing was done.
        """
        place, model = target.place, self._embedder.model
        paths = [document.parsed.path for document in changed]
        with self._database.knowledge(place.id) as connection:
            store.lock_repository(connection, place.id)
            if self._read_state(connection, target).documents != state.documents:
                return None
            index_id = refs.save_index(
                connection,
                repository_id=place.id,
                kind=target.kind,
                ref=target.ref,
                model=model,
                commit=target.commit,
                default=target.default,
            )
            scope = Scope(place.id, index_id)
            others = store.count_other_chunks(connection, scope, [*paths, *removed])
            changed = list(_within(MOST_CHUNKS - others, changed))
            gone = store.replace_documents(connection, scope, documents=changed, removed=removed)
            vectors.add_known(
                connection, repository_id=place.id, index_id=index_id, model=model, paths=paths
            )
            reused = vectors.count_embedded(connection, repository_id=place.id, index_id=index_id)
            documents, chunks = store.finish_index(connection, scope)
            refs.settle(connection, repository_id=place.id, model=model)
            left_out = store.read_state(connection, index_id=index_id).left_out
            waiting = vectors.count_waiting(connection, repository_id=place.id, model=model)
        return _Replaced(
            documents=documents,
            chunks=chunks,
            reused=reused,
            removed=gone,
            waiting=waiting,
            left_out=left_out,
            notes=tuple(
                Skipped(document.parsed.path, document.parsed.note)
                for document in changed
                if document.parsed.note
            ),
        )

    def _embed(
        self, place: Repository, progress: Progress, *, seconds: float = math.inf
    ) -> Embedded:
        waiting, embedded = self._count_waiting(place), 0
        deadline = time.monotonic() + seconds
        progress.start("embedding", waiting)
        while (done := self._embed_batch(place, progress)) is not None:
            embedded += done
            if time.monotonic() >= deadline:
                return Embedded(embedded, is_over=False)
        progress.advance(max(waiting - embedded, 0))  # known already, or another worker's
        return Embedded(embedded, is_over=True)

    def _embed_batch(self, place: Repository, progress: Progress) -> int | None:
        """Embed a batch of texts; return how many, or None when nothing is left to take.

        One transaction holds the batch while the model reads it: if this process is killed, the
        server gives the rows free. Only the writing takes the repository's lock.
        """
        model = self._embedder.model
        with self._database.knowledge(place.id) as connection:
            batch = vectors.claim(
                connection, repository_id=place.id, model=model, limit=TEXTS_A_BATCH
            )
            if not batch:
                return None
            texts = [text for _, text in batch.texts]
            computed = self._embedder.encode(texts, done=progress.advance) if texts else ()
            store.lock_repository(connection, place.id)
            vectors.finish(
                connection, repository_id=place.id, model=model, batch=batch, vectors=computed
            )
            refs.settle(connection, repository_id=place.id, model=model)
        return len(texts)

    def _count_waiting(self, place: Repository) -> int:
        with self._database.snapshot(place.id) as connection:
            return vectors.count_waiting(
                connection, repository_id=place.id, model=self._embedder.model
            )

    def _ensure_structure(self, place: Repository) -> bool:
        with connect(self._database.url) as connection:
            connection.autocommit = True
            return ensure_structure(connection, place.id)


def _within(room: int, documents: Sequence[Document]) -> Iterator[Document]:
    """Yield the documents, those for whose chunks there is no room as left out."""
    for document in documents:
        needed = len(document.parsed.chunks)
        if needed <= room:
            room -= needed
            yield document
        else:
            reason = f"beyond the limit of {MOST_CHUNKS:,} chunks a tree"
            yield without_text(document.parsed.path, document.fingerprint, reason)
