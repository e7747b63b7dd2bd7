"""Says where an error that the question quotes comes from, and what is written of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.extractive import definitions, documents, tracebacks
from generation.extractive.terms import terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.extractive.tracebacks import Error
    from generation.protocol import Passage


def explain(passages: Sequence[Passage], error: Error) -> list[str]:
    """Return what the error is, where it is raised, and the pages that state its message.

    Nothing when no passage raises it or holds its message.
    """
    asked = terms(f"{error.name} {error.message}")
    raising = [
        (passage, code)
        for passage in passages
        if passage.kind in definitions.KINDS and (code := tracebacks.raising(passage.text, error))
    ]
    stating = [
        p
        for p in passages
        if p.kind not in definitions.KINDS | {"module"} and tracebacks.states(p.text, error)
    ]
    holding = [p for p in passages if p.kind == "module" and tracebacks.states(p.text, error)]
    if not raising and not stating and not holding:
        return []
    return [
        *_class_of(passages, error, asked),
        *_raised(raising, passages, asked),
        *(f"The message stands in `{p.path}`. [{p.number}]" for p in holding[:1]),
        *_stated(stating, asked),
    ]


def _class_of(passages: Sequence[Passage], error: Error, asked: frozenset[str]) -> list[str]:
    own = (p for p in passages if p.kind == "class" and definitions.short_name(p) == error.name)
    return [said for passage in own for said in definitions.explain(passage, passages, asked)[:1]]


def _raised(
    raising: Sequence[tuple[Passage, str]], passages: Sequence[Passage], asked: frozenset[str]
) -> list[str]:
    """Show the statement that raises it, then what it stands in."""
    if not raising:
        return []
    passage, code = raising[0]
    where = f"`{definitions.qualified_name(passage)}` in `{passage.path}`"
    others = [other for other in passages if other is not passage]
    return [
        f"This is raised in {where} [{passage.number}]:",
        f"```python\n{code}\n```",
        *(
            # What it raises has been shown.
            definitions.explain(passage, others, asked - definitions.FAILURE)
            if definitions.is_documented(passage)
            else []
        ),
    ]


def _stated(stating: Sequence[Passage], asked: frozenset[str]) -> list[str]:
    paragraphs: list[str] = []
    for passage in stating[:1]:
        if excerpt := documents.excerpt(passage, asked):
            paragraphs += [f"**{documents.title(passage)}**", *excerpt]
    return paragraphs
