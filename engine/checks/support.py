"""Citations that support nothing: whether a passage has anything to do with a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.checks.statements import statements
from retrieval.terms import terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.protocol import Passage

_COMMON = frozenset(
    term
    for term in terms(
        "above add additional allow also answer argument attribute available based below call case"
        " change check class code complete create default define describe detail different do"
        " document documentation each ensure example explain file first find follow following full"
        " function general get give given however import information instance keep key know known"
        " line list look main make may method mention module more most name need new next note"
        " number object option other parameter part pass passage place possible project provide"
        " python read refer repository return run same see section set several show similar simple"
        " source specific start step support take tell text thing type used useful user value"
        " various version want way well within without work"
    )
)
"""What any two texts on a program share."""


def supports(statement: str, passage: Passage) -> bool:
    """Return whether a passage shares anything with a statement that cites it.

    A name, or a word that is not common to all writing on programs, is enough: False says that
    the two have nothing to do with each other. A statement without such words may rest on
    anything.
    """
    wanted = _telling(statement)
    if not wanted:
        return True
    where = f"{passage.path} {passage.symbol or ''} {passage.signature or ''}"
    return not wanted.isdisjoint(_telling(f"{where}\n{passage.text}"))


def unsupporting(markdown: str, passages: Sequence[Passage], *, repository: str) -> frozenset[int]:
    """Return the numbers of the passages that support none of the statements that cite them.

    Where an answer cites a passage more than once, one that it supports is enough. The name of
    the repository says nothing: all its passages have it.
    """
    by_number = {passage.number: passage for passage in passages}
    named = _telling(repository.replace("/", " "))
    idle: dict[int, bool] = {}
    for statement in statements(markdown):
        for number in statement.cited:
            passage = by_number.get(number)
            if passage is not None:
                wanted = _telling(statement.text) - named
                has = not wanted or supports(" ".join(wanted), passage)
                idle[number] = idle.get(number, True) and not has
    return frozenset(number for number, is_idle in idle.items() if is_idle)


def _telling(text: str) -> set[str]:
    return {term for term in terms(text) if term not in _COMMON and not term.isdigit()}
