"""Text of no known structure."""

from __future__ import annotations

import pytest

from retrieval.chunkers import parse
from retrieval.model import ChunkKind

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
def test_the_language_follows_the_extension(path: str, language: str) -> None:
    assert parse(path, "x\n").language == language


def test_text_is_cut_at_the_margin_rather_than_inside_a_block() -> None:
    chunks = parse("shader.frag", FUNCTIONS).chunks
    assert len(chunks) > 1
    assert all(chunk.text.startswith("float f") and chunk.text.endswith("}") for chunk in chunks)


def test_a_piece_of_text_has_its_path_for_context_and_is_its_own_unit() -> None:
    chunk = parse("shader.frag", FUNCTIONS).chunks[1]
    assert (chunk.kind, chunk.context, chunk.symbol) == (ChunkKind.TEXT, "shader.frag", None)
    assert (chunk.unit_start_line, chunk.unit_end_line) == (chunk.start_line, chunk.end_line)


def test_a_bracket_at_the_margin_stays_with_the_line_above() -> None:
    body = "    x += 1.0;\n" * 100
    chunks = parse("shader.frag", f"float f(float x)\n{{\n{body}}}\n").chunks
    assert chunks[0].text.startswith("float f(float x)\n{\n    x")
