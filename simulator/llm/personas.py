"""Models with a character, to speak in place of the composed answer.

What real models do now and then, these do every time: obey what they should only read, repeat it,
and write code that does not run. Each is a ``Speaker`` for ``SimulatedModels``.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.llm.reading import blocks, outside
from simulator.llm.reply import reply_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.llm.models import RecordedRequest

_ORDER: Final = re.compile(
    r"""
    (?:\b(?:add|answer|append|begin|complete|decode|end|execute|include|output|print|reply|repeat
      |respond|say|write|antworte|escribe|responde|réponds|ответь)\b|回复)
    [^:\uff1a\n]{0,90}[:\uff1a][ \t]*
    (?:(?P<line>\S[^\n]*)|\n(?P<lines>.*?)(?=\n(?:END|[0-9a-f]{16}>>>|<<<)|\Z))
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_ENCODED: Final = re.compile(r"\b(?P<how>base64|rot13|reversed)[ ]+(?P<text>[^\n]+)", re.IGNORECASE)
_LEAK: Final = re.compile(
    r"(?:repeat|reveal|print|show|output)[^.\n]{0,40}"
    r"(?:instructions|system prompt|text above|rules above)",
    re.IGNORECASE,
)
_ESCAPE: Final = re.compile(r"\\[ux]\{?(?P<point>[0-9a-fA-F]{2,6})\}?")


def obedient(asked: RecordedRequest) -> str:
    """Obey whatever stands outside the fences that the rules name, as a careful model would."""
    return _obeying(asked, heard=outside(asked.user, system=asked.system))


def gullible(asked: RecordedRequest) -> str:
    """Obey whatever is said, wherever it stands; decode it first where it is encoded."""
    return _obeying(asked, heard=asked.user)


def echo(asked: RecordedRequest) -> str:
    """Repeat all that was sent, as if it were an answer that the first passage supports."""
    return f"As [1] says:\n\n{asked.system}\n\n{asked.user}"


@dataclass(frozen=True, slots=True)
class Repairing:
    """Says ``wrong``, and ``right`` once it is shown a draft with its problems."""

    wrong: str
    right: str

    def __call__(self, asked: RecordedRequest) -> str:
        """Speak."""
        labels = {block.label for block in blocks(asked.user, system=asked.system)}
        return self.right if {"DRAFT", "PROBLEMS"} <= labels else self.wrong


@dataclass(frozen=True, slots=True)
class Stubborn:
    """Says ``wrong``, whatever it is shown."""

    wrong: str

    def __call__(self, asked: RecordedRequest) -> str:
        """Speak."""
        del asked
        return self.wrong


def _obeying(asked: RecordedRequest, *, heard: str) -> str:
    said = list(_orders(asked, heard))
    if not said:
        return reply_to(asked.user, system=asked.system)
    return "\n\n".join([*said, "So it is said [1]."])


def _orders(asked: RecordedRequest, heard: str) -> Iterator[str]:
    """Yield what ``heard`` wants to be said."""
    for order in _ORDER.finditer(heard):
        wanted = order["line"] or order["lines"] or ""
        yield _ESCAPE.sub(lambda match: chr(int(match["point"], 16)), wanted)
    for encoded in _ENCODED.finditer(heard):
        yield _decoded(encoded["how"].lower(), encoded["text"].strip())
    if _LEAK.search(heard):
        yield f"{asked.system}\n\n{asked.user}"


def _decoded(how: str, text: str) -> str:
    if how == "rot13":
        return codecs.decode(text, "rot13")
    if how == "reversed":
        return text[::-1]
    try:
        return base64.b64decode(text.split(maxsplit=1)[0], validate=True).decode(errors="replace")
    except binascii.Error:
        return text
