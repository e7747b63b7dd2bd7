"""Docstrings in the styles that repositories use."""

from __future__ import annotations

import pytest

from generation.extractive import docstrings
from generation.extractive.docstrings import Parameter

NUMPY = """Draw a disc.

    It is filled.

    Parameters
    ----------
    center : ndarray, shape (3,)
        Where it lies,
        in world space.
    colour: string
        Its colour.
    *args
        More.

    Returns
    -------
    disc : Actor

    Examples
    --------
    >>> draw()
    """
GOOGLE = """Draw a disc.

    It is filled.

    Args:
        center (tuple[float, float]): Where it lies,
            in world space.
        colour: Its colour.

    Returns:
        The disc.

    Example:
        >>> draw()
    """
FIELDS = """Draw a disc.

    It is filled.

    :param tuple center: Where it lies,
        in world space.
    :param colour: Its colour.
    :returns: The disc.
    """


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        (
            NUMPY,
            (
                Parameter("center", "ndarray, shape (3,)", "Where it lies, in world space."),
                Parameter("colour", "string", "Its colour."),
                Parameter("*args", "", "More."),
            ),
        ),
        (
            GOOGLE,
            (
                Parameter("center", "tuple[float, float]", "Where it lies, in world space."),
                Parameter("colour", "", "Its colour."),
            ),
        ),
        (
            FIELDS,
            (
                Parameter("center", "tuple", "Where it lies, in world space."),
                Parameter("colour", "", "Its colour."),
            ),
        ),
    ],
    ids=["numpydoc", "google", "fields"],
)
def test_each_style_is_read(text: str, parameters: tuple[Parameter, ...]) -> None:
    docstring = docstrings.parse(text)
    assert docstring.summary == "Draw a disc."
    assert docstring.details == "It is filled."
    assert docstring.parameters == parameters
    assert (">>> draw()" in docstring.example) == (text is not FIELDS)


def test_doctests_without_a_section_are_the_example() -> None:
    docstring = docstrings.parse("Draw.\n\nLike this.\n\n>>> draw()\n")
    assert docstring.details == "Like this."
    assert docstring.example == ">>> draw()"


def test_the_docstring_of_a_method_is_not_its_classs() -> None:
    source = 'class Disc:\n    def draw(self):\n        """Draw it."""\n'
    assert docstrings.of_source(source).summary == ""


def test_a_docstring_that_a_passage_cuts_off_ends_with_it() -> None:
    source = 'def draw(\n    a,\n):\n    """Draw a disc.\n\n    Slowly.'
    assert docstrings.of_source(source).details == "Slowly."


def test_a_docstring_ends_where_the_outline_of_a_class_goes_on() -> None:
    source = 'class Disc:\n    """A disc.\n\n    def draw(self)\n        Draw it.'
    assert docstrings.of_source(source).summary == "A disc."
    assert docstrings.of_source(source).details == ""


def test_a_piece_that_begins_within_a_docstring_holds_the_rest_of_it() -> None:
    piece = '    Discs face the camera, whatever comes.\n\n    :param a: One.\n    """\n    x = 1\n'
    docstring = docstrings.of_piece(piece, path="disc.py")
    assert docstring.summary == "Discs face the camera, whatever comes."
    assert docstring.parameters == (Parameter("a", "", "One."),)


@pytest.mark.parametrize("piece", ["    x = draw(\n        a,\n", "    return the(disc)\n"])
def test_a_piece_of_code_holds_no_docstring(piece: str) -> None:
    assert docstrings.of_piece(piece, path="disc.py") == docstrings.Docstring()


def test_a_note_of_a_version_sums_nothing_up() -> None:
    docstring = docstrings.parse(".. deprecated:: 8.2\n    Use discs.\n\nDraw it.")
    assert docstring.summary == "Draw it."
    assert ".. deprecated:: 8.2" in docstring.details


def test_fields_that_are_no_parameters_end_the_prose() -> None:
    docstring = docstrings.parse("Draw it.\n\nSlowly.\n\n:return: It.\n:raises Torn: When thin.")
    assert docstring.details == "Slowly."
    assert docstring.raises == (Parameter("Torn", "", "When thin."),)


def test_a_function_in_a_docstring_does_not_end_it() -> None:
    source = 'def f():\n    """Draw.\n\n    ::\n\n        def g(): ...\n\n    :param x: X.\n    """'
    assert docstrings.of_source(source).parameters == (Parameter("x", "", "X."),)
