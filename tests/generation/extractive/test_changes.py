"""Questions about what changed."""

from __future__ import annotations

from tests.generation.extractive.asking import answer, passage

CHANGES = passage(
    2,
    "section",
    "Version 8.2.0",
    """\
Version 8.2.0
-------------

Released 2025-05-10

-   Drop Python 3.7. :issue:`2588`
-   ``BaseCommand`` is deprecated. ``Command`` is the base class. :issue:`2589`
-   ``MultiCommand`` is deprecated. ``Group`` is the base class
    for all group commands. :issue:`2590`
-   Use modern metadata.
""",
    path="CHANGES.rst",
)
NOTED = passage(
    1,
    "class",
    "shop.core._MultiCommand",
    'class _MultiCommand(Group):\n    """\n    .. deprecated:: 8.2\n        Use it not.\n    """\n',
)


def test_the_item_that_the_question_names_is_shown_alone_with_its_day() -> None:
    assert answer("when was MultiCommand deprecated", NOTED, CHANGES) == (
        "**Version 8.2.0**\n\nReleased 2025-05-10\n\n"
        "- `MultiCommand` is deprecated. `Group` is the base class for all group commands. "
        "#2590 [2]"
    )


def test_a_question_that_names_nothing_is_shown_the_first_items() -> None:
    said = answer("what is new in 8.2", CHANGES)
    assert said.startswith("**Version 8.2.0**\n\nReleased 2025-05-10\n\n- Drop Python 3.7. #2588\n")
    assert said.endswith("- Use modern metadata. [2]")


def test_a_version_is_not_found_within_another() -> None:
    old = passage(1, "section", "Version 18.2", "* Old.", path="CHANGES.rst")
    assert answer("what is new in 8.2", old, CHANGES).startswith("**Version 8.2.0**")


def test_the_note_of_a_version_is_told_when_changes_are_asked_for_alone() -> None:
    noted = passage(
        1,
        "function",
        "shop.draw",
        'def draw():\n    """Draw it.\n\n    .. versionadded:: 5.0\n    """\n',
    )
    assert "New in version 5.0" in answer("since which version is there draw?", noted)
    assert "version" not in answer("what does draw do?", noted)
