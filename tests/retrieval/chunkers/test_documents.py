"""Documents by heading."""

from __future__ import annotations

import io
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from docutils import nodes
from docutils.core import publish_doctree

from retrieval.chunkers.lines import Lines
from retrieval.chunkers.rst import find_headings
from retrieval.model import ChunkKind, ParsedFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from retrieval.chunkers.measure import Tokens
    from retrieval.model import ParsedFile

    Parse = Callable[[str, str], ParsedFile]
    from pathlib import Path

PARAGRAPH = "A sentence that says something about installing it. " * 6

RST = f"""\
.. _top:

=======
 Guide
=======

{PARAGRAPH}

.. _install:

Install
=======

.. unknown-directive:: x
   :option: y

   Not a heading
   =============

{PARAGRAPH} :unknown:`role`.

From PyPI
---------

::

   Title in code
   -------------

=====  =====
Table  Head
=====  =====
a      b
=====  =====

- item
------

1. Numbered
-----------

Über
~~~~
Text right below. {PARAGRAPH}

----

After a transition.

Usage
=====
Short.
"""

MARKDOWN = f"""\
---
title: Front
# matter
---
Guide
=====

{PARAGRAPH}

## Install `it` ##

{PARAGRAPH}

```python
# not a heading
```

> # quoted

    # code

### From PyPI
Text.

# Other
"""


def outline(parsed: ParsedFile) -> list[tuple[int, str | None]]:
    return [(chunk.unit_start_line, chunk.symbol) for chunk in parsed.chunks]


def line_of(text: str, line: str) -> int:
    return text.split("\n").index(line) + 1


def test_rst_sections_start_at_their_overline_or_title(parse: Parse) -> None:
    assert outline(parse("guide.rst", RST)) == [
        (3, "Guide"),
        (line_of(RST, "Install"), "Guide > Install"),
        (line_of(RST, "From PyPI"), "Guide > Install > From PyPI"),
        (line_of(RST, "1. Numbered"), "Guide > Install > 1. Numbered > Über"),
        (line_of(RST, "Usage"), "Guide > Usage"),
    ]


def test_a_label_above_a_heading_is_shown_with_it(parse: Parse) -> None:
    chunk = parse("guide.rst", RST).chunks[1]
    assert chunk.text.startswith(".. _install:\n\nInstall\n=======")
    assert chunk.unit_start_line - chunk.start_line == 2


def test_the_context_of_a_section_is_its_path_and_its_headings(parse: Parse) -> None:
    assert parse("guide.rst", RST).chunks[1].context == "guide.rst\nGuide > Install"


def docutils_depths(text: str) -> list[int]:
    settings = {
        "report_level": 5,
        "halt_level": 6,
        "file_insertion_enabled": False,
        "raw_enabled": False,
        "doctitle_xform": False,
        "warning_stream": io.StringIO(),
    }
    document = publish_doctree(text, settings_overrides=settings)

    def depth(section: nodes.Node) -> int:
        return 0 if section is document else 1 + depth(section.parent)

    return [depth(section) for section in document.findall(nodes.section)]


@pytest.mark.parametrize(
    "text",
    [
        RST.replace("- item\n------\n\n", ""),
        "A\n=\n\nB\n-\n\nC\n=\n",
        "A longer title\n====\n\ntext\n",
        "Abc\n==\n\ntext\n",
        "Abc\n===\nDef\n---\ntext\n",
        "=====\nTitle\n\ntext\n",
        "two lines\nof text\n=======\n",
        "====\nOver\n====\n\nUnder\n====\n\ntext\n",
        ".. note:: x\n\nTitle\n#####",
        "漢字\n====\n\ntext\n",
        ":field: x\n--------\n\ntext\n",
        "Name\n++++\n\n====\n\n====\n\ntext\n",
    ],
)
def test_headings_are_those_that_docutils_sees(text: str) -> None:
    assert [heading.depth for heading in find_headings(Lines(text))] == docutils_depths(text)


def test_an_include_is_not_read_from_disk(parse: Parse, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret words")
    parsed = parse(
        "a.rst", f"Title\n=====\n\n.. include:: {secret}\n\n.. raw:: html\n   :file: {secret}\n"
    )
    assert "secret words" not in "".join(chunk.text for chunk in parsed.chunks)


def test_markdown_sections_start_at_their_heading(parse: Parse) -> None:
    assert outline(parse("guide.md", MARKDOWN)) == [
        (1, "Guide"),
        (line_of(MARKDOWN, "## Install `it` ##"), "Guide > Install `it`"),
        (line_of(MARKDOWN, "### From PyPI"), "Guide > Install `it` > From PyPI"),
        (line_of(MARKDOWN, "# Other"), "Other"),
    ]


@pytest.mark.parametrize("path", ["a.md", "a.rst"])
def test_a_title_alone_goes_with_its_first_section(parse: Parse, path: str) -> None:
    text = dedent(
        f"""\
        Title
        =====

        First
        -----

        {PARAGRAPH}

        Second
        ------

        {PARAGRAPH}
        """
    )
    first, second = parse(path, text).chunks
    assert (first.symbol, first.start_line, first.unit_start_line) == ("Title > First", 1, 1)
    assert first.text.startswith("Title\n=====\n\nFirst")
    assert second.symbol == "Title > Second"


@pytest.mark.parametrize("path", ["a.md", "a.rst"])
def test_small_sections_side_by_side_keep_their_own_headings(parse: Parse, path: str) -> None:
    text = "One\n---\n\nText.\n\nTwo\n---\n\nText.\n"
    assert outline(parse(path, text)) == [(1, "One"), (6, "Two")]


@pytest.mark.parametrize("path", ["a.md", "a.rst"])
def test_a_long_section_is_cut_between_paragraphs_into_one_unit(
    parse: Parse, measure: Tokens, path: str
) -> None:
    text = "Title\n=====\n\n" + f"{PARAGRAPH.strip()}\n\n" * 9
    chunks = parse(path, text).chunks
    assert len(chunks) == 3
    assert {(c.symbol, c.unit_start_line, c.unit_end_line) for c in chunks} == {("Title", 1, 20)}
    assert max(measure.count([chunk.embedded_text for chunk in chunks])) <= measure.window


@pytest.mark.parametrize(
    ("path", "opening", "closing"),
    [("a.md", "```python\n", "```\n"), ("a.rst", ".. code-block:: python\n\n", "\n")],
)
def test_a_code_block_that_fits_is_not_cut(
    parse: Parse, path: str, opening: str, closing: str
) -> None:
    code = "    call_something(with_arguments)\n\n" * 15
    text = f"Title\n=====\n\n{PARAGRAPH}\n\n{PARAGRAPH}\n\n{opening}{code}{closing}"
    (chunk,) = [c for c in parse(path, text).chunks if "call_something" in c.text]
    assert chunk.text.count("call_something") == 15


def test_text_before_the_first_heading_has_no_symbol(parse: Parse) -> None:
    chunk = parse("a.rst", f"{PARAGRAPH * 2}\n\nTitle\n=====\n\nText.\n").chunks[0]
    assert (chunk.kind, chunk.symbol, chunk.context) == (ChunkKind.SECTION, None, "a.rst")
