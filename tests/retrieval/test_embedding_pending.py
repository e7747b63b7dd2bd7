"""How workers share what the model has yet to read, and what becomes of it when one is killed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from retrieval import indexing
from retrieval.catalogue import Catalogue
from retrieval.indexing import Embedded, Indexer
from tests.retrieval.conftest import (
    KETTLE,
    PATIENCE,
    REPOSITORY,
    CountingEmbedder,
    HeldEmbedder,
    assert_whole,
    texts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from retrieval.embeddings import SentenceTransformerEmbedder, Vectors
    from retrieval.model import IndexReport
    from retrieval.search import Retriever
    from storage import Database


@pytest.fixture
def held(model: SentenceTransformerEmbedder) -> HeldEmbedder:
    return HeldEmbedder(model)


@pytest.fixture
def worker(database: Database, held: HeldEmbedder) -> Iterator[threading.Thread]:
    """A worker to be started, which waits in the middle of its first batch."""
    indexer = Indexer(database, Catalogue(database), held)
    thread = threading.Thread(target=indexer.embed_pending, args=(REPOSITORY,))
    yield thread
    held.may_go_on.set()
    thread.join(PATIENCE)


def _start(worker: threading.Thread, held: HeldEmbedder) -> None:
    worker.start()
    assert held.is_reading.wait(PATIENCE)


def _finish(worker: threading.Thread, held: HeldEmbedder) -> None:
    held.may_go_on.set()
    worker.join(PATIENCE)
    assert not worker.is_alive()


def test_what_is_indexed_is_found_by_its_words_before_the_model_reads_it(
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    retriever: Retriever,
    embedder: CountingEmbedder,
) -> None:
    report = index(tree, embed=False)

    assert report.embedded == report.reused == 0
    assert report.waiting == len(texts(database)) > report.chunks
    assert embedder.texts == []
    found = retriever.search("descale with vinegar", repository=REPOSITORY, knn=1).passages
    assert [passage.path for passage in found] == ["README.md"]


def test_what_waits_is_embedded_by_a_call_of_its_own(
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    indexer: Indexer,
    model: SentenceTransformerEmbedder,
) -> None:
    report = index(tree, embed=False)

    assert indexer.embed_pending(REPOSITORY).texts == report.waiting
    assert indexer.embed_pending(REPOSITORY).texts == 0
    assert_whole(database, model)


def test_an_unknown_repository_has_nothing_to_embed(indexer: Indexer) -> None:
    assert indexer.embed_pending("nobody/nothing").texts == 0


def test_workers_share_a_repository_and_no_text_is_read_twice(
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    model: SentenceTransformerEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(indexing, "TEXTS_A_BATCH", 1)
    together = threading.Barrier(2, timeout=PATIENCE)

    class Meeting(CountingEmbedder):
        def encode(
            self, texts: Sequence[str], *, done: Callable[[int], None] | None = None
        ) -> Vectors:
            if not self.texts:
                together.wait()  # both have a batch now
            return super().encode(texts, done=done)

    report = index(tree, embed=False)
    embedders = [Meeting(model), Meeting(model)]
    threads = [
        threading.Thread(
            target=Indexer(database, Catalogue(database), one).embed_pending, args=(REPOSITORY,)
        )
        for one in embedders
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)

    read = [*embedders[0].texts, *embedders[1].texts]
    assert min(len(one.texts) for one in embedders) >= 1
    assert len(read) == len(set(read)) == report.waiting
    assert_whole(database, model)


def test_the_longest_texts_are_read_first(
    tree: Path,
    indexer: Indexer,
    index: Callable[..., IndexReport],
    embedder: CountingEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(indexing, "TEXTS_A_BATCH", 1)
    index(tree, embed=False)

    indexer.embed_pending(REPOSITORY)

    lengths = [len(text) for text in embedder.texts]
    assert lengths == sorted(lengths, reverse=True)


KILLED = """
import sys, time
from retrieval import indexing
from retrieval.catalogue import Catalogue
from retrieval.embeddings import SentenceTransformerEmbedder
from storage import Database

indexing.TEXTS_A_BATCH = 2

class Stuck(SentenceTransformerEmbedder):
    batches = 0

    def encode(self, texts, *, done=None):
        self.batches += 1
        if self.batches == 2:
            print("in the middle", flush=True)
            time.sleep(600)
        return super().encode(texts, done=done)

with Database(sys.argv[1]) as database:
    indexing.Indexer(database, Catalogue(database), Stuck()).embed_pending(sys.argv[2])
"""


def test_a_worker_that_is_killed_loses_its_batch_alone(
    *,
    tree: Path,
    database: Database,
    database_url: str,
    index: Callable[..., IndexReport],
    indexer: Indexer,
    model: SentenceTransformerEmbedder,
) -> None:
    report = index(tree, embed=False)
    with subprocess.Popen(  # noqa: S603 - this interpreter, the program above
        [sys.executable, "-c", KILLED, database_url, REPOSITORY], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "in the middle\n"
        assert (
            indexer.embed_pending(REPOSITORY).texts == report.waiting - 4
        )  # beside the living worker
        process.kill()

    deadline = time.monotonic() + PATIENCE
    embedded = 0
    while not embedded and time.monotonic() < deadline:  # the server notices in its own time
        embedded = indexer.embed_pending(REPOSITORY).texts

    assert embedded == 2
    assert_whole(database, model)


def test_a_push_does_not_wait_for_a_worker_and_leaves_no_foreign_vector(
    *,
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    indexer: Indexer,
    worker: threading.Thread,
    held: HeldEmbedder,
    model: SentenceTransformerEmbedder,
) -> None:
    """While a worker reads, a chunk goes, one changes, and one with a text it reads comes."""
    index(tree, embed=False)
    _start(worker, held)

    (tree / "README.md").unlink()
    kettle = tree / "kitchen" / "kettle.py"
    kettle.write_text("\n\n" + KETTLE.replace("on both sides", "on one side"))
    index(tree, embed=False, commit="2" * 40)
    _finish(worker, held)

    indexer.embed_pending(REPOSITORY)
    assert_whole(database, model)


def test_a_text_that_comes_back_while_a_worker_has_it_gets_its_vector(
    *,
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    worker: threading.Thread,
    held: HeldEmbedder,
    model: SentenceTransformerEmbedder,
) -> None:
    """The push finds the text on the list already; its chunk must not be forgotten."""
    index(tree, embed=False)
    _start(worker, held)

    index(tree, ref="v2", embed=False)
    _finish(worker, held)

    assert_whole(database, model)


def test_a_ref_can_be_removed_while_a_worker_reads_its_texts(
    *,
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    indexer: Indexer,
    worker: threading.Thread,
    held: HeldEmbedder,
) -> None:
    index(tree, embed=False)
    _start(worker, held)

    assert indexer.remove(REPOSITORY, "main")
    _finish(worker, held)

    with database.transaction() as connection:
        for table in ("chunks", "chunk_vectors", "unembedded", "documents", "indexes"):
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - a name of the list above
            assert rows == [], table


def test_a_vector_swept_while_a_worker_counts_on_it_is_computed_anew(
    *,
    tree: Path,
    tmp_path: Path,
    database: Database,
    index: Callable[..., IndexReport],
    indexer: Indexer,
    worker: threading.Thread,
    held: HeldEmbedder,
    model: SentenceTransformerEmbedder,
) -> None:
    """What the worker claimed as known is known no more when it writes, and wanted again."""
    index(tree, embed=False)
    (tmp_path / "other" / "kitchen").mkdir(parents=True)
    (tmp_path / "other" / "kitchen" / "kettle.py").write_text(KETTLE)
    index(tmp_path / "other", repository="octo/other")
    indexer.remove("octo/other", "main")
    _start(worker, held)

    indexer.remove(REPOSITORY, "main")
    assert indexer.sweep_cache(unused_for=timedelta(0)) > 0
    index(tree, embed=False)
    _finish(worker, held)

    assert held.texts
    assert_whole(database, model)


def test_a_job_ends_after_its_time_and_says_that_there_is_more(
    tree: Path,
    index: Callable[..., IndexReport],
    indexer: Indexer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(indexing, "TEXTS_A_BATCH", 4)
    report = index(tree, embed=False)

    assert indexer.embed_pending(REPOSITORY, seconds=0) == Embedded(4, is_over=False)
    assert indexer.embed_pending(REPOSITORY) == Embedded(report.waiting - 4, is_over=True)
    assert indexer.embed_pending(REPOSITORY, seconds=0) == Embedded(0, is_over=True)


def test_texts_that_no_index_has_any_more_are_not_read(
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    indexer: Indexer,
    embedder: CountingEmbedder,
) -> None:
    index(tree, embed=False)
    indexer.remove(REPOSITORY, "main")

    assert indexer.embed_pending(REPOSITORY).texts == 0
    assert embedder.texts == []
    with database.transaction() as connection:
        assert connection.execute("SELECT * FROM unembedded").fetchall() == []


def test_a_repository_forgotten_while_a_worker_reads_leaves_nothing(
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    worker: threading.Thread,
    held: HeldEmbedder,
) -> None:
    index(tree, embed=False)
    _start(worker, held)
    forgetting = threading.Thread(target=Catalogue(database).forget, args=(REPOSITORY,))
    forgetting.start()
    _finish(worker, held)
    forgetting.join(PATIENCE)

    assert not forgetting.is_alive()
    with database.transaction() as connection:
        for table in ("chunks", "chunk_vectors", "unembedded", "embeddings", "indexes"):
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - a name of the list above
            assert rows == [], table
