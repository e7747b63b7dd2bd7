"""A question to ranked passages."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from pgvector import HalfVector, SparseVector

from retrieval.errors import RepositoryNotIndexed
from retrieval.model import ChunkKind, Passage, SearchResult
from retrieval.ranking import WEIGHTS, Candidate, Ranked, coverage, rank
from retrieval.terms import DIMENSIONS, idf, number, terms
from storage.text import storable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from retrieval.catalogue import Catalogue
    from retrieval.embeddings import Embedder
    from storage import Connection, Database

MAX_QUERY = 4_000
"""Characters of a question that are searched for; the embedding model reads fewer still."""

MAX_UNIT = 6_000
"""Characters of a function or section that are given whole; of a longer one, its best chunk."""

_INDEX = """
SELECT id, repository_id, ref, model, commit_sha, chunks FROM indexes
WHERE CASE WHEN %(ref)s::text IS NULL THEN is_default ELSE ref = %(ref)s END
"""

_LEXICON = "SELECT term, chunks FROM lexicon WHERE index_id = %s AND term = ANY(%s)"

# Each side puts forward its best; then both scores are known of every candidate. The lexical
# score has no scale of its own, so the best candidate's stands for 1. Row-level security scopes
# every statement; naming the repository as well lets the plan open its partition alone.
_CANDIDATES = """
WITH dense AS (
    SELECT id FROM chunks WHERE repository_id = %(repository)s AND index_id = %(index)s
    ORDER BY embedding <=> %(vector)s LIMIT %(limit)s
), lexical AS (
    SELECT id FROM chunks
    WHERE repository_id = %(repository)s AND index_id = %(index)s AND %(has_terms)s
    ORDER BY terms <#> %(terms)s LIMIT %(limit)s
), scored AS (
    SELECT id, path, kind, symbol, start_line, end_line, unit_start_line, unit_end_line,
        1 - (embedding <=> %(vector)s) AS similarity,
        -(terms <#> %(terms)s) AS weight
    FROM chunks
    WHERE repository_id = %(repository)s
        AND id IN (SELECT id FROM dense UNION SELECT id FROM lexical)
)
SELECT id, path, kind, symbol, start_line, end_line, unit_start_line, unit_end_line, similarity,
    %(dense)s * similarity
    + (1 - %(dense)s) * coalesce(weight / nullif(max(weight) OVER (), 0), 0) AS fused
FROM scored
"""

_UNITS = """
SELECT wanted.number, chunks.id, content, context, start_line, end_line
FROM unnest(%(paths)s::text[], %(units)s::integer[], %(kinds)s::text[])
    WITH ORDINALITY AS wanted (path, unit_start_line, kind, number)
JOIN chunks USING (path, unit_start_line, kind)
WHERE repository_id = %(repository)s AND index_id = %(index)s
ORDER BY start_line
"""

_SIGNATURES = """
SELECT wanted.number, signature
FROM unnest(%(paths)s::text[], %(units)s::integer[], %(symbols)s::text[])
    WITH ORDINALITY AS wanted (path, start_line, qualified_name, number)
JOIN symbols USING (path, start_line, qualified_name)
WHERE index_id = %(index)s
"""


@dataclass(frozen=True, slots=True)
class _Index:
    id: int
    repository_id: int
    ref: str
    model: str
    commit: str
    chunks: int


class Retriever:
    """Searches one repository at a time, dense and lexical together."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        embedder_for: Callable[[str], Embedder],
    ) -> None:
        """Take the parts; ``embedder_for`` gives the embedder of the model an index was made by."""
        self._database = database
        self._catalogue = catalogue
        self._embedder_for = embedder_for

    def search(
        self, query: str, *, repository: str, knn: int, ref: str | None = None
    ) -> SearchResult:
        """Return the ``knn`` best passages for ``query``; none for a query without content.

        Raises:
            RepositoryNotIndexed: There is no index of ``repository`` (at ``ref``).
            ModelMissing: The index's embedding model cannot be loaded.
            DatabaseUnreachable: The database cannot be reached.
        """
        query = storable(query.replace("\0", " ")).strip()[:MAX_QUERY]
        place = self._catalogue.find(repository)
        if place is None:
            raise RepositoryNotIndexed(repository, ref)
        with self._database.snapshot(place.id) as connection:
            model = _read_index(connection, place.name, ref).model
        # Encoded between the transactions: loading a model takes seconds.
        vector = HalfVector(self._embedder_for(model).encode([query])[0]) if query else None
        with self._database.snapshot(place.id) as connection:
            index = _read_index(connection, place.name, ref)
            if index.model != model:  # replaced meanwhile
                return self.search(query, repository=repository, knn=knn, ref=ref)
            passages = (
                _find(connection, index, query, vector, knn=knn, url=place.url) if vector else ()
            )
        return SearchResult(
            query=query,
            repository=place.name,
            ref=index.ref,
            commit=index.commit,
            passages=passages,
        )


def permalink(blob: str, path: str, start_line: int, end_line: int) -> str:
    """Return the address of lines of a file below ``…/blob/<commit>``."""
    return f"{blob}/{quote(path)}#L{start_line}-L{end_line}"


def _read_index(connection: Connection, repository: str, ref: str | None) -> _Index:
    row = connection.execute(_INDEX, {"ref": ref}).fetchone()
    if row is None:
        raise RepositoryNotIndexed(repository, ref)
    return _Index(*row)


def _read_idfs(connection: Connection, index: _Index, query: str) -> Mapping[str, float]:
    """Return the IDF of each of the query's terms; a term that stands nowhere counts in full."""
    numbers = {number(term): term for term in terms(query)}
    rows = connection.execute(_LEXICON, (index.id, list(numbers))).fetchall()
    containing: dict[int, int] = dict(rows)
    return {
        term: idf(chunks=index.chunks, containing=containing.get(place, 0))
        for place, term in numbers.items()
    }


def _read_candidates(
    connection: Connection, index: _Index, vector: HalfVector, idfs: Mapping[str, float]
) -> list[Candidate]:
    numbers = {number(term): weight for term, weight in idfs.items()}
    rows = connection.execute(
        _CANDIDATES,
        {
            "repository": index.repository_id,
            "index": index.id,
            "vector": vector,
            "terms": SparseVector(numbers, DIMENSIONS),
            "has_terms": bool(numbers),
            "dense": WEIGHTS.dense,
            "limit": WEIGHTS.candidates,
        },
    ).fetchall()
    return [
        Candidate(
            id=row[0],
            path=row[1],
            kind=ChunkKind(row[2]),
            symbol=row[3],
            start_line=row[4],
            end_line=row[5],
            unit_start_line=row[6],
            unit_end_line=row[7],
            similarity=row[8],
            fused=row[9],
        )
        for row in rows
    ]


def _find(
    connection: Connection,
    index: _Index,
    query: str,
    vector: HalfVector,
    *,
    knn: int,
    url: str,
) -> tuple[Passage, ...]:
    idfs = _read_idfs(connection, index, query)
    ranked = rank(query, _read_candidates(connection, index, vector, idfs), knn=knn)
    pieces = _read_pieces(connection, index, ranked)
    signatures = _read_signatures(connection, index, ranked)
    passages = []
    for place, found in enumerate(ranked, 1):
        candidate, unit = found.candidate, pieces[place]
        if sum(len(piece.content) for piece in unit) > MAX_UNIT:
            unit = [piece for piece in unit if piece.id == candidate.id]
            lines = candidate.start_line, candidate.end_line
        else:
            lines = candidate.unit_start_line, candidate.unit_end_line
        text = _joined(unit)
        passages.append(
            Passage(
                rank=place,
                path=candidate.path,
                start_line=lines[0],
                end_line=lines[1],
                symbol=candidate.symbol,
                kind=candidate.kind,
                text=text,
                url=permalink(f"{url}/blob/{index.commit}", candidate.path, *lines),
                score=found.score,
                similarity=candidate.similarity,
                coverage=coverage(f"{unit[0].context}\n{text}", idfs),
                signature=signatures.get(place),
            )
        )
    return tuple(passages)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A chunk of a unit."""

    id: int
    content: str
    context: str
    start_line: int
    end_line: int


def _read_pieces(
    connection: Connection, index: _Index, ranked: Sequence[Ranked]
) -> Mapping[int, list[_Piece]]:
    """Return the chunks of each result's unit, in order, by the result's rank from 1."""
    pieces: defaultdict[int, list[_Piece]] = defaultdict(list)
    for place, *columns in connection.execute(_UNITS, _wanted(index, ranked)):
        pieces[place].append(_Piece(*columns))
    return pieces


def _read_signatures(
    connection: Connection, index: _Index, ranked: Sequence[Ranked]
) -> Mapping[int, str | None]:
    return dict(connection.execute(_SIGNATURES, _wanted(index, ranked)).fetchall())


def _wanted(index: _Index, ranked: Sequence[Ranked]) -> dict[str, object]:
    found = [item.candidate for item in ranked]
    return {
        "repository": index.repository_id,
        "index": index.id,
        "paths": [candidate.path for candidate in found],
        "units": [candidate.unit_start_line for candidate in found],
        "kinds": [candidate.kind.value for candidate in found],
        "symbols": [candidate.symbol for candidate in found],
    }


def _joined(pieces: Sequence[_Piece]) -> str:
    """Put a unit's chunks together, with the blank lines that stood between them."""
    text, end = pieces[0].content, pieces[0].end_line
    for piece in pieces[1:]:
        text += "\n" * max(piece.start_line - end, 1) + piece.content
        end = piece.end_line
    return text
