"""What a model thinks aloud, and what it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.thoughts import Thoughts


def said(*pieces: str) -> str:
    thoughts = Thoughts()
    return "".join(thoughts.left_out_of(piece) for piece in pieces)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>A disc?\n\nYes.</think>\n\nUse `disc()`.", "Use `disc()`."),
        ("\n<think></think>Use it.", "Use it."),
        ("Use it.", "Use it."),
        ("", ""),
        ("<b>Use</b> it.", "<b>Use</b> it."),
        (
            "The tag <think> opens and </think> closes.",
            "The tag <think> opens and </think> closes.",
        ),
        ("<think>never ends", ""),
        ("<think>a</think> <think>b</think> c", "c"),
        ("<think>a</think>b<think>c</think>", "b<think>c</think>"),
    ],
)
def test_thoughts_at_the_beginning_are_left_out_however_they_are_cut(
    text: str, answer: str
) -> None:
    assert said(text) == answer
    assert said(*text) == answer


@given(st.lists(st.text(alphabet="<think/> ab\n")))
def test_an_answer_that_does_not_begin_with_a_thought_is_passed_on_whole(pieces: list[str]) -> None:
    text = "".join(["a", *pieces])
    assert said("a", *pieces) == text
