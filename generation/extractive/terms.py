"""What a question is about: its words, without those that every question holds."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import snowballstemmer

_WORD: Final = re.compile(r"\d+(?:\.\d+)+|[^\W_]+")
_PARTS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z])(?=\d)")
_COMMON: Final = frozenset(
    """
    a about all an and any are as at be been by can could create did do does doing for from get
    give had
    has have how i if in into is it its like make me my need of on one or our please should show
    so some tell than that the their them then there these this to under up us use used using want
    was way we what when where which who why will with work works would you your
    """.split()
)

_stemmer = snowballstemmer.stemmer("english")


def terms(text: str) -> frozenset[str]:
    """Return the stems of the words in ``text``, compounds (``ShowManager``) also in parts."""
    found: set[str] = set()
    for word in _WORD.findall(text):
        for part in {word, *_PARTS.split(word)}:
            if len(part) > 1 and part.lower() not in _COMMON:
                found.add(stem(part))
    return frozenset(found)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Cut a word's ending, so that verifies, verified and verify are one (Snowball, English)."""
    stemmed: str = _stemmer.stemWord(word.lower())
    return stemmed


def overlap(text: str, asked: frozenset[str]) -> int:
    """Count the asked terms that ``text`` holds."""
    return len(asked & terms(text))
