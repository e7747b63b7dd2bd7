"""Says more of a definition: what else the prose of its docstring tells the question."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from generation.extractive import changes, documents, markup, typesetting
from generation.extractive.markup import Block, Kind
from generation.extractive.sentences import relevant, sentences
from generation.extractive.terms import overlap

if TYPE_CHECKING:
    from generation.extractive.docstrings import Docstring

_MOST_SENTENCES: Final = 2


def sentences_of(docstring: Docstring, asked: frozenset[str]) -> list[str]:
    """Return the sentences that speak to the question and stand by themselves."""
    blocks = markup.from_prose(docstring.details)
    said = [s for b in blocks if b.kind is Kind.PARAGRAPH for s in sentences(b.text)]
    standing = " ".join(s for s in said if not s.endswith(":"))
    found = relevant(standing, asked, most=_MOST_SENTENCES)
    if changes.is_asked(asked):
        found += [block.text for block in blocks if block.kind is Kind.VERSION]
    return found


def announced(docstring: Docstring, asked: frozenset[str], number: int) -> list[str]:
    """Return the list or the code that speaks most to the question, below what announces it."""
    blocks = markup.from_prose(f"{docstring.summary}\n\n{docstring.details}")
    best: tuple[Block, ...] = ()
    most = 0
    for before, after in pairwise(blocks):
        announces = before.kind is Kind.PARAGRAPH and before.text.endswith(":")
        weight = overlap(f"{before.text} {after.text}", asked)
        if announces and after.kind in {Kind.LIST, Kind.CODE} and weight > most:
            best, most = (Block(before.kind, (sentences(before.text)[-1],)), after), weight
    return typesetting.cited([documents.trimmed(block, asked) for block in best], number)
