"""Chooses the passage that an answer begins with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generation.extractive import definitions
from generation.extractive.terms import overlap, terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.protocol import Passage

_IDENTIFIER: Final = 4.0
_NAMESAKE: Final = 3.0
"""For a name that differs from the question's identifier by its capitals alone."""
_WORD: Final = 0.6
"""How far a name in the question lifts a definition; a place in the ranking is worth 0.5."""
_INNER: Final = 1.5
"""How far a private name sinks: it is how a thing is done, seldom what is asked for."""
_WORDLESS: Final = 2.0
"""How far code without a docstring sinks."""
_SETTINGS: Final = (".toml", ".cfg", ".ini", ".json", ".yml", ".yaml")


def choose(passages: Sequence[Passage], question: str, asked: frozenset[str]) -> Passage:
    """Return the passage that answers best, by its rank unless its name says more."""
    best = max(passages, key=lambda passage: _precedence(passage, question, asked))
    if best.kind == "module":
        return _function_of(best, passages, asked) or best
    return documented(best, passages)


def documented(lead: Passage, passages: Sequence[Passage]) -> Passage:
    """Return ``lead``; where it documents nothing, the passage that documents it, if any does.

    An overload's implementation, a function of the same name but for its capitals, or a page.
    """
    if lead.kind not in definitions.KINDS or definitions.is_documented(lead):
        return lead
    name = definitions.short_name(lead)
    namesakes = [
        p
        for p in passages
        if definitions.short_name(p).lower() == name.lower()
        and p.kind in definitions.KINDS
        and definitions.is_documented(p)
    ]
    implementations = [
        p for p in passages if p.symbol == lead.symbol and not definitions.is_stub(p)
    ]
    written = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)") if name else None
    pages = [
        p
        for p in passages
        if p.kind not in definitions.KINDS | {"module"} and written and written.search(p.text)
    ]
    return next(iter([*namesakes, *pages, *implementations]), lead)


def _function_of(
    module: Passage, passages: Sequence[Passage], asked: frozenset[str]
) -> Passage | None:
    """Return the definition that a module is found for: one of its own, or one that calls it."""
    name = module.symbol or ""
    call = re.compile(rf"(?<![\w.]){re.escape(name.rpartition('.')[2])}\.\w+\(")
    near = [
        p
        for p in passages
        if p.kind in definitions.KINDS
        and definitions.is_documented(p)
        and ((p.symbol or "").startswith(f"{name}.") or call.search(p.text))
    ]
    return max(near, key=lambda p: overlap(p.text, asked), default=None)


def _precedence(passage: Passage, question: str, asked: frozenset[str]) -> float:
    value = -passage.number / 2
    if passage.kind not in definitions.KINDS:
        return value - (_WORDLESS if _is_wordless(passage) else 0)
    name = definitions.short_name(passage)
    named = _named(name, question, asked)
    value += named
    if name.startswith("_"):
        value -= _INNER
    if definitions.is_stub(passage):
        value -= 1
    if not definitions.is_documented(passage):
        value -= _WORDLESS
    if definitions.is_test(passage):
        value -= _INNER
    # A class before its parts, where the question names both alike.
    return value + (0.6 if passage.kind == "class" and named >= _IDENTIFIER else 0)


def _is_wordless(passage: Passage) -> bool:
    """Tell a module without a docstring, and a file of settings."""
    if passage.kind == "module":
        return not definitions.is_documented(passage)
    return passage.path.endswith(_SETTINGS)


def _named(name: str, question: str, asked: frozenset[str]) -> float:
    """Say how plainly the question names a definition.

    An identifier that could be nothing else settles it; a word like ``search`` is a hint.
    """
    if not name:
        return 0
    pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
    verbatim = re.search(pattern, question)
    is_identifier = re.search(r"\w_|[a-z][A-Z]", name) is not None
    if verbatim and (is_identifier or f"`{name}" in question):
        return _IDENTIFIER
    namesake = re.search(pattern, question, re.IGNORECASE)
    if namesake and re.search(r"[a-z][A-Z]", namesake.group()):
        return _NAMESAKE
    if verbatim or (terms(name) and terms(name) <= asked):
        return _WORD
    return 0
