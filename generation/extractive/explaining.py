"""Explains code by what stands in it and about it: signatures, docstrings, the names it uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generation.extractive import definitions, documents, leading, markup
from generation.extractive.markup import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.protocol import Passage

_MARKDOWN: Final = "question.md"
_MOST_USED: Final = 6
"""Definitions that are named of a piece of code which uses them."""


def explain(passages: Sequence[Passage], question: str, asked: frozenset[str]) -> list[str]:
    """Return what a definition is, does and takes; of code in the question, what it uses.

    Code that is asked about and uses nothing of the repository leaves nothing to say.
    """
    defined = [passage for passage in passages if passage.kind in definitions.KINDS]
    code = "\n".join(
        block.text for block in markup.read(question, _MARKDOWN) if block.kind is Kind.CODE
    )
    if code:
        return _used(defined, code)
    lead = leading.documented(passages[0], passages[1:])
    if lead.kind in definitions.KINDS:
        others = [passage for passage in passages if passage is not lead]
        return definitions.explain(lead, others, asked)
    if lead.kind == "module" and (said := definitions.introduce(lead)):
        return said
    excerpt = documents.excerpt(lead, asked)
    if excerpt:
        return [f"**{documents.title(lead)}**", *excerpt]
    return definitions.explain(defined[0], passages, asked) if defined else []


def _used(defined: Sequence[Passage], code: str) -> list[str]:
    names = [
        passage
        for passage in defined
        if re.search(rf"(?<!\w){re.escape(definitions.short_name(passage))}(?!\w)", code)
    ]
    if not names:
        return []
    return ["The code uses:", "\n".join(map(definitions.mention, names[:_MOST_USED]))]
