"""A question to ranked passages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from pgvector import HalfVector, SparseVector

from retrieval.errors import RepositoryNotIndexed
from retrieval.model import ChunkKind, Passage, SearchResult
from retrieval.ranking import WEIGHTS, Candidate, Ranked, coverage, rank
from retrieval.terms import DIMENSIONS, idf, number, terms

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
SELECT id, ref, model, commit_sha, chunks FROM indexes
WHERE CASE WHEN %(ref)s::text IS NULL THEN is_default ELSE ref = %(ref)s END
"""

_LEXICON = "SELECT term, chunks FROM lexicon WHERE index_id = %s AND term = ANY(%s)"

# Each side puts forward its best; then both scores are known of every candidate. The lexical
# score has no scale of its own, so the best candidate's stands for 1.
_CANDIDATES = """
WITH dense AS (
    SELECT id FROM chunks WHERE index_id = %(index)s
    ORDER BY embedding <=> %(vector)s LIMIT %(limit)s
), lexical AS (
    SELECT id FROM chunks WHERE index_id = %(index)s AND %(has_terms)s
    ORDER BY terms <#> %(terms)s LIMIT %(limit)s
), scored AS (
    SELECT id, path, kind, symbol, start_line, end_line, unit_start_line, unit_end_line,
        1 - (embedding <=> %(vector)s) AS similarity,
        -(terms <#> %(terms)s) AS weight
    FROM chunks
    WHERE index_id = %(index)s
        AND id IN (SELECT id FROM dense UNION SELECT id FROM lexical)
)
SELECT id, path, kind, symbol, start_line, end_line, unit_start_line, unit_end_line, similarity,
    %(dense)s * similarity
    + (1 - %(dense)s) * coalesce(weight / nullif(max(weight) OVER (), 0), 0) AS fused
FROM scored
"""

_UNIT = """
SELECT content, context, start_line, end_line FROM chunks
WHERE index_id = %(index)s AND path = %(path)s AND unit_start_line = %(unit)s
    AND kind = %(kind)s
ORDER BY start_line
"""

_CHUNK = "SELECT content, context, start_line, end_line FROM chunks WHERE id = %(chunk)s"

_SIGNATURE = """
SELECT signature FROM symbols
WHERE index_id = %(index)s AND path = %(path)s AND qualified_name = %(symbol)s
    AND start_line = %(unit)s
"""


@dataclass(frozen=True, slots=True)
class _Index:
    id: int
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
        query = query.replace("\0", " ").strip()[:MAX_QUERY]
        place = self._catalogue.find(repository)
        if place is None:
            raise RepositoryNotIndexed(repository, ref)
        with self._database.snapshot(place.id) as connection:
            index = _read_index(connection, place.name, ref)
            passages: tuple[Passage, ...] = ()
            if query:
                vector = self._embedder_for(index.model).encode([query])[0]
                idfs = _read_idfs(connection, index, query)
                candidates = _read_candidates(connection, index, HalfVector(vector), idfs)
                blob = f"{place.url}/blob/{index.commit}"
                passages = tuple(
                    _passage(
                        connection, index, found, rank_number=rank_number, idfs=idfs, blob=blob
                    )
                    for rank_number, found in enumerate(rank(query, candidates, knn=knn), 1)
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


def _passage(
    connection: Connection,
    index: _Index,
    found: Ranked,
    *,
    rank_number: int,
    idfs: Mapping[str, float],
    blob: str,
) -> Passage:
    candidate = found.candidate
    start, end = candidate.unit_start_line, candidate.unit_end_line
    values = {
        "index": index.id,
        "path": candidate.path,
        "unit": start,
        "kind": candidate.kind.value,
        "symbol": candidate.symbol,
        "chunk": candidate.id,
    }
    pieces = connection.execute(_UNIT, values).fetchall()
    if sum(len(piece[0]) for piece in pieces) > MAX_UNIT:
        pieces = connection.execute(_CHUNK, values).fetchall()
        start, end = candidate.start_line, candidate.end_line
    text = _joined(pieces)
    signature = connection.execute(_SIGNATURE, values).fetchone()
    return Passage(
        rank=rank_number,
        path=candidate.path,
        start_line=start,
        end_line=end,
        symbol=candidate.symbol,
        kind=candidate.kind,
        text=text,
        url=permalink(blob, candidate.path, start, end),
        score=found.score,
        similarity=candidate.similarity,
        coverage=coverage(f"{pieces[0][1]}\n{text}", idfs),
        signature=signature[0] if signature else None,
    )


def _joined(pieces: Sequence[tuple[str, str, int, int]]) -> str:
    """Put a unit's chunks together, with the blank lines that stood between them."""
    text, end = pieces[0][0], pieces[0][3]
    for content, _, start_line, end_line in pieces[1:]:
        text += "\n" * max(start_line - end, 1) + content
        end = end_line
    return text
