"""Version numbers in an answer: whether the passages that it rests on have them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.checks.model import Problem, ProblemKind
from engine.checks.statements import statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from generation.protocol import Passage

# Possessive, and from the first digit of a run alone: a text of many digits takes linear time.
_NUMBER = r"(?<!\d)\d++(?:\.\d++)++(?:(?:rc|a|b|\.?dev|\.?post)\d++)?"

# A number with one dot is a version where it is called so; with two it is one anyway, and with
# more an address or a date.
_VERSION = re.compile(
    rf"(?<![\w.-])(?:(?P<called>v|(?:version|versions|release|releases|since)\s+v?|[=<>~]=\s?)"
    rf"(?P<named>{_NUMBER})|(?P<plain>\d++\.\d++\.\d++(?:(?:rc|a|b|\.?dev|\.?post)\d++)?))"
    r"(?![\w-]|\.\d)",
    re.IGNORECASE,
)
_LINK = re.compile(r"\]\([^)\s\]]*+\)|https?://\S++")

_MOST_PARTS = 8
"""Numbers between dots by which a version may be of the series of another."""


def check_versions(
    markdown: str, passages: Sequence[Passage], *, ref: str = "", question: str | None = None
) -> list[Problem]:
    """Return the version numbers that stand in none of the passages.

    A statement that cites is checked against all passages, since it may well cite the wrong one of
    two. One that cites nothing is checked only where the question is known: the number may be from
    there. The ``ref`` that was searched is known anyway.
    """
    if not passages:
        return []
    known = {
        number
        for text in (
            ref,
            question or "",
            *(f"{passage.path}\n{passage.text}" for passage in passages),
        )
        for number in _numbers(text)
    }
    # ``0.12`` is known by ``0.12.0``, and the other way round.
    of_series = known | {shorter for number in known for shorter in _series(number)}
    return [
        Problem(
            ProblemKind.UNSUPPORTED_VERSION,
            statement.line,
            version,
            f"No passage that was read speaks of version {version}.",
        )
        for statement in statements(markdown)
        if statement.cited or question is not None
        for version in dict.fromkeys(_versions(statement.text))
        if version not in of_series and known.isdisjoint(_series(version))
    ]


def _versions(text: str) -> Iterator[str]:
    for match in _VERSION.finditer(_LINK.sub(" ", text)):
        yield match["named"] or match["plain"]


def _numbers(text: str) -> list[str]:
    return re.findall(_NUMBER, text)


def _series(version: str) -> Iterator[str]:
    """Yield the shorter forms of a version: ``0.12`` and ``0`` for ``0.12.0``."""
    parts = version.split(".", _MOST_PARTS)[:-1]
    for count in range(1, len(parts) + 1):
        yield ".".join(parts[:count])
