"""How much of what was said before a question is told with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generation.protocol import Turn

MAX_TURNS: Final = 12
"""Of people and of fury-bot together, the newest."""
MAX_CHARACTERS: Final = 8_000
"""Of all turns together: about 2,000 tokens."""
MAX_TURN: Final = 2_000
"""Characters of one turn."""
_CUT: Final = "\n[…]"


def bounded(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """Return the newest of ``turns``, which stand oldest first, as far as they fit.

    A long turn is cut at its end; one that does not fit ends what is told, so that nothing is
    missing between two turns.
    """
    kept: list[Turn] = []
    room = MAX_CHARACTERS
    for turn in list(turns)[: -MAX_TURNS - 1 : -1]:
        text = turn.text.strip()
        if len(text) > MAX_TURN:
            text = text[: MAX_TURN - len(_CUT)] + _CUT
        if len(text) > room:
            break
        room -= len(text)
        if text:
            kept.append(replace(turn, text=text))
    return tuple(reversed(kept))
