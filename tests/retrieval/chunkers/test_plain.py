"""Text of no known structure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retrieval.model import ChunkKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from retrieval.model import ParsedFile

    Parse = Callable[[str, str], ParsedFile]

FUNCTIONS = "".join(
    f"float f{n}(float x)\n{{\n" + "    x += 1.0;\n\n" * 20 + "    return x;\n}\n\n"
    for n in range(6)
)


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("pyproject.toml", "toml"),
        ("shader.FRAG", "glsl"),
        ("Makefile", "text"),
        (".gitignore", "text"),
        ("a.b/LICENSE", "text"),
    ],
)
def test_the_language_follows_the_extension(parse: Parse, path: str, language: str) -> None:
    assert parse(path, "x\n").language == language


def test_text_is_cut_at_the_margin_rather_than_inside_a_block(parse: Parse) -> None:
    chunks = parse("shader.fx", FUNCTIONS).chunks
    assert len(chunks) > 1
    assert all(chunk.text.startswith("float f") and chunk.text.endswith("}") for chunk in chunks)


def test_a_piece_of_text_has_its_path_for_context_and_is_its_own_unit(parse: Parse) -> None:
    chunk = parse("shader.fx", FUNCTIONS).chunks[1]
    assert (chunk.kind, chunk.context, chunk.symbol) == (ChunkKind.TEXT, "shader.fx", None)
    assert (chunk.unit_start_line, chunk.unit_end_line) == (chunk.start_line, chunk.end_line)


def test_a_bracket_at_the_margin_stays_with_the_line_above(parse: Parse) -> None:
    body = "    x += 1.0;\n" * 100
    chunks = parse("shader.fx", f"float f(float x)\n{{\n{body}}}\n").chunks
    assert chunks[0].text.startswith("float f(float x)\n{\n    x")


@pytest.mark.parametrize(
    ("path", "part", "start"),
    [
        ("a.toml", "# About it.\n[tool.part{n}]\n{entries}\n", "# About it."),
        ("a.yaml", "part{n}:\n{indented}\n", "part"),
        ("a.json", '  "part{n}": {{\n{indented}  }},\n', '  "part'),
    ],
)
def test_data_is_cut_between_its_outermost_keys(
    parse: Parse, path: str, part: str, start: str
) -> None:
    entries = "name = 'some words here'\n\n" * 7
    indented = "    name: 'some words here'\n\n" * 7
    text = "".join(part.format(n=n, entries=entries, indented=indented) for n in range(9))
    chunks = parse(path, text).chunks
    assert len(chunks) > 2
    assert all(chunk.text.startswith(start) for chunk in chunks)
