"""What an answer begins with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generation import NOT_FOUND
from generation.protocol import Task
from tests.generation.extractive.asking import answer, passage

MODULE = passage(
    1,
    "module",
    "shop.signatures",
    '''\
"""Whether an order was signed by its customer.

https://example.org/signing
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
''',
)
VERIFY = passage(
    3,
    "function",
    "shop.signatures.verify",
    '''\
def verify(order):
    """Accept an order whose signature is right.

    Raises:
        Refused: The signature is wrong; nothing is stored.
    """
''',
    signature="def verify(order)",
)
READ = passage(
    2,
    "function",
    "shop.orders._read",
    '''\
def _read(order):
    """Return the order; nothing of it is read before its signature is verified."""
    if not order:
        raise Refused(Reason.EMPTY, "no order")
    signatures.verify(order)
''',
    signature="def _read(order)",
)
REASON = passage(4, "class", "shop.errors.Reason", 'class Reason(Enum):\n    """Why not."""\n')
QUESTION = "Which code checks the signature of an order, and what happens when it is wrong?"


def test_a_function_of_a_module_answers_in_its_place_and_says_what_is_raised() -> None:
    said = answer(QUESTION, MODULE, VERIFY)
    assert said.startswith("`shop.signatures.verify` (function): Accept an order whose")
    assert "Raises [3]:\n\n- `Refused`: The signature is wrong; nothing is stored." in said
    assert "import" not in said
    assert "https://" not in said


def test_a_function_that_calls_a_module_answers_in_its_place_with_its_code() -> None:
    said = answer(QUESTION, MODULE, READ, REASON)
    assert said.startswith("`shop.orders._read` (function): Return the order;")
    assert 'raise Refused(Reason.EMPTY, "no order")\nsignatures.verify(order)\n```' in said
    assert "- `shop.signatures`: Whether an order was signed by its customer [1]" in said
    assert "- `shop.errors.Reason`: Why not [4]" in said


@pytest.mark.parametrize("task", [Task.QUESTION, Task.EXPLAIN, Task.WALKTHROUGH])
def test_a_module_alone_says_what_its_docstring_says_and_shows_no_import(task: Task) -> None:
    assert answer("What are signatures for?", MODULE, task=task).endswith(
        "`shop.signatures` (module): Whether an order was signed by its customer. [1]"
    )


def test_a_module_of_imports_alone_shows_none_of_them() -> None:
    bare = replace(MODULE, text=MODULE.text.rpartition('"""')[2])
    assert answer("What are collections?", bare, task=Task.EXPLAIN) == NOT_FOUND


def test_a_module_that_says_nothing_leaves_the_answer_to_a_page() -> None:
    bare = passage(1, "module", "docs.conf", "import shop\n\norders = [shop]\n")
    page = passage(2, "section", "Orders", "Orders are signed.")
    assert answer("How are orders made?", bare, page) == "**Orders**\n\nOrders are signed. [2]"


def test_places_tell_what_a_module_is_and_what_the_first_function_raises() -> None:
    said = answer(QUESTION, MODULE, VERIFY, task=Task.FIND)
    assert "lines 1 to 9: Whether an order was signed by its customer [1]" in said
    assert said.endswith(
        "`verify` raises [3]:\n\n- `Refused`: The signature is wrong; nothing is stored."
    )


OVERLOAD = passage(
    1, "function", "shop.bar", "@t.overload\ndef bar(a: int) -> int: ...", signature="def bar(a)"
)
IMPLEMENTATION = passage(
    2,
    "function",
    "shop.bar",
    'def bar(a=None):\n    """Show progress."""\n    return a\n',
    signature="def bar(a=None)",
)
CLASS = passage(
    1, "class", "shop._impl.ProgressBar", "class ProgressBar(Generic[V]):\n\n    update\n"
)
NAMESAKE = passage(
    2, "function", "shop.progressbar", 'def progressbar():\n    """Show how far it is."""\n'
)
PAGE = passage(3, "section", "Showing progress", "A ``ProgressBar`` shows progress.")


def test_the_implementation_is_described_and_not_its_overload() -> None:
    for task in (Task.QUESTION, Task.EXPLAIN):
        said = answer("What does `bar` do?", OVERLOAD, IMPLEMENTATION, task=task)
        assert said.startswith("`shop.bar` (function): Show progress. [2]")


def test_an_implementation_without_a_docstring_is_shown_before_its_overload() -> None:
    bare = replace(IMPLEMENTATION, text="def bar(a=None):\n    return a\n")
    assert "def bar(a=None): ..." in answer("What does `bar` do?", OVERLOAD, bare)


def test_what_has_no_docstring_is_told_by_what_documents_it() -> None:
    question = "What does ProgressBar do?"
    assert answer(question, CLASS, PAGE, NAMESAKE).startswith(
        "`shop.progressbar` (function): Show how far it is. [2]"
    )
    assert answer(question, CLASS, PAGE) == (
        "**Showing progress**\n\nA `ProgressBar` shows progress. [3]"
    )


def test_a_file_of_settings_does_not_lead_before_a_page() -> None:
    settings = passage(1, "text", "", "[orders]\nsigned = true\n", path="pyproject.toml")
    page = passage(2, "section", "Orders", "Orders are signed.")
    assert answer("Are orders signed?", settings, page).startswith("**Orders**")
