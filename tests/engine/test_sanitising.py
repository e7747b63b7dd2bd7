"""What every face must find in generated Markdown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from engine.sanitising import part_url, split_code, visible


def code_of(text: str) -> list[str]:
    return [part for part, is_code in split_code(text) if is_code]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a `b` c", ["`b`"]),
        ("`` ` `` `c`", ["`` ` ``", "`c`"]),
        ("a `b", []),
        ("x``b", []),
        (r"\`b`", []),
        (r"\``b`", ["`b`"]),
        (r"\\`b`", ["`b`"]),
        (r"`a\`b`", [r"`a\`"]),
        ("``a`b`", ["`b`"]),
    ],
)
def test_spans_of_code_are_commonmarks(text: str, code: list[str]) -> None:
    assert code_of(text) == code


@given(st.text(alphabet="`\\a ", max_size=30))
def test_the_parser_finds_as_many_spans_and_nothing_is_lost(text: str) -> None:
    text = f"x{text}x"
    tokens = MarkdownIt("commonmark").parseInline(text)[0].children or []
    assert len(code_of(text)) == sum(token.type == "code_inline" for token in tokens)
    assert "".join(part for part, _ in split_code(text)) == text


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://x.example/a.", "https://x.example/a"),
        ("https://x.example/a_(b)", "https://x.example/a_(b)"),
        ("https://x.example/a)).", "https://x.example/a"),
        ("https://x.example/a", "https://x.example/a"),
    ],
)
def test_an_address_is_parted_from_its_sentence(text: str, url: str) -> None:
    assert part_url(text) == (url, text.removeprefix(url))


def test_what_no_reader_sees_is_taken_out() -> None:
    hidden = "\u200b\u202e\u2066\u00ad\U000e0041\ufeff"
    assert visible(f"@{hidden}mona é\n\t`x`") == "@mona é\n\t`x`"
    assert not re.search(r"[^\x20-\x7e]", visible("".join(f"a{mark}" for mark in hidden)))
