"""Documents become GitHub Markdown."""

from __future__ import annotations

import pytest

from generation.extractive import markup
from generation.extractive.markup import NESTED, Block, Kind
from generation.extractive.markup.inline import from_markdown, from_rst

RST = """\
.. _install:

=======
Install
=======

Run this in a terminal::

    pip install disc

.. note::
   Python 3.11 or later.

.. code-block:: shell
   :linenos:

   disc --help

.. image:: disc.png
   :width: 20

* one
  item
* two

1. first
2. second

>>> draw()
'drawn'

+---+
| a |
+---+
"""
MARKDOWN = """\
# Install

![badge](x.svg) Run **this**:

```sh
pip install disc
```

- one
- two
"""
TUTORIAL = '''\
"""
Discs
=====
How to draw ``discs``.
"""
import disc

#####################
# Draw the first one.

SHADER = """
# no comment
"""
disc.draw(SHADER)
'''


@pytest.mark.parametrize(
    ("rst", "markdown"),
    [
        ("``x[1]`` and :func:`~disc.draw.fill`", "`x[1]` and `fill`"),
        (":class:`Disc` of :py:mod:`disc`", "`Disc` of `disc`"),
        (":doc:`the guide <guide/index>`", "the guide"),
        (":ref:`first_steps`", "first steps"),
        (":ghpull:`948`: pin", "#948: pin"),
        ("`FURY <https://fury.gl>`_", "[FURY](https://fury.gl)"),
        ("see `Install`_ and Setup_.", "see Install and Setup."),
        ("as shown [1]_ before", "as shown before"),
        ("in the range [0, 1] as in [2]_", "in the range `[0, 1]` as in"),
        ("[1]of them", "`[1]`of them"),
        ("|logo| a *b* **c**", "a *b* **c**"),
        (":class:`Disc`\\s and ``rim``\\s", "`Disc`s and `rim`s"),
        (":external:py:class:`Disc`", "`Disc`"),
    ],
)
def test_roles_links_and_literals_are_cleaned(rst: str, markdown: str) -> None:
    assert from_rst(rst) == markdown


def test_markdown_loses_images_html_and_numbers_that_would_look_like_citations() -> None:
    assert from_markdown("![x](y) <b>a</b> [1] `b[1]` [c](d)") == "a `b[1]` [c](d)"


def test_restructured_text_becomes_blocks() -> None:
    assert markup.read(RST, "install.rst") == [
        Block(Kind.HEADING, ("Install",)),
        Block(Kind.PARAGRAPH, ("Run this in a terminal:",)),
        Block(Kind.CODE, ("pip install disc",)),
        Block(Kind.PARAGRAPH, ("**Note**: Python 3.11 or later.",)),
        Block(Kind.CODE, ("disc --help",), "bash"),
        Block(Kind.LIST, ("one item", "two")),
        Block(Kind.LIST, ("first", "second"), "1"),
        Block(Kind.CODE, (">>> draw()", "'drawn'"), "pycon"),
        Block(Kind.CODE, ("+---+", "| a |", "+---+"), "text"),
    ]


def test_markdown_becomes_blocks() -> None:
    assert markup.read(MARKDOWN, "README.md") == [
        Block(Kind.HEADING, ("Install",)),
        Block(Kind.PARAGRAPH, ("Run **this**:",)),
        Block(Kind.CODE, ("pip install disc",), "bash"),
        Block(Kind.LIST, ("one", "two")),
    ]


def test_a_tutorials_comments_are_prose_and_its_strings_are_not() -> None:
    assert markup.read(TUTORIAL, "viz_disc.py") == [
        Block(Kind.HEADING, ("Discs",)),
        Block(Kind.PARAGRAPH, ("How to draw `discs`.",)),
        Block(Kind.CODE, ("import disc",), "python"),
        Block(Kind.PARAGRAPH, ("Draw the first one.",)),
        Block(Kind.CODE, ('SHADER = """', "# no comment", '"""', "disc.draw(SHADER)"), "python"),
    ]


def test_the_roles_of_myst_show_what_they_name() -> None:
    said = from_markdown("{func}`disc`, {py:meth}`~a.Disc.draw` and {ref}`the guide <guide>`")
    assert said == "`disc`, `draw` and the guide"


MYST = """\
(first-steps)=
# First steps

```{eval-rst}
.. currentmodule:: disc
```

```{contents}
:depth: 1
```

The pieces are:
- {class}`Disc`
  - its rim

```{code-block} python
:caption: draw.py

disc.draw()
```

```{eval-rst}
.. click:example::

    @command()
    def cli(): ...

.. click:run::

    invoke(cli)
```

:::{note}
It is round.
:::

```{versionadded} 2.0
```

[address]: https://example.org
"""


def test_the_directives_of_myst_show_what_a_page_shows() -> None:
    assert markup.read(MYST, "guide.md") == [
        Block(Kind.HEADING, ("First steps",)),
        Block(Kind.PARAGRAPH, ("The pieces are:",)),
        Block(Kind.LIST, ("`Disc`", f"{NESTED}its rim")),
        Block(Kind.CODE, ("disc.draw()",), "python"),
        Block(Kind.CODE, ("@command()", "def cli(): ..."), "python"),
        Block(Kind.PARAGRAPH, ("**Note**: It is round.",)),
        Block(Kind.VERSION, ("New in version 2.0",)),
    ]


DOCSTRING = """\
Names could be:

disc
    A round one.
square
    A flat one.

* Draw it::

      draw()

  and look.

.. tabs::

    .. group-tab:: Linux

        .. code-block:: text

            $ draw

.. versionchanged:: 3.0
    It may be filled.

https://example.org/disc

Done. ::

    draw()
Then:
>>> draw()
1
"""


def test_what_docstrings_hold_becomes_blocks() -> None:
    assert markup.from_prose(DOCSTRING) == [
        Block(Kind.PARAGRAPH, ("Names could be:",)),
        Block(Kind.LIST, ("disc: A round one.", "square: A flat one.")),
        Block(Kind.LIST, ("Draw it:",)),
        Block(Kind.CODE, ("draw()",)),
        Block(Kind.PARAGRAPH, ("and look.",)),
        Block(Kind.PARAGRAPH, ("Linux:",)),
        Block(Kind.CODE, ("$ draw",), "text"),
        Block(Kind.VERSION, ("Changed in version 3.0: It may be filled.",)),
        Block(Kind.PARAGRAPH, ("Done.",)),
        Block(Kind.CODE, ("draw()",)),
        Block(Kind.PARAGRAPH, ("Then:",)),
        Block(Kind.CODE, (">>> draw()", "1"), "pycon"),
    ]


def test_a_list_that_code_interrupts_goes_on_with_its_numbers() -> None:
    blocks = markup.read("1. one::\n\n       a\n\n2. two\n", "a.rst")
    assert [block.language for block in blocks if block.kind is Kind.LIST] == ["1", "2"]


def test_directives_nested_without_end_are_not_read_to_the_end() -> None:
    deep = "\n".join(f"{'`' * (300 - level)}{{note}}" for level in range(290))
    assert markup.read(f"Before.\n\n{deep}", "a.md") == [Block(Kind.PARAGRAPH, ("Before.",))]


def test_a_number_that_is_too_long_for_a_list_is_cut() -> None:
    (block,) = markup.read(f"{'1' * 5000}. one\n", "a.rst")
    assert block.language == "1" * 9


def test_items_that_say_nothing_are_no_list() -> None:
    assert markup.read("- \n- \n", "a.rst") == []
