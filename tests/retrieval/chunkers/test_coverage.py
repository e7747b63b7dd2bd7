"""Nothing of a file is lost between its chunks, and their lines are exact."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retrieval
from retrieval import chunkers
from retrieval.chunkers.measure import Tokens
from retrieval.model import Chunk, ChunkKind, ParsedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tokenizers import Tokenizer

    from retrieval.chunkers.measure import Measure
    from retrieval.model import ParsedFile

    Parse = Callable[[str, str], ParsedFile]

PATHS = [
    "pkg/module.py",
    "docs/examples/demo.py",
    "README.md",
    "docs/index.rst",
    "notes.ipynb",
    "data.toml",
    "LICENSE",
    "a.js",
    "a.tsx",
    "a.cpp",
    "a.h",
    "a.go",
    "a.rs",
    "a.java",
    "a.frag",
    "a.sh",
]

CODE_PATHS = [path for path in PATHS if path.startswith("a.")]

SAMPLES = {
    file.name: file.read_text("utf-8") for file in (Path(__file__).parent / "samples").iterdir()
}

code_tokens = st.lists(
    st.sampled_from(
        """( ) { } < > [ ] ; , : :: = class struct enum fn func function def if else template
        namespace impl trait interface package import mod #define #if #endif export const var pub
        static void int x y A "s" ' ` /** */ // # * & => -> <<EOF do done case esac""".split()
        + ["\n"] * 12
    ),
    max_size=150,
)

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
    """Return the lines that are not blank and not wholly in chunks.

    A class's surface covers only the lines that its text shows; parts of a line cover it together.
    """
    lines = file_lines(text)
    covered: set[int] = set()
    parts: dict[int, str] = {}
    for chunk in parsed.chunks:
        span = range(chunk.start_line, chunk.end_line + 1)
        if is_verbatim(chunk, lines):
            covered.update(span)
        elif len(span) == 1 and chunk.text in lines[span.start - 1]:
            parts[span.start] = parts.get(span.start, "") + "".join(chunk.text.split())
        else:
            assert chunk.kind is ChunkKind.CLASS, chunk
            shown = set(chunk.text.split("\n"))
            covered.update(number for number in span if lines[number - 1] in shown)
    covered |= {n for n, part in parts.items() if part == "".join(lines[n - 1].split())}
    left = (n for n, line in enumerate(lines, start=1) if line.strip() and n not in covered)
    return [f"{n}: {lines[n - 1]}" for n in left]


def check(measure: Measure, path: str, text: str) -> ParsedFile:
    """Parse, and see that every line is in a chunk and no chunk beyond the window."""
    parsed = chunkers.parse(path, text, measure)
    counts = measure.count([chunk.embedded_text for chunk in parsed.chunks])
    assert max(counts, default=0) <= measure.window
    if parsed.language != "jupyter" or parsed.note:
        assert uncovered(parsed, text) == []
    return parsed


@pytest.fixture(scope="session", params=[254, 64])
def any_measure(request: pytest.FixtureRequest, tokenizer: Tokenizer) -> Tokens:
    return Tokens(tokenizer, window=request.param)


@settings(max_examples=60)
@given(path=st.sampled_from(PATHS), text=any_text)
def test_any_text_at_all_is_parsed_and_covered(any_measure: Tokens, path: str, text: str) -> None:
    check(any_measure, path, text)


@settings(max_examples=60)
@given(path=st.sampled_from(PATHS), text=blocks)
def test_every_line_of_a_document_is_in_a_chunk(any_measure: Tokens, path: str, text: str) -> None:
    check(any_measure, path, text)


@settings(max_examples=60)
@given(text=python_files)
def test_every_line_of_a_module_is_in_a_chunk(any_measure: Tokens, text: str) -> None:
    assert check(any_measure, "pkg/module.py", text).note is None


@settings(max_examples=40)
@given(text=python_files)
def test_every_line_of_a_tutorial_is_in_a_chunk(any_measure: Tokens, text: str) -> None:
    assert check(any_measure, "examples/script.py", text).note is None


@settings(max_examples=60)
@given(path=st.sampled_from(CODE_PATHS), tokens=code_tokens)
def test_every_line_of_code_however_broken_is_in_a_chunk(
    any_measure: Tokens, path: str, tokens: list[str]
) -> None:
    check(any_measure, path, " ".join(tokens))


@settings(max_examples=60)
@given(data=st.data(), path=st.sampled_from(sorted(SAMPLES)))
def test_every_line_of_a_changed_file_is_in_a_chunk(
    any_measure: Tokens, path: str, data: st.DataObject
) -> None:
    lines = SAMPLES[path].split("\n")
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(["drop", "double", "cut", "long", "many"]))
        line = lines[at]
        lines[at : at + 1] = {
            "drop": [],
            "double": [line, line],
            "cut": [line[: len(line) // 2]],
            "long": [line + " // word" * 300],
            "many": [line, *["    again();"] * 120],
        }[change] or [""]
    check(any_measure, path, "\n".join(lines))


@settings(max_examples=60)
@given(path=st.sampled_from(PATHS), text=st.one_of(python_files, blocks))
def test_no_two_chunks_show_the_same_lines(parse: Parse, path: str, text: str) -> None:
    lines = file_lines(text)
    seen: set[int] = set()
    for chunk in parse(path, text).chunks:
        if is_verbatim(chunk, lines):
            span = set(range(chunk.start_line, chunk.end_line + 1))
            assert not seen & span
            seen |= span


def test_a_real_project_is_covered_in_pieces_that_the_model_reads_whole(measure: Tokens) -> None:
    root = Path(retrieval.__file__).parent
    files = sorted(root.rglob("*.py"))
    assert len(files) > 20
    for file in files:
        parsed = check(measure, f"retrieval/{file.relative_to(root)}", file.read_text("utf-8"))
        assert parsed.note is None


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("text", ["", "\n", "\n\n\n", "   \n\t\n"])
def test_a_file_without_text_has_no_chunks(parse: Parse, path: str, text: str) -> None:
    assert parse(path, text).chunks == ()


@pytest.mark.parametrize("path", PATHS)
def test_a_last_line_without_a_line_feed_is_kept(parse: Parse, path: str) -> None:
    chunks = parse(path, "x = 1\ny = 2").chunks
    assert chunks[-1].end_line == 2
    assert chunks[-1].text.endswith("y = 2")


@pytest.mark.parametrize("path", PATHS)
def test_only_line_feeds_count_as_line_ends(parse: Parse, path: str) -> None:
    text = "a = 1  # one\u2028two\x0cthree\x0bfour\rfive\r\nb = 2\n"
    (chunk,) = parse(path, text).chunks
    assert (chunk.start_line, chunk.end_line) == (1, 2)
    assert chunk.text == "a = 1  # one\u2028two\x0cthree\x0bfour\rfive\nb = 2"


@pytest.mark.parametrize("line", ["word " * 3000, "x" * 60_000, "snake_case_" * 900, "漢字" * 900])
@pytest.mark.parametrize("path", ["LICENSE", "m.py", "a.md", "a.js"])
def test_a_line_longer_than_the_window_is_cut_inside(measure: Tokens, path: str, line: str) -> None:
    chunks = check(measure, path, f"short\n{line}\nshort\n").chunks
    parts = [chunk for chunk in chunks if chunk.start_line == 2]
    assert len(parts) > 3
    assert "".join(part.text for part in parts) == line
    assert {part.end_line for part in parts} == {2}


class Squares:
    """A measure whose lengths do not add up: a text is longer than its lines."""

    window = 400

    def count(self, texts: Sequence[str]) -> Sequence[int]:
        return [len(text) ** 2 // 40 for text in texts]


@pytest.mark.parametrize("path", PATHS)
def test_no_chunk_is_too_long_for_a_model_whose_tokens_do_not_add_up(path: str) -> None:
    parsed = check(Squares(), path, "some words here\n" * 40)
    assert sum(chunk.text.count("words") for chunk in parsed.chunks) == 40


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("a.py", "def f(): pass\n"),
        ("a.py", "class A:\n    async def f(self): pass\n"),
        ("a.md", "# a\n"),
        ("a.rst", "a\n=\n"),
    ],
)
def test_a_file_of_more_parts_than_anyone_writes_is_plain_text(
    path: str, part: str, measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunkers, "MOST_PARTS", 40)
    assert chunkers.parse(path, part * 20, measure).note is None
    parsed = chunkers.parse(path, part * 41, measure)
    assert parsed.note == "indexed as plain text, since it has more than 40 parts"
    assert {chunk.kind for chunk in parsed.chunks} == {ChunkKind.TEXT}
