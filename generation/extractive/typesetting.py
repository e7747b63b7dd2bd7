"""Sets blocks of a document as Markdown that cites where they stand."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from generation.extractive.markup import NESTED, Block, Kind
from generation.extractive.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHORTEST_CLAIM: Final = 2
"""Spaces in a paragraph that is worth a citation."""


def cited(chosen: Sequence[Block], number: int) -> list[str]:
    """Return Markdown whose paragraphs and lists name their source.

    What announces a list or code that did not come along is left out.
    """
    blocks = _without_idle_lead_ins(chosen)
    paragraphs: list[str] = []
    for block, following in zip_longest(blocks, blocks[1:]):
        before = paragraphs[-1] if paragraphs else ""
        match block.kind:
            case Kind.PARAGRAPH | Kind.VERSION:
                paragraphs.append(_paragraph(block.text, following, number))
            case Kind.LIST:
                introduced = before.endswith(f"[{number}]:")
                paragraphs.append(_list(block, None if introduced else number))
            case Kind.CODE:
                paragraphs.append(fenced(block))
    said = [text for block, text in zip(blocks, paragraphs, strict=True) if block.kind != Kind.CODE]
    if blocks and not any(f"[{number}]" in text for text in said):
        paragraphs.insert(0, f"From the documentation [{number}]:")
    return paragraphs


def fenced(block: Block) -> str:
    """Return code between fences that nothing in it can close."""
    runs = (len(m.group()) for line in block.lines for m in re.finditer("`+", line))
    fence = "`" * max(3, max(runs, default=0) + 1)
    return f"{fence}{block.language}\n{block.text}\n{fence}"


def _without_idle_lead_ins(blocks: Sequence[Block]) -> list[Block]:
    """Cut the sentence before a colon where neither a list nor code comes after it."""
    kept: list[Block] = []
    for block in reversed(blocks):
        idle = block.kind is Kind.PARAGRAPH and block.text.endswith(":")
        is_followed = kept and kept[-1].kind in {Kind.LIST, Kind.CODE}
        kept += _but_the_last_sentence(block) if idle and not is_followed else [block]
    return kept[::-1]


def _but_the_last_sentence(block: Block) -> list[Block]:
    said = " ".join(sentences(block.text)[:-1])
    return [Block(block.kind, (said,))] if said else []


def _paragraph(text: str, following: Block | None, number: int) -> str:
    if text.count(" ") < _SHORTEST_CLAIM and not text.endswith(":"):
        return text  # "or", between two commands, claims nothing
    if following and following.kind is Kind.CODE and text[-1] not in ".:!?":
        text += ":"
    return _with_citation(text, number)


def _list(block: Block, number: int | None) -> str:
    items: list[str] = []
    count = int(block.language or 1) - 1
    for item in block.lines:
        if item.startswith(NESTED):
            items.append(f"{'   ' if block.language else '  '}- {item.strip()}")
        else:
            count += 1
            items.append(f"{count}. {item}" if block.language else f"- {item}")
    if number is not None:
        items[-1] = _with_citation(items[-1], number)
    return "\n".join(items)


def _with_citation(text: str, number: int) -> str:
    return f"{text[:-1]} [{number}]:" if text.endswith(":") else f"{text} [{number}]"
