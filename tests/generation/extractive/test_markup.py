"""Documents become GitHub Markdown."""

from __future__ import annotations

import pytest

from generation.extractive import markup
from generation.extractive.markup import Block, Kind
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
        ("|logo| a *b* **c**", "a *b* **c**"),
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
        Block(Kind.CODE, ("draw()",), "python"),
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
