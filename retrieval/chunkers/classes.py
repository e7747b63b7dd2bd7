"""A class as its user sees it: header, docstring, attributes and public methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.chunkers.cutting import TARGET_CHARACTERS
from retrieval.chunkers.docstrings import first_paragraph_end, first_sentence
from retrieval.chunkers.lines import Lines, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from retrieval.chunkers.definitions import Definition

_LONGEST_LISTING = 2 * TARGET_CHARACTERS
"""Characters of methods; the model reads the first half, a person all of it."""


@dataclass(frozen=True, slots=True)
class Surface:
    """What is shown of a class, and which of its own lines are left to show elsewhere."""

    text: str
    rest: tuple[Span, ...]


def class_surface(
    lines: Lines, definition: Definition, runs: Sequence[Span], *, size: int
) -> Surface:
    """Describe a class whose own lines, those outside its methods, are ``runs``.

    When they take more than ``size`` characters, the text holds the header and the first
    paragraph of the docstring, and the rest is left.
    """
    listing = _listing(definition.members)
    own = "\n\n".join(lines.text(run) for run in runs)
    if len(own) <= size:
        return Surface(f"{own}\n\n{listing}".rstrip(), rest=())
    header, *later = runs
    end = min(_opening_end(lines, definition), header.end)
    opening = lines.text(Span(header.start, end))
    rest = lines.trimmed(Span(end + 1, header.end))
    return Surface(f"{opening}\n\n{listing}".rstrip(), rest=(*([rest] if rest else []), *later))


def _opening_end(lines: Lines, definition: Definition) -> int:
    if definition.docstring_span:
        return first_paragraph_end(lines, definition.docstring_span)
    return max(definition.span.start, definition.body[0].lineno - 1)


def _listing(members: Sequence[Definition]) -> str:
    """List the public members in as much detail as there is room for."""
    public = [member for member in members if _is_public(member)]
    details: tuple[Callable[[Definition], str], ...] = (_summarised, _signed, _named)
    for detail in details:
        listing = "\n".join(f"    {detail(member)}" for member in public)
        if len(listing) <= _LONGEST_LISTING:
            break
    return listing


def _is_public(member: Definition) -> bool:
    is_special = member.name.startswith("__") and member.name.endswith("__")
    return (is_special or not member.name.startswith("_")) and not member.is_accessor


def _summarised(member: Definition) -> str:
    summary = first_sentence(member.docstring)
    return f"{_signed(member)}\n        {summary}" if summary else _signed(member)


def _signed(member: Definition) -> str:
    return f"@property\n    {member.signature}" if member.is_property else member.signature


def _named(member: Definition) -> str:
    return member.name
