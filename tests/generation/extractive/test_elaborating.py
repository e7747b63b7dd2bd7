"""What else the prose of a docstring tells."""

from __future__ import annotations

from tests.generation.extractive.asking import answer, passage

ECHO = passage(
    1,
    "function",
    "shop.echo",
    '''\
def echo(text):
    """Print a message.

    Compared to print, echo does the following:

    -   Ensures that the text is encoded.
    -   Supports Unicode.

    It works roughly like this::

        def echo(text):
            write(text)

    .. versionadded:: 2.0

    Unlike print, it never fails. It is written so:
    """
''',
)


def test_a_list_stays_a_list_below_what_announces_it() -> None:
    assert answer("What does echo do compared to print?", ECHO).startswith(
        "`shop.echo` (function): Print a message. Unlike print, it never fails. [1]\n\n"
    )
    assert (
        "Compared to print, echo does the following [1]:\n\n"
        "- Ensures that the text is encoded.\n- Supports Unicode."
    ) in answer("What does echo do compared to print?", ECHO)


def test_a_literal_block_stays_code() -> None:
    said = answer("How does echo work roughly?", ECHO)
    assert "It works roughly like this [1]:\n\n```\ndef echo(text):\n    write(text)\n```" in said


def test_what_announces_nothing_that_follows_is_left_out() -> None:
    page = passage(
        1,
        "section",
        "Chaining",
        "Commands are chained. You do it like this [2]_:\n\n.. click:run::\n\n    invoke(cli)\n",
    )
    assert answer("What is chaining?", page) == "**Chaining**\n\nCommands are chained. [1]"
