"""Cuts prose into sentences, and picks those that speak to the question."""

from __future__ import annotations

import re
from typing import Final

from generation.extractive.terms import overlap

_END: Final = re.compile(r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)(?<!vs\.)\s+(?=[\"'`*(\[A-Z])")


def sentences(text: str) -> list[str]:
    """Return the sentences of ``text``, each on one line."""
    return [s for s in _END.split(" ".join(text.split())) if s]


def first_sentence(text: str, *, longest: int) -> str:
    """Return the first sentence, cut at a word to ``longest`` characters."""
    found = sentences(text)
    return shortened(found[0], longest=longest) if found else ""


def first_sentences(text: str, *, longest: int) -> str:
    """Return as many whole sentences as ``longest`` characters hold, or the first of them cut."""
    kept = ""
    for sentence in sentences(text):
        if kept and len(kept) + 1 + len(sentence) > longest:
            break
        kept = f"{kept} {sentence}".strip()
    return shortened(kept, longest=longest)


def shortened(text: str, *, longest: int) -> str:
    """Cut ``text`` at a word to ``longest`` characters; the cut shows as an ellipsis."""
    if len(text) <= longest:
        return text
    return text[: longest - 1].rpartition(" ")[0].rstrip(",;:") + "…"


def relevant(text: str, asked: frozenset[str], *, most: int) -> list[str]:
    """Return up to ``most`` sentences that share a term with the question, in their order."""
    scored = [(overlap(s, asked), -i, s) for i, s in enumerate(sentences(text))]
    best = sorted((entry for entry in scored if entry[0]), reverse=True)[:most]
    return [sentence for _, _, sentence in sorted(best, key=lambda entry: -entry[1])]
