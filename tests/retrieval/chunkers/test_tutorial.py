"""Example scripts by block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retrieval.model import ChunkKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from retrieval.chunkers.measure import Tokens
    from retrieval.model import ParsedFile

    Parse = Callable[[str, str], ParsedFile]

RULE = "#" * 79
STATEMENTS = "".join(f"scene.add(actor_{n})  # shows it\n" for n in range(9))

SCRIPT = f'''\
"""
==============
Shaping actors
==============

How to give an actor its shape, {"step by step " * 20}.
"""

import numpy as np
{STATEMENTS}
{RULE}
# First the data
# ==============
#
# It is random.

{STATEMENTS}
# %%
# And now without a heading.

{STATEMENTS}

def helper():
    pass
'''


@pytest.mark.parametrize(
    "path", ["examples/a.py", "docs/examples/01/a.py", "demos/a.py", "docs/tutorials/a.py"]
)
def test_a_script_among_examples_is_a_tutorial(parse: Parse, path: str) -> None:
    parsed = parse(path, SCRIPT)
    assert {chunk.kind for chunk in parsed.chunks} == {ChunkKind.TUTORIAL}


def test_a_module_elsewhere_is_no_tutorial(parse: Parse) -> None:
    kinds = {chunk.kind for chunk in parse("pkg/examples.py", SCRIPT).chunks}
    assert kinds == {ChunkKind.MODULE, ChunkKind.FUNCTION}


def test_pieces_start_at_the_blocks_of_prose_and_carry_their_headings(parse: Parse) -> None:
    chunks = parse("examples/a.py", SCRIPT).chunks
    assert [(c.symbol, c.text.split("\n")[0]) for c in chunks] == [
        ("Shaping actors", '"""'),
        ("Shaping actors", "import numpy as np"),
        ("Shaping actors > First the data", RULE),
        ("Shaping actors", "# %%"),
    ]


def test_a_long_block_is_cut_between_statements(parse: Parse, measure: Tokens) -> None:
    long = '"""Title."""\n' + "call(\n    'an argument',\n)\n" * 90
    chunks = parse("examples/a.py", long).chunks
    assert len(chunks) > 2
    assert all(chunk.text.startswith("call(") for chunk in chunks[1:])
    assert max(measure.count([chunk.embedded_text for chunk in chunks])) <= measure.window


def test_a_script_defines_no_symbols(parse: Parse) -> None:
    assert parse("examples/a.py", SCRIPT).symbols == ()


def test_a_script_that_does_not_parse_is_plain_text_with_a_note(parse: Parse) -> None:
    parsed = parse("examples/a.py", "print 'python 2'\n")
    assert parsed.chunks[0].kind is ChunkKind.TEXT
    assert parsed.note
