"""Citations that support nothing: whether a passage has anything to do with a statement.

To drop a citation that is right costs an answer its source; to keep one that is wrong costs a
reader a look. So one is dropped only where there is a sign: the statement names code of which the
passage has none, or another passage that it cites does speak of the same. Of what is said in
another language than English nothing can be told by its words.
"""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING

from engine.checks.statements import statements
from generation import citations
from retrieval.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from engine.checks.statements import Statement
    from generation.protocol import Passage

_COMMON = frozenset(
    term
    for term in terms(
        "above add additional allow also answer argument attribute available based below call can"
        " case change check class code complete create default define describe detail different do"
        " document documentation each ensure example explain false file first find follow following"
        " full function general get give given however import information instance keep key know"
        " known line list look main make may method mention module more most name need new next no"
        " none note number object ok option other parameter part pass passage place possible"
        " project provide python read refer repository return run same section see self set several"
        " show similar simple source specific start step support supported take tell text thing"
        " true type used useful user value various version want way well within without work yes"
    )
)
"""What any two texts on a program share."""

_ENGLISH = frozenset(
    "and are been by cannot for from has have how into it its not of that the their them then there"
    " these they this those to when where which with you your".split()
)
"""Function words of English that other languages of Europe hardly have."""

_MOST_FOREIGN = 0.2
"""The share of letters outside of ASCII from which a text is taken to be in another language."""

_LEAST_WORDS = 2
"""Telling words that a statement in plain words has to have, if it is to be judged by them."""

_CODE = re.compile(citations.CODE_SPAN)
_CITATION = re.compile(citations.CITATION)
_NAME = re.compile(
    r"""
    (?<![\w.])(?:
        (?=\w*_)\w++(?:\.\w++)*+                # snake_case
        | [^\W\d]\w*+(?:\.[^\W\d]\w*+)++        # dotted
        | (?=[A-Za-z]*[a-z][A-Z])[A-Za-z]\w*+   # CamelCase
        | (?=[A-Za-z]++\d)\w++                  # with digits
    )
    """,
    re.VERBOSE,
)
_IDENTIFIER = re.compile(r"[^\W\d]\w*+")


def unsupporting(markdown: str, passages: Sequence[Passage], *, repository: str) -> frozenset[int]:
    """Return the numbers of the passages that support none of the statements that cite them.

    Where an answer cites a passage more than once, one that it supports is enough. The name of
    the repository says nothing: all its passages have it.
    """
    words = {passage.number: frozenset(terms(_text(passage))) for passage in passages}
    readable = {passage.number for passage in passages if not _is_foreign(passage.text)}
    common = _COMMON | set(terms(repository.replace("/", " ")))
    kept: set[int] = set()
    idle: set[int] = set()
    for statement in statements(markdown):
        known = {number: words[number] for number in statement.cited if number in words}
        dropped = set(_idle(statement, known, common)) & readable
        idle |= dropped
        kept |= known.keys() - dropped
    return frozenset(idle - kept)


def _idle(
    statement: Statement, passages: Mapping[int, AbstractSet[str]], common: AbstractSet[str]
) -> Iterator[int]:
    """Yield the numbers of the passages that have nothing to do with a statement."""
    text = _CITATION.sub(" ", statement.text)
    if not _is_english(text):
        return
    named = {term for name in _names(text) for term in terms(name)}
    wanted = _telling(set(terms(text)), common)
    sharing = {number for number, words in passages.items() if not wanted.isdisjoint(words)}
    speaks_elsewhere = bool(sharing) and len(wanted) >= _LEAST_WORDS
    for number, words in passages.items():
        lacks_names = bool(_telling(named, common)) and named.isdisjoint(words)
        if number not in sharing and (speaks_elsewhere or lacks_names):
            yield number


def _names(text: str) -> Iterator[str]:
    """Yield the names of code in a statement: in back-ticks, or spelt as no word is."""
    for span in _CODE.finditer(text):
        for name in _IDENTIFIER.findall(span.group()):
            if not keyword.iskeyword(name):
                yield name
    for match in _NAME.finditer(_CODE.sub(" ", text)):
        yield match.group()


def _is_english(text: str) -> bool:
    prose = _CODE.sub(" ", text)
    return not _is_foreign(prose) and any(
        word.lower() in _ENGLISH for word in _IDENTIFIER.findall(prose)
    )


def _is_foreign(text: str) -> bool:
    letters = sum(character.isalpha() for character in text)
    return sum(not character.isascii() for character in text) > _MOST_FOREIGN * letters


def _text(passage: Passage) -> str:
    return f"{passage.path} {passage.symbol or ''} {passage.signature or ''}\n{passage.text}"


def _telling(found: AbstractSet[str], common: AbstractSet[str]) -> set[str]:
    return {term for term in found if term not in common and not term.isdigit()}
