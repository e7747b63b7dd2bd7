"""Puts an answer's blocks into as few messages as read well, none longer than Discord takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from discord_relay.markdown import Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from discord_relay.markdown import Block

LIMIT = 2000
"""Characters of a message. Discord counts code points, as Python does:
https://github.com/discord/discord-api-docs/issues/1315"""

_BOUNDARIES = tuple(
    re.compile(pattern)
    for pattern in (
        r"\n[ \t]*\n\s*",  # paragraphs
        r"\n",
        r"(?<=[.!?:;])[ \t]+",  # sentences
        r"[ \t]+",
    )
)
"""Where prose is cut, the best kind first. What matches is white space, and left out."""

_FENCE = "```"


def pack(blocks: Iterable[Block], *, limit: int = LIMIT) -> tuple[str, ...]:
    """Return the messages that hold ``blocks``, in order, none empty.

    A code block is kept whole where one message can hold it; one that none can is closed at the
    end of a message and opened again, in its language, in the next.
    """
    messages = [""]
    for block in blocks:
        for fragment in _fragments(block, room=_room(messages[-1], limit), limit=limit):
            if len(fragment) <= _room(messages[-1], limit):
                messages[-1] = f"{messages[-1]}\n{fragment}" if messages[-1] else fragment
            else:
                messages.append(fragment)
    return tuple(message for message in messages if message)


def _room(message: str, limit: int) -> int:
    return limit - len(message) - 1 if message else limit


def _fragments(block: Block, *, room: int, limit: int) -> Iterator[str]:
    """Yield ``block`` in pieces, one a message; the first fills ``room`` if that is worth it."""
    if isinstance(block, Code):
        whole = _fenced(block.text, block.language)
        if len(whole) <= limit:
            yield whole
            return
        overhead = len(_fenced("", block.language))
        for lines in _code_pieces(block.text, limit=limit - overhead):
            yield _fenced(lines, block.language)
        return
    yield from _prose_pieces(block.text, first=room, limit=limit)


def _fenced(text: str, language: str) -> str:
    return f"{_FENCE}{language}\n{text}\n{_FENCE}"


def _code_pieces(text: str, *, limit: int) -> Iterator[str]:
    """Cut ``text`` between lines; a line that is too long by itself is cut where it must be."""
    piece: list[str] = []
    length = 0
    for line in text.split("\n"):
        for part in _chunks(line, limit):
            if piece and length + len(part) + 1 > limit:
                yield "\n".join(piece)
                piece, length = [], 0
            length += len(part) + (1 if piece else 0)
            piece.append(part)
    yield "\n".join(piece)


def _chunks(line: str, size: int) -> list[str]:
    return [line[at : at + size] for at in range(0, len(line), size)] or [""]


def _prose_pieces(text: str, *, first: int, limit: int) -> Iterator[str]:
    # A little room at a message's end is not worth tearing a paragraph apart.
    size = first if len(text) <= first or first > limit // 3 else limit
    while len(text) > size:
        end, resume = _cut(text, size)
        if text[:end].strip():
            yield text[:end]
        text = text[resume:]
        size = limit
    if text.strip():
        yield text


def _cut(text: str, size: int) -> tuple[int, int]:
    """Return where a piece of at most ``size`` characters ends, and where the next begins."""
    least = size // 3  # a nearly empty message is worse than a cut between sentences
    for boundary in _BOUNDARIES:
        cuts = [m.span() for m in boundary.finditer(text, 0, size + 1) if m.start() >= least]
        if cuts:
            return cuts[-1]
    return size, size
