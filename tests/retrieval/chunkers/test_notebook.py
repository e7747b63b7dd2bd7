"""Notebooks by cell, with the lines of the JSON file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from retrieval.model import ChunkKind, ParsedFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from retrieval.model import ParsedFile

    Parse = Callable[[str, str], ParsedFile]

CODE = [f"scene.add(actor_{n})\n" for n in range(4)]


def notebook(*cells: dict[str, object], indent: int | None = 1) -> str:
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4}, indent=indent)


def code(source: object) -> dict[str, object]:
    return {
        "cell_type": "code",
        "metadata": {"deep": [{"source": "no"}]},
        "outputs": [{"output_type": "stream", "text": ["secret output"]}],
        "source": source,
    }


def markdown(source: object) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def quoted(parsed: ParsedFile, text: str) -> list[list[str]]:
    """Return the source lines as they stand in the file at each chunk's lines."""
    lines = text.split("\n")
    return [
        [
            json.loads(line.strip().removesuffix(","))
            for line in lines[chunk.start_line - 1 : chunk.end_line]
            if line.strip().startswith('"') and '": ' not in line
        ]
        for chunk in parsed.chunks
    ]


def test_lines_are_those_of_the_json_file(parse: Parse) -> None:
    text = notebook(markdown(["# Title\n", "\n", "word " * 80]), code(CODE))
    parsed = parse("a.ipynb", text)
    assert [chunk.kind for chunk in parsed.chunks] == [ChunkKind.CELL, ChunkKind.CELL]
    assert quoted(parsed, text) == [["# Title\n", "\n", "word " * 80], CODE]
    assert parsed.chunks[1].text == "".join(CODE).rstrip("\n")


def test_outputs_are_left_out(parse: Parse) -> None:
    parsed = parse("a.ipynb", notebook(code(CODE)))
    assert "secret output" not in parsed.chunks[0].text


def test_a_small_introduction_goes_with_the_code_after_it(parse: Parse) -> None:
    (chunk,) = parse("a.ipynb", notebook(markdown("## Draw"), code(CODE))).chunks
    assert chunk.text.startswith("## Draw\n\nscene.add(actor_0)")
    assert chunk.symbol == "Draw"


def test_cells_stand_under_the_headings_above_them(parse: Parse) -> None:
    text = notebook(
        markdown("# Guide"), code("a"), markdown("## Draw"), code("b"), markdown("# End"), code("c")
    )
    assert [c.symbol for c in parse("a.ipynb", text).chunks] == ["Guide", "Guide > Draw", "End"]


def test_a_long_cell_is_cut_with_exact_lines_for_each_piece(parse: Parse) -> None:
    source = [f"value_{n} = {'x' * 40!r}\n" for n in range(60)]
    text = notebook(code(source))
    parsed = parse("a.ipynb", text)
    assert len(parsed.chunks) > 2
    assert [line for lines in quoted(parsed, text) for line in lines] == source
    assert len({(c.unit_start_line, c.unit_end_line) for c in parsed.chunks}) == 1


def test_a_source_in_one_string_stands_on_one_line(parse: Parse) -> None:
    text = notebook(code("a = 1\nb = 2"))
    (chunk,) = parse("a.ipynb", text).chunks
    assert chunk.text == "a = 1\nb = 2"
    assert (
        chunk.start_line
        == chunk.end_line
        == text.split("\n").index('   "source": "a = 1\\nb = 2"') + 1
    )


def test_a_notebook_on_one_line_is_read(parse: Parse) -> None:
    (chunk,) = parse("a.ipynb", notebook(code(CODE), indent=None)).chunks
    assert (chunk.start_line, chunk.end_line) == (1, 1)


def test_a_notebook_of_format_3_is_read(parse: Parse) -> None:
    cell = {"cell_type": "code", "input": ["a = 1\n", "b = 2"]}
    text = json.dumps({"worksheets": [{"cells": [cell]}], "nbformat": 3}, indent=1)
    assert parse("old.ipynb", text).chunks[0].text == "a = 1\nb = 2"


def test_escapes_never_put_nul_or_half_a_pair_into_the_text(parse: Parse) -> None:
    (chunk,) = parse("a.ipynb", notebook(code("a\0b\ud800c"))).chunks
    assert chunk.text == "a?b?c"


@pytest.mark.parametrize(
    "text",
    [
        '{"cells": [',
        "[]",
        "{}",
        '{"cells": 1}',
        '{"cells": [1]}',
        '{"cells": [{"cell_type": "code"}]}',
        '{"cells": [{"source": "x"}]}',
        '{"cells": [{"cell_type": "code", "source": 1}]}',
        '{"cells": [{"cell_type": "code", "source": [1]}]}',
        '{"cells": ' + "[" * 100_000,
        "<<<<<<< HEAD\n{}",
    ],
)
def test_a_broken_notebook_is_plain_text_with_a_note(parse: Parse, text: str) -> None:
    parsed = parse("a.ipynb", text)
    assert {chunk.kind for chunk in parsed.chunks} == {ChunkKind.TEXT}
    assert "not valid jupyter" in (parsed.note or "")
