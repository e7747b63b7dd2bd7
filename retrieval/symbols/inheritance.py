"""The order in which a class and its bases are searched for a member."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

T = TypeVar("T", bound="Hashable")

DEEPEST = 100
"""Classes in a line of ancestors."""


class _NoOrder(Exception):
    """Python would refuse the class."""


def linearized(cls: T, bases_of: Callable[[T], Sequence[T]]) -> tuple[T, ...]:
    """Return ``cls`` and its ancestors in Python's method resolution order (C3).

    Classes that Python would refuse (inconsistent orders, a class among its own ancestors) are
    searched depth first, from left to right. Of the classes of other packages nothing is known
    but the name, so each stands as one without bases.
    """
    try:
        return tuple(_merged(cls, bases_of, {}, depth=0))
    except _NoOrder:
        return tuple(_depth_first(cls, bases_of))


def _merged(
    cls: T, bases_of: Callable[[T], Sequence[T]], known: dict[T, list[T] | None], *, depth: int
) -> list[T]:
    """Return the C3 order of ``cls``; ``known`` has those found on the way, None while sought.

    Raises:
        _NoOrder: There is none.
    """
    if depth > DEEPEST or (cls in known and known[cls] is None):
        raise _NoOrder
    if found := known.get(cls):
        return found
    known[cls] = None
    bases = list(dict.fromkeys(bases_of(cls)))
    orders = [_merged(base, bases_of, known, depth=depth + 1) for base in bases]
    order = [cls, *_c3([*orders, bases])]
    known[cls] = order
    return order


def _c3(sequences: Sequence[Sequence[T]]) -> Iterator[T]:
    """Yield the items of all sequences so that the order of each is kept."""
    left = [list(sequence) for sequence in sequences if sequence]
    while left:
        later = {item for sequence in left for item in sequence[1:]}
        head = next((sequence[0] for sequence in left if sequence[0] not in later), None)
        if head is None:
            raise _NoOrder
        yield head
        shortened = (sequence[1:] if sequence[0] == head else sequence for sequence in left)
        left = [sequence for sequence in shortened if sequence]


def _depth_first(cls: T, bases_of: Callable[[T], Sequence[T]]) -> list[T]:
    found: dict[T, None] = {}
    pending = [cls]
    while pending:
        current = pending.pop()
        if current not in found:
            found[current] = None
            pending.extend(reversed(bases_of(current)))
    return list(found)
