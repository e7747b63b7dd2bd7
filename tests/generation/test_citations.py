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
        ("A 【1】, B【2†source】.", (1, 2)),
        ("A 【3†kettle.py:L1-L9】.", (3,)),
        ("A [1-3], B [5\u20136].", (1, 2, 3, 5, 6)),
        ("A [1; 3] and [4 and 5].", (1, 3, 4, 5)),
        ("A [Passage 2]. B [passages 3, 4]. C [Passage 5, Passage 6].", (2, 3, 4, 5, 6)),
        ("A [^1].", (1,)),
        ("A [3-1], B [1-900], C [0-9], D [Page 1], E [^1](x).", ()),
        ("`[1-3]` `【1】` `[^1]`\n\n```\n[Passage 1] [1; 2]\n```", ()),
        ("``` `x` ``` [1]\n", (1,)),
    ],
)
def test_citations_are_read_from_prose_alone(text: str, numbers: tuple[int, ...]) -> None:
    assert cited(text) == numbers


def test_numbers_are_replaced_and_merged() -> None:
    assert renumber("A [3, 5]. B [5][7].", {3: 1, 5: 1, 7: 2}) == "A [1]. B [1][2]."


def test_code_keeps_its_indices() -> None:
    text = "A [3].\n\n```\nx[3]\n```\n\n`y[3]`"
    assert renumber(text, {3: 1}) == text.replace("A [3]", "A [1]")


def test_citations_are_rewritten_in_one_form() -> None:
    text = "A【1†source】 B [1-3]. C [Passage 4]. D [^2]. E [9-8]. F [7; 8]."
    known = {1, 2, 3, 4}
    assert keep_only(text, known) == "A[1] B [1, 2, 3]. C [4]. D [2]. E [9-8]. F."
    assert keep_only("`[1-3]` is [1-2]", known) == "`[1-3]` is [1, 2]"


@pytest.mark.parametrize(
    "text",
    [
        "`" * 1_000_000,
        "~" * 1_000_000,
        "[" + "1, " * 400_000,
        "[1-" * 400_000,
        "【1†" * 400_000,
        " ".join("`" * length for length in range(1, 2_000)),
    ],
    ids=["ticks", "tildes", "numbers", "ranges", "brackets", "runs of ticks"],
)
def test_texts_that_are_made_to_take_for_ever_do_not(text: str) -> None:
    assert cited(text) == ()


def test_a_citation_of_nothing_is_dropped_with_its_space() -> None:
    assert keep_only("A [9]. B [1, 9]. [9]", {1}) == "A. B [1]."


@given(groups=st.lists(st.tuples(PROSE, NUMBERS)))
def test_every_number_is_found_once_in_order(groups: list[tuple[str, list[int]]]) -> None:
    text = "".join(f"{prose}[{', '.join(map(str, ns))}] " for prose, ns in groups)
    assert cited(text) == tuple(dict.fromkeys(n for _, ns in groups for n in ns))


@given(text=st.text("ab[]1,2 3`~\n(:-;^【】†"), known=st.sets(st.integers(0, 40)))
def test_only_known_numbers_are_left(text: str, known: set[int]) -> None:
    kept = keep_only(text, known)
    assert set(cited(kept)) <= known


@given(text=st.text("ab[]1,2 3`~\n(:-;^【】†"))
def test_renumbering_by_order_of_appearance_changes_no_order(text: str) -> None:
    mapping = {number: 100 + place for place, number in enumerate(cited(text))}
    assert cited(renumber(text, mapping)) == tuple(mapping.values())
