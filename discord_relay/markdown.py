"""Markdown as GitHub shows it, turned into what Discord shows alike.

Discord knows three levels of headings, no tables, no ``~~~`` fences and no fence of more than
three backticks; a bare link unfolds into a preview unless it stands in angle brackets.

https://support.discord.com/hc/en-us/articles/210298617
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.sanitising import (
    INVITATION,
    URL,
    code_span,
    part_url,
    split_code,
    stands_alone,
    visible,
)

if TYPE_CHECKING:
    from collections.abc import Collection

_OPENING = re.compile(r"(?P<indent>[ \t]*)(?P<fence>(?P<mark>`)`{2,}|~{3,})(?P<info>.*)")
_LANGUAGE = re.compile(r"[A-Za-z0-9_+.#-]{1,20}")
_DELIMITER_ROW = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*")
_DEEP_HEADING = re.compile(r" {0,3}#{4,6}[ \t]+(?P<title>.*?)[ \t]*#*[ \t]*")
_BLOCK_QUOTE_TO_THE_END = re.compile(r"[ \t]*>>>(?=\s)")
_BACKTICK_FENCE = re.compile(r"`{3,}")

_INLINE = re.compile(
    rf"""
      !?\[(?P<label>[^\[\]]*+)\]
        \(\s*+<?(?P<target>(?:[^\s()<>]|\([^\s()<>]*+\))++)>?(?:\s++"[^"]*+")?\s*+\)
    | <(?P<angle>{URL})>
    | (?P<bare>{URL}|{INVITATION})
    | \\?@(?P<crowd>everyone|here)
    | \\?<(?P<mention>[@\#][!&]?\d+)>
    | (?P<escape>\\[!-/:-@\[-`{{-~])
    | (?P<ticks>`+)
    """,
    re.VERBOSE,
)

_NAMED_DEED = re.compile(r"@(?=everyone|here)|<(?=[@#])|:(?=//)|(?i:discord(?:app)?)(?=\.)")

_INVISIBLE = "\u200b"
"""A zero-width space: what it stands in looks the same and no longer means the same."""


@dataclass(frozen=True, slots=True)
class Prose:
    """Text between code blocks, in Discord's Markdown, without blank lines at its ends."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """A code block's lines. No three backticks stand together in them."""

    text: str
    language: str = ""


Block = Prose | Code


def blocks(markdown: str, *, links: Collection[str] = ()) -> tuple[Block, ...]:
    """Cut ``markdown`` into prose and code, each as Discord wants it.

    Only ``links`` can be followed in what comes out: of any other link the text stays, and any
    other address stands as code. A model may have been told by a page to lead people astray.

    Code fences follow CommonMark, save that a fence may be indented as far as a list asks for.
    A fence that is never closed ends with the text.
    """
    found: list[Block] = []
    prose: list[str] = []
    lines = visible(markdown).split("\n")
    at = 0
    while at < len(lines):
        if opening := _opening(lines[at]):
            code, following = _fenced(lines, at, opening)
        elif _starts_table(lines, at):
            code, following = _table(lines, at)
        else:
            prose.append(lines[at])
            at += 1
            continue
        found += [*_prose(prose, links), code]
        prose = []
        at = following
    return (*found, *_prose(prose, links))


def _opening(line: str) -> re.Match[str] | None:
    opening = _OPENING.fullmatch(line)
    if opening and opening["mark"] and "`" in opening["info"]:
        return None  # inline code that begins a line
    return opening


def _fenced(lines: list[str], at: int, opening: re.Match[str]) -> tuple[Code, int]:
    """Return the code block whose opening fence is ``lines[at]``, and where the text goes on."""
    fence = opening["fence"]
    end = at + 1
    while end < len(lines) and not _closes(lines[end], fence):
        end += 1
    indent = len(opening["indent"])
    inside = [_dedented(line, indent) for line in lines[at + 1 : end]]
    language = opening["info"].strip().partition(" ")[0]
    return (
        Code(
            text=_without_fences("\n".join(inside)),
            language=language if _LANGUAGE.fullmatch(language) else "",
        ),
        end + 1,
    )


def _closes(line: str, fence: str) -> bool:
    candidate = line.strip()
    return len(candidate) >= len(fence) and candidate == fence[0] * len(candidate)


def _dedented(line: str, indent: int) -> str:
    return line[min(indent, len(line) - len(line.lstrip(" \t"))) :]


def _starts_table(lines: list[str], at: int) -> bool:
    return (
        "|" in lines[at]
        and at + 1 < len(lines)
        and _DELIMITER_ROW.fullmatch(lines[at + 1]) is not None
    )


def _table(lines: list[str], at: int) -> tuple[Code, int]:
    """Return the table at ``lines[at]`` as code, which keeps its columns, and where it ends."""
    end = at
    while end < len(lines) and "|" in lines[end]:
        end += 1
    return Code(text=_without_fences("\n".join(lines[at:end]))), end


def _prose(lines: list[str], links: Collection[str]) -> list[Block]:
    text = "\n".join(_line(line, links) for line in lines)
    # Blank lines go, the first line's indentation stays.
    text = re.sub(r"\A(?:[ \t]*\n)+", "", text).rstrip()
    return [Prose(text)] if text else []


def _line(line: str, links: Collection[str]) -> str:
    if heading := _DEEP_HEADING.fullmatch(line):
        line = f"**{heading['title'].replace('**', '')}**" if heading["title"] else ""
    if _BLOCK_QUOTE_TO_THE_END.match(line):
        line = line.replace(">>>", r"\>>>", 1)
    parts = [part if is_code else _inline(part, links) for part, is_code in split_code(line)]
    return _without_fences("".join(parts))


def _inline(text: str, links: Collection[str]) -> str:
    def replacement(match: re.Match[str]) -> str:
        if match["label"] is not None:
            label = _inline(match["label"], ()) or "image"
            if match["target"] in links:
                return f"[{label}](<{match['target']}>)"
            return label if stands_alone(match) else f"\\[{label}]"
        if address := match["angle"] or match["bare"]:
            return _address(address, links)
        if match["crowd"]:
            return f"@{_INVISIBLE}{match['crowd']}"
        if match["mention"]:
            return f"<{match['mention'][0]}{_INVISIBLE}{match['mention'][1:]}>"
        # A back-tick that belongs to no code must not begin any with what is made code here.
        return match[0].replace("`", "\\`") if match["ticks"] else match[0]

    return _INLINE.sub(replacement, text)


def inactive(name: str) -> str:
    """Return a name, which is shown as it is, without addresses and mentions that Discord knows."""
    return _NAMED_DEED.sub(rf"\g<0>{_INVISIBLE}", name)


def _address(text: str, links: Collection[str]) -> str:
    url, rest = part_url(text)
    return (f"<{url}>" if url in links else code_span(url)) + rest


def _without_fences(text: str) -> str:
    """Part three and more backticks: to Discord they are a fence wherever they stand."""
    return _BACKTICK_FENCE.sub(lambda run: _INVISIBLE.join(run[0]), text)
