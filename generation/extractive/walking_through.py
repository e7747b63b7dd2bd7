"""Takes a beginner through: installation first, then tutorials, then the manual."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generation.extractive import definitions, documents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.protocol import Passage

_MOST_STEPS: Final = 4
_INSTALLATION: Final = re.compile(r"install|set.?up|requirements|quick.?start", re.IGNORECASE)
_FIRST_STEPS: Final = re.compile(
    r"getting.?started|first.?steps|tutorial|beginner|introduc|hello|basic|quick", re.IGNORECASE
)


def steps(passages: Sequence[Passage], asked: frozenset[str]) -> list[str]:
    """Return the steps, each under its title."""
    ordered = sorted(passages, key=_place)
    paragraphs: list[str] = []
    number = 0
    for passage in ordered:
        if number == _MOST_STEPS:
            break
        said = _step(passage, asked)
        if said:
            number += 1
            paragraphs += [f"**Step {number}: {_title(passage)}**", *said]
    return paragraphs


def _place(passage: Passage) -> tuple[int, int]:
    """Order by what a beginner needs first; alike ones by how well they were found."""
    named = f"{passage.path} {passage.symbol or ''}"
    if documents.is_release_note(passage):
        return 4, passage.number
    if passage.kind in definitions.KINDS:
        return 3, passage.number
    if _INSTALLATION.search(named):
        return 0, passage.number
    if passage.kind in {"tutorial", "cell"} or _FIRST_STEPS.search(named):
        return 1, passage.number
    return 2, passage.number


def _title(passage: Passage) -> str:
    if passage.kind in definitions.KINDS:
        return f"`{definitions.short_name(passage)}`"
    return documents.title(passage)


def _step(passage: Passage, asked: frozenset[str]) -> list[str]:
    if passage.kind in definitions.KINDS:
        return definitions.explain(passage, (), asked)
    if passage.kind == "module":
        return definitions.introduce(passage)
    return documents.excerpt(passage, asked)
