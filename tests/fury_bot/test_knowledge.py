"""What a push leaves to other workers, and what they make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fury_bot.knowledge import Knowledge
from jobs.doorbell import NoDoorbell
from jobs.queue import PostgresQueue
from jobs.worker import Worker
from retrieval import tasks
from retrieval.catalogue import Catalogue
from retrieval.embeddings import SentenceTransformerEmbedder
from retrieval.indexing import Indexer
from retrieval.sources import TreeBlobs, list_tree

if TYPE_CHECKING:
    from pathlib import Path

    from storage import Database

REPOSITORY = "octo/kitchen"
URL = f"https://github.com/{REPOSITORY}"


@pytest.fixture
def indexer(database: Database) -> Indexer:
    return Indexer(database, Catalogue(database), SentenceTransformerEmbedder())


@pytest.fixture
def knowledge(database: Database, indexer: Indexer) -> Knowledge:
    return Knowledge(database, PostgresQueue(doorbell=NoDoorbell()), Catalogue(database), indexer)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "README.md").write_text("# Kitchen\n\nDescale the kettle with vinegar.\n")
    return tmp_path


def _waiting(database: Database) -> list[str]:
    with database.transaction() as connection:
        rows = connection.execute(
            "SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
        ).fetchall()
    return [task for (task,) in rows]


def test_what_the_model_has_to_read_becomes_jobs_that_make_the_index_whole(
    tree: Path, database: Database, database_url: str, knowledge: Knowledge, indexer: Indexer
) -> None:
    report = knowledge.index(
        tree, repository=REPOSITORY, url=URL, ref="main", commit="1", default=True
    )
    # One section, and the gist of it.
    assert (report.chunks, report.waiting, _waiting(database)) == (1, 2, [tasks.EMBED])

    queue = PostgresQueue(doorbell=NoDoorbell())
    handlers = tasks.handlers(indexer, database, queue)
    Worker(database_url=database_url, handlers=handlers).drain()

    (ref,) = Catalogue(database).indexes(REPOSITORY)
    assert (ref.is_whole, ref.is_default) == (True, True)


def test_an_archive_is_indexed_whole_whatever_it_says_of_git(
    tree: Path, knowledge: Knowledge
) -> None:
    (tree / ".gitignore").write_text("*.md\n")
    report = knowledge.index(
        tree, repository=REPOSITORY, url=URL, ref="main", commit="1", default=True
    )
    assert report.documents == 2


def test_a_listing_with_nothing_new_asks_for_no_job(
    tree: Path, database: Database, knowledge: Knowledge, indexer: Indexer
) -> None:
    indexer.index(tree, repository=REPOSITORY, url=URL, ref="main", commit="1")

    report = knowledge.index_listing(
        list_tree(tree).entries,
        TreeBlobs(tree),
        repository=REPOSITORY,
        url=URL,
        ref="main",
        commit="2",
        default=True,
    )

    assert (report.waiting, report.removed, _waiting(database)) == (0, 0, [])
    assert knowledge.refs(REPOSITORY) == {"main": "2"}


def test_a_removed_ref_is_followed_by_a_sweep(
    tree: Path, database: Database, knowledge: Knowledge, indexer: Indexer
) -> None:
    indexer.index(tree, repository=REPOSITORY, url=URL, ref="v1", commit="1", embed=False)

    knowledge.remove(REPOSITORY, "v1")
    knowledge.remove(REPOSITORY, "v1")

    assert knowledge.refs(REPOSITORY) == {}
    assert _waiting(database) == [tasks.SWEEP]
