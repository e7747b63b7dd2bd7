"""Sums up by lead sentences: of each passage what it begins with, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generation.extractive import definitions, documents, markup
from generation.extractive.markup import Kind
from generation.extractive.sentences import sentences, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.protocol import Passage

_MOST: Final = 12
"""Passages that are told of; of more, the first half and the last."""
_LEAD_SENTENCES: Final = 2
_OPENING_SENTENCES: Final = 3
_LONGEST: Final = 260
"""Characters of what is told of one passage."""
_ENDS: Final = (".", "!", "?", ":", "…")
_OPENING_LONGEST: Final = 420
"""Characters of what is told of the first, from which the rest follows."""


def sum_up(passages: Sequence[Passage]) -> list[str]:
    """Return a line for each passage that says anything."""
    lines = [_line(passage, most=_LEAD_SENTENCES, longest=_LONGEST) for passage in passages[1:]]
    lines = [line for line in lines if line]
    if left_out := len(lines) - _MOST:
        lines = lines if left_out < 0 else [*lines[: _MOST // 2], *lines[-(_MOST // 2) :]]
    first = _line(passages[0], most=_OPENING_SENTENCES, longest=_OPENING_LONGEST)
    return ["\n".join(line for line in (first, *lines) if line)]


def _line(passage: Passage, *, most: int, longest: int) -> str:
    if passage.kind in definitions.KINDS and passage.symbol:
        summary = definitions.docstring_of(passage).summary
        return definitions.mention(passage) if summary else ""
    said = shortened(" ".join(sentences(_prose(passage))[:most]), longest=longest)
    return f"- **{documents.title(passage)}**: {said} [{passage.number}]" if said else ""


def _prose(passage: Passage) -> str:
    """Return what a passage says in words; a title ends like a sentence."""
    if passage.kind == "module":
        return definitions.docstring_of(passage).summary
    said = (
        block.text
        for block in markup.read(passage.text, passage.path)
        if block.kind in {Kind.PARAGRAPH, Kind.LIST}
    )
    return " ".join(text if text.endswith(_ENDS) else f"{text}." for text in said)
