"""Python by definition, with the symbols defined."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from retrieval.chunkers.python import module_name
from retrieval.model import Chunk, ChunkKind, ParsedFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from retrieval.chunkers.measure import Tokens

    Parse = Callable[[str, str], ParsedFile]

ACTOR = dedent(
    '''\
    """Actors of a scene."""

    import numpy as np

    DEFAULT_RADIUS = 1.0
    theme: str = "dark"
    lowercase = 2


    # Draws spheres.
    @warn_on_args(
        "0.1",
    )
    def sphere(
        centers,
        colors,  # one each
        *,
        radii=DEFAULT_RADIUS,
        name="a  b",
    ) -> dict[str, int]:
        """Visualize one or many spheres.  With colors.

        More.
        """

        def inner():
            return 1

        return inner()


    class Box(Actor):
        """A box."""

        #: Its sides.
        sides: int = 6
        KIND = "box"

        def __init__(self, size):
            self.size = size

        @property
        def volume(self):
            """Return the volume. In cubic units."""
            return self.size**3

        @volume.setter
        def volume(self, value):
            self.size = value

        def _hidden(self):
            pass

        async def fade(self, *, seconds=1):
            pass

        class Lid:
            def close(self):
                pass


    if TYPE_CHECKING:
        def conditional(): ...
    else:
        def conditional():
            return 1
    '''
)


def only(parsed: ParsedFile, symbol: str) -> Chunk:
    (chunk,) = [chunk for chunk in parsed.chunks if chunk.symbol == symbol]
    return chunk


def line_of(text: str, part: str) -> int:
    return next(n for n, line in enumerate(text.split("\n"), start=1) if part in line)


@pytest.fixture(scope="module")
def parsed(parse: Parse) -> ParsedFile:
    return parse("src/fury/actor.py", ACTOR)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("fury/actor.py", "fury.actor"),
        ("fury/__init__.py", "fury"),
        ("src/fury/ui/__init__.pyi", "fury.ui"),
        ("lib/fury/core.py", "fury.core"),
        ("setup.py", "setup"),
        ("src/__init__.py", "__init__"),
    ],
)
def test_a_module_has_the_name_it_is_imported_by(path: str, name: str) -> None:
    assert module_name(path) == name


def test_a_function_begins_at_its_first_decorator_and_ends_with_its_body(
    parsed: ParsedFile,
) -> None:
    chunk = only(parsed, "fury.actor.sphere")
    assert chunk.kind is ChunkKind.FUNCTION
    assert chunk.unit_start_line == line_of(ACTOR, "@warn_on_args")
    assert chunk.unit_end_line == line_of(ACTOR, "return inner()")


def test_a_comment_above_a_definition_is_shown_with_it(parsed: ParsedFile) -> None:
    chunk = only(parsed, "fury.actor.sphere")
    assert chunk.start_line == line_of(ACTOR, "# Draws spheres.")
    assert chunk.text.startswith("# Draws spheres.\n@warn_on_args(")


def test_a_signature_is_one_line_without_comments(parsed: ParsedFile) -> None:
    (symbol,) = [s for s in parsed.symbols if s.qualified_name == "fury.actor.sphere"]
    assert symbol.signature == (
        'def sphere(centers, colors, *, radii=DEFAULT_RADIUS, name="a  b") -> dict[str, int]'
    )
    assert symbol.summary == "Visualize one or many spheres."


def test_the_context_names_file_symbol_and_signature(parsed: ParsedFile) -> None:
    assert only(parsed, "fury.actor.Box.fade").context == (
        "src/fury/actor.py\nfury.actor.Box.fade\nasync def fade(self, *, seconds=1)"
    )


def test_a_nested_function_is_part_of_its_parent(parsed: ParsedFile) -> None:
    assert "def inner" in only(parsed, "fury.actor.sphere").text
    assert not [symbol for symbol in parsed.symbols if "inner" in symbol.qualified_name]


def test_the_symbol_table_lists_every_definition_by_kind(parsed: ParsedFile) -> None:
    listed = {(symbol.qualified_name, symbol.kind) for symbol in parsed.symbols}
    assert listed == {
        ("fury.actor", "module"),
        ("fury.actor.DEFAULT_RADIUS", "constant"),
        ("fury.actor.theme", "constant"),
        ("fury.actor.sphere", "function"),
        ("fury.actor.Box", "class"),
        ("fury.actor.Box.sides", "constant"),
        ("fury.actor.Box.KIND", "constant"),
        ("fury.actor.Box.__init__", "method"),
        ("fury.actor.Box.volume", "property"),
        ("fury.actor.Box._hidden", "method"),
        ("fury.actor.Box.fade", "method"),
        ("fury.actor.Box.Lid", "class"),
        ("fury.actor.Box.Lid.close", "method"),
        ("fury.actor.conditional", "function"),
    }


def test_a_class_shows_its_header_attributes_and_public_methods(parsed: ParsedFile) -> None:
    chunk = only(parsed, "fury.actor.Box")
    assert chunk.kind is ChunkKind.CLASS
    assert chunk.start_line == line_of(ACTOR, "class Box")
    assert chunk.end_line == line_of(ACTOR, "if TYPE_CHECKING") - 3
    assert chunk.text == dedent(
        '''\
        class Box(Actor):
            """A box."""

            #: Its sides.
            sides: int = 6
            KIND = "box"

            def __init__(self, size)
            @property
            def volume(self)
                Return the volume.
            async def fade(self, *, seconds=1)
            class Lid'''
    )


def test_a_class_without_methods_is_shown_as_it_is(parse: Parse) -> None:
    text = "class Colour(Enum):\n    RED = 1\n    BLUE = 2\n"
    (chunk,) = parse("pkg/colour.py", text).chunks
    assert chunk.text == text.rstrip("\n")
    assert (chunk.kind, chunk.symbol) == (ChunkKind.CLASS, "pkg.colour.Colour")


def test_a_long_class_docstring_is_cut_and_its_first_paragraph_stays_with_the_methods(
    parse: Parse,
) -> None:
    docstring = "A box.\n\n" + "    A paragraph about boxes. \n\n" * 60
    text = f'class Box:\n    """{docstring}    """\n\n    def open(self):\n        pass\n'
    surface, *rest = [c for c in parse("box.py", text).chunks if c.kind is ChunkKind.CLASS]
    assert surface.text == 'class Box:\n    """A box.\n\n    def open(self)'
    assert (surface.start_line, surface.end_line) == (1, len(text.split("\n")) - 1)
    assert len(rest) > 1
    assert {(c.symbol, c.unit_start_line) for c in rest} == {("box.Box", 1)}


def test_a_class_of_very_many_methods_lists_them_by_name(parse: Parse) -> None:
    methods = "".join(
        f"    def method_{n}(self, argument):\n        '''{'Word ' * 20}'''\n" for n in range(90)
    )
    chunks = parse("big.py", f"class Big:\n{methods}").chunks
    listed = "\n".join(chunk.text for chunk in chunks if chunk.kind is ChunkKind.CLASS)
    assert [line.strip() for line in listed.split("\n")] == [
        "class Big:",
        "",
        *(f"method_{n}" for n in range(90)),
    ]
    assert {c.unit_end_line for c in chunks if c.kind is ChunkKind.CLASS} == {181}


def test_a_conditional_definition_is_found_in_each_branch(parsed: ParsedFile) -> None:
    found = [chunk for chunk in parsed.chunks if chunk.symbol == "fury.actor.conditional"]
    assert [chunk.text.lstrip() for chunk in found] == [
        "if TYPE_CHECKING:\n    def conditional(): ...",
        "else:\n    def conditional():\n        return 1",
    ]
    assert [chunk.unit_start_line - chunk.start_line for chunk in found] == [1, 1]


def test_top_level_statements_are_the_module(parsed: ParsedFile) -> None:
    chunk = only(parsed, "fury.actor")
    assert (chunk.kind, chunk.start_line, chunk.end_line) == (ChunkKind.MODULE, 1, 7)


@pytest.fixture(scope="module")
def long_function(parse: Parse) -> tuple[str, tuple[Chunk, ...]]:
    entries = "".join(f"    p{n} : int\n        {'Means something. ' * 8}\n" for n in range(12))
    words = "'one', 'two', 'three', 'four', 'five', 'six'"
    statements = "".join(
        f"    # About {n}.\n    if p{n}:\n        call({n}, {words})\n" for n in range(12)
    )
    text = (
        "@decorated\ndef long(p0):\n"
        f'    """Do it.\n\n    Parameters\n    ----------\n{entries}\n'
        "    Returns\n    -------\n    int\n        The result.\n"
        f'    """\n{statements}'
    )
    return text, parse("pkg/long.py", text).chunks


def test_a_long_function_is_cut_into_pieces_of_one_unit(
    measure: Tokens, long_function: tuple[str, tuple[Chunk, ...]]
) -> None:
    text, chunks = long_function
    last = text.count("\n")
    assert len(chunks) == 4
    assert {(c.symbol, c.unit_start_line, c.unit_end_line, c.context) for c in chunks} == {
        ("pkg.long.long", 1, last, "pkg/long.py\npkg.long.long\ndef long(p0)")
    }
    assert max(measure.count([chunk.embedded_text for chunk in chunks])) <= measure.window


def test_a_long_docstring_is_cut_between_its_parameters_and_apart_from_the_code(
    long_function: tuple[str, tuple[Chunk, ...]],
) -> None:
    text, chunks = long_function
    docstring_end = line_of(text, "The result.") + 1
    starts = [text.split("\n")[c.start_line - 1] for c in chunks if c.end_line <= docstring_end]
    assert all(start.startswith(("@", "    p", "    Returns")) for start in starts)
    assert docstring_end in {chunk.end_line for chunk in chunks}


def test_a_long_body_is_cut_between_statements_with_their_comments(
    long_function: tuple[str, tuple[Chunk, ...]],
) -> None:
    text, chunks = long_function
    docstring_end = line_of(text, "The result.") + 1
    body = [chunk for chunk in chunks if chunk.start_line > docstring_end]
    assert len(body) > 1
    assert all(chunk.text.startswith("    # About") for chunk in body)


def test_a_signature_too_long_to_repeat_is_shortened_in_the_context_alone(parse: Parse) -> None:
    arguments = ", ".join(f"argument_{n}=None" for n in range(60))
    parsed = parse("wide.py", f"def wide({arguments}):\n    pass\n")
    assert parsed.chunks[0].context.endswith("…")
    assert parsed.symbols[1].signature == f"def wide({arguments})"


@pytest.mark.parametrize(
    "text", ["def broken(:\n    pass\n", "x = 1\0\n", "x = '\ud800'\n", "(" * 5000]
)
def test_a_module_that_does_not_parse_is_plain_text_with_a_note(parse: Parse, text: str) -> None:
    parsed = parse("broken.py", text)
    assert {chunk.kind for chunk in parsed.chunks} == {ChunkKind.TEXT}
    assert parsed.note
    assert parsed.note.startswith("indexed as plain text, since it is not valid python")


def test_an_elif_chain_of_a_thousand_branches_is_no_trouble(parse: Parse) -> None:
    chain = "if x == 0:\n    y = 0\n" + "".join(
        f"elif x == {n}:\n    y = {n}\n" for n in range(1, 1000)
    )
    parsed = parse("chain.py", chain)
    assert parsed.note is None
    assert parsed.chunks[-1].end_line == 2000


def test_escapes_in_a_docstring_never_put_nul_into_a_summary(parse: Parse) -> None:
    parsed = parse("m.py", '"""A \\x00 and a \\ud800."""\n')
    assert parsed.symbols[0].summary == "A ? and a ?."


def test_an_invalid_escape_in_the_indexed_code_warns_nobody(parse: Parse) -> None:
    assert parse("m.py", "pattern = '\\d'\n").note is None


@pytest.mark.parametrize("decorator", ["@(\n    x\n)", "@(  # a comment\n\n  x.y\n)", "@\\\nx"])
def test_a_decorator_begins_where_its_sign_stands(parse: Parse, decorator: str) -> None:
    text = f"a = 1\n\n\n{decorator}\n@other\ndef f():\n    pass\n"
    assert only(parse("m.py", text), "m.f").unit_start_line == 4


def test_every_piece_repeats_path_name_and_as_much_of_the_signature_as_a_third_holds(
    parse: Parse, measure: Tokens
) -> None:
    arguments = ", ".join(f"argument_{n}: int = {n}" for n in range(60))
    body = "    call('with', 'some', 'arguments')\n" * 60
    chunks = parse("pkg/wide.py", f"def wide({arguments}):\n{body}").chunks
    (context,) = {chunk.context for chunk in chunks if chunk.symbol == "pkg.wide.wide"}
    path, symbol, signature = context.split("\n")
    assert (path, symbol) == ("pkg/wide.py", "pkg.wide.wide")
    assert signature.startswith("def wide(argument_0: int = 0, argument_1: int = 1,")
    assert signature.endswith(", …")
    assert measure.window // 4 < measure.count([context])[0] <= measure.window // 3
