"""A word, a span of code, a block's line: each made harmless by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.sanitising import ACTIVE_WORD, COMMAND, INVITATION, code_span, joined, part_url

if TYPE_CHECKING:
    from collections.abc import Collection

_ACTIVE = re.compile(
    rf"""
      (?P<code>\\?<[@\#][!&]?\d++>?|\\?@(?:everyone|here)|{INVITATION}|{ACTIVE_WORD})
    | (?P<escape>\\[!-/:-@\[-`{{-~])
    | (?P<angle><)
    | (?P<entity>&(?!(?:lt|gt|amp|quot|nbsp);)(?:\#\w{{1,8}}|[A-Za-z][A-Za-z0-9]{{1,31}});)
    | (?P<tildes>~{{3,}})
    | (?P<tick>`)
    """,
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_COMMAND = re.compile(rf"\\?{COMMAND}")
_PING = re.compile(r"@(?=everyone|here)|<(?=[@#][!&]?\d)")
_PING_BEGUN = re.compile(r"(?:<[@#]?[!&]?|<?@[a-z]{0,7})\Z")
_LONGEST_PING: Final = 10


def harmless_word(word: str, *, links: Collection[str], starts_line: bool) -> str:
    """Return ``word``, which holds no white space, as what it says and does not do.

    ``starts_line``: nothing but a container's marks stands before it in its line, so that it would
    be read as a command to a bot.
    """
    unescaped = _ESCAPED.sub(r"\1", word)
    if unescaped != word and (hidden := _ACTIVE.search(unescaped)) and hidden["code"]:
        return code(unescaped)
    written = ""
    if starts_line and (command := _COMMAND.match(word)):
        written = code(command[0].removeprefix("\\"))
        word = word[command.end() :]
    at = 0
    while match := _ACTIVE.search(word, at):
        before = word[at : match.start()]
        if not match["code"]:
            escaped = match[0] if match["escape"] else _escaped(match[0])
            written = joined(joined(written, before), escaped)
            at = match.end()
            continue
        # What stands beside code is read as a word of its own: no letter adjoins it.
        before = harmless_word(before, links=links, starts_line=False)
        found = _ESCAPED.sub(r"\1", match[0][:2]) + match[0][2:]
        address, rest = part_url(found) if "://" in found else (found, "")
        inert = address if address in links else code(address)
        written = joined(joined(written, before), inert)
        word, at = word[match.end() - len(rest) :], 0
    return joined(written, word[at:])


def _escaped(text: str) -> str:
    return "\\~" * len(text) if text.startswith("~") else f"\\{text}"


def code(text: str) -> str:
    """Return ``text`` as a span of code."""
    return without_pings(code_span(text))


def without_pings(text: str) -> str:
    """Break Discord's mentions, in code too: not each of its readers knows each kind of code."""
    return _PING.sub(lambda match: f"{match[0]} ", text)


def settled(text: str) -> int:
    """Return how much of the start of ``text`` cannot become part of a mention of Discord's."""
    begun = _PING_BEGUN.search(text, max(0, len(text) - _LONGEST_PING))
    return begun.start() if begun else len(text)
