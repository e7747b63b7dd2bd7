"""reStructuredText: https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html#sections.

Headings are found line by line. docutils would want every Sphinx directive and role taught to it,
gives a section's line only roughly, and can be made to read other files; the rule for a heading
is short.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from retrieval.chunkers.cutting import blank_line_levels
from retrieval.chunkers.documents import Heading, parse_document
from retrieval.chunkers.lines import Lines, MeasuredLines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retrieval.chunkers.measure import Measure
    from retrieval.model import ParsedFile

_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1*")
_TITLE_LESS = re.compile(
    r"""[-+*\u2022\u2023\u2043](\s|$) | \.\.(\s|$) | \|\s | >>>\s | __\s
        | :(?!\s)[^:]+:(\s|$) | \+-""",
    re.VERBOSE,
)
"""Starts of blocks that are something else than text: lists, markup, tables, fields."""
_LABEL = re.compile(r"\.\.\s+_[^:]+:\s*$|\.\.\s+_`[^`]+`:\s*$")
_LEAST_MISMATCH = 4
"""An adornment shorter than its title counts from this length on (docutils warns, and takes it)."""


def parse_rst(path: str, text: str, measure: Measure) -> ParsedFile:
    """Cut a reStructuredText document at its headings."""
    lines = MeasuredLines(text, measure)
    return parse_document(
        path,
        lines,
        find_headings(lines),
        levels=blank_line_levels(lines, lines.whole),
        language="restructuredtext",
    )


def find_headings(lines: Lines) -> list[Heading]:
    """Return the headings; their depth is the order in which their styles first appear."""
    styles: list[str] = []
    headings: list[Heading] = []
    for start, end, style in _adorned(lines):
        if style not in styles:
            styles.append(style)
        title = lines[end - 1].strip()
        depth = styles.index(style) + 1
        headings.append(Heading(start, title, depth, anchored_from=_anchored_from(lines, start)))
    return headings


def _adorned(lines: Lines) -> Iterator[tuple[int, int, str]]:
    """Yield each heading's first and last line and its style: the character, twice if overlined."""
    number = 1
    last_heading_end = 0
    while number < len(lines):
        style = None
        if number == last_heading_end + 1 or _starts_block(lines, number):
            style = _style_at(lines, number)
        if style:
            end = number + len(style)
            yield number, end, style
            last_heading_end = end
            number = end + 1
        else:
            number += 1


def _starts_block(lines: Lines, number: int) -> bool:
    """Whether a new block may start here: after a blank line, or after something indented."""
    if number == 1:
        return True
    before = lines[number - 1]
    return not before.strip() or before[0].isspace() or before.startswith("..")


def _style_at(lines: Lines, number: int) -> str | None:
    first, second = lines[number].rstrip(), lines[number + 1].rstrip()
    third = lines[number + 2].rstrip() if number + 2 <= len(lines) else ""
    if _is_adornment(first):
        is_title = bool(second) and not _is_adornment(second)
        return first[0] * 2 if is_title and first == third and _spans(first, second) else None
    is_title = bool(first) and not first[0].isspace() and not _TITLE_LESS.match(first)
    return second[0] if is_title and _is_adornment(second) and _spans(second, first) else None


def _is_adornment(line: str) -> bool:
    return bool(_ADORNMENT.fullmatch(line))


def _spans(adornment: str, title: str) -> bool:
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in title)
    return len(adornment) >= len(title) + wide or len(adornment) >= _LEAST_MISMATCH


def _anchored_from(lines: Lines, start: int) -> int:
    """Return the first of the labels (``.. _name:``) that stand directly above a heading."""
    anchored = number = start
    while number > 1 and (lines.is_blank(number - 1) or _LABEL.match(lines[number - 1])):
        number -= 1
        if not lines.is_blank(number):
            anchored = number
    return anchored
