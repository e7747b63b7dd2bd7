"""What the simulated model says: always the same to the same prompt, and from its passages alone.

It reads the prompt as a model would, and composes with the extractive provider, so that a demo
without keys still reads sensibly.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generation import ExtractiveProvider, Passage, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK: Final = re.compile(
    r"^<<<(?P<code>[0-9a-f]+) (?P<label>[^\n]*)\n(?P<text>.*?)\n(?P=code)>>>$",
    re.MULTILINE | re.DOTALL,
)
_PASSAGE: Final = re.compile(
    r"PASSAGE (?P<number>\d+) \| (?P<path>.*):(?P<start>\d+)-(?P<end>\d+) \| "
    r"(?P<kind>\S+)(?: (?P<symbol>.+))?"
)
_SIGNATURE: Final = re.compile(r"^\s*(?:async )?(?:def|class) .*?:$", re.MULTILINE | re.DOTALL)


def reply_to(user: str) -> str:
    """Return the answer to a prompt's user text, in Markdown with citations."""
    passages = tuple(_passages(user))
    question = next((m["text"] for m in _BLOCK.finditer(user) if m["label"] == "QUESTION"), user)
    request = Request(question=question, repository="", passages=passages)
    return ExtractiveProvider().complete(request).text


def words(text: str) -> tuple[str, ...]:
    """Cut ``text`` into what a stream carries one at a time; joined, they are ``text``."""
    return tuple(re.findall(r"\S+\s*|\s+", text))


def token_count(text: str) -> int:
    """Count tokens about as a model would: one for four characters."""
    return max(1, len(text) // 4)


def _passages(user: str) -> Iterator[Passage]:
    for block in _BLOCK.finditer(user):
        if label := _PASSAGE.fullmatch(block["label"]):
            signature = _SIGNATURE.search(block["text"])
            yield Passage(
                number=int(label["number"]),
                path=label["path"],
                start_line=int(label["start"]),
                end_line=int(label["end"]),
                kind=label["kind"],
                symbol=label["symbol"],
                signature=signature.group().strip().removesuffix(":") if signature else None,
                text=block["text"],
            )
