"""Picks from a document's section the sentences, steps and commands that a question asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generation.extractive import changes, examples, markup, typesetting
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
_LONGEST_NAMED: Final = 500
"""Characters of an item that holds what the question names."""
_RELEASE: Final = re.compile(r"release|change ?log|what.?s new|news|history", re.IGNORECASE)
_CHANGES: Final = re.compile(r"(?:^|/)changes\b[^/]*$", re.IGNORECASE)
_RELEASED: Final = re.compile(r"(?:un)?released\b.{0,30}", re.IGNORECASE)
_BOILERPLATE: Final = re.compile(
    r"github stats|automatically generated|authors? contributed|we closed a total|full list",
    re.IGNORECASE,
)


def is_release_note(passage: Passage) -> bool:
    """Tell a passage that lists what changed."""
    named = f"{passage.path} {passage.symbol or ''}"
    return _RELEASE.search(named) is not None or _CHANGES.search(passage.path) is not None


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
    unasked = {Kind.HEADING} if changes.is_asked(asked) else {Kind.HEADING, Kind.VERSION}
    body = [block for block in found if block.kind not in unasked]
    if passage.path.endswith(".py"):
        chosen = _of_tutorial(body, passage, asked)
    elif is_release_note(passage):
        chosen = _main_points(body, asked)
    else:
        chosen = _answering(body, asked)
    if not chosen:
        return []
    return typesetting.cited(chosen, passage.number)


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
        group = [trimmed(block, asked) for block in groups[i]]
        size = sum(len(block.text) for block in group)
        if size <= room and (not chosen or overlap(" ".join(b.text for b in group), asked)):
            chosen.add(i)
            room -= size
    return [trimmed(block, asked) for i in sorted(chosen) for block in groups[i]]


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


def trimmed(block: Block, asked: frozenset[str]) -> Block:
    """Return ``block`` cut to what an answer has room for."""
    match block.kind:
        case Kind.PARAGRAPH if len(sentences(block.text)) > _MOST_SENTENCES:
            return Block(block.kind, (_trimmed_prose(block.text, asked),))
        case Kind.CODE:
            return Block(block.kind, examples.beginning(block.lines), block.language)
        case Kind.LIST:
            return _shortened_list(block)
        case _:
            return block


def _trimmed_prose(text: str, asked: frozenset[str]) -> str:
    """Keep the sentences that speak to the question, and the one that announces what follows."""
    *said, last = sentences(text)
    if not last.endswith(":"):
        said, last = [*said, last], ""
    kept = relevant(" ".join(said), asked, most=_MOST_SENTENCES) or said[:_MOST_SENTENCES]
    return " ".join([*kept, last]).strip()


def _shortened_list(block: Block) -> Block:
    items = tuple(shortened(item, longest=_LONGEST_ITEM) for item in block.lines[:_MOST_ITEMS])
    if more := len(block.lines) - len(items):
        items = (*items, f"… and {more} more.")
    return Block(block.kind, items, block.language)


def _main_points(body: list[Block], asked: frozenset[str]) -> list[Block]:
    """Take the items that the question names; else the first list, which is the overview.

    Release notes without a list begin with what matters.
    """
    said = [block for block in body if not _BOILERPLATE.search(block.text)]
    dates = [b for b in said if b.kind is Kind.PARAGRAPH and _RELEASED.fullmatch(b.text)][:1]
    lists = [block for block in said if block.kind is Kind.LIST]
    if named := changes.naming([item for block in lists for item in block.lines], asked):
        items = (shortened(item.strip(), longest=_LONGEST_NAMED) for item in named)
        return [*dates, Block(Kind.LIST, tuple(items))]
    if lists:
        return [*dates, _shortened_list(lists[0])]
    return [block for block in said if block.kind is Kind.PARAGRAPH][:2]


def _of_tutorial(body: list[Block], passage: Passage, asked: frozenset[str]) -> list[Block]:
    """Take the comments that speak to the question, and the statements with what they rest on."""
    prose = [block for block in body if block.kind is Kind.PARAGRAPH]
    speaking = [block for block in prose if overlap(block.text, asked)] or prose
    chosen = [trimmed(block, asked) for block in speaking[:2]]
    best = max((overlap(b.text, asked) for b in body if b.kind is Kind.CODE), default=0)
    wanted = max(1, min(best, len(asked)))
    for threshold in range(wanted, 0, -1):
        code = examples.completed(examples.slice_of(passage.text, _speaks(asked, threshold)), ())
        if code:
            return [*chosen, Block(Kind.CODE, tuple(code.splitlines()), "python")]
    return chosen


def _speaks(asked: frozenset[str], threshold: int) -> Callable[[str], bool]:
    return lambda statement: overlap(statement, asked) >= threshold
