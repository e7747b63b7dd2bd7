"""The lines put before a chunk's text: where it stands, what it is called, how it is called."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.chunkers.lines import MOST_CHARACTERS_A_TOKEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retrieval.chunkers.measure import Measure

_SHARE = 3
"""The context takes no more than one in so many tokens: the text is what is asked for."""

_PART = re.compile(r"[/.:]+|\s+")
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Context:
    """A context, and the tokens that it leaves for the text."""

    text: str
    room: int


def context_of(
    measure: Measure, path: str, symbol: str | None = None, signature: str | None = None
) -> Context:
    """Put path, symbol and signature on a line each, shortened to a third of the window.

    Of a path and a symbol the end says most; of a signature the beginning.
    """
    parts = [path, *([symbol] if symbol else []), *([signature] if signature else [])]
    counts = _counts(parts, measure)
    most = measure.window // _SHARE
    if sum(counts) > most:
        parts = _shortened(parts, counts, most=most, measure=measure)
        counts = _counts(parts, measure)
    return Context("\n".join(part for part in parts if part), measure.window - sum(counts))


def _shortened(
    parts: Sequence[str], counts: Sequence[int], *, most: int, measure: Measure
) -> list[str]:
    path, *names = parts
    short_path = _end_of(path, most=most // 2 if names else most, measure=measure)
    left = most - _counts([short_path], measure)[0]
    if not names:
        return [short_path]
    symbol, *signatures = names
    for_signature = min(sum(counts[2:]), left // 2)
    short_symbol = _end_of(symbol, most=left - for_signature, measure=measure)
    left -= _counts([short_symbol], measure)[0]
    return [
        short_path,
        short_symbol,
        *(_beginning_of(written, most=left, measure=measure) for written in signatures),
    ]


def _end_of(name: str, *, most: int, measure: Measure) -> str:
    """Return the longest end of ``name`` that fits, cut before one of its parts if it can be."""
    end = name[-most * MOST_CHARACTERS_A_TOKEN :]
    whole = [name] if end == name else []
    parts = [_ELLIPSIS + end[match.start() :] for match in _PART.finditer(end)]
    signs = [_ELLIPSIS + end[at:] for at in range(1, len(end))]
    return _longest([*whole, *parts], most, measure) or _longest(signs, most, measure)


def _beginning_of(signature: str, *, most: int, measure: Measure) -> str:
    """Return the longest beginning of ``signature`` that fits, cut after a comma if it can be."""
    beginning = signature[: most * MOST_CHARACTERS_A_TOKEN]
    whole = [signature] if beginning == signature else []
    commas = [match.end() for match in re.finditer(",", beginning)]
    parts = [f"{beginning[:at]} {_ELLIPSIS}" for at in reversed(commas)]
    signs = [beginning[:at] + _ELLIPSIS for at in range(len(beginning) - 1, 0, -1)]
    return _longest([*whole, *parts], most, measure) or _longest(signs, most, measure)


def _longest(candidates: Sequence[str], most: int, measure: Measure) -> str:
    """Return the longest of ``candidates`` that fits, which come longest first; else nothing."""

    def is_short(candidate: str) -> bool:
        return _counts([candidate], measure)[0] <= most

    fitting = bisect_left(candidates, x=True, key=is_short)
    return candidates[fitting] if fitting < len(candidates) else ""


def _counts(texts: Sequence[str], measure: Measure) -> Sequence[int]:
    return measure.count([f"{text}\n" for text in texts])
