"""Makes generated Markdown harmless before it is posted under the App's name.

What a model writes may have been put there by a page that it read. So nothing in it may ping a
person, load an image, hold HTML, refer to other threads or lead away from the listed sources.
Code keeps every character. The text is rewritten first; then the parser judges the outcome, and
what it does not pass is shown as a block of code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from github_app import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markdown_it.token import Token

_MENTION = r"(?<![A-Za-z0-9`])@[A-Za-z0-9][\w-]*(?:/[\w-]+)?"
_URL = r"(?:(?:https?|ftp)://|mailto:|xmpp:|(?<!\w)www\.)[^\s<>`]+"
_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_REFERENCE = r"(?<![\w&`])(?:(?:[\w.-]+/[\w.-]+)?\#\d+|GH-\d+)\b"

_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_PARAGRAPH_END = re.compile(r"(\n[ \t>]*\n)")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")

_INLINE = re.compile(
    rf"""
      (?P<image>!\[(?P<alt>[^\]\n]*)\](?:\([^)\n]*\)|\[[^\]\n]*\])?)
    | (?P<link>\[(?P<label>[^\[\]\n]+)\]\([ ]*<?(?P<target>[^\s<>()]*)>?[^()\n]*\))
    | (?P<definition>^[ ]{{0,3}}\[(?=[^\]\n]+\]:))
    | (?P<citation>\[(?P<number>\d{{1,3}})\](?![(:]))
    | (?P<code>\\?(?:{_URL}|{_EMAIL}|{_MENTION}|{_REFERENCE}))
    | (?P<angle><)
    | (?P<entity>&(?=\#|commat;|num;|colon;|period;|sol;))
    """,
    re.VERBOSE | re.MULTILINE,
)

_ACTIVE = re.compile(f"{_MENTION}|{_URL}|{_EMAIL}|{_REFERENCE}")

_judge = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def sanitise(text: str, *, citations: Mapping[int, str]) -> str:
    """Return ``text`` made harmless, its ``[n]`` linked to the URL that ``citations`` has for n.

    Links to those URLs stay; of any other link the text stays.
    """
    visible = _INVISIBLE.sub("", markdown.storable(text))
    rewritten = "\n".join(
        part if is_code else _rewrite(part, citations) for part, is_code in _parts(visible)
    ).strip("\n")
    if _is_harmless(rewritten, allowed=set(citations.values())):
        return rewritten
    return fenced(visible)


def fenced(text: str, *, language: str = "text") -> str:
    """Return ``text`` as a block of code that nothing within it can end."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.strip(chr(10))}\n{fence}"


def code_span(text: str) -> str:
    """Return one line of ``text`` as code."""
    line = " ".join(text.split()) or " "
    longest = max((len(run) for run in re.findall(r"`+", line)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


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
    rewritten, position = [], 0
    for span in _CODE_SPAN.finditer(text):
        rewritten += [_rewrite_prose(text[position : span.start()], citations), span[0]]
        position = span.end()
    return "".join([*rewritten, _rewrite_prose(text[position:], citations)])


def _rewrite_prose(text: str, citations: Mapping[int, str]) -> str:
    allowed = set(citations.values())

    def replacement(match: re.Match[str]) -> str:  # noqa: PLR0911 - one line a kind
        if match["image"]:
            return _rewrite_prose(match["alt"], citations)
        if match["link"]:
            label = _rewrite_prose(match["label"], {})
            return f"[{label}]({match['target']})" if match["target"] in allowed else label
        if match["citation"]:
            url = citations.get(int(match["number"]))
            return f"[{match[0]}]({url})" if url else match[0]
        if match["code"]:
            word = match["code"].removeprefix("\\")
            return word if word in allowed else code_span(word)
        if match["angle"]:
            return "&lt;"
        if match["entity"]:
            return "&amp;"
        return match[0].replace("[", "\\[")

    return _INLINE.sub(replacement, text)


def _is_harmless(text: str, *, allowed: set[str]) -> bool:
    destinations = {_judge.normalizeLink(url) for url in allowed}
    return all(_is_harmless_block(token, destinations=destinations) for token in _judge.parse(text))


def _is_harmless_block(token: Token, *, destinations: set[str]) -> bool:
    if token.type == "html_block":
        return False
    return _is_harmless_inline(token.children or (), destinations=destinations)


def _is_harmless_inline(children: Sequence[Token], *, destinations: set[str]) -> bool:
    in_link = False
    for child in children:
        if child.type in {"image", "html_inline"}:
            return False
        if child.type in {"link_open", "link_close"}:
            in_link = child.type == "link_open"
            if in_link and child.attrGet("href") not in destinations:
                return False
        if child.type == "text" and not in_link:
            active = _ACTIVE.search(child.content)
            if active and _judge.normalizeLink(active[0]) not in destinations:
                return False
    return True
