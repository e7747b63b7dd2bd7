"""Which repository a name stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retrieval.catalogue import Catalogue
from retrieval.errors import RepositoryNotIndexed
from tests.retrieval.conftest import REPOSITORY, URL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from retrieval.model import IndexReport
    from retrieval.search import Retriever
    from storage import Database


@pytest.fixture
def catalogue(database: Database) -> Catalogue:
    return Catalogue(database)


def test_a_name_is_registered_once_whatever_its_case(catalogue: Catalogue) -> None:
    first = catalogue.register("Octo/Kitchen", url=URL)
    again = catalogue.register("octo/kitchen", url=f"{URL}/")

    assert (first.id, first.name) == (again.id, again.name)
    assert again.url == URL


def test_a_renamed_repository_keeps_its_knowledge(
    tree: Path,
    index: Callable[..., IndexReport],
    catalogue: Catalogue,
    retriever: Retriever,
) -> None:
    catalogue.register(REPOSITORY, url=URL, github_id=7)
    index(tree)

    catalogue.register("octo/galley", url="https://github.com/octo/galley", github_id=7)

    best = retriever.search("boil", repository="octo/galley", knn=1).passages[0]
    assert best.url.startswith("https://github.com/octo/galley/blob/")
    assert catalogue.find(REPOSITORY) is None


def test_a_new_repository_under_an_old_name_inherits_nothing(
    tree: Path,
    index: Callable[..., IndexReport],
    catalogue: Catalogue,
    retriever: Retriever,
    database: Database,
) -> None:
    catalogue.register(REPOSITORY, url=URL, github_id=7)
    index(tree)

    catalogue.register(REPOSITORY, url=URL, github_id=8)

    with pytest.raises(RepositoryNotIndexed):
        retriever.search("boil", repository=REPOSITORY, knn=1)
    with database.transaction() as connection:
        assert connection.execute("SELECT content FROM chunks").fetchall() == []


def test_a_forgotten_repository_leaves_no_text_and_no_vector(
    tree: Path, index: Callable[..., IndexReport], catalogue: Catalogue, database: Database
) -> None:
    index(tree)

    assert catalogue.forget(REPOSITORY)
    assert not catalogue.forget(REPOSITORY)

    with database.transaction() as connection:
        for table in (
            "chunks",
            "chunk_vectors",
            "unembedded",
            "documents",
            "symbols",
            "lexicon",
            "indexes",
            "embeddings",
        ):
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()  # type: ignore[call-overload] # noqa: S608 - a name of the list above
            assert rows == [], table


def test_forgetting_one_repository_leaves_its_copy_searchable(
    tree: Path, index: Callable[..., IndexReport], catalogue: Catalogue, retriever: Retriever
) -> None:
    index(tree)
    index(tree, repository="octo/copy")

    catalogue.forget(REPOSITORY)

    assert retriever.search("boil", repository="octo/copy", knn=1).passages
