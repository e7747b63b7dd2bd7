"""Reads what a person points at: a symbol, a file, or lines of it, as it is indexed."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from retrieval.errors import RepositoryNotIndexed
from retrieval.model import ChunkKind, Passage, SearchResult
from retrieval.search import permalink
from retrieval.symbols.lookup import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from retrieval.catalogue import Catalogue, Repository
    from storage import Connection, Database

MOST_PASSAGES = 20
"""Units of a file that are read, from its beginning."""
MOST_DEFINITIONS = 3
"""Definitions that are read of a name that stands for several."""

_INDEX = """
SELECT id, ref, commit_sha FROM indexes
WHERE answers AND kind = 'tree' AND CASE WHEN %(ref)s::text IS NULL THEN is_default ELSE
    ref = %(ref)s OR commit_sha = %(ref)s END
ORDER BY is_default DESC LIMIT 1
"""

# What a person calls a file may leave folders out; the shortest path that ends so is meant.
_PATH = """
SELECT path FROM documents
WHERE index_id = %(index)s
    AND (path = %(path)s OR right(path, length(%(path)s) + 1) = '/' || %(path)s)
ORDER BY length(path), path LIMIT 1
"""

_CHUNKS = """
SELECT kind, symbol, start_line, end_line, unit_start_line, content FROM chunks
WHERE repository_id = %(repository)s AND index_id = %(index)s AND path = %(path)s
    AND start_line <= %(last)s AND end_line >= %(first)s
ORDER BY start_line, id
"""

_LAST_LINE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Place:
    """What a person points at: a path, with lines or without, or a symbol's name."""

    path: str = ""
    start_line: int | None = None
    end_line: int | None = None
    symbol: str = ""
    ref: str | None = None
    """A branch, a tag or a commit that is indexed; None is the default index."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A chunk, or the part of one that is asked for."""

    kind: ChunkKind
    symbol: str | None
    start_line: int
    end_line: int
    unit_start_line: int
    text: str


class Places:
    """Reads places of one repository at a time."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        """Take the parts."""
        self._database = database
        self._catalogue = catalogue

    def read(self, place: Place, *, repository: str) -> SearchResult:
        """Return what stands at ``place``, in the order of the file; nothing, if it is not there.

        Raises:
            RepositoryNotIndexed: There is no index of ``repository``.
        """
        known = self._catalogue.find(repository)
        if known is None:
            raise RepositoryNotIndexed(repository, place.ref)
        with self._database.snapshot(known.id) as connection:
            # A permalink may be of a commit that was never indexed: then the default one serves.
            row = (
                connection.execute(_INDEX, {"ref": place.ref}).fetchone()
                or connection.execute(_INDEX, {"ref": None}).fetchone()
            )
            if row is None:
                raise RepositoryNotIndexed(repository, place.ref)
            index_id, ref, commit = row
            blob = f"{known.url}/blob/{commit}"
            passages = tuple(_read(connection, known, index_id, place, blob))
        asked = place.symbol or place.path
        return SearchResult(asked, known.name, ref, commit, _numbered(passages))


def _read(
    connection: Connection, repository: Repository, index_id: int, place: Place, blob: str
) -> Iterable[Passage]:
    values = {"repository": repository.id, "index": index_id}
    if place.path:
        row = connection.execute(_PATH, {**values, "path": place.path}).fetchone()
        if row is None:
            return
        pieces = _pieces(connection, values, row[0], place.start_line, place.end_line)
        if place.start_line is None:
            yield from (_passage(row[0], piece, blob) for piece in _units(pieces)[:MOST_PASSAGES])
        elif pieces:
            last = place.end_line or place.start_line
            yield _passage(row[0], _lines(pieces, place.start_line, last), blob)
        return
    for item in resolve(connection, index_id, place.symbol)[:MOST_DEFINITIONS]:
        if item.path is None or item.start_line is None:
            continue
        pieces = _pieces(connection, values, item.path, item.start_line, item.end_line)
        units = _units([piece for piece in pieces if piece.unit_start_line == item.start_line])
        if units:
            # Of a class, its own unit: the header, the docstring and the public surface.
            yield _passage(item.path, units[0], blob, signature=item.signature)


def _pieces(
    connection: Connection,
    values: Mapping[str, int],
    path: str,
    start_line: int | None,
    end_line: int | None,
) -> list[_Piece]:
    first = start_line or 1
    last = end_line or start_line or _LAST_LINE
    rows = connection.execute(_CHUNKS, {**values, "path": path, "first": first, "last": last})
    return [_Piece(ChunkKind(kind), *rest) for kind, *rest in rows]


def _units(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Join the chunks of each function, class or section."""
    units: list[_Piece] = []
    ordered = sorted(pieces, key=lambda piece: (piece.unit_start_line, piece.start_line))
    for _, group in itertools.groupby(
        ordered, key=lambda piece: (piece.unit_start_line, piece.kind, piece.symbol)
    ):
        members = list(group)
        units.append(
            _Piece(
                members[0].kind,
                members[0].symbol,
                members[0].start_line,
                max(member.end_line for member in members),
                members[0].unit_start_line,
                "\n".join(member.text for member in members),
            )
        )
    return units


def _lines(pieces: Sequence[_Piece], first: int, last: int) -> _Piece:
    """Put lines together from the chunks that hold them as they stand in the file."""
    text: dict[int, str] = {}
    for piece in pieces:
        lines = piece.text.split("\n")
        if len(lines) == piece.end_line - piece.start_line + 1:  # not the outline of a class
            text.update(
                (number, line)
                for number, line in enumerate(lines, piece.start_line)
                if first <= number <= last
            )
    if not text:
        return pieces[0]
    inner = max(pieces, key=lambda piece: piece.unit_start_line)
    covers = len({piece.unit_start_line for piece in pieces if piece.kind != ChunkKind.CLASS}) == 1
    return _Piece(
        inner.kind if covers else ChunkKind.TEXT,
        inner.symbol if covers else None,
        min(text),
        max(text),
        inner.unit_start_line,
        "\n".join(text[number] for number in sorted(text)),
    )


def _passage(path: str, piece: _Piece, blob: str, *, signature: str | None = None) -> Passage:
    return Passage(
        rank=1,
        path=path,
        start_line=piece.start_line,
        end_line=piece.end_line,
        symbol=piece.symbol,
        kind=piece.kind,
        text=piece.text,
        url=permalink(blob, path, piece.start_line, piece.end_line),
        score=1.0,
        similarity=1.0,
        coverage=1.0,
        signature=signature,
    )


def _numbered(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate(passages, 1))
