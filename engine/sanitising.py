"""What a face must find in generated Markdown before it may show it, whatever its own dialect.

Plain functions and patterns, each linear in the text: what a model writes, strangers may have
shaped.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Final

from generation.prompts import shown as visible

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "ACTIVE_WORD",
    "COMMAND",
    "INVITATION",
    "RENDERED",
    "URL",
    "code_span",
    "gap",
    "joined",
    "part_url",
    "split_code",
    "stands_alone",
    "visible",
]

URL: Final = r"(?i:https?|ftp)://[^\s<>`]++"
"""A pattern for an address that stands in text by itself."""

INVITATION: Final = r"(?i:\bdiscord(?:app)?\.(?:gg|com/invite))/[^\s<>`]++"
"""A pattern for an address that Discord shows as an invitation."""

_LINK = rf"(?:{URL}|(?i:mailto:|xmpp:|(?<!\w)www\.)[^\s<>`]++)"
_EMAIL = r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)++"
_MENTION = r"(?<![A-Za-z0-9])@[A-Za-z0-9][\w-]*+(?:/[\w-]++)?"
_REFERENCE = r"(?:(?:(?<![\w.&-])[\w.-]++/[\w.-]++|(?<![\w&]))\#\d++|(?<!\w)(?i:GH)-\d++)\b"
_TEX_LINK = r"\\(?:href|url|html\w*+|includegraphics)\b"

ACTIVE_WORD: Final = rf"(?:{_TEX_LINK}|\\?(?:{_LINK}|{_EMAIL}|{_MENTION}|{_REFERENCE}))"
"""A pattern for what does something where Markdown is shown, though it is but a word: an address,
a mention, a reference to another thread, a link of TeX's."""

RENDERED: Final = frozenset({"geojson", "math", "mermaid", "stl", "suggestion", "topojson"})
"""Languages whose code GitHub does not show, but draws, with links in it, or offers to commit."""

COMMAND: Final = r"/[A-Za-z][\w/.-]*+"
"""A pattern for what bots read as a command to them where it begins a line."""

_BEFORE_ALONE: Final = ("", " ", "\t", "\n", "(")
_AFTER_ALONE = re.compile(r"[.,;!?)]?(?:\s|\Z)")

_SWALLOWS: Final = ("`", "$")
"""What would run together with a back-tick after it: a longer run of them, or mathematics."""

_RUN = re.compile(r"(?<!\\)(?P<escapes>\\*+)(?P<ticks>`++)")
_TRAILING = ".,;:!?'\"*_~])"


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


def joined(before: str, after: str) -> str:
    """Return both texts, parted where a back-tick would change what stands before it."""
    return f"{before}{gap(before, after)}{after}"


def gap(before: str, after: str) -> str:
    """Return what must stand between the two texts."""
    return " " if after.startswith("`") and before.endswith(_SWALLOWS) else ""


def stands_alone(match: re.Match[str], *, before: str | None = None) -> bool:
    """Whether what is found stands apart from the words beside it.

    If not, what is left of it must not adjoin them: together they could be an address or a mention.
    ``before`` is the character before it, where the text that was searched does not show that.
    """
    text = match.string
    preceding = text[: match.start()][-1:] if before is None else before
    return preceding in _BEFORE_ALONE and bool(_AFTER_ALONE.match(text, match.end()))
