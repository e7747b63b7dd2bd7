"""Says where things are: the places that were found, each on a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generation.extractive import definitions, documents
from generation.extractive.markup import from_rst
from generation.extractive.sentences import first_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.protocol import Passage

_LONGEST_LINE: Final = 130
"""Characters of what is said of a place."""


def places(passages: Sequence[Passage], asked: frozenset[str]) -> list[str]:
    """Return the list of places, in the order that they were found.

    Of a question about what goes wrong, also what the first of them that says so raises.
    """
    lines: dict[str, None] = {}
    for passage in passages:
        lines.setdefault(_line(passage))
    raised = (definitions.raises(p) for p in passages if definitions.is_about_failure(asked))
    return ["These are the places:", "\n".join(lines), *next(filter(None, raised), [])]


def _line(passage: Passage) -> str:
    where = f"`{passage.path}`, {_span(passage)}"
    if passage.kind in definitions.KINDS and passage.symbol:
        about = _about(passage)
        name = definitions.qualified_name(passage)
        return f"- `{name}` ({passage.kind}) in {where}{about} [{passage.number}]"
    if passage.kind == "module" and passage.symbol:
        return f"- `{passage.symbol}` (module) in {where}{_about(passage)} [{passage.number}]"
    if passage.symbol:
        return f"- **{documents.title(passage)}** in {where} [{passage.number}]"
    return f"- {where} [{passage.number}]"


def _about(passage: Passage) -> str:
    summary = definitions.docstring_of(passage).summary
    said = first_sentence(from_rst(summary), longest=_LONGEST_LINE).rstrip(".")
    return f": {said}" if said else ""


def _span(passage: Passage) -> str:
    if passage.start_line == passage.end_line:
        return f"line {passage.start_line}"
    return f"lines {passage.start_line} to {passage.end_line}"
