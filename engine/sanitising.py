"""What a face must find in generated Markdown before it may show it, whatever its own dialect.

Plain functions on text, each linear in its length: what a model writes, strangers may have shaped.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

INVISIBLE: Final = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
"""Characters that no reader sees, and that part or turn around those that they do see."""

URL: Final = r"(?i:https?|ftp)://[^\s<>`]++"
"""A pattern for an address that stands in text by itself."""

_RUN = re.compile(r"(?<!\\)(?P<escapes>\\*+)(?P<ticks>`++)")
_TRAILING = ".,;:!?'\"*_~])"


def visible(text: str) -> str:
    """Return ``text`` without the characters that no reader sees."""
    return INVISIBLE.sub("", text)


def split_code(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of one paragraph, and whether each is a span of code with its back-ticks.

    As CommonMark has it: a span ends at the next run of as many back-ticks as began it; an escaped
    back-tick begins none. https://spec.commonmark.org/0.31.2/#code-spans
    """
    runs = [
        (run.start("ticks"), run.end("ticks"), len(run["escapes"]) % 2)
        for run in _RUN.finditer(text)
    ]
    ahead: defaultdict[int, deque[int]] = defaultdict(deque)
    for number, (start, end, _) in enumerate(runs):
        ahead[end - start].append(number)
    position = number = 0
    while number < len(runs):
        start, end, escaped = runs[number]
        opening = start + escaped
        closing = ahead[end - opening]
        while closing and closing[0] <= number:
            closing.popleft()
        if closing:
            number = closing[0]
            yield text[position:opening], False
            yield text[opening : runs[number][1]], True
            position = runs[number][1]
        number += 1
    yield text[position:], False


def part_url(text: str) -> tuple[str, str]:
    """Part a bare address from the punctuation of the sentence that it ends."""
    end = len(text)
    opened, closed = text.count("("), text.count(")")
    while end and text[end - 1] in _TRAILING:
        if text[end - 1] == ")":
            if opened >= closed:
                break
            closed -= 1
        end -= 1
    return text[:end], text[end:]


def code_span(text: str) -> str:
    """Return one line of ``text`` as code."""
    line = " ".join(text.split()) or " "
    longest = max((len(run) for run in re.findall(r"`+", line)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"
