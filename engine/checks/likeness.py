"""How alike two names are, as people and models mistake one for the other."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CUTOFF = 0.6
"""The least likeness at which one name may be meant by another."""

SLIP = 0.97
"""The likeness of two names that are one slip of the keyboard apart."""

_SHORTEST_SLIP = 2
"""Characters that a name has to have, if it is to be known with one of them wrong."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+[A-Za-z]?(?![a-z])")


def likeness(wrong: str, right: str) -> float:
    """Return how alike two names are, in [0, 1].

    At 1 they differ in letters' case at most; then come those that differ in underscores, and
    those that are one slip apart. Of the others count the letters in common, and the words.
    """
    first, second = wrong.lower(), right.lower()
    if first == second:
        return 1.0
    if first.replace("_", "") == second.replace("_", ""):
        return 0.99
    if is_slip(first, second):
        return SLIP
    letters = SequenceMatcher(None, first, second).ratio()
    ours, theirs = set(words(wrong)), set(words(right))
    shared = len(ours & theirs) / len(ours | theirs) if ours & theirs else 0.0
    return max(letters, 0.5 + 0.4 * shared if shared else 0.0)


def is_slip(wrong: str, right: str) -> bool:
    """Whether one letter is left out, put in, doubled, replaced, or has changed places.

    An ``s`` at the end more or less is none, nor is another digit: they make other names.
    """
    if min(len(wrong), len(right)) < _SHORTEST_SLIP or wrong == right:
        return False
    if wrong + "s" == right or right + "s" == wrong:
        return False
    start = 0
    while start < min(len(wrong), len(right)) and wrong[start] == right[start]:
        start += 1
    rest, other = wrong[start:], right[start:]
    if len(wrong) == len(right):
        if rest[2:] == other[2:] and rest[:2] == other[:2][::-1]:
            return True
        return rest[1:] == other[1:] and not (rest[0].isdigit() or other[0].isdigit())
    longer, shorter = (rest, other) if len(wrong) > len(right) else (other, rest)
    return longer[1:] == shorter and not longer[0].isdigit()


def words(name: str) -> list[str]:
    """Return the words that an identifier is made of, in lower case."""
    return [word.lower() for word in _WORDS.findall(name)]


def closest(wrong: str, names: Iterable[str], *, cutoff: float = CUTOFF) -> str | None:
    """Return the name that is most like ``wrong``; of equals, one of like case, or the shortest."""

    def rank(name: str) -> tuple[float, float, int, str]:
        in_case = SequenceMatcher(None, wrong, name).ratio()
        return likeness(wrong, name), in_case, -len(name), name

    best = max((name for name in set(names) if name != wrong), key=rank, default=None)
    return best if best is not None and likeness(wrong, best) >= cutoff else None
