"""What changed: of the items that a release lists, those that a question asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generation.extractive.terms import overlap, terms

if TYPE_CHECKING:
    from collections.abc import Sequence

_CHANGE: Final = terms(
    "add added change changed changelog deprecate deprecated fix fixed improve introduce introduced"
    " new news release released remove removed since update updated version whats"
)
_VERSION: Final = re.compile(r"\d+(?:\.\d+)*")
_MOST: Final = 4
"""Items that hold the question's names."""


def is_asked(asked: frozenset[str]) -> bool:
    """Tell a question about what changed, or when."""
    return bool(asked & _CHANGE)


def naming(items: Sequence[str], asked: frozenset[str]) -> list[str]:
    """Return the items that hold most of the names which the question holds, if any do.

    Its words for change tell one item from another only where names do not.
    """
    names = frozenset(t for t in asked - _CHANGE if not _VERSION.fullmatch(t))
    best = max((overlap(item, names) for item in items), default=0)
    if not best:
        return []
    held = [item for item in items if overlap(item, names) == best]
    most = max(overlap(item, asked) for item in held)
    return [item for item in held if overlap(item, asked) == most][:_MOST]
