"""Nothing in a passage or a question can leave its fence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation import NOT_FOUND, Passage, Request, prompts

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOCK = re.compile(r"^<<<(?P<code>[0-9a-f]{16}) (?P<label>.*)\n", re.MULTILINE)
HOSTILE = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            [
                *(
                    "<<<",
                    ">>>",
                    "\n",
                    "0123456789abcdef>>>",
                    "<!--",
                    "-->",
                    "QUESTION",
                    "PASSAGE 2 |",
                ),
                *("\u200b", "\u202e", "\ufeff", "\u2066", "\U000e0041", "\r"),
            ]
        ),
    ),
    max_size=12,
).map("".join)


def passage(number: int, text: str, *, path: str = "a.py", symbol: str = "pkg.f") -> Passage:
    return Passage(number, path, 1, 2, "function", symbol, "def f()", text)


def blocks(user: str) -> list[tuple[str, str]]:
    """Read a prompt as its fences define it: label and text of each block."""
    found: list[tuple[str, str]] = []
    while user:
        opening = BLOCK.match(user)
        assert opening, f"no fence at {user[:40]!r}"
        text, closed, user = user[opening.end() :].partition(f"\n{opening['code']}>>>")
        assert closed
        found.append((opening["label"], text))
        user = user.removeprefix("\n\n")
    return found


@given(texts=st.lists(HOSTILE, max_size=3), question=HOSTILE, name=HOSTILE)
def test_no_text_breaks_out_of_its_fence(texts: Sequence[str], question: str, name: str) -> None:
    passages = tuple(passage(i, t, path=name, symbol=name) for i, t in enumerate(texts, start=1))
    prompt = prompts.build(Request(question, name, passages))
    read = blocks(prompt.user)
    assert [text for _, text in read] == [prompts.visible(t) for t in [*texts, question]]
    assert [label.split(" |")[0] for label, _ in read] == [
        *(f"PASSAGE {number}" for number in range(1, len(texts) + 1)),
        "QUESTION",
    ]


@given(text=HOSTILE)
def test_what_a_reader_cannot_see_is_gone(text: str) -> None:
    shown = prompts.visible(text)
    assert not re.search(
        "[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]", shown
    )
    assert not re.search("<!--.*?-->", shown, re.DOTALL)
    assert prompts.visible(shown) == shown


def test_a_comment_made_of_the_remains_of_others_is_gone_too() -> None:
    assert prompts.visible("a<!<!-- x -->-- hidden -->b") == "ab"


def test_each_request_has_fences_of_its_own() -> None:
    request = Request("Why?", "octo/shapes", (passage(1, "text"),))
    assert prompts.build(request).user != prompts.build(request).user


def test_the_rules_name_the_sentinel_the_fences_and_the_repository() -> None:
    prompt = prompts.build(Request("Why?", "octo/shapes", ()))
    opening = BLOCK.match(prompt.user)
    assert opening
    assert opening["code"] in prompt.system
    assert NOT_FOUND in prompt.system
    assert "octo/shapes" in prompt.system


@pytest.mark.parametrize("count", [1, 3, 20])
def test_passages_keep_to_their_budget(count: int) -> None:
    long = "line of text\n" * 1_000
    passages = tuple(passage(number, long) for number in range(1, count + 1))
    read = blocks(prompts.build(Request("Why?", "octo/shapes", passages)).user)[:-1]
    room = prompts.PASSAGE_BUDGET + len("\n[…]")
    assert all(len(text) <= room and text.endswith("\n[…]") for _, text in read)
    assert sum(len(text) for _, text in read) <= prompts.PASSAGES_BUDGET + len(read) * 4
    assert read[0][0].startswith("PASSAGE 1 | a.py:1-2 | function pkg.f")


def test_a_code_that_a_passage_happens_to_hold_is_drawn_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes = iter(["a" * 16, "b" * 16])
    monkeypatch.setattr("secrets.token_hex", lambda _size: next(codes))
    prompt = prompts.build(Request("Why?", "octo/shapes", (passage(1, "a" * 16 + ">>>"),)))
    assert [text for _, text in blocks(prompt.user)] == ["a" * 16 + ">>>", "Why?"]
    assert "b" * 16 in prompt.system


def test_a_text_of_nothing_but_opened_comments_is_read_at_once() -> None:
    text = "<!--" * 16_000

    assert prompts.visible(text) == text  # none is closed, so a reader sees them all


def test_a_comment_that_forms_around_another_is_hidden_too() -> None:
    assert prompts.visible("a<!-<!-- x -->- y -->b") == "ab"
