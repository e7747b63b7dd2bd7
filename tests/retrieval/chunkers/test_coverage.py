"""Nothing of a file is lost between its chunks, and their lines are exact."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retrieval
from retrieval.chunkers import parse
from retrieval.chunkers.cutting import TARGET_CHARACTERS
from retrieval.model import Chunk, ChunkKind, ParsedFile
from retrieval.sources import decode, read_tree

PATHS = [
    "pkg/module.py",
    "docs/examples/demo.py",
    "README.md",
    "docs/index.rst",
    "notes.ipynb",
    "data.toml",
    "LICENSE",
]

PYTHON_SNIPPETS = (
    f'''\
"""A module."""
%
import os
import sys
%
LIMIT = 3
%
# A comment.
%
{"#" * 79}
%
# %%
# Title
# =====
%
x = 1; y = 2
%
def f(a, *, b=1): return a
%
def g():
    """Do.

    Parameters
    ----------
    x : int
    """
    return 1
%
@decorated
async def h(
    a,  # first
    b,
):
    def inner():
        pass
    return a
%
class Empty: pass
%
class A:
    """An A."""

    x: int = 1
    # about m

    def m(self):
        return 2

    # end
%
class B:
    # first

    def n(self): pass
    y = 2; z = 3
    class Inner:
        def o(self):
            pass
%
class C(
    A,
):
    def __init__(self): self.x = 1
    @property
    def p(self): return 1
%
if LIMIT:
    def conditional(): pass
else:
    def conditional(): return 2
%
try:
    import os
except ImportError:
    class Fallback:
        def m(self): pass
finally:
    pass
%
text = """

class NotOne:

# no comment"""
%
def long():
    """{"word " * 60}

    {"more " * 90}
    """
{"    x = 1  # something" + chr(10) * 2}{"    y = 2" + chr(10)}
%
class Long:
    """{("text" + chr(10) * 2 + "    ") * 150}"""
    def m(self): pass
{("    a = 1" + chr(10)) * 90}
%
VALUES = [
{("    1234567890," + chr(10)) * 120}]
%
if True:
{("    if True:" + chr(10) + "        y = 1  # nested" + chr(10)) * 50}'''
).split("\n%\n")

python_files = st.lists(
    st.tuples(st.sampled_from(PYTHON_SNIPPETS), st.sampled_from(["\n", "\n\n", "\n\n\n", "\r\n"])),
    max_size=12,
).map(lambda parts: "".join(snippet + end for snippet, end in parts))

any_text = st.text(
    st.one_of(
        st.sampled_from("\n\r\t\f\x0b\x1c\u2028 #=-~*`:.|>\"'()[]{}\\"), st.characters(codec=None)
    )
)
blocks = st.lists(
    st.sampled_from(
        [
            "Title\n=====",
            "====\nOver\n====",
            "# Heading",
            "## Deeper",
            "word " * 150,
            "line\n" * 80,
            ".. code::\n\n   x = 1\n\n   y = 2",
            "```\ncode\n\n# no heading\n```",
            "- item\n- item",
            ".. _label:",
            "def f():\n    pass",
            "",
        ]
    ),
    max_size=25,
).map("\n\n".join)


def file_lines(text: str) -> list[str]:
    """Cut at line feeds alone, as GitHub does."""
    return [line.removesuffix("\r") for line in text.split("\n")]


def is_verbatim(chunk: Chunk, lines: list[str]) -> bool:
    return chunk.text == "\n".join(lines[chunk.start_line - 1 : chunk.end_line])


def uncovered(parsed: ParsedFile, text: str) -> list[str]:
    """Return the lines that are not blank and in no chunk.

    A class's surface covers only the lines that its text shows.
    """
    lines = file_lines(text)
    covered: set[int] = set()
    for chunk in parsed.chunks:
        span = range(chunk.start_line, chunk.end_line + 1)
        if is_verbatim(chunk, lines):
            covered.update(span)
        else:
            assert chunk.kind is ChunkKind.CLASS, chunk
            shown = set(chunk.text.split("\n"))
            covered.update(number for number in span if lines[number - 1] in shown)
    left = (n for n, line in enumerate(lines, start=1) if line.strip() and n not in covered)
    return [f"{n}: {lines[n - 1]}" for n in left]


@settings(deadline=None, max_examples=150)
@given(path=st.sampled_from(PATHS), text=any_text)
def test_any_text_at_all_is_parsed_and_covered(path: str, text: str) -> None:
    assert uncovered(parse(path, text), text) == []


@settings(deadline=None, max_examples=60)
@given(path=st.sampled_from(PATHS), text=blocks)
def test_every_line_of_a_document_is_in_a_chunk(path: str, text: str) -> None:
    assert uncovered(parse(path, text), text) == []


@settings(deadline=None, max_examples=100)
@given(text=python_files)
def test_every_line_of_a_module_is_in_a_chunk(text: str) -> None:
    parsed = parse("pkg/module.py", text)
    assert parsed.note is None
    assert uncovered(parsed, text) == []


@settings(deadline=None, max_examples=60)
@given(text=python_files)
def test_every_line_of_a_tutorial_is_in_a_chunk(text: str) -> None:
    parsed = parse("examples/script.py", text)
    assert parsed.note is None
    assert uncovered(parsed, text) == []


@settings(deadline=None, max_examples=60)
@given(path=st.sampled_from(PATHS), text=st.one_of(python_files, blocks))
def test_no_two_chunks_show_the_same_lines(path: str, text: str) -> None:
    lines = file_lines(text)
    seen: set[int] = set()
    for chunk in parse(path, text).chunks:
        if is_verbatim(chunk, lines):
            span = set(range(chunk.start_line, chunk.end_line + 1))
            assert not seen & span
            seen |= span


def test_real_modules_are_covered_in_pieces_of_the_size_aimed_at() -> None:
    files = read_tree(Path(retrieval.__file__).parent).files
    assert files
    for file in files:
        text = decode(file)
        parsed = parse(f"retrieval/{file.path}", text)
        assert uncovered(parsed, text) == []
        assert max((len(chunk.text) for chunk in parsed.chunks), default=0) < 2 * TARGET_CHARACTERS


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("text", ["", "\n", "\n\n\n", "   \n\t\n"])
def test_a_file_without_text_has_no_chunks(path: str, text: str) -> None:
    assert parse(path, text).chunks == ()


@pytest.mark.parametrize("path", PATHS)
def test_a_last_line_without_a_line_feed_is_kept(path: str) -> None:
    chunks = parse(path, "x = 1\ny = 2").chunks
    assert chunks[-1].end_line == 2
    assert chunks[-1].text.endswith("y = 2")


@pytest.mark.parametrize("path", PATHS)
def test_only_line_feeds_count_as_line_ends(path: str) -> None:
    text = "a = 1  # one\u2028two\x0cthree\x0bfour\rfive\r\nb = 2\n"
    (chunk,) = parse(path, text).chunks
    assert (chunk.start_line, chunk.end_line) == (1, 2)
    assert chunk.text == "a = 1  # one\u2028two\x0cthree\x0bfour\rfive\nb = 2"


def test_a_line_longer_than_a_piece_stays_whole() -> None:
    text = "short\n" + "x" * 5000 + "\nshort\n"
    chunks = parse("LICENSE", text).chunks
    assert [len(chunk.text) > TARGET_CHARACTERS for chunk in chunks] == [False, True, False]
    assert uncovered(parse("LICENSE", text), text) == []
