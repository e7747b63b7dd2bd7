"""Names the definitions that are beside the point of an answer but near it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generation.extractive import definitions
from generation.extractive.terms import overlap, terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.protocol import Passage

_MOST: Final = 2
_SHARED: Final = 2
"""Terms that a definition has in common with the question, if that has so many."""
_TESTING: Final = terms("test tests testing")


def others(
    lead: Passage, passages: Sequence[Passage], question: str, asked: frozenset[str]
) -> list[str]:
    """Return the paragraph that names what else a reader may look at, if there is any."""
    near = [
        definitions.mention(passage)
        for passage in passages
        if passage.kind in definitions.KINDS | {"module"}
        and definitions.qualified_name(passage) != definitions.qualified_name(lead)
        and definitions.is_documented(passage)
        and _is_open(passage, question, asked)
        and (_is_alike(passage, asked) or _is_of_failure(passage, lead, asked))
    ]
    return ["See also:\n\n" + "\n".join(near[:_MOST])] if near else []


def _is_open(passage: Passage, question: str, asked: frozenset[str]) -> bool:
    """Tell what is for users of the code; other names are left out unless they are asked for."""
    if re.search(rf"(?<!\w){re.escape(definitions.short_name(passage))}(?!\w)", question):
        return True
    is_private = any(
        part.startswith("_") for part in definitions.qualified_name(passage).split(".")
    )
    return not is_private and (not definitions.is_test(passage) or bool(asked & _TESTING))


def _is_alike(passage: Passage, asked: frozenset[str]) -> bool:
    # One word in common is chance when the question has more.
    return overlap(definitions.short_name(passage), asked) > 0 and overlap(
        definitions.mention(passage), asked
    ) >= min(_SHARED, len(asked))


def _is_of_failure(passage: Passage, lead: Passage, asked: frozenset[str]) -> bool:
    """Tell what the code of the answer refuses with, of a question about what goes wrong."""
    name = re.escape(definitions.short_name(passage))
    return (
        definitions.is_about_failure(asked)
        and lead.kind in definitions.KINDS
        and re.search(rf"raise [^\n]*\n?[^\n]*\b{name}\b", lead.text) is not None
    )
