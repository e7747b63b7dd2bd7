"""What a command points at: a permalink, lines of a file, a file, or a symbol."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from retrieval.places import Place
from retrieval.query import read_query

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINK = re.compile(r"https?://[^\s<>()\[\]`]+")
_BLOB = re.compile(r"(?P<name>/[^/]+/[^/]+)/(?:blob|blame|raw)/(?P<ref>[^/]+)/(?P<path>.+)")
_LINES = re.compile(r"L(?P<first>\d{1,7})(?:C\d+)?(?:-L?(?P<last>\d{1,7})(?:C\d+)?)?")
_PLACE = re.compile(
    r"(?<![\w./:@-])(?P<path>[\w.-]+(?:/[\w.-]+)*\.\w{1,8})"
    r"(?:\#L?|:)(?P<first>\d{1,7})(?:-L?(?P<last>\d{1,7}))?(?!\w)"
)


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
    parts, home = urlsplit(url), urlsplit(repository_url)
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
