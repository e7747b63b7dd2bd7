"""What a message points at: a permalink, lines of a file, a file, or a symbol."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from retrieval.errors import RepositoryNotIndexed
from retrieval.places import Place
from retrieval.query import read_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retrieval.model import SearchResult

_LINK = re.compile(r"https?://[^\s<>()\[\]`]+")
# No branch and no file has a NUL in its name, and PostgreSQL takes none.
_BLOB = re.compile(r"(?P<name>/[^/]+/[^/]+)/(?:blob|blame|raw)/(?P<ref>[^/\0]+)/(?P<path>[^\0\n]+)")
_LINES = re.compile(r"L(?P<first>\d{1,7})(?:C\d+)?(?:-L?(?P<last>\d{1,7})(?:C\d+)?)?")
_PLACE = re.compile(
    r"(?<![\w./:@-])(?P<path>[\w.-]+(?:/[\w.-]+)*\.\w{1,8})"
    r"(?:\#L?|:)(?P<first>\d{1,7})(?:-L?(?P<last>\d{1,7}))?(?!\w)"
)


class Places(Protocol):
    """Reads places as they are indexed; :class:`retrieval.places.Places` does."""

    def read(self, place: Place, *, repository: str) -> SearchResult:
        """Return what stands at ``place``; nothing, if it is not there."""


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """Reads the file, or the lines of one, that a message names."""

    places: Places
    web_url: str
    """Where permalinks begin, ``https://github.com``."""

    def read(self, message: str, *, repository: str, ref: str | None) -> SearchResult | None:
        """Return what stands there, at ``ref`` unless a permalink says otherwise.

        None: no file is named, or none that is indexed; or beside a whole file one of the names in
        it, of which a search tells more.
        """
        place = place_in(message, repository_url=f"{self.web_url}/{repository}")
        if place is None or not place.path:
            return None
        if place.start_line is None and _names_code(message):
            return None
        try:
            found = self.places.read(replace(place, ref=place.ref or ref), repository=repository)
        except RepositoryNotIndexed:
            return None
        is_of_ref = place.ref or ref is None or ref in {found.ref, found.commit}
        return found if found.passages and is_of_ref else None


def _names_code(message: str) -> bool:
    query = read_query(_LINK.sub(" ", message))
    return any(not file.endswith(name) for name in query.names for file in query.files)


def place_in(text: str, *, repository_url: str) -> Place | None:
    """Return the first place that ``text`` points at, or None when it points at none.

    Links count only into ``repository_url``: nothing else is known.
    """
    for link in _LINK.finditer(text):
        place = _linked(link[0], repository_url)
        if place:
            return place
    named = _PLACE.search(_LINK.sub(" ", text))
    if named:
        return _span(Place(named["path"]), named.groupdict())
    query = read_query(_LINK.sub(" ", text))
    if query.files:
        return Place(query.files[0])
    return Place(symbol=query.names[0]) if query.names else None


def _linked(url: str, repository_url: str) -> Place | None:
    try:
        parts, home = urlsplit(url), urlsplit(repository_url)
    except ValueError:  # its host holds characters that stand for a slash or the like
        return None
    blob = _BLOB.fullmatch(unquote(parts.path))
    if blob is None or (parts.netloc.lower(), blob["name"].lower()) != (
        home.netloc.lower(),
        home.path.rstrip("/").lower(),
    ):
        return None
    lines = _LINES.match(parts.fragment)
    place = Place(blob["path"], ref=blob["ref"])
    return _span(place, lines.groupdict()) if lines else place


def _span(file: Place, found: Mapping[str, str | None]) -> Place:
    """Return the lines of ``file`` that are meant, whichever end was written first."""
    first = int(found["first"] or 1)
    last = int(found["last"] or first)
    return replace(file, start_line=max(1, min(first, last)), end_line=max(first, last, 1))
