"""Reads and rewrites the citations of an answer: ``[1]``, ``[1, 2]``, ``[1][2]``.

Models also write ``[1-3]``, ``[1; 2]``, ``[Passage 1]``, ``[^1]``, ``【1】`` and ``【1†source】``:
they are read alike, and rewritten as the first ones are. A range that runs backwards, or takes in
more than a request has passages, is none.

Code is left alone: ``x[1]`` within backticks or a fence is an index, not a citation. So are links,
``[1](…)``, and link definitions, ``[1]: https://…``. Passages count from 1, so ``[0, 1]`` is an
interval. Every pattern takes time linear in the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

WIDEST: Final = 50
"""Passages that a range may take in."""

_NUMBER = r"[1-9]\d{0,3}+"
_ITEM = rf"(?:[Pp]assages?\s)?+{_NUMBER}(?:\s?[-\u2013]\s?{_NUMBER})?+"
_ITEMS = rf"{_ITEM}(?:(?:\s?[,;]\s?(?:and\s)?|\sand\s){_ITEM})*+"

CITATION: Final = rf"(?:\[\^?{_ITEMS}\](?!\()|【{_ITEMS}(?:†[^】\n]{{0,80}}+)?+】)"
"""The pattern of a citation, without groups."""

# A run of back-ticks longer than this opens nothing. Each length of run can lack its like but once,
# so that what is looked through in vain is bounded too.
_TICKS = r"(?<!`)(?P<ticks>`{1,50}+)(?!`)"

CODE_SPAN: Final = rf"{_TICKS}(?:[^`]++|(?!(?P=ticks)(?!`))`++)++(?P=ticks)"
"""The pattern of inline code; its one group is ``ticks``."""

_CODE = re.compile(
    rf"""
    ^[ ]{{0,3}}(?P<fence>`{{3,}}+(?=[^`\n]*+\n)|~{{3,}}+)[^\n]*+\n   # a fence opens,
    (?:.*?^[ ]{{0,3}}(?P=fence)[`~]*+[ \t]*+$|.*\Z)    # and runs to its like, or to the end
    | ^[ ]{{0,3}}\[[^\]\n]++\]:[ \t]*+<?https?://[^\n]*+   # a link definition
    | {CODE_SPAN}
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
_WITH_SPACE = re.compile(rf"(?P<space>[ \t]?)(?P<citation>{CITATION})")
_RANGE = re.compile(r"(\d+)(?:\s?[-\u2013]\s?(\d+))?")


def cited(text: str) -> tuple[int, ...]:
    """Return the numbers that ``text`` cites, each once, in the order of first appearance."""
    numbers: dict[int, None] = {}
    for prose, is_code in _parts(text):
        if not is_code:
            for match in _WITH_SPACE.finditer(prose):
                numbers |= dict.fromkeys(_numbers(match["citation"]))
    return tuple(numbers)


def renumber(text: str, mapping: Mapping[int, int]) -> str:
    """Replace each cited number by its entry in ``mapping``; a number without one is dropped."""

    def replaced(match: re.Match[str]) -> str:
        numbers = _numbers(match["citation"])
        if not numbers:
            return match.group()
        kept = dict.fromkeys(mapping[n] for n in numbers if n in mapping)
        return f"{match['space']}[{', '.join(map(str, kept))}]" if kept else ""

    return "".join(
        part if is_code else _WITH_SPACE.sub(replaced, part) for part, is_code in _parts(text)
    )


def keep_only(text: str, numbers: Collection[int]) -> str:
    """Drop the citations that refer to none of ``numbers``."""
    return renumber(text, {number: number for number in numbers})


def _numbers(citation: str) -> tuple[int, ...]:
    """Return what one citation names, ranges written out; nothing, where it can be none."""
    numbers: list[int] = []
    for first, last in _RANGE.findall(citation.partition("†")[0]):
        start, end = int(first), int(last or first)
        if not 0 <= end - start < WIDEST:
            return ()
        numbers += range(start, end + 1)
    return tuple(numbers)


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield ``text`` cut into prose and code, with whether a part is code."""
    position = 0
    for code in _CODE.finditer(text):
        yield text[position : code.start()], False
        yield code.group(), True
        position = code.end()
    yield text[position:], False
