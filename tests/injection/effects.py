"""What a text does where it is shown: read apart from the code that makes it harmless."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that a text does beside being read."""

    kind: str
    """``image``, ``html``, ``link``, ``mention``, ``ping``, ``reference``, ``command``, ``drawn``,
    ``invisible``."""
    what: str


_page = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_OWN_HTML = {"<sub>", "</sub>", "<br>"}
_DRAWN = {"mermaid", "geojson", "topojson", "stl", "math", "suggestion"}
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200c-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
_IN_TEXT = {
    "link": re.compile(
        r"(?:https?|ftp)://[^\s<]+|(?<!\w)www\.\w[^\s<]*|[\w.+-]+@[\w-]+\.\w+", re.IGNORECASE
    ),
    "mention": re.compile(r"(?<![A-Za-z0-9])@[A-Za-z0-9][\w-]*(?:/[\w-]+)?"),
    "reference": re.compile(r"(?:[\w.-]+/[\w.-]+|(?<![\w&]))#\d+\b|(?<!\w)GH-\d+\b", re.IGNORECASE),
    "drawn": re.compile(r"\\(?:href|url)\S*"),
}
_MATHEMATICS = re.compile(r"\$`[^`\n]*`\$")
_COMMAND = re.compile(r"^/[A-Za-z][\w-]*", re.MULTILINE)
_CHAT_CODE = re.compile(r"(?P<escape>\\[^\w\s])|```.*?```|``[^`].*?``|`[^`\n]+`", re.DOTALL)
_CHAT = {
    "ping": re.compile(r"@(?:everyone|here)|<(?:@[!&]?|#)\d+>"),
    "link": re.compile(
        r"(?:https?)://[^\s<>]+|discord(?:app)?\.(?:gg|com/invite)/\S+", re.IGNORECASE
    ),
}


def on_a_page(text: str, *, listed: Collection[str]) -> set[Effect]:
    """Return what ``text`` does as GitHub shows it, links to ``listed`` aside."""
    found = set(_unseen(text))
    for token in _page.parse(text):
        found |= set(_of_block(token))
    found |= {Effect("drawn", match[0]) for match in _MATHEMATICS.finditer(text)}
    return {e for e in found if not (e.kind == "link" and e.what.rstrip(".,)") in listed)}


def in_a_chat(text: str, *, listed: Collection[str]) -> set[Effect]:
    """Return what ``text`` does as Discord shows it, links to ``listed`` aside."""
    found = set(_unseen(text))
    shown = _CHAT_CODE.sub(lambda match: match["escape"] or " ", text)
    for kind, pattern in _CHAT.items():
        found |= {Effect(kind, match[0]) for match in pattern.finditer(shown)}
    return {e for e in found if not (e.kind == "link" and e.what.rstrip(".,)") in listed)}


def anywhere(text: str, *, listed: Collection[str]) -> set[Effect]:
    """Return what ``text`` does on a page or in a chat, whoever puts it there."""
    return on_a_page(text, listed=listed) | in_a_chat(text, listed=listed)


def _unseen(text: str) -> Iterator[Effect]:
    for match in _INVISIBLE.finditer(text):
        yield Effect("invisible", match[0])


def _of_block(token: Token) -> Iterator[Effect]:
    if token.type == "html_block":
        yield Effect("html", token.content)
    info = unescapeAll(token.info).strip()
    if token.type == "fence" and info.partition(" ")[0].lower() in _DRAWN:
        yield Effect("drawn", info)
    if token.type == "inline":
        for match in _COMMAND.finditer(token.content):
            yield Effect("command", match[0])
    is_link = False
    for child in token.children or ():
        is_link = child.type == "link_open" or (is_link and child.type != "link_close")
        yield from _of_inline(child, is_link=is_link)


def _of_inline(child: Token, *, is_link: bool) -> Iterator[Effect]:
    if child.type == "image":
        yield Effect("image", str(child.attrGet("src")))
    if child.type == "html_inline" and child.content not in _OWN_HTML:
        yield Effect("html", child.content)
    if child.type == "link_open":
        yield Effect("link", str(child.attrGet("href")))
    if child.type == "text" and not is_link:
        for kind, pattern in _IN_TEXT.items():
            for match in pattern.finditer(child.content):
                yield Effect(kind, match[0])
