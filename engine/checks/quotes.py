"""Quoted sentences: whether the passages that they cite say them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from engine.checks.deadline import NEVER
from engine.checks.model import Problem, ProblemKind
from engine.checks.statements import statements
from generation import citations

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.checks.deadline import Deadline
    from engine.checks.statements import Statement
    from generation.protocol import Passage

SHORTEST = 4
"""Words of a quotation; fewer are a name or a figure of speech."""

SHOWN = 60
"""Characters of a quotation that are shown."""

ALIKE = 0.85
"""The share of a quotation's words that stand together in a passage that says it: between the two
lie markup, a changed case, a word put in for the sense."""

# What is quoted has no mark that opens a quotation: else each of them looks to the end of the text.
_MARKS = re.compile(r"“([^“”]+)”|«([^«»]+)»|„([^„“”]+)[“”]|(?<![\w=(\[,])\"([^\"\n]+)\"(?![\w)\]])")
_CODE = re.compile(citations.CODE_SPAN)
_CITATION = re.compile(citations.CITATION)
_LEFT_OUT = re.compile(r"\[?(?:\.{3}|…)\]?")
_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
_WORD = re.compile(rf"[^\W_]+(?:[.'{_APOSTROPHE}-][^\W_]+)*")


def check_quotes(
    markdown: str, passages: Sequence[Passage], *, deadline: Deadline = NEVER
) -> Iterator[Problem]:
    """Yield the quotations that cite a passage, and that no passage says.

    What is quoted without a citation may be anybody's words, and is not judged.

    Raises:
        OutOfTime: The deadline has come.
    """
    words = [_words(passage.text) for passage in passages]
    for statement in statements(markdown):
        if not any(passage.number in statement.cited for passage in passages):
            continue
        for quote in _quotes(statement):
            deadline.keep()
            if not any(_says(each, quote) for each in words):
                yield Problem(
                    ProblemKind.UNSUPPORTED_QUOTE,
                    statement.line,
                    _shortened(quote),
                    f"The passage cited for “{_shortened(quote)}” does not say so.",
                )


def _quotes(statement: Statement) -> Iterator[str]:
    text = _CITATION.sub(" ", statement.text)
    if statement.is_quotation:
        found = [text]
    else:
        prose = _CODE.sub(lambda code: " " * len(code.group()), text)
        found = ["".join(filter(None, match.groups())) for match in _MARKS.finditer(prose)]
    yield from (quote for quote in found if len(_words(quote)) >= SHORTEST)


def _says(passage: Sequence[str], quote: str) -> bool:
    """Whether a passage has all parts of a quotation, between what the quotation leaves out."""
    parts = [words for part in _LEFT_OUT.split(quote) if len(words := _words(part)) > 1]
    return all(_has(passage, part) for part in parts)


def _has(passage: Sequence[str], part: Sequence[str]) -> bool:
    """Whether enough of a part's words stand within as many words of a passage."""
    lacking, size = Counter(part), len(part)
    shared = 0
    for at, word in enumerate(passage):
        lacking[word] -= 1
        shared += lacking[word] >= 0
        if at >= size:
            gone = passage[at - size]
            shared -= lacking[gone] >= 0
            lacking[gone] += 1
        if shared >= ALIKE * size:
            return True
    return False


def _words(text: str) -> list[str]:
    return [word.casefold().replace(_APOSTROPHE, "'") for word in _WORD.findall(text)]


def _shortened(quote: str) -> str:
    text = " ".join(quote.split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1].rstrip()}…"
