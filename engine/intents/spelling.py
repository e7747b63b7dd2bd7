"""Mends the misspelt words that tell what is asked for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_CUES: Final = (
    "beginner",
    "convert",
    "describe",
    "discussion",
    "equivalent",
    "explain",
    "function",
    "generate",
    "implement",
    "locate",
    "newbie",
    "rewrite",
    "script",
    "snippet",
    "summarise",
    "summarize",
    "summary",
    "translate",
    "translation",
    "tutorial",
    "walkthrough",
)
"""Long enough that a slip leaves no other word."""

_SWAPPED: Final = {"wirte": "write", "wriet": "write", "whree": "where", "wehre": "where"}
"""Short words, of which only these slips are unmistakable: ``white`` is a colour."""

_WORD: Final = re.compile(r"[a-z]{5,14}")
_ONE_SLIP: Final = 8
"""Letters up to which one slip is forgiven; of longer words, two are."""


def mended(text: str) -> str:
    """Return ``text``, which is in lower case, with such words spelt as they are meant."""
    return _WORD.sub(lambda word: _mended(word[0]), text)


@lru_cache(maxsize=4_096)
def _mended(word: str) -> str:
    if word in _SWAPPED:
        return _SWAPPED[word]
    for cue in _CUES:
        # What inflects a cue (explained, converter) is a word of its own, and spelt well.
        if word.startswith(cue) or word[0] != cue[0]:
            continue
        allowed = 1 if len(cue) <= _ONE_SLIP else 2
        if abs(len(word) - len(cue)) <= allowed and _distance(word, cue) <= allowed:
            return cue
    return word


def _distance(one: str, other: str) -> int:
    """Count the slips between two words: a letter more, less, wrong, or two swapped.

    Optimal string alignment, https://en.wikipedia.org/wiki/Damerau-Levenshtein_distance
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
