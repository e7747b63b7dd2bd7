"""The order in which members are looked for."""

from __future__ import annotations

import pytest

from retrieval.symbols.inheritance import DEEPEST, linearized


def order(cls: str, bases: dict[str, str]) -> str:
    return "".join(linearized(cls, lambda name: list(bases.get(name, ""))))


def test_the_order_is_pythons() -> None:
    class Aa: ...

    class Bb(Aa): ...

    class Cc(Aa): ...

    class Dd(Bb, Cc): ...

    class Ee(Cc): ...

    class Ff(Dd, Ee): ...

    bases = {
        cls.__name__[0]: "".join(b.__name__[0] for b in cls.__bases__ if b is not object)
        for cls in (Aa, Bb, Cc, Dd, Ee, Ff)
    }
    assert order("F", bases) == "".join(cls.__name__[0] for cls in Ff.__mro__[:-1])


@pytest.mark.parametrize(
    ("bases", "expected"),
    [
        ({}, "A"),
        ({"A": "BB", "B": "C"}, "ABC"),
        ({"A": "BC", "B": "", "C": "B"}, "ABC"),  # Python refuses it
        ({"A": "B", "B": "A"}, "AB"),  # and this
        ({"A": "A"}, "A"),
    ],
)
def test_what_python_would_refuse_is_searched_depth_first(
    bases: dict[str, str], expected: str
) -> None:
    assert order("A", bases) == expected


def test_a_long_line_of_ancestors_is_followed_to_its_end() -> None:
    length = DEEPEST * 20
    line = linearized(0, lambda number: [number + 1] if number < length else [])
    assert line == tuple(range(length + 1))


def test_many_diamonds_take_no_longer_than_their_classes() -> None:
    line = linearized(0, lambda n: [n + 1, n + 2] if n < 60 else [])
    assert line[:3] == (0, 1, 2)
