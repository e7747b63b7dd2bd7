"""Picks from a document's section the sentences, steps and commands that a question asks for."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from generation.extractive import examples, markup
from generation.extractive.markup import Block, Kind
from generation.extractive.sentences import relevant, sentences, shortened
from generation.extractive.terms import overlap, terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from generation.protocol import Passage

_WHOLE: Final = 700
"""Characters of a section that is short enough to be given whole."""
_LONGEST: Final = 900
"""Characters taken from a longer one."""
_MOST_ITEMS: Final = 8
_MOST_SENTENCES: Final = 3
_LONGEST_ITEM: Final = 200
_SHORTEST_CLAIM: Final = 2
"""Spaces in a paragraph that is worth a citation."""
_RELEASE: Final = re.compile(r"release|change ?log|what.?s new|news|history", re.IGNORECASE)
_BOILERPLATE: Final = re.compile(
    r"github stats|automatically generated|authors? contributed|we closed a total|full list",
    re.IGNORECASE,
)


def is_release_note(passage: Passage) -> bool:
    """Tell a passage that lists what changed."""
    return _RELEASE.search(f"{passage.path} {passage.symbol or ''}") is not None


def title(passage: Passage) -> str:
    """Return the heading path's own words, as a reader would call the section."""
    if not passage.symbol:
        return f"`{passage.path}`"
    *above, own = [part.strip() for part in passage.symbol.split(" > ")]
    if above and not terms(above[-1]) <= terms(own):
        return f"{above[-1]}: {own}"
    return own


def excerpt(passage: Passage, asked: frozenset[str]) -> list[str]:
    """Return the cited paragraphs of an answer from a document's section."""
    found = markup.read(passage.text, passage.path)
    body = [block for block in found if block.kind is not Kind.HEADING]
    if passage.path.endswith(".py"):
        chosen = _of_tutorial(body, passage, asked)
    elif is_release_note(passage):
        chosen = _main_points(body)
    else:
        chosen = _answering(body, asked)
    if not chosen:
        return []
    return _cited(chosen, passage.number)


def _answering(body: list[Block], asked: frozenset[str]) -> list[Block]:
    """Choose groups (a paragraph with the list or code that it introduces) by overlap."""
    if sum(len(block.text) for block in body) <= _WHOLE:
        return body
    groups = _groups(body)
    ranked = sorted(
        range(len(groups)),
        key=lambda i: (-overlap(" ".join(b.text for b in groups[i]), asked), i),
    )
    chosen: set[int] = set()
    room = _LONGEST
    for i in ranked:
        group = [_trimmed(block, asked) for block in groups[i]]
        size = sum(len(block.text) for block in group)
        if size <= room and (not chosen or overlap(" ".join(b.text for b in group), asked)):
            chosen.add(i)
            room -= size
    return [_trimmed(block, asked) for i in sorted(chosen) for block in groups[i]]


def _groups(body: list[Block]) -> list[list[Block]]:
    groups: list[list[Block]] = []
    for block in body:
        introduced = groups and (
            block.kind is Kind.CODE
            or (block.kind is Kind.LIST and groups[-1][-1].text.endswith(":"))
        )
        if introduced:
            groups[-1].append(block)
        else:
            groups.append([block])
    return groups


def _trimmed(block: Block, asked: frozenset[str]) -> Block:
    match block.kind:
        case Kind.PARAGRAPH if len(sentences(block.text)) > _MOST_SENTENCES:
            kept = relevant(block.text, asked, most=_MOST_SENTENCES)
            kept = kept or sentences(block.text)[:_MOST_SENTENCES]
            return Block(block.kind, (" ".join(kept),))
        case Kind.CODE:
            return Block(block.kind, block.lines[: examples.MOST_LINES], block.language)
        case Kind.LIST:
            return _shortened_list(block)
        case _:
            return block


def _shortened_list(block: Block) -> Block:
    items = tuple(shortened(item, longest=_LONGEST_ITEM) for item in block.lines[:_MOST_ITEMS])
    if more := len(block.lines) - len(items):
        items = (*items, f"… and {more} more.")
    return Block(block.kind, items, block.language)


def _main_points(body: list[Block]) -> list[Block]:
    """Take the first list of release notes, which is their overview; else the first prose."""
    said = [block for block in body if not _BOILERPLATE.search(block.text)]
    lists = [block for block in said if block.kind is Kind.LIST]
    if lists:
        return [_shortened_list(lists[0])]
    return [block for block in said if block.kind is Kind.PARAGRAPH][:2]


def _of_tutorial(body: list[Block], passage: Passage, asked: frozenset[str]) -> list[Block]:
    """Take the comments that speak to the question, and the statements with what they rest on."""
    prose = [block for block in body if block.kind is Kind.PARAGRAPH]
    speaking = [block for block in prose if overlap(block.text, asked)] or prose
    chosen = [_trimmed(block, asked) for block in speaking[:2]]
    best = max((overlap(b.text, asked) for b in body if b.kind is Kind.CODE), default=0)
    wanted = max(1, min(best, len(asked)))
    for threshold in range(wanted, 0, -1):
        code = examples.completed(examples.slice_of(passage.text, _speaks(asked, threshold)), ())
        if code:
            return [*chosen, Block(Kind.CODE, tuple(code.splitlines()), "python")]
    return chosen


def _speaks(asked: frozenset[str], threshold: int) -> Callable[[str], bool]:
    return lambda statement: overlap(statement, asked) >= threshold


def _cited(chosen: list[Block], number: int) -> list[str]:
    """Set blocks as Markdown; each paragraph and each list names its source."""
    paragraphs: list[str] = []
    for block, following in zip_longest(chosen, chosen[1:]):
        before = paragraphs[-1] if paragraphs else ""
        match block.kind:
            case Kind.PARAGRAPH:
                paragraphs.append(_paragraph(block.text, following, number))
            case Kind.LIST:
                introduced = before.endswith(f"[{number}]:")
                paragraphs.append(_list(block, None if introduced else number))
            case Kind.CODE:
                fence = _fence(block.lines)
                paragraphs.append(f"{fence}{block.language}\n{block.text}\n{fence}")
    if all(block.kind is Kind.CODE for block in chosen):
        paragraphs.insert(0, f"From the documentation [{number}]:")
    return paragraphs


def _paragraph(text: str, following: Block | None, number: int) -> str:
    if text.count(" ") < _SHORTEST_CLAIM:
        return text  # "or", between two commands, claims nothing
    if following and following.kind is Kind.CODE and text[-1] not in ".:!?":
        text += ":"
    return _with_citation(text, number)


def _list(block: Block, number: int | None) -> str:
    marks = [f"{i}." if block.language else "-" for i in range(1, len(block.lines) + 1)]
    items = [f"{mark} {item}" for mark, item in zip(marks, block.lines, strict=True)]
    if number is not None:
        items[-1] = _with_citation(items[-1], number)
    return "\n".join(items)


def _fence(lines: tuple[str, ...]) -> str:
    longest = max((len(m.group()) for line in lines for m in re.finditer("`+", line)), default=0)
    return "`" * max(3, longest + 1)


def _with_citation(text: str, number: int) -> str:
    return f"{text[:-1]} [{number}]:" if text.endswith(":") else f"{text} [{number}]"
