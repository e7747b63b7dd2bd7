"""Keeps a model's sign that it found nothing from being shown as an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation import NOT_FOUND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def unless_not_found(pieces: Iterable[str]) -> Iterator[str]:
    """Yield ``pieces`` from the moment that they cannot be the sign alone; if they are, nothing.

    White space around the sign does not count, and none of it is kept that could.
    """
    held: str | None = ""
    for piece in pieces:
        if held is None:
            yield piece
            continue
        held += piece
        held = held.lstrip()
        if not NOT_FOUND.startswith(held.rstrip()[: len(NOT_FOUND) + 1]):
            yield held
            held = None
        elif len(held) > len(NOT_FOUND):
            held = f"{NOT_FOUND} "  # of all the white space that may follow, one is enough
    if held and held.strip() != NOT_FOUND:
        yield held
