"""Places in a repository, written for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fury_bot.cli.folders import has_permalinks

if TYPE_CHECKING:
    from engine import Source
    from retrieval.model import Passage


def lines_of(place: Source | Passage) -> str:
    """Return ``path:first-last``."""
    return f"{place.path}:{place.start_line}-{place.end_line}"


def link_to(place: Source | Passage, *, commit: str) -> str | None:
    """Return the permalink; None where ``commit``, of the index, stands for a folder alone."""
    return place.url if has_permalinks(commit) else None
