"""Reads Markdown from left to right, and gives out what of it is settled.

The scanner and every later reader of its output must agree on what is code. So it decides by rules
that hold for any of them: a span of code ends in its line, all other back-ticks are escaped, and no
list or quotation can end a fence before its own end. A bracket that could begin a link is escaped
unless the whole link is known to be harmless.

Each decision looks ahead a bounded way. Beyond it, what could have become a link or a span of code
has not, whatever follows; so the time is linear in the text and the memory bounded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.plain import fences
from engine.plain.brackets import bracket
from engine.plain.lookahead import Lookahead, Step
from engine.plain.words import code, harmless_word, settled, without_pings
from engine.sanitising import gap, visible
from storage.text import storable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from engine.plain.fences import Fence

_LONGEST_WORD: Final = 2_000
_LONGEST_SPAN: Final = 1_000
_LONGEST_RUN: Final = 100

_SPACE = re.compile(r"[ \t]++")
_TICKS = re.compile(rf"`{{1,{_LONGEST_RUN}}}+")
_WORD = re.compile(r"(?:[^\s`\[|\\!]|\\[^\s`\[|\\]|!(?!\[))++")
_OWN_STEP: Final = ("`", "[", "|", "\\")
_MARKS = re.compile(r"[\s>*+.)\d-]*")
"""What may stand in a line before the text of a list's item or of a quotation."""
_DELIMITERS = re.compile(r"[ \t>|:-]*")


class Scanner:
    """Takes text as it comes; gives out what of it is settled, made harmless.

    Links to ``links`` stay.
    """

    def __init__(self, *, links: Collection[str]) -> None:
        self._links = frozenset(links)
        self._ahead = Lookahead()
        self._carriage_return = ""
        self._last = ""
        self._fence: Fence | None = None
        self._in_table = False
        self._could_head_table = False
        self._start_line()

    def feed(self, piece: str) -> str:
        """Return what is settled once ``piece`` has come."""
        piece = self._carriage_return + piece
        # Of a line's end that comes in halves, the first waits for the second.
        self._carriage_return = "\r" if piece.endswith("\r") else ""
        self._ahead.text += visible(storable(piece.removesuffix("\r")))
        return self._settled()

    def end(self) -> str:
        """Return what was held back, now that nothing follows; an open block of code is closed."""
        self._ahead.text += visible(self._carriage_return)
        self._ahead.is_end = True
        written = self._settled()
        if self._fence:
            written += self._fence.text if self._last == "\n" else f"\n{self._fence.text}"
        return written

    def _settled(self) -> str:
        written: list[str] = []
        position = 0
        while position < len(self._ahead.text):
            is_code = self._fence is not None
            step = self._step(position)
            if step is None:
                break
            text = step.text if is_code else gap(self._last, step.text) + step.text
            self._last = text[-1:] or self._last
            written.append(text)
            position = step.end
        self._ahead.text = self._ahead.text[position:]
        return "".join(written)

    def _step(self, at: int) -> Step | None:
        """Return the next step, or None when it depends on what has yet to come."""
        if self._is_line_start:
            return self._line(at)
        return self._code(at) if self._fence else self._inline(at)

    # Lines

    def _start_line(self) -> None:
        self._is_line_start = True
        self._is_blank = True
        self._is_bare = True
        self._is_delimiter_row = True
        self._has_bar = False
        self._has_bar_in_code = False

    def _end_line(self) -> None:
        is_delimiter_row = self._is_delimiter_row and self._has_bar
        self._in_table = not self._is_blank and (self._in_table or is_delimiter_row)
        self._could_head_table = self._has_bar_in_code
        self._start_line()

    def _line(self, at: int) -> Step | None:
        if self._fence:
            line = fences.code_line(self._ahead, at, self._fence)
        else:
            line = fences.prose_line(self._ahead, at)
        if line is None:
            return None
        if line.fence:
            self._in_table = self._could_head_table = False
        self._fence = line.fence
        self._is_line_start = not line.is_begun
        return line.step

    def _code(self, at: int) -> Step | None:
        text = self._ahead.text
        if text.startswith("\n", at):
            self._is_line_start = True
            return Step(at + 1, "\n")
        end = text.find("\n", at)
        shown = text[at : end if end >= 0 else len(text)]
        if end < 0 and not self._ahead.is_end:
            shown = shown[: settled(shown)]
        return Step(at + len(shown), without_pings(shown)) if shown else None

    # Within a line

    def _inline(self, at: int) -> Step | None:
        character = self._ahead.text[at]
        if character == "\n":
            self._end_line()
            return Step(at + 1, "\n")
        if character in " \t":
            space = self._ahead.matched(_SPACE, at)
            return Step(at + len(space), space)
        if character == "|":
            return self._bar(at)
        step = self._text(at, character)
        if step:
            self._is_blank = False
            self._is_bare = self._is_bare and bool(_MARKS.fullmatch(step.text))
            self._is_delimiter_row = self._is_delimiter_row and bool(
                _DELIMITERS.fullmatch(step.text)
            )
        return step

    def _text(self, at: int, character: str) -> Step | None:
        if character == "[" or self._ahead.text.startswith("![", at):
            return bracket(
                self._ahead,
                at,
                before=self._last,
                starts_line=self._is_bare,
                links=self._links,
                inert=self._label,
            )
        if character == "`":
            return self._span(at)
        return self._escape(at) if character == "\\" else self._word(at)

    def _label(self, label: str) -> str:
        inner = Scanner(links=())
        inner._continue_line(is_bare=self._is_bare)
        return inner.feed(label) + inner.end()

    def _continue_line(self, *, is_bare: bool) -> None:
        """Go on as within a line; and as within a table, since the line may become part of one."""
        self._is_line_start = False
        self._is_bare = is_bare
        self._in_table = True

    def _bar(self, at: int) -> Step:
        self._is_blank = self._is_bare = False
        self._has_bar = True
        # A bar parts cells even within code. So a line with bars in its code heads no table.
        breaks = self._could_head_table and self._is_delimiter_row
        self._is_delimiter_row = self._is_delimiter_row and not breaks
        return Step(at + 1, "\\|" if breaks else "|")

    def _escape(self, at: int) -> Step | None:
        if not self._ahead.knows(at + 2):
            return None
        following = self._ahead.text[at + 1 : at + 2]
        if following in _OWN_STEP:
            return Step(at + 2, f"\\{following}")
        if not following or following.isspace():
            return Step(at + 1, "\\")
        return self._word(at)

    def _word(self, at: int) -> Step | None:
        word = self._ahead.matched(_WORD, at)
        if len(word) > _LONGEST_WORD and self._ahead.knows(at + _LONGEST_WORD + 2):
            return Step(at + _LONGEST_WORD, code(word[:_LONGEST_WORD]))
        end = at + len(word)
        if not self._ahead.knows(end + 1 + self._ahead.text.startswith("\\", end)):
            return None
        return Step(end, harmless_word(word, links=self._links, starts_line=self._is_bare))

    def _span(self, at: int) -> Step | None:
        text = self._ahead.text
        run = self._ahead.matched(_TICKS, at)
        start = at + len(run)
        if len(run) < _LONGEST_RUN and not self._ahead.knows(start + 1):
            return None
        limit = start + _LONGEST_SPAN
        line_end = self._ahead.line_end(start, limit)
        end = min(limit, len(text)) if line_end is None else line_end
        closing = re.compile(f"(?<!`){run}(?!`)").search(text, start, end)
        is_settled = line_end is not None or self._ahead.knows(limit + 1)
        if not is_settled and (closing is None or closing.end() == len(text)):
            return None
        content = text[start : closing.start()] if closing else ""
        has_bar = "|" in content
        if closing is None or (has_bar and self._in_table):
            return Step(start, "\\`" * len(run))
        self._has_bar_in_code = self._has_bar_in_code or has_bar
        return Step(closing.end(), f"{run}{without_pings(content)}{run}")


def sanitise(text: str, *, links: Collection[str] = ()) -> str:
    """Return ``text`` made harmless; only ``links`` can be followed in what comes out."""
    return "".join(sanitised([text], links=links))


def sanitised(pieces: Iterable[str], *, links: Collection[str] = ()) -> Iterator[str]:
    """Yield ``pieces`` made harmless, each part as soon as it is so whatever follows."""
    scanner = Scanner(links=links)
    for piece in pieces:
        if text := scanner.feed(piece):
            yield text
    if text := scanner.end():
        yield text
