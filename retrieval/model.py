"""The plain data that travels through retrieval: files, chunks, symbols, passages, reports.

Line numbers are 1-based and inclusive at both ends, as in a GitHub permalink ``#L3-L9``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.evidence import Evidence


class ChunkKind(StrEnum):
    """What a chunk is in its file."""

    MODULE = "module"
    """A module's docstring with its top-level statements that belong to no definition."""
    CLASS = "class"
    FUNCTION = "function"
    METHOD = "method"
    SECTION = "section"
    """A headed part of a document."""
    TUTORIAL = "tutorial"
    """A part of an example script."""
    CELL = "cell"
    """A cell of a notebook."""
    THREAD = "thread"
    """A discussion or an issue: what was asked, and the answer."""
    TEXT = "text"
    """Anything else, cut by size."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a source tree, not yet decoded.

    ``path`` is relative to the tree's root, with forward slashes.
    """

    path: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a file that is embedded and searched as one.

    A unit (a function, a section) longer than the embedding model reads becomes several chunks
    that share ``symbol``, ``unit_start_line`` and ``unit_end_line``; search reports the unit.
    """

    path: str
    kind: ChunkKind
    start_line: int
    end_line: int
    text: str
    """What a reader is shown: verbatim lines; of a class, its header, docstring and public
    surface."""
    context: str
    """Lines put before ``text`` for embedding and lexical search: path, qualified name or
    heading path, signature."""
    symbol: str | None = None
    """Qualified name (``fury.actor.sphere``), or heading path joined by `` > ``."""
    unit_start_line: int = 0
    unit_end_line: int = 0
    gist: str | None = None
    """The unit in a few words, on the first of its chunks: embedded by itself."""

    def __post_init__(self) -> None:
        if not self.unit_start_line:
            object.__setattr__(self, "unit_start_line", self.start_line)
            object.__setattr__(self, "unit_end_line", self.end_line)

    @property
    def embedded_text(self) -> str:
        """The text the model sees: context first, so that it survives truncation."""
        return f"{self.context}\n{self.text}" if self.context else self.text


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name the repository's code defines."""

    qualified_name: str
    kind: str
    """``module``, ``class``, ``function``, ``method``, ``property`` or ``constant``."""
    signature: str | None
    """As written, without the body: ``def sphere(centers, colors, *, radii=1.0)``."""
    path: str
    start_line: int
    end_line: int
    summary: str | None = None
    """The docstring's first sentence."""


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file cut into chunks, with the symbols that it defines."""

    path: str
    language: str
    chunks: tuple[Chunk, ...]
    symbols: tuple[Symbol, ...] = ()
    note: str | None = None
    """Why it was treated as plain text when its name promised more, if it was."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file left out of the index, with the reason a person can act on."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A search result: a unit of a file, with how well it matched."""

    rank: int
    path: str
    start_line: int
    end_line: int
    symbol: str | None
    kind: ChunkKind
    text: str
    url: str
    """Permalink to the lines at the indexed commit."""
    score: float
    """The fused score; comparable within one result list only."""
    similarity: float | None
    """Cosine of query and passage in [-1, 1]; None while the passage has no vector."""
    coverage: float
    """Share of the query's terms, weighted by how rare they are, found in the passage: [0, 1]."""
    signature: str | None = None
    """Of the symbol, when it is a definition."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Ranked passages of one index of one repository."""

    query: str
    repository: str
    ref: str
    commit: str
    passages: tuple[Passage, ...]
    evidence: Evidence | None = None
    """How well the repository meets the question; None of passages that were not searched for."""
    is_whole: bool = True
    """Every text of the repository has been read by the model. Until then a passage may be missed
    that is found later."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an index run did."""

    repository: str
    ref: str
    commit: str
    documents: int
    chunks: int
    embedded: int
    """Texts the model was run on."""
    reused: int
    """Chunks that already had their vector."""
    removed: int
    """Chunks of the earlier state that are gone."""
    seconds: float
    skipped: tuple[Skipped, ...] = field(default=())
    notes: tuple[Skipped, ...] = field(default=())
    """Files indexed as plain text although their name promised more."""
    waiting: int = 0
    """Texts that the model has yet to read: the chunks are found by their words meanwhile."""
    is_structured: bool = True
    """What the repository's size asks for stands. False: another process was building; see
    :meth:`retrieval.indexing.Indexer.ensure_structure`."""
