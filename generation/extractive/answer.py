"""Chooses the passages that answer a question, and puts the answer together."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from generation.extractive import (
    definitions,
    documents,
    explaining,
    failing,
    finding,
    leading,
    mentioning,
    summing_up,
    tracebacks,
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
_FENCE: Final = "```"
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
            paragraphs = finding.places(passages, asked)
        case Task.WALKTHROUGH:
            paragraphs = walking_through.steps(passages, asked)
        case _:
            paragraphs = _answer(_of_version(passages, question), question, asked)
    return _within(paragraphs, LONGEST)


def _answer(passages: list[Passage], question: str, asked: frozenset[str]) -> list[str]:
    error = tracebacks.read(question)
    if error and (said := failing.explain(passages, error)):
        return said
    lead = leading.choose(passages, question, asked)
    others = [passage for passage in passages if passage is not lead]
    if lead.kind in definitions.KINDS:
        paragraphs = definitions.explain(lead, others, asked)
    elif lead.kind == "module":
        paragraphs = definitions.introduce(lead) or _from_documents(others, asked)
    else:
        paragraphs = _from_documents([lead, *others], asked)
    return paragraphs + mentioning.others(lead, others, question, asked)


def _cleaned(passage: Passage) -> Passage:
    """Return ``passage`` with the text that a reader of the page would see."""
    return replace(passage, text=visible(passage.text))


def _asked(question: str, repository: str) -> frozenset[str]:
    """Return the question's terms; the repository's own name tells no passage from another."""
    asked = terms(question)
    return asked - terms(repository.rpartition("/")[2]) or asked


def _of_version(passages: list[Passage], question: str) -> list[Passage]:
    """Keep to the passages that name the version which the question names, if there are any."""
    versions = [re.compile(rf"(?<![\d.]){re.escape(v)}(?!\d)") for v in _VERSION.findall(question)]
    naming = [
        p for p in passages if any(v.search(f"{p.path} {p.symbol} {p.text}") for v in versions)
    ]
    # A definition names a version by the way: a default, a deprecation.
    pages = [p for p in naming if p.kind not in definitions.KINDS]
    return pages or naming or passages


def _from_documents(passages: Sequence[Passage], asked: frozenset[str]) -> list[str]:
    """Return what the best documents say, each under its title when there are several."""
    pages = [p for p in passages if p.kind not in definitions.KINDS | {"module"}]
    if not pages:
        return []
    telling = _telling(asked, passages)
    lead = pages[0]
    parts: list[tuple[Passage, list[str]]] = []
    seen: set[str] = set()
    floor = 0
    for passage in (p for p in pages if p is lead or _is_kindred(p, lead)):
        excerpt = documents.excerpt(passage, asked)
        said = re.sub(r"\s*\[\d+\]", "", "\n\n".join(excerpt))
        worth = _worth(passage, excerpt, telling)
        floor = floor or max(1, worth)
        if said and said not in seen and (passage is lead or worth >= floor):
            seen.add(said)
            parts.append((passage, excerpt))
    paragraphs: list[str] = []
    for passage, excerpt in parts[:_MOST_DOCUMENTS]:
        if passage.symbol or len(parts) > 1:
            paragraphs.append(f"**{documents.title(passage)}**")
        paragraphs += excerpt
    return paragraphs


def _telling(asked: frozenset[str], passages: Sequence[Passage]) -> frozenset[str]:
    """Return the terms that tell one passage from another: those that not all of them hold."""
    held = (terms(f"{p.symbol or ''} {p.text}") for p in passages)
    return asked - frozenset.intersection(*held) or asked


def _worth(passage: Passage, excerpt: Sequence[str], telling: frozenset[str]) -> int:
    """Count the terms in what would be quoted; in code they stand by chance."""
    prose = " ".join(paragraph for paragraph in excerpt if not paragraph.startswith(_FENCE))
    return overlap(f"{documents.title(passage)} {prose}", telling)


def _is_kindred(passage: Passage, lead: Passage) -> bool:
    """Tell prose from code and news from manuals: an answer keeps to one of them."""
    return passage.path.endswith(".py") == lead.path.endswith(".py") and documents.is_release_note(
        passage
    ) == documents.is_release_note(lead)


def _within(paragraphs: Iterable[str], longest: int) -> str:
    """Join paragraphs as far as they fit; a heading does not stay behind alone."""
    kept: list[str] = []
    size = 0
    for paragraph in paragraphs:
        if size + len(paragraph) + 2 > longest:
            if kept and kept[-1].endswith(":"):
                kept.pop()  # it announced what has no room
            continue
        kept.append(paragraph)
        size += len(paragraph) + 2
    while kept and re.fullmatch(r"\*\*[^\n]*\*\*|.*:", kept[-1]):
        kept.pop()
    return "\n\n".join(kept)
