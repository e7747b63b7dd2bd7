"""Branches, tags and releases side by side, over one cache of vectors."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from retrieval.catalogue import Catalogue
from retrieval.errors import RepositoryNotIndexed
from tests.retrieval.conftest import REPOSITORY, CountingEmbedder, texts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from retrieval.indexing import Indexer
    from retrieval.model import IndexReport
    from retrieval.search import Retriever
    from storage import Database

MONTH = timedelta(days=30)


@pytest.fixture
def catalogue(database: Database) -> Catalogue:
    return Catalogue(database)


def _cached(database: Database) -> int:
    with database.transaction() as connection:
        row = connection.execute("SELECT count(*) FROM embeddings").fetchone()
    assert row
    count: int = row[0]
    return count


def test_another_ref_embeds_only_what_differs(
    tree: Path, index: Callable[..., IndexReport], embedder: CountingEmbedder
) -> None:
    index(tree)
    embedder.texts.clear()
    (tree / "NEWS.md").write_text("# News\n\nThe toaster has a timer now.\n")

    report = index(tree, ref="v2", commit="2" * 40)

    assert len(embedder.texts) == report.embedded == 2  # the section's text, and its gist
    assert report.reused == report.chunks - 1


def test_the_refs_of_a_repository_are_listed_with_the_default_first(
    tree: Path,
    index: Callable[..., IndexReport],
    catalogue: Catalogue,
    embedder: CountingEmbedder,
) -> None:
    first = index(tree, ref="v1")
    index(tree, ref="main", commit="2" * 40, default=True)
    (tree / "NEWS.md").write_text("# News\n\nThe toaster has a timer now.\n")
    index(tree, ref="a-branch", commit="3" * 40, embed=False)

    listed = catalogue.indexes(REPOSITORY.upper())

    assert [(ref.ref, ref.commit[0], ref.is_default, ref.waiting) for ref in listed] == [
        ("main", "2", True, 0),
        ("a-branch", "3", False, 1),
        ("v1", "1", False, 0),
    ]
    assert [ref.is_whole for ref in listed] == [True, False, True]
    assert listed[2].chunks == first.chunks
    assert {ref.model for ref in listed} == {embedder.model}
    assert listed[2].updated_at < listed[0].updated_at < listed[1].updated_at


def test_an_unknown_repository_has_no_refs(catalogue: Catalogue) -> None:
    assert catalogue.indexes("nobody/nothing") == ()


def test_a_removed_ref_leaves_the_others(
    tree: Path, index: Callable[..., IndexReport], indexer: Indexer, retriever: Retriever
) -> None:
    index(tree)
    index(tree, ref="v2")

    assert indexer.remove(REPOSITORY, "v2")
    assert not indexer.remove(REPOSITORY, "v2")
    assert not indexer.remove("nobody/nothing", "v2")

    assert retriever.search("boil", repository=REPOSITORY, knn=1).ref == "main"
    with pytest.raises(RepositoryNotIndexed):
        retriever.search("boil", repository=REPOSITORY, knn=1, ref="v2")


def test_a_ref_removed_before_it_was_read_leaves_nothing_to_read(
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    indexer: Indexer,
    retriever: Retriever,
) -> None:
    index(tree)
    (tree / "NEWS.md").write_text("# News\n\nThe toaster has a timer now.\n")
    index(tree, ref="v2", embed=False)
    (tree / "NEWS.md").write_text("# News\n\nThe kettle has one, too.\n")
    index(tree, ref="v3", embed=False)

    indexer.remove(REPOSITORY, "v2")

    with database.transaction() as connection:
        assert connection.execute("SELECT count(*) FROM unembedded").fetchone() == (2,)
    assert not retriever.search("boil", repository=REPOSITORY, knn=1).is_whole
    indexer.remove(REPOSITORY, "v3")
    assert retriever.search("boil", repository=REPOSITORY, knn=1).is_whole


def test_when_the_default_goes_the_latest_of_the_others_answers(
    tree: Path, index: Callable[..., IndexReport], indexer: Indexer, retriever: Retriever
) -> None:
    for ref in ("main", "v1", "v2"):
        index(tree, ref=ref)

    indexer.remove(REPOSITORY, "main")

    assert retriever.search("boil", repository=REPOSITORY, knn=1).ref == "v2"


def test_a_vector_is_swept_once_it_was_unused_for_so_long(
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    indexer: Indexer,
    retriever: Retriever,
) -> None:
    index(tree)
    whole = set(texts(database))
    (tree / "README.md").unlink()
    index(tree)
    smaller = set(texts(database))

    assert indexer.sweep_cache(unused_for=MONTH) == 0
    assert _cached(database) == len(whole)
    with database.transaction() as connection:
        connection.execute("UPDATE embeddings SET unused_since = unused_since - %s", (MONTH,))
    assert indexer.sweep_cache(unused_for=MONTH) == len(whole - smaller)

    assert _cached(database) == len(smaller)
    assert retriever.search("boil", repository=REPOSITORY, knn=1).passages[0].similarity


def test_a_vector_that_is_in_use_again_is_kept(
    tree: Path, database: Database, index: Callable[..., IndexReport], indexer: Indexer
) -> None:
    index(tree)
    text = (tree / "README.md").read_text()
    (tree / "README.md").unlink()
    index(tree)
    indexer.sweep_cache(unused_for=MONTH)
    (tree / "README.md").write_text(text)
    index(tree)
    with database.transaction() as connection:
        connection.execute("UPDATE embeddings SET unused_since = unused_since - %s", (MONTH,))

    assert indexer.sweep_cache(unused_for=MONTH) == 0
    assert _cached(database) == len(set(texts(database)))
