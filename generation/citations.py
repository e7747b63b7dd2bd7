"""Reads and rewrites the citations of an answer: ``[1]``, ``[1, 2]``, ``[1][2]``.

Code is left alone: ``x[1]`` within backticks or a fence is an index, not a citation. So are links,
``[1](…)``, and link definitions, ``[1]: https://…``. Passages count from 1, so ``[0, 1]`` is an
interval.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_CODE = re.compile(
    r"""
    ^[ ]{0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n        # a fence opens,
    (?:.*?^[ ]{0,3}(?P=fence)[`~]*[ \t]*$|.*\Z)    # and runs to its like, or to the end
    | ^[ ]{0,3}\[[^\]\n]+\]:[ \t]*<?https?://[^\n]*  # a link definition
    | (?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)   # inline code
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
_CITATION = re.compile(
    r"(?P<space>[ \t]?)\[(?P<numbers>[1-9]\d{0,3}(?:\s?,\s?[1-9]\d{0,3})*)\](?!\()"
)


def cited(text: str) -> tuple[int, ...]:
    """Return the numbers that ``text`` cites, each once, in the order of first appearance."""
    numbers: dict[int, None] = {}
    for prose, is_code in _parts(text):
        if not is_code:
            for match in _CITATION.finditer(prose):
                numbers |= dict.fromkeys(_numbers(match))
    return tuple(numbers)


def renumber(text: str, mapping: Mapping[int, int]) -> str:
    """Replace each cited number by its entry in ``mapping``; a number without one is dropped."""

    def replaced(match: re.Match[str]) -> str:
        kept = dict.fromkeys(mapping[n] for n in _numbers(match) if n in mapping)
        return f"{match['space']}[{', '.join(map(str, kept))}]" if kept else ""

    return "".join(
        part if is_code else _CITATION.sub(replaced, part) for part, is_code in _parts(text)
    )


def keep_only(text: str, numbers: Collection[int]) -> str:
    """Drop the citations that refer to none of ``numbers``."""
    return renumber(text, {number: number for number in numbers})


def _numbers(match: re.Match[str]) -> Iterator[int]:
    return map(int, match["numbers"].split(","))


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield ``text`` cut into prose and code, with whether a part is code."""
    position = 0
    for code in _CODE.finditer(text):
        yield text[position : code.start()], False
        yield code.group(), True
        position = code.end()
    yield text[position:], False
