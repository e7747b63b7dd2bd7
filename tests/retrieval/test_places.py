"""What stands where a person points, from a real index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retrieval.catalogue import Catalogue
from retrieval.errors import RepositoryNotIndexed
from retrieval.model import ChunkKind
from retrieval.places import Place, Places
from tests.retrieval.conftest import KETTLE, REPOSITORY, URL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from retrieval.model import IndexReport, SearchResult
    from storage import Database

COMMIT = "1" * 40


@pytest.fixture
def read(
    database: Database, index: Callable[..., IndexReport], tree: Path
) -> Callable[[Place], SearchResult]:
    index(tree)
    places = Places(database, Catalogue(database))
    return lambda place: places.read(place, repository=REPOSITORY)


def test_lines_are_read_as_they_stand_in_the_file(read: Callable[[Place], SearchResult]) -> None:
    found = read(Place("kitchen/kettle.py", 5, 6))
    (passage,) = found.passages
    assert passage.text == "\n".join(KETTLE.split("\n")[4:6])
    assert (passage.start_line, passage.end_line, passage.rank) == (5, 6, 1)
    assert passage.url == f"{URL}/blob/{COMMIT}/kitchen/kettle.py#L5-L6"
    assert passage.symbol == "kitchen.kettle.boil"
    assert (found.commit, found.repository) == (COMMIT, REPOSITORY)


def test_lines_of_several_definitions_are_one_piece_of_no_name(
    read: Callable[[Place], SearchResult],
) -> None:
    (passage,) = read(Place("kettle.py", 1, 22)).passages
    assert passage.path == "kitchen/kettle.py"
    assert passage.symbol is None
    assert "def boil" in passage.text
    assert "def toast" in passage.text


def test_a_file_is_read_unit_by_unit_in_its_order(read: Callable[[Place], SearchResult]) -> None:
    passages = read(Place("kitchen/kettle.py")).passages
    assert [passage.rank for passage in passages] == list(range(1, len(passages) + 1))
    lines = [passage.start_line for passage in passages]
    assert lines == sorted(lines)
    assert "kitchen.kettle.boil" in {passage.symbol for passage in passages}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("boil", ChunkKind.FUNCTION),
        ("kettle.Toaster", ChunkKind.CLASS),
        ("Toaster.toast", ChunkKind.METHOD),
    ],
)
def test_a_symbol_is_read_where_it_is_defined(
    read: Callable[[Place], SearchResult], name: str, kind: ChunkKind
) -> None:
    (passage,) = read(Place(symbol=name)).passages
    assert passage.kind is kind
    assert passage.signature is None or passage.signature.startswith(("def", "class"))


@pytest.mark.parametrize(
    "place",
    [
        Place("kitchen/none.py"),
        Place("ettle.py"),
        Place("kitchen/kettle.py", 900, 901),
        Place(symbol="nothing"),
    ],
)
def test_what_is_not_there_has_no_passages(
    read: Callable[[Place], SearchResult], place: Place
) -> None:
    assert read(place).passages == ()


def test_a_ref_that_is_indexed_is_read_and_another_is_read_from_the_default(
    read: Callable[[Place], SearchResult],
    index: Callable[..., IndexReport],
    tree: Path,
) -> None:
    (tree / "kitchen" / "kettle.py").write_text("def steam():\n    return 1\n")
    index(tree, ref="v2", commit="2" * 40)
    path = "kitchen/kettle.py"
    for ref in ("v2", "2" * 40):
        found = read(Place(path, 1, 1, ref=ref))
        assert (found.commit, found.passages[0].text) == ("2" * 40, "def steam():")
    assert read(Place(path, 1, 1, ref="f" * 40)).commit == COMMIT


def test_a_repository_without_an_index_is_told_of(database: Database) -> None:
    places = Places(database, Catalogue(database))
    with pytest.raises(RepositoryNotIndexed):
        places.read(Place("x.py"), repository="octo/none")
    Catalogue(database).register("octo/empty", url="https://github.com/octo/empty")
    with pytest.raises(RepositoryNotIndexed):
        places.read(Place("x.py"), repository="octo/empty")
