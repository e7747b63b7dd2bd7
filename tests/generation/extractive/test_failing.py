"""Errors that a question quotes."""

from __future__ import annotations

import pytest

from generation.extractive import tracebacks
from generation.extractive.tracebacks import Error
from tests.generation.extractive.asking import answer, passage

RAISING = passage(
    3,
    "function",
    "shop.current",
    '''\
def current():
    """Return the order at hand."""
    try:
        return orders[-1]
    except IndexError as error:
        raise RuntimeError(
            "There is no order"
            f" at {shop} today."
        ) from error
''',
    signature="def current()",
)
OTHER = passage(1, "section", "Runtime", "A RuntimeError is an error. There are orders today.")
TRACEBACK = """I get this:
```
Traceback (most recent call last):
  File "app.py", line 5, in <module>
RuntimeError: There is no order at Ada's today.
```
"""


def test_what_raises_the_error_leads_and_is_said_to_raise_it() -> None:
    assert answer(TRACEBACK, OTHER, RAISING).startswith(
        "This is raised in `shop.current` in `shop/current.py` [3]:\n\n"
        "```python\nraise RuntimeError(\n"
    )
    assert "`shop.current` (function): Return the order at hand. [3]" in answer(TRACEBACK, RAISING)


def test_a_page_that_quotes_the_message_leads_after_the_module_that_holds_it() -> None:
    question = "RuntimeError: There is no order here. What does that mean?"
    page = passage(2, "section", "No order", "You may see *There is no order here.* Push one.")
    module = passage(3, "module", "shop", 'MESSAGE = "There is no order here."\n')
    assert answer(question, OTHER, page, module) == (
        "The message stands in `shop.py`. [3]\n\n"
        "**No order**\n\nYou may see *There is no order here.* Push one. [2]"
    )


def test_an_error_of_the_repository_is_told_by_its_class_and_where_it_is_raised() -> None:
    missing = passage(
        1, "class", "shop.errors.Missing", 'class Missing(Exception):\n    """It is not there."""\n'
    )
    take = passage(2, "function", "shop.take", "def take():\n    raise errors.Missing(name)\n")
    said = answer("shop.errors.Missing: no such order: 7", take, missing)
    assert said.startswith("`shop.errors.Missing` (class): It is not there. [1]")
    assert "This is raised in `shop.take` in `shop/take.py` [2]:" in said
    assert "raise errors.Missing(name)" in said


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ("ValueError: no disc", Error("ValueError", "no disc")),
        ("KeyError: 'a'\n\nthen shop.Torn: too thin", Error("Torn", "too thin")),
        ("Note: the Disc is round", None),
        ("What does http://a.b: mean?", None),
    ],
)
def test_the_last_error_of_a_question_is_read(question: str, error: Error | None) -> None:
    assert tracebacks.read(question) == error


@pytest.mark.parametrize(
    ("source", "is_stated"),
    [
        ('raise ValueError(f"no order named {name!r}")', True),
        ('raise ValueError("no order named %s" % name)', True),
        ('raise ValueError("no order "\n    "named \\\'x\\\'")', False),
        ('raise ValueError(f"{name}")', False),
        ('raise ValueError("no cart named x")', False),
    ],
)
def test_a_message_is_known_by_all_but_its_fields(source: str, *, is_stated: bool) -> None:
    assert tracebacks.states(source, Error("ValueError", "no order named 'y'")) is is_stated


def test_a_builtin_error_with_another_message_is_not_taken_for_it() -> None:
    assert tracebacks.raising('raise ValueError("no")', Error("ValueError", "no disc")) == ""
