"""What of a text its reader sees. Linear in the text, whatever it holds."""

from __future__ import annotations

import re
from typing import Final

INVISIBLE: Final = re.compile(
    "["
    "\u0000-\u0008\u000b-\u001f\u007f-\u009f"  # control characters but tab and newline
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # fillers, Arabic letter mark
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, separators, direction
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"  # variation, byte order mark
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # marks of shorthand and of music
    "\U000e0000-\U000e0fff"  # tags and variation selectors, which spell hidden text
    "]"
)
"""Characters that no reader sees, and that part, turn around or hide behind those they do see."""

_OPENING: Final = "<!--"
_CLOSING: Final = "-->"


def shown(text: str) -> str:
    """Return ``text`` without invisible characters, each line ended by a line feed alone."""
    return INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def visible(text: str) -> str:
    """Return ``text`` as a reader of the rendered page would see it.

    HTML comments go too, and those that what is left around a comment forms anew. One that is
    never closed is none, and stays.
    """
    text = shown(text)
    if _OPENING not in text:
        return text
    kept: list[str] = []
    opened: int | None = None
    for character in text:
        kept.append(character)
        if opened is None:
            if _ends_with(kept, _OPENING):
                opened = len(kept) - len(_OPENING)
        elif _ends_with(kept, _CLOSING) and len(kept) - opened >= len(_OPENING + _CLOSING):
            del kept[opened:]
            opened = None
    return "".join(kept)


def _ends_with(characters: list[str], end: str) -> bool:
    return characters[-1] == end[-1] and "".join(characters[-len(end) :]) == end
