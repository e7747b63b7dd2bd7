"""The sign that nothing was found is never shown, and nothing else is held back for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.plain import unless_not_found
from generation import NOT_FOUND


@pytest.mark.parametrize(
    "text", [NOT_FOUND, f" {NOT_FOUND}", f"\n{NOT_FOUND}\n\n ", f"{NOT_FOUND}{' ' * 9_000}"]
)
@pytest.mark.parametrize("size", [1, 4, 10_000])
def test_the_sign_is_held_back_however_it_comes(text: str, size: int) -> None:
    pieces = (text[at : at + size] for at in range(0, len(text), size))
    assert "".join(unless_not_found(pieces)) == ""


@pytest.mark.parametrize(
    "text",
    ["NOT", "NOT_FOUNDER", f"{NOT_FOUND} but see [1].", f"{NOT_FOUND}.", "No.", f"x {NOT_FOUND}"],
)
def test_an_answer_that_begins_alike_is_shown(text: str) -> None:
    assert "".join(unless_not_found(text)) == text


@given(st.lists(st.sampled_from(["NOT", "_", "FOUND", NOT_FOUND, " ", "\n", "x", ""]), max_size=8))
def test_nothing_but_the_sign_and_space_around_it_is_lost(pieces: list[str]) -> None:
    whole = "".join(pieces)
    shown = "".join(unless_not_found(pieces))
    if whole.strip() == NOT_FOUND:
        assert shown == ""
    else:
        assert shown.split() == whole.split()


def test_an_answer_comes_as_soon_as_it_cannot_be_the_sign() -> None:
    shown = unless_not_found(iter(["NO", "T", " so", " fast", "!"]))
    assert next(shown) == "NOT so"
    assert list(shown) == [" fast", "!"]
