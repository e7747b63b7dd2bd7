"""What stands for a unit in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.chunkers.gists import MAX_GIST, with_gists
from retrieval.model import Chunk, ChunkKind, ParsedFile

if TYPE_CHECKING:
    from collections.abc import Callable

    Parse = Callable[[str, str], ParsedFile]

CODE = '''\
"""Tools of the kitchen."""


class ElectricKettle:
    """Boils water. It whistles as well."""

    def pour_into(self, cup):
        """Pour into a cup.

        Slowly.
        """
        return cup

    @property
    def is_hot(self):
        return True


@timed
def setTimer():
    """Set it!"""


def _():
    return größe()


def größe():
    """Say how large it is."""
'''


def _gists(parsed: ParsedFile) -> dict[str | None, str | None]:
    return {chunk.symbol: chunk.gist for chunk in parsed.chunks}


def test_a_definition_is_its_name_in_words_and_its_first_sentence(parse: Parse) -> None:
    assert _gists(parse("kitchen/hot_things.py", CODE)) == {
        "kitchen.hot_things": None,
        "kitchen.hot_things.ElectricKettle": "electric kettle: Boils water.",
        "kitchen.hot_things.ElectricKettle.pour_into": (
            "electric kettle pour into: Pour into a cup."
        ),
        "kitchen.hot_things.ElectricKettle.is_hot": "electric kettle is hot (hot things)",
        "kitchen.hot_things.setTimer": "set timer: Set it!",
        "kitchen.hot_things._": "_ (hot things)",
        "kitchen.hot_things.größe": "größe: Say how large it is.",
    }


def test_another_language_s_definitions_have_theirs(parse: Parse) -> None:
    text = "/// Boils water.\nvoid Kettle::boilWater(int litres) {\n  heat(litres);\n}\n"

    assert list(_gists(parse("kettle.cpp", text)).values()) == ["kettle boil water: Boils water."]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "README.md",
            "# Kitchen\n\n## Installing `it`\n\n```sh\n```\n\n**Run** [pip](x) now. Then more.\n",
        ),
        (
            "docs/a.rst",
            (
                "Kitchen\n=======\n\nInstalling it\n-------------\n\n.. note::\n\n"
                "*Run* `pip` now. Then more.\n"
            ),
        ),
    ],
)
def test_a_section_is_its_titles_and_its_first_sentence(parse: Parse, path: str, text: str) -> None:
    (gist,) = (chunk.gist for chunk in parse(path, text).chunks if chunk.gist)

    assert gist.startswith("Kitchen - Installing")
    assert "Run" in gist
    assert "pip" in gist
    assert gist.endswith("now.")
    assert gist.lower().count("installing") == 1
    assert not set("#*<>=") & set(gist)


def test_a_section_without_prose_is_its_titles(parse: Parse) -> None:
    text = "# Kitchen\n\n" + "Tools. " * 300 + "\n\n## Cleaning\n\n### Descaling\n"
    last = parse("README.md", text).chunks[-1]

    assert last.gist is not None
    assert last.gist.endswith("Cleaning - Descaling")


def test_a_file_without_units_has_none(parse: Parse) -> None:
    for path, text in (("a.txt", "Boil water.\n"), ("a.toml", "[a]\nb = 1\n")):
        assert set(_gists(parse(path, text)).values()) == {None}


def test_a_unit_of_several_chunks_has_one_gist_on_its_first(parse: Parse) -> None:
    lines = "".join(f"    kettle_{n} = fill({n}) + {n}\n" for n in range(200))
    first, second, *others = parse("a.py", f'def fill_all():\n    """Fill."""\n{lines}').chunks

    assert first.gist == "fill all: Fill."
    assert {chunk.gist for chunk in (second, *others)} == {None}


def test_the_gist_is_not_what_is_shown_or_searched_for_by_words(parse: Parse) -> None:
    chunk = parse("a.py", 'def boilWater():\n    """Heat."""\n').chunks[0]

    assert chunk.gist == "boil water: Heat."
    assert chunk.gist not in chunk.embedded_text


def test_a_gist_is_short_whatever_the_name_or_sentence() -> None:
    symbol = "a." + "kettle_" * 900
    chunk = Chunk("a.py", ChunkKind.FUNCTION, 1, 1, "x", "", symbol=symbol)
    section = Chunk("a.md", ChunkKind.SECTION, 1, 1, "word " * 900, "", symbol="Title " * 900)

    for one in (chunk, section):
        (gisted,) = with_gists(ParsedFile(one.path, "text", (one,))).chunks
        assert gisted.gist is not None
        assert 0 < len(gisted.gist) <= MAX_GIST


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(kind=st.sampled_from(ChunkKind), symbol=st.none() | st.text(min_size=1), text=st.text())
def test_any_unit_has_a_gist_with_something_in_it_or_none(
    kind: ChunkKind, symbol: str | None, text: str
) -> None:
    (chunk,) = with_gists(
        ParsedFile("a.py", "text", (Chunk("a.py", kind, 1, 1, text, "", symbol=symbol),))
    ).chunks

    assert chunk.gist is None or chunk.gist.strip()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", ["(", "`", "*", "- ", "a.", ".. ", "\n", "A", "_", ": "])
def test_no_section_takes_long(piece: str) -> None:
    text = piece * 50_000
    for symbol in ("Title", text):
        chunk = Chunk("a.md", ChunkKind.SECTION, 1, 1, text, "", symbol=symbol)
        with_gists(ParsedFile("a.md", "markdown", (chunk,)))
