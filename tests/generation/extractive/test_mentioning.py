"""What is named beside the answer."""

from __future__ import annotations

import pytest

from tests.generation.extractive.asking import answer, passage

PAGE = passage(1, "section", "Echoing", "Echo prints a message.")


def _echo(symbol: str, *, path: str = "", docstring: str = '"""Echo a message."""') -> str:
    name = symbol.rpartition(".")[2]
    text = f"def {name}():\n    {docstring}\n"
    question = "How do I echo a message?"
    return answer(question, PAGE, passage(2, "function", symbol, text, path=path))


def test_a_public_definition_is_named() -> None:
    assert _echo("shop.echo_fast").endswith("See also:\n\n- `shop.echo_fast`: Echo a message [2]")


@pytest.mark.parametrize("symbol", ["shop._echo_fast", "shop._inner.echo_fast", "shop.test_echo"])
def test_private_definitions_and_tests_are_not_named(symbol: str) -> None:
    assert "See also" not in _echo(symbol)


def test_what_lies_among_the_tests_is_not_named() -> None:
    assert "See also" not in _echo("tests.shop.echo_fast", path="tests/shop.py")


def test_what_has_no_docstring_is_not_named() -> None:
    assert "See also" not in _echo("shop.echo_fast", docstring="pass")


def test_a_private_definition_that_is_asked_for_is_named() -> None:
    text = 'def _echo_it():\n    """Echo a message."""\n'
    private = passage(2, "function", "shop._echo_it", text)
    question = "Should I use `echo` or `_echo_it`?"
    public = passage(1, "function", "shop.echo", 'def echo():\n    """Echo it."""\n')
    assert "`shop._echo_it`" in answer(question, public, private)


def test_a_page_that_shares_but_common_terms_with_the_question_is_left_out() -> None:
    testing = passage(1, "section", "Testing", "Test a command with a runner.")
    other = passage(
        2, "section", "Why?", "There are reasons for a command::\n\n    def test(): ...\n"
    )
    more = passage(3, "section", "Tests of input", "To test a command with input, pass it.")
    said = answer("How do I test a command?", testing, other, more)
    assert "Why?" not in said
    assert "Tests of input" in said


def test_what_shares_but_common_terms_with_the_question_is_not_named_beside_a_page() -> None:
    page = passage(1, "section", "Testing", "Test a command with a runner.")
    command = passage(2, "class", "shop.Command", 'class Command:\n    """A command."""\n')
    assert "See also" not in answer("How do I test a command?", page, command)
