"""A class as its user sees it: header, docstring, attributes and public methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.chunkers.lines import MeasuredLines, Span, text_sizes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Surface:
    """What is shown of a class, and which of its own lines are left to show elsewhere."""

    texts: tuple[str, ...]
    """More than one only when even the names of its methods do not fit into one."""
    rest: tuple[Span, ...]


def surface_of(
    lines: MeasuredLines,
    runs: Sequence[Span],
    listings: Sequence[Sequence[str]],
    *,
    opening: Span,
    size: int,
) -> Surface:
    """Describe a class whose own lines, those outside its methods, are ``runs``.

    ``listings`` has the methods, each in ever less detail. When the own lines take too much of
    ``size`` tokens to list the methods beside them, the text holds those of ``opening``
    alone, and the rest is left. Methods that cannot be listed in one text go on in further ones.
    """
    introduced, rest = _introduced(lines, runs, opening)
    details = [_indented(detail) for detail in zip(*listings, strict=True)] or [[]]
    sizes = [text_sizes(entries, lines.measure) for entries in details]
    for shown, left in ((tuple(runs), ()), (introduced, rest)):
        room = size - sum(map(lines.size, shown))
        for entries, entry_sizes in zip(details, sizes, strict=True):
            if sum(entry_sizes) <= room:
                return Surface((_joined(lines, shown, entries),), left)
    room = size - sum(map(lines.size, introduced))
    if room < size // 2:
        introduced, rest, room = (), tuple(runs), size
    first, *further = _pages(details[-1], sizes[-1], first=room, size=size)
    texts = (_joined(lines, introduced, first), *("\n".join(page) for page in further))
    return Surface(tuple(text for text in texts if text), rest)


def _introduced(
    lines: MeasuredLines, runs: Sequence[Span], opening: Span
) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Part the lines of a class into those of its opening and the others."""
    head, *later = runs
    shown = Span(max(head.start, opening.start), min(head.end, opening.end))
    if shown.end < shown.start:
        return (), tuple(runs)
    around = Span(head.start, shown.start - 1), Span(shown.end + 1, head.end)
    return (shown,), (*filter(None, map(lines.trimmed, around)), *later)


def _indented(entries: Sequence[str]) -> list[str]:
    return ["\n".join(f"    {line}" for line in entry.split("\n")) for entry in entries]


def _joined(lines: MeasuredLines, runs: Sequence[Span], entries: Sequence[str]) -> str:
    own = "\n\n".join(lines.text(run) for run in runs)
    return "\n\n".join(part for part in (own, "\n".join(entries)) if part)


def _pages(
    entries: Sequence[str], sizes: Sequence[int], *, first: int, size: int
) -> Iterator[list[str]]:
    """Divide the entries into texts of ``size``, the first of ``first``; drop one beyond that."""
    page: list[str] = []
    left = first
    for entry, length in zip(entries, sizes, strict=True):
        if length > size:
            continue
        if length > left:
            yield page
            page, left = [], size
        page.append(entry)
        left -= length
    yield page
