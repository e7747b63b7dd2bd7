"""A question to ranked passages."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from pgvector import HalfVector, SparseVector

from retrieval.candidates import find_candidates
from retrieval.errors import RepositoryNotIndexed
from retrieval.evidence import gather
from retrieval.model import Passage, SearchResult
from retrieval.query import read_query
from retrieval.ranking import WEIGHTS, coverage, rank
from retrieval.refs import IndexKind
from retrieval.reranking import RERANKED
from retrieval.symbols.lookup import resolve
from retrieval.terms import DIMENSIONS, idf, number
from retrieval.versions import asked_ref
from storage.text import storable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from psycopg.rows import TupleRow

    from retrieval.catalogue import Catalogue, Repository
    from retrieval.embeddings import Embedder
    from retrieval.evidence import Evidence
    from retrieval.query import Query
    from retrieval.ranking import Ranked, Weights
    from retrieval.reranking import Reranker
    from storage import Connection, Cursor

MAX_UNIT = 6_000
"""Characters of a function or section that are given whole; of a longer one, its best chunk."""

MOST_DEFINITIONS = 3
"""Definitions of one name that are put forward: a name that many classes have tells too little."""

_INDEXES = """
SELECT id, kind, ref, model, commit_sha, chunks, is_default, NOT EXISTS (
    SELECT FROM unembedded
    WHERE unembedded.repository_id = indexes.repository_id AND unembedded.model = indexes.model
)
FROM indexes WHERE answers
"""

_LEXICON = """
SELECT index_id, term, chunks FROM lexicon
WHERE term = ANY(%(terms)s) AND index_id IN (
    SELECT id FROM indexes
    WHERE answers AND (
        kind = 'threads' OR CASE WHEN %(ref)s::text IS NULL THEN is_default ELSE ref = %(ref)s END
    )
)
"""

_AT = """
SELECT id FROM chunks
WHERE repository_id = %(repository)s AND index_id = %(index)s
    AND (path, unit_start_line) IN (
        SELECT * FROM unnest(%(paths)s::text[], %(lines)s::integer[])
    )
"""

_UNITS = """
SELECT wanted.number, chunks.id, chunks.unit_start_line, content, chunks.start_line,
    chunks.end_line, terms, documents.url, CASE WHEN kind = 'thread' THEN context END, (
        SELECT signature FROM symbols
        WHERE symbols.document_id = chunks.document_id
            AND symbols.start_line = chunks.unit_start_line AND signature IS NOT NULL
        ORDER BY qualified_name = chunks.symbol DESC LIMIT 1
    )
FROM unnest(
    %(numbers)s::integer[], %(indexes)s::bigint[], %(paths)s::text[], %(units)s::integer[],
    %(kinds)s::text[]
) AS wanted (number, index_id, path, unit_start_line, kind)
JOIN chunks USING (index_id, path, unit_start_line, kind)
LEFT JOIN documents ON documents.id = document_id
WHERE chunks.repository_id = %(repository)s
ORDER BY chunks.start_line, chunks.id
"""


@dataclass(frozen=True, slots=True)
class _Index:
    """An index that answers."""

    id: int
    kind: str
    ref: str
    model: str
    commit: str
    chunks: int
    is_default: bool
    is_whole: bool
    """No text of the repository waits for the model."""


@dataclass(frozen=True, slots=True)
class _Searched:
    """What is searched together: the files of one ref, and the threads of the repository."""

    place: Repository
    tree: _Index
    threads: _Index | None

    @property
    def indexes(self) -> tuple[_Index, ...]:
        return (self.tree, self.threads) if self.threads else (self.tree,)

    @property
    def ids(self) -> list[int]:
        return [index.id for index in self.indexes]


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search has come to.

    The text is asked for, and read once the snapshot is given back, so that it comes together with
    the end of the transaction.
    """

    ranked: list[Ranked]
    units: Cursor | None
    idfs: dict[int, float]
    evidence: Evidence

    def passages(self, searched: _Searched) -> tuple[Passage, ...]:
        units = _pieces(self.units or ())
        return tuple(
            _passage(searched, found, units[place], self.idfs, rank=place)
            for place, found in enumerate(self.ranked, 1)
        )


class Retriever:
    """Searches one repository at a time, dense and lexical together."""

    def __init__(
        self,
        catalogue: Catalogue,
        embedder_for: Callable[[str], Embedder],
        *,
        reranker: Reranker | None = None,
        weights: Weights = WEIGHTS,
    ) -> None:
        """Take the parts; ``embedder_for`` gives the embedder of the model an index was made by."""
        self._reranker = reranker
        self._weights = weights
        self._catalogue = catalogue
        self._embedder_for = embedder_for
        self._loaded: set[str] = set()

    def search(
        self, query: str, *, repository: str, knn: int, ref: str | None = None
    ) -> SearchResult:
        """Return the ``knn`` best passages for ``query``; none for a query without content.

        Without a ``ref``, a question that names a version is answered from the newest index of that
        version, a tag or a branch, and any other from the default one.

        Raises:
            RepositoryNotIndexed: There is no index of ``repository`` (at ``ref``).
            ModelMissing: The index's embedding model cannot be loaded.
            DatabaseUnreachable: The database cannot be reached.
        """
        asked = read_query(storable(query))
        while True:
            with self._catalogue.snapshot(repository) as snapshot:
                answering = snapshot.connection.execute(_INDEXES)
                lexicon = _look_up(snapshot.connection, asked, ref)
                place = snapshot.repository()
                if place is None:
                    raise RepositoryNotIndexed(repository, ref)
                searched = _searched(place, answering, asked, ref)
                model = searched.tree.model
                if model in self._loaded or not asked.text:
                    if ref is None and not searched.tree.is_default:
                        lexicon = _look_up(snapshot.connection, asked, searched.tree.ref)
                    wanted = max(knn, RERANKED) if self._reranker else knn
                    found = self._find(snapshot.connection, searched, asked, lexicon, knn=wanted)
                    break
            # Loading a model takes seconds, which no transaction should.
            self._embedder_for(model).encode([""])
            self._loaded.add(model)
        passages = found.passages(searched)
        return SearchResult(
            query=query,
            repository=place.name,
            ref=searched.tree.ref,
            commit=searched.tree.commit,
            passages=self._reranked(asked.text, passages)[:knn],
            evidence=found.evidence,
            is_whole=searched.tree.is_whole,
        )

    def _reranked(self, text: str, passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
        """Put the passages in the order of the cross-encoder, if there is one."""
        if self._reranker is None:
            return passages
        scores = self._reranker.score(text, [passage.text for passage in passages])
        pairs = sorted(zip(scores, passages, strict=True), key=lambda pair: -pair[0])
        return tuple(
            replace(passage, rank=place, score=score)
            for place, (score, passage) in enumerate(pairs, 1)
        )

    def _find(
        self,
        connection: Connection,
        searched: _Searched,
        query: Query,
        lexicon: Cursor,
        *,
        knn: int,
    ) -> _Found:
        chunks = sum(index.chunks for index in searched.indexes)
        if not query.text:
            return _Found([], None, {}, gather((), {}, (), chunks=chunks))
        idfs, unknown = _read_idfs(lexicon, searched, query)
        defined = _read_definitions(connection, searched, query)
        candidates = find_candidates(
            connection,
            repository_id=searched.place.id,
            index_ids=searched.ids,
            chunks=max(index.chunks for index in searched.indexes),
            vector=partial(self._embed, query.text, searched.tree.model),
            terms=SparseVector(idfs, DIMENSIONS) if idfs else None,
            limit=self._weights.candidates,
            also=_read_ids(connection, searched, defined),
        )
        ranked = rank(query, candidates, knn=knn, defined=defined, weights=self._weights)
        units = _read_units(connection, searched, ranked)
        return _Found(ranked, units, idfs, gather(candidates, idfs, unknown, chunks=chunks))

    def _embed(self, text: str, model: str) -> HalfVector:
        return HalfVector(self._embedder_for(model).encode([text])[0])


def permalink(blob: str, path: str, start_line: int, end_line: int) -> str:
    """Return the address of lines of a file below ``…/blob/<commit>``."""
    return f"{blob}/{quote(path)}#L{start_line}-L{end_line}"


def _searched(place: Repository, answering: Cursor, query: Query, ref: str | None) -> _Searched:
    indexes = [_Index(*row) for row in answering]
    trees = {index.ref: index for index in indexes if index.kind == IndexKind.TREE}
    if ref is None and len(trees) > 1:
        ref = asked_ref(query.text, trees, repository=place.name)
    default = next((tree for tree in trees.values() if tree.is_default), None)
    tree = default if ref is None else trees.get(ref)
    if tree is None:
        raise RepositoryNotIndexed(place.name, ref)
    threads = (
        index
        for index in indexes
        if index.kind == IndexKind.THREADS and index.model == tree.model and index.chunks
    )
    return _Searched(place, tree, next(threads, None))


def _look_up(connection: Connection, query: Query, ref: str | None) -> Cursor:
    """Ask in how many chunks of a ref, or of the default one, and of the threads a term stands."""
    values = {"terms": [number(term) for term in query.terms], "ref": ref}
    return connection.execute(_LEXICON, values)


def _read_idfs(
    lexicon: Cursor, searched: _Searched, query: Query
) -> tuple[dict[int, float], set[int]]:
    """Return the IDF of each of the query's terms, and those that stand nowhere.

    They count in full.
    """
    containing = dict.fromkeys([number(term) for term in query.terms], 0)
    for index_id, place, count in lexicon:
        if index_id in searched.ids:
            containing[place] += count
    chunks = sum(index.chunks for index in searched.indexes)
    idfs = {place: idf(chunks=chunks, containing=count) for place, count in containing.items()}
    return idfs, {place for place, count in containing.items() if not count}


def _read_definitions(
    connection: Connection, searched: _Searched, query: Query
) -> set[tuple[str, int]]:
    """Return where the names in the query are defined, whichever import path they are given by."""
    places: set[tuple[str, int]] = set()
    for name in query.names:
        found = {
            (item.path, item.start_line)
            for item in resolve(connection, searched.tree.id, name)
            if item.path is not None and item.start_line is not None
        }
        if len(found) <= MOST_DEFINITIONS:
            places |= found
    return places


@dataclass(frozen=True, slots=True)
class _Piece:
    """A chunk of a unit."""

    id: int
    unit_start_line: int
    content: str
    start_line: int
    end_line: int
    terms: SparseVector
    url: str | None
    """Of its document, where that is not a file."""
    about: str | None
    """Of a thread: when it was answered, and why it may hold no longer, on its last line."""
    signature: str | None


def _read_ids(
    connection: Connection, searched: _Searched, places: Collection[tuple[str, int]]
) -> list[int]:
    if not places:
        return []
    values = {
        "repository": searched.place.id,
        "index": searched.tree.id,
        "paths": [path for path, _ in places],
        "lines": [line for _, line in places],
    }
    return [chunk_id for (chunk_id,) in connection.execute(_AT, values)]


def _read_units(connection: Connection, searched: _Searched, ranked: Sequence[Ranked]) -> Cursor:
    """Ask for the chunks of each result's unit, in order, with the result's rank from 1."""
    members = [
        (place, candidate)
        for place, item in enumerate(ranked, 1)
        for candidate in (item.candidate, *item.neighbours)
    ]
    found = [candidate for _, candidate in members]
    values = {
        "repository": searched.place.id,
        "numbers": [place for place, _ in members],
        "indexes": [candidate.index_id for candidate in found],
        "paths": [candidate.path for candidate in found],
        "units": [candidate.unit_start_line for candidate in found],
        "kinds": [candidate.kind.value for candidate in found],
    }
    return connection.execute(_UNITS, values, binary=True)


def _pieces(rows: Iterable[TupleRow]) -> Mapping[int, list[_Piece]]:
    """Return the chunks of each result's unit by the result's rank."""
    pieces: defaultdict[int, list[_Piece]] = defaultdict(list)
    for place, *columns in rows:
        pieces[place].append(_Piece(*columns))
    return pieces


def _passage(
    searched: _Searched,
    found: Ranked,
    unit: Sequence[_Piece],
    idfs: Mapping[int, float],
    *,
    rank: int,
) -> Passage:
    candidate = found.candidate
    members = (candidate, *found.neighbours)
    lines = (
        min(member.unit_start_line for member in members),
        max(member.unit_end_line for member in members),
    )
    if _size(unit) > MAX_UNIT and found.neighbours:
        unit = [piece for piece in unit if piece.unit_start_line == candidate.unit_start_line]
        lines = candidate.unit_start_line, candidate.unit_end_line
    if _size(unit) > MAX_UNIT:
        unit = [piece for piece in unit if piece.id == candidate.id]
        lines = candidate.start_line, candidate.end_line
    present = {term for piece in unit for term in piece.terms.indices()}
    blob = f"{searched.place.url}/blob/{searched.tree.commit}"
    return Passage(
        rank=rank,
        path=candidate.path,
        start_line=lines[0],
        end_line=lines[1],
        symbol=candidate.symbol,
        kind=candidate.kind,
        text=_text(unit),
        url=unit[0].url or permalink(blob, candidate.path, *lines),
        score=found.score,
        similarity=candidate.similarity,
        coverage=coverage(present, idfs),
        signature=unit[0].signature,
    )


def _text(unit: Sequence[_Piece]) -> str:
    """Return what is read of a passage; of a thread, first how far it is to be trusted."""
    about = unit[0].about
    return f"({about.splitlines()[-1]})\n{_joined(unit)}" if about else _joined(unit)


def _size(pieces: Sequence[_Piece]) -> int:
    return sum(len(piece.content) for piece in pieces)


def _joined(pieces: Sequence[_Piece]) -> str:
    """Put a unit's chunks together, with the blank lines that stood between them."""
    text, end = pieces[0].content, pieces[0].end_line
    for piece in pieces[1:]:
        text += "\n" * max(piece.start_line - end, 1) + piece.content
        end = piece.end_line
    return text
