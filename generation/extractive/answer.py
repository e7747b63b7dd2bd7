"""Chooses the passages that answer a question, and puts the answer together."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from generation.extractive import (
    definitions,
    documents,
    explaining,
    finding,
    summing_up,
    walking_through,
)
from generation.extractive.terms import overlap, terms
from generation.prompts import visible
from generation.protocol import Task

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from generation.protocol import Passage, Request

LONGEST_QUESTION: Final = 16_000
"""Characters of a question that are read."""
LONGEST: Final = 2_500
"""Characters of an answer."""
_MOST_DOCUMENTS: Final = 3
_MOST_MENTIONS: Final = 2
_FEW_TERMS: Final = 3
_IDENTIFIER: Final = 4.0
_WORD: Final = 0.6
"""How far a name in the question lifts a definition; a place in the ranking is worth 0.5."""
_VERSION: Final = re.compile(r"\b\d+(?:\.\d+)+\b")


def compose(request: Request) -> str:
    """Return the answer in Markdown with citations, or nothing when no passage says anything."""
    passages = [_cleaned(passage) for passage in request.passages]
    question = visible(request.question[:LONGEST_QUESTION])
    asked = _asked(question, request.repository)
    if not passages:
        return ""
    match request.task:
        case Task.EXPLAIN:
            paragraphs = explaining.explain(passages, question, asked)
        case Task.SUMMARISE:
            paragraphs = summing_up.sum_up(passages)
        case Task.FIND:
            paragraphs = finding.places(passages)
        case Task.WALKTHROUGH:
            paragraphs = walking_through.steps(passages, asked)
        case _:
            paragraphs = _answer(_of_version(passages, question), question, asked)
    return _within(paragraphs, LONGEST)


def _answer(passages: list[Passage], question: str, asked: frozenset[str]) -> list[str]:
    lead = max(passages, key=lambda passage: _precedence(passage, question, asked))
    others = [passage for passage in passages if passage is not lead]
    if lead.kind in definitions.KINDS:
        paragraphs = definitions.explain(lead, others, asked)
    else:
        paragraphs = _from_documents([lead, *others], asked)
    return paragraphs + _mentions(lead, others, asked)


def _cleaned(passage: Passage) -> Passage:
    """Return ``passage`` with the text that a reader of the page would see."""
    return replace(passage, text=visible(passage.text))


def _asked(question: str, repository: str) -> frozenset[str]:
    """Return the question's terms; the repository's own name tells no passage from another."""
    asked = terms(question)
    return asked - terms(repository.rpartition("/")[2]) or asked


def _of_version(passages: list[Passage], question: str) -> list[Passage]:
    """Keep to the passages that name the version which the question names, if there are any."""
    versions = _VERSION.findall(question)
    naming = [p for p in passages if any(v in f"{p.path} {p.symbol} {p.text}" for v in versions)]
    # A definition names a version by the way: a default, a deprecation.
    pages = [p for p in naming if p.kind not in definitions.KINDS]
    return pages or naming or passages


def _precedence(passage: Passage, question: str, asked: frozenset[str]) -> float:
    """Say how well a passage would lead the answer: by its rank, unless its name says more."""
    value = -passage.number / 2
    if passage.kind in definitions.KINDS:
        name = definitions.short_name(passage)
        named = _named(name, question, asked)
        value += named
        if name.startswith("_"):
            value -= 1.5  # how it is done, seldom what is asked for
        if definitions.is_stub(passage):
            value -= 1
        # A class before its parts, where the question names both alike.
        value += 0.6 if passage.kind == "class" and named >= _IDENTIFIER else 0
    return value


def _named(name: str, question: str, asked: frozenset[str]) -> float:
    """Say how plainly the question names a definition.

    An identifier that could be nothing else settles it; a word like ``search`` is a hint.
    """
    if not name:
        return 0
    verbatim = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", question)
    if verbatim and (re.search(r"\w_|[a-z][A-Z]", name) or f"`{name}" in question):
        return _IDENTIFIER
    if verbatim or (terms(name) and terms(name) <= asked):
        return _WORD
    return 0


def _from_documents(passages: Sequence[Passage], asked: frozenset[str]) -> list[str]:
    """Return what the best documents say, each under its title when there are several."""
    lead, *rest = [p for p in passages if p.kind not in definitions.KINDS]
    floor = max(1, _worth(lead, asked))
    adding = [p for p in rest if _worth(p, asked) >= floor and _is_kindred(p, lead)]
    parts: list[tuple[Passage, list[str]]] = []
    seen: set[str] = set()
    for passage in (lead, *adding[: _MOST_DOCUMENTS - 1]):
        excerpt = documents.excerpt(passage, asked)
        said = re.sub(r"\s*\[\d+\]", "", "\n\n".join(excerpt))
        if said and said not in seen:
            seen.add(said)
            parts.append((passage, excerpt))
    paragraphs: list[str] = []
    for passage, excerpt in parts:
        if passage.symbol or len(parts) > 1:
            paragraphs.append(f"**{documents.title(passage)}**")
        paragraphs += excerpt
    return paragraphs


def _worth(passage: Passage, asked: frozenset[str]) -> int:
    return overlap(f"{passage.symbol or ''} {passage.text}", asked)


def _is_kindred(passage: Passage, lead: Passage) -> bool:
    """Tell prose from code and news from manuals: an answer keeps to one of them."""
    return passage.path.endswith(".py") == lead.path.endswith(".py") and documents.is_release_note(
        passage
    ) == documents.is_release_note(lead)


def _mentions(lead: Passage, others: Iterable[Passage], asked: frozenset[str]) -> list[str]:
    # One word in common is chance when the question has many.
    shared = 1 if len(asked) <= _FEW_TERMS else 2
    near = [
        passage
        for passage in others
        if passage.kind in definitions.KINDS
        and definitions.qualified_name(passage) != definitions.qualified_name(lead)
        and overlap(definitions.short_name(passage), asked)
        and overlap(definitions.mention(passage), asked) >= shared
    ]
    if not near:
        return []
    lines = "\n".join(map(definitions.mention, near[:_MOST_MENTIONS]))
    return [f"See also:\n\n{lines}"]


def _within(paragraphs: Iterable[str], longest: int) -> str:
    """Join paragraphs as far as they fit; a heading does not stay behind alone."""
    kept: list[str] = []
    size = 0
    for paragraph in paragraphs:
        if size + len(paragraph) + 2 > longest:
            continue
        kept.append(paragraph)
        size += len(paragraph) + 2
    while kept and re.fullmatch(r"\*\*[^\n]*\*\*|.*:", kept[-1]):
        kept.pop()
    return "\n\n".join(kept)
