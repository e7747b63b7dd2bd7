"""How text becomes terms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.model import Chunk, ChunkKind
from retrieval.terms import DIMENSIONS, MAX_TERMS, idf, number, terms, weights


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LineSlider2D", {"lineslider2d", "line", "slider", "2d"}),
        ("get_actor_from_polydata", {"get_actor_from_polydata", "actor", "polydata"}),
        ("fury.actor.sphere", {"furi", "actor", "sphere"}),
        ("HTTPServer", {"httpserver", "http", "server"}),
        ("__init__", {"init"}),
        ("release v0.12.0", {"releas", "0.12.0"}),
        ("releasev0.12.0.rst", {"releas", "0.12.0", "rst"}),
        ("How do I create spheres?", {"creat", "sphere"}),
        ("1.2a1.3 1.2.dev4 0.12345678901234", {"1.2", "1.3", "1.2.dev4", "0.12345678901234"}),
        ("Größe", {"größe"}),
        ("", set()),
    ],
)
def test_identifiers_are_searched_whole_and_in_parts(text: str, expected: set[str]) -> None:
    assert set(terms(text)) == expected


@pytest.mark.timeout(60)  # seconds; a text that is read again for each of its dots takes minutes
def test_many_dots_and_digits_are_read_once() -> None:
    assert "1" in set(terms("1" + ".1" * 200_000 + "..1"))


@given(st.text())
def test_any_text_has_terms_that_fit_the_vector(text: str) -> None:
    assert all(0 <= number(term) < DIMENSIONS for term in terms(text))


def _chunk(text: str, context: str = "") -> Chunk:
    return Chunk(
        path="a", kind=ChunkKind.TEXT, start_line=1, end_line=1, text=text, context=context
    )


def test_repeating_a_term_adds_less_and_less() -> None:
    once, twice, many = (weights(_chunk("kettle " * n))[number("kettl")] for n in (1, 2, 20))

    assert once < twice < many < 2.2
    assert many - twice < 9 * (twice - once)


def test_a_name_in_the_context_counts_more_than_one_in_the_text() -> None:
    weighted = weights(_chunk("kettle", context="toaster"))

    assert weighted[number("toaster")] > weighted[number("kettl")]


def test_a_chunk_keeps_no_more_terms_than_an_index_takes() -> None:
    assert len(weights(_chunk(" ".join(f"w{n}x" for n in range(2_000))))) <= MAX_TERMS


def test_a_rare_term_says_more_than_a_common_one() -> None:
    assert idf(chunks=100, containing=1) > idf(chunks=100, containing=50) > 0
