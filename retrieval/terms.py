"""Text to terms, for lexical search over code and prose alike.

An identifier is searched whole and in its parts: ``LineSlider2D`` gives ``lineslider2d``,
``line``, ``slider`` and ``2d``; ``get_actor_from_polydata`` likewise. Versions stay whole. Words
are stemmed (Porter's English stemmer, Snowball), so that *creating* finds *create*.

A chunk's terms are weighted as BM25 does (Robertson & Zaragoza, 2009, "The Probabilistic
Relevance Framework"), its context lines counting as a field of their own. The weights stand in a
sparse vector, so that PostgreSQL ranks by one inner product with the query's IDFs.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING
from zlib import crc32

import snowballstemmer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retrieval.model import Chunk

DIMENSIONS = 1_000_000_000
"""The number space of terms: the most that pgvector's sparsevec has."""

MAX_TERMS = 1_000
"""Distinct terms kept of a chunk, heaviest first: the most that a sparsevec index takes."""

SATURATION = 1.2
"""BM25's k1: how soon repeating a term stops to count."""

LENGTH_NORMALISATION = 0.75
"""BM25's b."""

MEAN_LENGTH = 150.0
"""Terms in a chunk of usual length. A constant, not each index's mean: chunks are cut to like
lengths, and a weight that changed with every push would have to be written anew in every row."""

CONTEXT_WEIGHT = 3
"""How often a term of the context (path, name, signature) counts."""

# Possessive: what is read is not given back, or a text of many dots takes the square of its length.
_VERSION = re.compile(
    r"(?<![\d.])v?(\d++(?:\.\d++)++(?:(?:rc|a|b|\.?dev|\.?post)\d++)?)(?![\d.]*\d)"
)
_WORD = re.compile(r"[^\W\d]\w*|\d+\w*")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+[A-Za-z]?(?![a-z])")

STOP_WORDS = frozenset(
    "a about am an and any are as at be been but by can could did do does doing for from get had"
    " has have he her here hi hello him his how i if in into is it its just like me my need no"
    " not of on one or our out please she should so some such than thanks that the their them"
    " then there these they this those to try trying up us use used using want was we were what"
    " when where which while who why will with would you your".split()
)
"""Words that say nothing about what is asked."""


def terms(text: str) -> Iterator[str]:
    """Yield the terms of ``text``, versions first, as often as they stand there."""
    versions = _VERSION.findall(text)
    words = _WORD.findall(_VERSION.sub(" ", text) if versions else text)
    return chain(versions, chain.from_iterable(map(_word_terms, words)))


@lru_cache(maxsize=100_000)
def _word_terms(word: str) -> tuple[str, ...]:
    whole = word.strip("_").lower()
    # Other scripts and accented letters mark no parts.
    pieces = parts(word) if word.isascii() else [whole]
    if len(pieces) <= 1:
        return tuple(_kept([whole]))
    return (whole, *_kept(pieces))


def parts(name: str) -> list[str]:
    """Return the words that a name is made of, in lower case: ``set``, ``cookie``."""
    return [part.lower() for part in _PARTS.findall(name)]


def _kept(words: list[str]) -> Iterator[str]:
    for word in words:
        if word and word not in STOP_WORDS and (len(word) > 1 or word.isdigit()):
            yield _stem(word)


_stemmer = snowballstemmer.stemmer("english")


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    stemmed: str = _stemmer.stemWord(word)
    return stemmed


def number(term: str) -> int:
    """Return the term's place in the sparse vector, from 0.

    Among the some ten thousand terms of an index, a billion places make it likely that no two
    share one; where two do, a passage may score for the wrong word, and nothing breaks.
    """
    return crc32(term.encode("utf-8", "surrogatepass")) % DIMENSIONS


def weights(chunk: Chunk) -> dict[int, float]:
    """Return the BM25 weight of each term of ``chunk``, by the term's number."""
    counts = Counter(terms(chunk.text))
    length = counts.total()
    for term in terms(chunk.context):
        counts[term] += CONTEXT_WEIGHT
    norm = SATURATION * (1 - LENGTH_NORMALISATION + LENGTH_NORMALISATION * length / MEAN_LENGTH)
    weighted: dict[int, float] = {}
    for term, count in counts.most_common(MAX_TERMS):
        weighted[number(term)] = count * (SATURATION + 1) / (count + norm)
    return weighted


def idf(*, chunks: int, containing: int) -> float:
    """Return how much it says that a term stands in ``containing`` of ``chunks``."""
    return math.log1p((chunks - containing + 0.5) / (containing + 0.5))
