"""Citations are read from prose, and code is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.citations import cited, keep_only, renumber

NUMBERS = st.lists(st.integers(1, 99), min_size=1, max_size=6)
PROSE = st.text("abc .,\n", max_size=10)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("A [2]. B [1]. C [2].", (2, 1)),
        ("A [1, 3].", (1, 3)),
        ("A [1][3].", (1, 3)),
        ("in the range [0, 1]", ()),
        ("Parameters [2]:", (2,)),
        ("none", ()),
        ("`x[1]` but [2]", (2,)),
        ("``a ` x[1]`` but [2]", (2,)),
        ("```python\nx[1]\n```\nafter [2]", (2,)),
        ("~~~\nx[1]\n~~~\nafter [2]", (2,)),
        ("````\n```\nx[1]\n````\nafter [2]", (2,)),
        ("before [2]\n```\nx[1] and no end", (2,)),
        ("a lone ` tick [1]", (1,)),
        ("[1](https://example.org) and [2]", (2,)),
        ("[1]: https://example.org", ()),
        ("[x] and [] and [1.5]", ()),
    ],
)
def test_citations_are_read_from_prose_alone(text: str, numbers: tuple[int, ...]) -> None:
    assert cited(text) == numbers


def test_numbers_are_replaced_and_merged() -> None:
    assert renumber("A [3, 5]. B [5][7].", {3: 1, 5: 1, 7: 2}) == "A [1]. B [1][2]."


def test_code_keeps_its_indices() -> None:
    text = "A [3].\n\n```\nx[3]\n```\n\n`y[3]`"
    assert renumber(text, {3: 1}) == text.replace("A [3]", "A [1]")


def test_a_citation_of_nothing_is_dropped_with_its_space() -> None:
    assert keep_only("A [9]. B [1, 9]. [9]", {1}) == "A. B [1]."


@given(groups=st.lists(st.tuples(PROSE, NUMBERS)))
def test_every_number_is_found_once_in_order(groups: list[tuple[str, list[int]]]) -> None:
    text = "".join(f"{prose}[{', '.join(map(str, ns))}] " for prose, ns in groups)
    assert cited(text) == tuple(dict.fromkeys(n for _, ns in groups for n in ns))


@given(text=st.text("ab[]1,2 3`~\n(:"), known=st.sets(st.integers(0, 40)))
def test_only_known_numbers_are_left(text: str, known: set[int]) -> None:
    kept = keep_only(text, known)
    assert set(cited(kept)) <= known


@given(text=st.text("ab[]1,2 3`~\n(:"))
def test_renumbering_by_order_of_appearance_changes_no_order(text: str) -> None:
    mapping = {number: 100 + place for place, number in enumerate(cited(text))}
    assert cited(renumber(text, mapping)) == tuple(mapping.values())
