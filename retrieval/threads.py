"""Discussions and issues that were answered, as documents to be indexed beside the files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from retrieval import store
from retrieval.chunkers.contexts import context_of
from retrieval.chunkers.cutting import blank_line_levels, cut
from retrieval.chunkers.gists import with_gists
from retrieval.chunkers.lines import MeasuredLines
from retrieval.model import Chunk, ChunkKind, ParsedFile
from retrieval.refs import IndexKind, find_index
from retrieval.sources import blob_id
from retrieval.store import Document, Fingerprint
from storage.text import storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from retrieval.catalogue import Catalogue
    from retrieval.chunkers.measure import Measure
    from retrieval.embeddings import Embedder
    from retrieval.indexing import Indexer
    from retrieval.model import Skipped
    from storage import Database

REF = "threads"
"""What the index of a repository's threads goes by, where one of files has a branch or tag."""

CUT = 1
"""Counts the ways threads were cut into chunks, as :data:`retrieval.files.CUT` does for files."""

OUTDATED = "outdated: "
"""How the note begins, in a chunk's context, that says why a thread may hold no longer."""

AGES = timedelta(days=3 * 365)
"""The age of an answer from which on it may hold no longer."""

_QUESTION_SHARE = 3
"""A question takes no more than one in so many tokens of a chunk: the answer is what is sought."""

_VERSION = r"\d{1,6}(?:\.\d{1,6}){1,4}"
_RELEASE = re.compile(_VERSION)

Kind = Literal["discussion", "issue"]


@dataclass(frozen=True, slots=True)
class Thread:
    """A question that was asked in a repository, and its answer."""

    kind: Kind
    number: int
    title: str
    url: str
    question: str
    """Markdown."""
    answer: str
    """Markdown."""
    asked_at: datetime
    answered_at: datetime
    labels: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """What it goes by in the index, where a file has its path."""
        return path_of(self.kind, self.number)


def path_of(kind: Kind, number: int) -> str:
    """Return what the thread of that number goes by in the index."""
    return f"{kind}s/{number}"


def outdated(thread: Thread, *, name: str, newest_release: str | None, now: datetime) -> str | None:
    """Return why ``thread`` may hold no longer, or None when nothing says so.

    A thread speaks of the versions that stand behind the repository's ``name``, *version*,
    *release* or a ``v``. It is outdated when the newest of them is older than the newest release;
    a difference in the last of three numbers does not count.
    """
    # Behind anything else stands a version of Python, say, or of the system.
    pattern = re.compile(
        rf"\b(?:{re.escape(name)}|version|release|v)[\s=<>~^]{{0,8}}v?({_VERSION})", re.IGNORECASE
    )
    said = pattern.findall(f"{thread.title}\n{thread.question}\n{thread.answer}")
    released = _RELEASE.search(newest_release or "")
    if said and released:
        newest = max(said, key=_numbers)
        if _numbers(newest)[:2] < _numbers(released[0])[:2]:
            return f"speaks of {newest}, older than {newest_release}"
    if now - thread.answered_at > AGES:
        return f"answered {AGES.days // 365} years ago or more"
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def cut_thread(thread: Thread, measure: Measure, *, note: str | None = None) -> ParsedFile:
    """Cut a thread into chunks: the question, shortened, and the whole answer.

    ``note`` says why it may hold no longer.
    """
    title = storable(thread.title).strip()
    symbol = f"#{thread.number} {title}"
    context = context_of(measure, thread.path, symbol, _facts(thread, note))
    question = _shortened(_source(thread.question), measure, room=context.room // _QUESTION_SHARE)
    parts = [f"Question:\n{question}"] if question else []
    lines = MeasuredLines("\n\n".join([*parts, f"Answer:\n{_source(thread.answer)}"]), measure)
    chunks = tuple(
        Chunk(
            thread.path,
            ChunkKind.THREAD,
            piece.start,
            piece.end,
            piece.text,
            context.text,
            symbol=symbol,
            unit_start_line=1,
            unit_end_line=len(lines),
        )
        for piece in cut(
            lines, lines.whole, size=context.room, levels=blank_line_levels(lines, lines.whole)
        )
    )
    return with_gists(ParsedFile(thread.path, "markdown", chunks))


def _facts(thread: Thread, note: str | None) -> str:
    labels = ", ".join(storable(label) for label in thread.labels)
    return "; ".join(
        (
            *([f"{OUTDATED}{note}"] if note else []),
            f"asked {thread.asked_at:%Y-%m-%d}, answered {thread.answered_at:%Y-%m-%d}",
            *([f"labels: {labels}"] if labels else []),
        )
    )


def _source(text: str) -> str:
    return storable(text.replace("\r\n", "\n").replace("\0", " ")).strip()


def _shortened(text: str, measure: Measure, *, room: int) -> str:
    """Return the lines that ``text`` begins with, as many as fit."""
    lines = MeasuredLines(text, measure)
    if lines.size(lines.whole) <= room:
        return text
    pieces = cut(lines, lines.whole, size=room, levels=blank_line_levels(lines, lines.whole))
    return f"{next(pieces).text} …"


@dataclass(frozen=True, slots=True)
class Threads:
    """Threads to be written into an index; a :class:`retrieval.indexing.Source`.

    What the index holds of other threads stays.
    """

    documents: Mapping[str, Document]
    others: Mapping[str, Fingerprint]
    """What stays, by path."""
    kind: IndexKind = IndexKind.THREADS
    skipped: Sequence[Skipped] = field(default=())

    @property
    def fingerprints(self) -> Mapping[str, Fingerprint]:
        """What each thread is known by, under its path."""
        return {**self.others, **{p: one.fingerprint for p, one in self.documents.items()}}

    def read(self, paths: Sequence[str]) -> Iterator[Document]:
        """Yield the new threads at ``paths``."""
        return (self.documents[path] for path in paths if path in self.documents)


class ThreadIndexer:
    """Keeps the index of each repository's threads. Calls for one repository take turns."""

    def __init__(
        self, database: Database, catalogue: Catalogue, embedder: Embedder, indexer: Indexer
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._embedder = embedder
        self._indexer = indexer

    @property
    def edition(self) -> str:
        """How threads are cut, and by which model they are read.

        When it changes, what is known of threads is to be read anew.
        """
        return f"{CUT} {self._embedder.model}"

    def write(
        self,
        threads: Iterable[Thread],
        *,
        repository: str,
        url: str,
        newest_release: str | None = None,
        removed: Iterable[str] = (),
        embed: bool = True,
    ) -> int:
        """Add ``threads`` to the index of ``repository``, or put them in the place of older ones.

        Returns how many of the repository's texts the model has yet to read.

        Args:
            threads: What was asked and answered in this repository.
            repository: ``owner/name``.
            url: The repository's page.
            newest_release: The tag of the newest release, for the note on older threads.
            removed: Paths of threads that are to be known no more.
            embed: Have the model read the texts; see :meth:`retrieval.indexing.Indexer.index`.

        Raises:
            ModelMissing: The embedding model cannot be loaded.
            DatabaseUnreachable: The database cannot be reached.
        """
        now, name = datetime.now(UTC), repository.rpartition("/")[2]
        documents = {
            thread.path: self._document(
                thread, outdated(thread, name=name, newest_release=newest_release, now=now)
            )
            for thread in threads
        }
        known = self._known(repository)
        gone = set(removed)
        if not documents and not gone & known.keys():
            return 0
        others = {path: mark for path, mark in known.items() if path not in gone}
        # Threads are of no commit: each has an address of its own.
        report = self._indexer.index_source(
            Threads(documents, others),
            repository=repository,
            url=url,
            ref=REF,
            commit="",
            embed=embed,
        )
        return report.waiting

    def clear(self, kind: Kind, *, repository: str, url: str) -> None:
        """Remove every thread of a kind."""
        prefix = path_of(kind, 0).removesuffix("0")
        paths = [path for path in self._known(repository) if path.startswith(prefix)]
        self.write((), repository=repository, url=url, removed=paths, embed=False)

    def _known(self, repository: str) -> Mapping[str, Fingerprint]:
        place = self._catalogue.find(repository)
        if place is None:
            return {}
        with self._database.snapshot(place.id) as connection:
            index_id = find_index(
                connection, kind=IndexKind.THREADS, ref=REF, model=self._embedder.model
            )
            return store.read_state(connection, index_id=index_id).documents

    def _document(self, thread: Thread, note: str | None) -> Document:
        parsed = cut_thread(thread, self._embedder.measure, note=note)
        content = "\0".join(chunk.embedded_text for chunk in parsed.chunks)
        return Document(
            parsed,
            Fingerprint(bytes.fromhex(blob_id(f"{content}\0{thread.url}".encode())), CUT),
            url=thread.url,
            dated=thread.answered_at,
        )
