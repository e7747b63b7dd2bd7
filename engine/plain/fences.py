"""Blocks of code, each between fences that nothing but their own end can end.

A fence of the output stands at the margin, or as far in as all lines of its block do, so that no
reader takes a line of the block for the end of a list and what follows for text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.plain.lookahead import Step
from engine.sanitising import RENDERED

if TYPE_CHECKING:
    from engine.plain.lookahead import Lookahead

_LONGEST_INDENT: Final = 200
_LONGEST_RUN: Final = 100
_LONGEST_CLOSING: Final = 300
_LONGEST_INFO: Final = 200
_SHORTEST_FENCE: Final = 3
_DEEPEST_FENCE: Final = 3
"""Spaces before a fence that are kept. Deeper ones mean indented code outside a list."""

_INDENT = re.compile(rf"[ \t]{{0,{_LONGEST_INDENT}}}+")
_OPENING = re.compile(rf"`{{1,{_LONGEST_RUN}}}+|~{{1,{_LONGEST_RUN}}}+")
_CLOSING = {mark: re.compile(rf"{mark}{{0,{_LONGEST_CLOSING}}}+") for mark in "`~"}
_LANGUAGE = re.compile(r"[A-Za-z0-9_+.#-]{1,20}")


@dataclass(frozen=True, slots=True)
class Fence:
    """What opened a block of code."""

    run: str
    indent: int
    """Characters of white space before it, which its lines do without."""
    kept: int
    """Spaces before it in the output, and before each line of its block."""

    @property
    def text(self) -> str:
        """The fence as it stands in the output."""
        return f"{' ' * self.kept}{self.run}"


@dataclass(frozen=True, slots=True)
class Line:
    """How a line begins."""

    step: Step
    fence: Fence | None = None
    """The block that is open after the step."""
    is_begun: bool = False
    """The step ends within the line: after its indentation."""


def prose_line(ahead: Lookahead, at: int) -> Line | None:
    """Read a line's indentation, or the fence that opens a block; None for wait."""
    indent = ahead.matched(_INDENT, at)
    start = at + len(indent)
    if len(indent) == _LONGEST_INDENT:
        return Line(Step(start, indent), is_begun=True)
    if not ahead.knows(start + 1):
        return None
    run = ahead.matched(_OPENING, start)
    if 0 < len(run) < _LONGEST_RUN and not ahead.knows(start + len(run) + 1):
        return None
    if _SHORTEST_FENCE <= len(run) < _LONGEST_RUN:
        info = _info(ahead, start + len(run))
        if info is None:
            return None
        if "\n" not in info and not (run[0] == "`" and "`" in info):
            end = min(start + len(run) + len(info) + 1, len(ahead.text))
            fence = Fence(run, indent=len(indent), kept=_kept(indent))
            return Line(Step(end, f"{fence.text}{_language(info)}\n"), fence)
    return Line(Step(start, indent), is_begun=True)


def code_line(ahead: Lookahead, at: int, fence: Fence) -> Line | None:
    """Read a line's indentation, or the fence that ends the block; None for wait."""
    indent = ahead.matched(_INDENT, at)
    start = at + len(indent)
    is_long = len(indent) == _LONGEST_INDENT
    if not is_long and not ahead.knows(start + 1):
        return None
    if not is_long and ahead.text.startswith("\n", start):
        return Line(Step(start + 1, "\n"), fence)
    if not is_long and ahead.text.startswith(fence.run[0], start):
        closing = _closing(ahead, start, fence)
        if closing is None or closing.end > start:
            return Line(closing) if closing else None
    if not fence.kept:
        indent = indent[fence.indent :]
    elif "\t" not in indent:
        indent = indent.ljust(fence.kept)
    return Line(Step(start, indent), fence, is_begun=True)


def _info(ahead: Lookahead, start: int) -> str | None:
    """Return the rest of a fence's line; a line feed when that is too long; None for wait."""
    end = ahead.line_end(start, start + _LONGEST_INFO)
    if end is not None:
        return ahead.text[start:end]
    if not ahead.knows(start + _LONGEST_INFO):
        return None
    rest = ahead.text[start : start + _LONGEST_INFO]
    return rest if len(rest) < _LONGEST_INFO else "\n"


def _kept(indent: str) -> int:
    return len(indent) if len(indent) <= _DEEPEST_FENCE and "\t" not in indent else 0


def _language(info: str) -> str:
    language = info.strip().partition(" ")[0]
    if not _LANGUAGE.fullmatch(language):
        return ""
    return "text" if language.lower() in RENDERED else language


def _closing(ahead: Lookahead, start: int, fence: Fence) -> Step | None:
    """Read the fence that ends the block; a step to ``start`` itself says that it is none."""
    run = ahead.matched(_CLOSING[fence.run[0]], start)
    space = ahead.matched(_INDENT, start + len(run))
    end = start + len(run) + len(space)
    if len(run) == _LONGEST_CLOSING or (
        len(run) >= len(fence.run) and len(space) == _LONGEST_INDENT
    ):
        # What is longer than anyone looks closes the block, whatever follows: none can be missed.
        return Step(start + len(run), f"{fence.text}\n")
    if not ahead.knows(end + 1):
        return None
    following = ahead.text[end : end + 1]
    if len(run) < len(fence.run) or following not in {"", "\n"}:
        return Step(start, "")
    return Step(end + len(following), f"{fence.text}{following}")
