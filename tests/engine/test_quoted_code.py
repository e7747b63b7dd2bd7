"""Code in a message, and the prose around it."""

from __future__ import annotations

import pytest

from engine.quoted_code import blocks, given, of_file, prose


def test_a_fenced_block_is_code_and_the_rest_is_prose() -> None:
    message = "See\n```py\nx = 1\n\ny = 2\n```\nand\n~~~ rust\nlet x;\n~~~~\nbye"
    found = [(code.text, code.language.name if code.language else None) for code in blocks(message)]
    assert found == [("x = 1\n\ny = 2", "Python"), ("let x;", "Rust")]
    assert prose(message) == "See\nand\nbye"


def test_a_fence_ends_at_one_as_long_of_its_own_kind() -> None:
    (code,) = blocks("````\n```\n~~~~\nx\n`````")
    assert code.text == "```\n~~~~\nx"


def test_a_fence_that_is_never_closed_goes_on_to_the_end() -> None:
    (code,) = blocks("a\r\n```\r\nx\r\ny")
    assert code.text == "x\ny"


@pytest.mark.parametrize("message", ["```x```", "    ```\nx", "``\nx\n``", "```\n\n```", ""])
def test_what_is_no_block_or_an_empty_one_is_no_code(message: str) -> None:
    assert blocks(message) == ()


def test_a_files_code_is_in_the_files_language() -> None:
    language = of_file("x", "a/b.rs").language
    assert language is not None
    assert language.name == "Rust"


@pytest.mark.parametrize(
    ("message", "texts"),
    [
        ('Translate `click.echo("x")` to C++', ['click.echo("x")']),
        ("Translate ``a = `b` ``", []),
        ("`x = 1` and `y = 2`", ["x = 1", "y = 2"]),
        ("`Scene.add`, `Scene.add()`, `a/b.py#L1-L3`, `C++` and `fury-bot index`", []),
        ("`x = 1`\n```\ny = 2\n```", ["y = 2"]),
    ],
)
def test_spans_of_code_are_given_where_there_is_no_block(message: str, texts: list[str]) -> None:
    assert [code.text for code in given(message)] == texts
