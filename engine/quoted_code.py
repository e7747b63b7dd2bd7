"""The code that stands in a message, and the prose around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine import languages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.languages import Language

LONGEST: Final = 20_000
"""Characters of a message that are read."""

_OPENING: Final = re.compile(r" {0,3}(?P<fence>`{3,}+|~{3,}+)(?P<info>.*)")

_SPAN: Final = re.compile(r"(?<!`)(?P<ticks>`{1,3})(?!`)(?P<text>[^`\n]++)(?P=ticks)(?!`)")
_NAME: Final = re.compile(r"[\w./:#+\s-]*+(?:\(\))?")
"""What in a span of code is the name of something, and no code by itself."""


@dataclass(frozen=True, slots=True)
class Code:
    """A block of code in a message."""

    text: str
    language: Language | None
    """As its fence says."""


def blocks(message: str) -> tuple[Code, ...]:
    """Return the fenced blocks of ``message`` that hold anything."""
    return tuple(
        Code(text.strip("\n"), languages.of_fence(info))
        for text, info in _parts(message[:LONGEST])
        if info is not None and text.strip()
    )


def given(message: str) -> tuple[Code, ...]:
    """Return the code that ``message`` brings: its blocks; without any, its spans of code."""
    return blocks(message) or tuple(
        Code(span["text"].strip(), None)
        for span in _SPAN.finditer(message[:LONGEST])
        if not _NAME.fullmatch(span["text"].strip())
    )


def of_file(text: str, path: str) -> Code:
    """Return code that stands in a file."""
    return Code(text, languages.of_path(path))


def prose(message: str) -> str:
    """Return ``message`` without its fenced blocks."""
    return "\n".join(text for text, info in _parts(message[:LONGEST]) if info is None)


def _parts(message: str) -> Iterator[tuple[str, str | None]]:
    """Yield runs of lines; of those within a fence, what stands behind its opening, else None.

    As CommonMark has it: a fence that is never closed goes on to the end.
    https://spec.commonmark.org/0.31.2/#fenced-code-blocks
    """
    run: list[str] = []
    fence, info = "", None
    for line in message.replace("\r\n", "\n").split("\n"):
        if fence:
            stripped = line.strip()
            closes = len(stripped) >= len(fence) and not stripped.strip(fence[0])
            opening = None
        else:
            closes = False
            opening = _OPENING.match(line)
            # What has back-ticks behind back-ticks is a span of code, and no fence.
            if opening and opening["fence"][0] == "`" and "`" in opening["info"]:
                opening = None
        if not closes and opening is None:
            run.append(line)
            continue
        yield "\n".join(run), info
        run = []
        fence, info = (opening["fence"], opening["info"]) if opening else ("", None)
    yield "\n".join(run), info
