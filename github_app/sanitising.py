"""Makes generated Markdown harmless before it is posted under the App's name.

What a model writes may have been put there by a page that it read. So nothing in it may ping a
person, load an image, hold HTML, refer to other threads or lead away from the listed sources.
Code keeps every character. The text is rewritten first; then the parser judges the outcome by
rules of its own, and what it does not pass is shown as a block of code.

Every pattern is linear in the text: it is as long, and as odd, as whoever shaped it likes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll

from engine.sanitising import (
    ACTIVE_WORD,
    COMMAND,
    RENDERED,
    code_span,
    joined,
    part_url,
    split_code,
    visible,
)
from github_app import markdown
from storage.text import storable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markdown_it.token import Token

_PARAGRAPH_END = re.compile(r"(\n[ \t>]*+\n)")

_INLINE = re.compile(
    rf"""
      (?P<image>!\[(?P<alt>[^\[\]\n]*+)\](?:\([^()\n]*+\)|\[[^\[\]\n]*+\])?)
    | (?P<link>\[(?P<label>[^\[\]\n]++)\]\([ ]*+<?(?P<target>[^\s<>()]*+)>?[^()\n]*+\))
    | (?P<definition>^[ ]{{0,3}}\[(?=[^\]\n]++\]:))
    | (?P<citation>\[(?P<numbers>\d{{1,3}}(?:[ ]?,[ ]?\d{{1,3}}){{0,20}})\](?!\())
    | ^(?P<marks>[ \t>]*+)\\?(?P<command>{COMMAND})
    | (?P<code>{ACTIVE_WORD})
    | (?P<escape>\\[!-/:-@\[-`{{-~])
    | (?P<tick>`)
    | (?P<angle><)
    | (?P<entity>&(?=\#|commat;|num;|colon;|period;|sol;))
    """,
    re.VERBOSE | re.MULTILINE,
)

_judge = MarkdownIt("commonmark").enable(["table", "strikethrough"])

_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s<>]++", re.IGNORECASE)
_ACTIVE = re.compile(
    r"""
      (?<![a-z0-9])@[a-z0-9]                                        # a mention
    | [\w.+-]@[\w-]{1,255}\.\w                                      # an e-mail address
    | (?:mailto|xmpp):\S | (?<![a-z0-9])www\.\w                     # a link without //
    | (?<![\w&])\#[0-9] | /[\w.-]{1,100}\#[0-9] | (?<!\w)gh-[0-9]   # another thread
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


def sanitise(text: str, *, citations: Mapping[int, str]) -> str:
    """Return ``text`` made harmless, its ``[n]`` linked to the URL that ``citations`` has for n.

    Links to those URLs stay; of any other link the text stays. What is longer than a comment may
    be is cut off there.
    """
    shown = visible(storable(text[: markdown.MAX_COMMENT]))
    rewritten = "\n".join(
        part if is_code else _rewrite(part, citations) for part, is_code in _parts(shown)
    ).strip("\n")
    if _is_harmless(rewritten, allowed=set(citations.values())):
        return rewritten
    return fenced(shown)


def fenced(text: str, *, language: str = "text") -> str:
    """Return ``text`` as a block of code that nothing within it can end."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.strip(chr(10))}\n{fence}"


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield runs of whole lines, and whether each is a block of code."""
    lines = text.split("\n")
    code = [False] * len(lines)
    for token in _judge.parse(text):
        if token.type in {"fence", "code_block"} and token.map:
            first, end = token.map
            code[first:end] = [True] * (min(end, len(lines)) - first)
    start = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or code[index] != code[start]:
            yield "\n".join(lines[start:index]), code[start]
            start = index


def _rewrite(text: str, citations: Mapping[int, str]) -> str:
    # No span of code reaches over the end of a paragraph.
    return "".join(_rewrite_paragraph(part, citations) for part in _PARAGRAPH_END.split(text))


def _rewrite_paragraph(text: str, citations: Mapping[int, str]) -> str:
    rewritten = ""
    for part, is_code in split_code(text):
        added = part if is_code else _rewrite_prose(part, citations)
        rewritten = joined(rewritten, added)
    return rewritten


def _rewrite_prose(text: str, citations: Mapping[int, str]) -> str:
    allowed = set(citations.values())

    def replacement(match: re.Match[str]) -> str:  # noqa: PLR0911 - one line a kind
        if match["image"]:
            return _rewrite_prose(match["alt"], citations)
        if match["link"]:
            label = _rewrite_prose(match["label"], {})
            return f"[{label}]({match['target']})" if match["target"] in allowed else label
        if match["citation"]:
            return _linked(match, citations)
        if match["command"]:
            return match["marks"] + code_span(match["command"])
        if match["code"]:
            return _inert(match["code"].removeprefix("\\"), allowed)
        if match["escape"]:
            return match[0]
        if match["angle"]:
            return "&lt;"
        if match["entity"]:
            return "&amp;"
        return f"\\{match[0]}" if match["tick"] else match[0].replace("[", "\\[")

    return _INLINE.sub(replacement, text)


def _linked(citation: re.Match[str], citations: Mapping[int, str]) -> str:
    numbers = [int(number) for number in citation["numbers"].split(",")]
    if not any(number in citations for number in numbers):
        return citation[0]
    return " ".join(
        f"[[{number}]]({citations[number]})" if number in citations else f"[{number}]"
        for number in numbers
    )


def _inert(word: str, allowed: set[str]) -> str:
    url, rest = part_url(word) if "://" in word else (word, "")
    return word if url in allowed else code_span(url) + rest


def _is_harmless(text: str, *, allowed: set[str]) -> bool:
    destinations = {_judge.normalizeLink(url) for url in allowed}
    return all(_is_harmless_block(token, destinations=destinations) for token in _judge.parse(text))


def _is_harmless_block(token: Token, *, destinations: set[str]) -> bool:
    if token.type == "html_block":
        return False
    if token.type == "fence" and _language(token) in RENDERED:
        return False
    return _is_harmless_inline(token.children or (), destinations=destinations)


def _language(fence: Token) -> str:
    return unescapeAll(fence.info).strip().partition(" ")[0].lower()


def _is_harmless_inline(children: Sequence[Token], *, destinations: set[str]) -> bool:
    in_link = False
    for child in children:
        if child.type in {"image", "html_inline"}:
            return False
        if child.type in {"link_open", "link_close"}:
            in_link = child.type == "link_open"
            if in_link and child.attrGet("href") not in destinations:
                return False
        if in_link or child.type != "text":
            continue
        if not _is_harmless_text(child.content, destinations=destinations):
            return False
    return True


def _is_harmless_text(text: str, *, destinations: set[str]) -> bool:
    addresses = (part_url(address)[0] for address in _ADDRESS.findall(text))
    if any(_judge.normalizeLink(address) not in destinations for address in addresses):
        return False
    return not _ACTIVE.search(_ADDRESS.sub(" ", text))
