"""What the simulated model says: always the same to the same prompt, and from its passages alone.

It reads the prompt as a model would, and composes with the extractive provider, so that a demo
without keys still reads sensibly.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generation import ExtractiveProvider, Passage, Request
from simulator.llm.reading import blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.llm.reading import Block

_PASSAGE: Final = re.compile(
    r"PASSAGE (?P<number>\d+) \| (?P<path>.*):(?P<start>\d+)-(?P<end>\d+) \| "
    r"(?P<kind>\S+)(?: (?P<symbol>.+))?"
)
_SIGNATURE: Final = re.compile(r"^\s*(?:async )?(?:def|class) .*?:$", re.MULTILINE | re.DOTALL)
_REWRITING: Final = "You rewrite questions"
_SORTING: Final = "You sort questions"
_ASKED_BEFORE: Final = re.compile(r"TURN \d+ \| user")


def reply_to(user: str, *, system: str = "") -> str:
    """Return the answer to a prompt: Markdown with citations, or what ``system`` asks for instead.

    A follow-up is made whole by the question before it; every question is sorted as one.
    """
    read = blocks(user, system=system)
    question = next((block.text for block in read if block.label == "QUESTION"), user)
    if system.startswith(_SORTING):
        return "question"
    if system.startswith(_REWRITING):
        before = [block.text for block in read if _ASKED_BEFORE.fullmatch(block.label)]
        return " ".join([*before[-1:], question])
    request = Request(question=question, repository="", passages=tuple(_passages(read)))
    return ExtractiveProvider().complete(request).text


def words(text: str) -> tuple[str, ...]:
    """Cut ``text`` into what a stream carries one at a time; joined, they are ``text``."""
    return tuple(re.findall(r"\S+\s*|\s+", text))


def token_count(text: str) -> int:
    """Count tokens about as a model would: one for four characters."""
    return max(1, len(text) // 4)


def _passages(read: Iterable[Block]) -> Iterator[Passage]:
    for block in read:
        if label := _PASSAGE.fullmatch(block.label):
            signature = _SIGNATURE.search(block.text)
            yield Passage(
                number=int(label["number"]),
                path=label["path"],
                start_line=int(label["start"]),
                end_line=int(label["end"]),
                kind=label["kind"],
                symbol=label["symbol"],
                signature=signature.group().strip().removesuffix(":") if signature else None,
                text=block.text,
            )
