"""Threads are cut to the model's window, noted when outdated, and kept in an index of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from retrieval.catalogue import Catalogue
from retrieval.model import ChunkKind
from retrieval.refs import IndexKind, list_refs
from retrieval.threads import OUTDATED, Thread, ThreadIndexer, cut_thread, outdated
from tests.retrieval.conftest import REPOSITORY, URL, assert_whole

if TYPE_CHECKING:
    from pathlib import Path

    from retrieval.embeddings import SentenceTransformerEmbedder
    from retrieval.indexing import Indexer
    from storage import Database
    from tests.retrieval.conftest import CountingEmbedder

ASKED = datetime(2026, 5, 1, tzinfo=UTC)
NOW = ASKED + timedelta(days=30)

THREAD = Thread(
    kind="discussion",
    number=12,
    title="How do I descale the kettle?",
    url=f"{URL}/discussions/12",
    question="The water tastes odd.\n\nWhat am I to do?",
    answer="Fill it with vinegar, and boil it once.",
    asked_at=ASKED,
    answered_at=ASKED + timedelta(days=1),
    labels=("help", "kettle"),
)


@pytest.fixture
def threads(database: Database, embedder: CountingEmbedder, indexer: Indexer) -> ThreadIndexer:
    return ThreadIndexer(database, Catalogue(database), embedder, indexer)


def write(threads: ThreadIndexer, *written: Thread, removed: tuple[str, ...] = ()) -> None:
    threads.write(written, repository=REPOSITORY, url=URL, removed=removed)


def documents(database: Database) -> dict[str, str]:
    with database.transaction() as connection:
        rows = connection.execute(
            "SELECT documents.path, url FROM documents JOIN indexes ON indexes.id = index_id"
            " WHERE indexes.kind = 'threads'"
        )
        return dict(rows.fetchall())


def test_a_thread_is_a_question_and_its_answer(model: SentenceTransformerEmbedder) -> None:
    (chunk,) = cut_thread(THREAD, model.measure).chunks
    assert (chunk.path, chunk.kind) == ("discussions/12", ChunkKind.THREAD)
    assert chunk.symbol == "#12 How do I descale the kettle?"
    assert chunk.text == (
        "Question:\nThe water tastes odd.\n\nWhat am I to do?\n\n"
        "Answer:\nFill it with vinegar, and boil it once."
    )
    assert chunk.context.split("\n") == [
        "discussions/12",
        "#12 How do I descale the kettle?",
        "asked 2026-05-01, answered 2026-05-02; labels: help, kettle",
    ]


def test_the_gist_of_a_thread_is_its_title(model: SentenceTransformerEmbedder) -> None:
    long = replace(THREAD, answer="Turn the knob.\n\n" * 300)
    first, *others = cut_thread(long, model.measure).chunks
    assert first.gist == "How do I descale the kettle?"
    assert {chunk.gist for chunk in others} == {None}


def test_a_thread_without_a_text_or_labels_is_its_title_and_answer(
    model: SentenceTransformerEmbedder,
) -> None:
    bare = replace(THREAD, kind="issue", question=" \r\n", labels=())
    (chunk,) = cut_thread(bare, model.measure).chunks
    assert chunk.path == "issues/12"
    assert chunk.text == "Answer:\nFill it with vinegar, and boil it once."
    assert chunk.context.endswith("answered 2026-05-02")


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("\n".join(f"Line {n} of a long question." for n in range(300)), id="lines"),
        pytest.param("word " * 3_000, id="one line"),
    ],
)
def test_a_long_question_is_shortened_and_the_answer_is_whole(
    model: SentenceTransformerEmbedder, question: str
) -> None:
    answer = "\n\n".join(f"Step {number}: turn the knob {number} times." for number in range(90))
    long = replace(THREAD, question=question, answer=answer, title="knob " * 50)
    chunks = cut_thread(long, model.measure, note="of another time").chunks
    assert len(chunks) > 1
    assert max(model.measure.count([chunk.embedded_text for chunk in chunks])) <= (
        model.measure.window
    )
    whole = "\n\n".join(chunk.text for chunk in chunks)
    assert all(f"Step {number}:" in whole for number in range(90))
    assert " …\n\nAnswer:\nStep 0" in whole
    units = {(chunk.unit_start_line, chunk.unit_end_line) for chunk in chunks}
    assert units == {(1, chunks[-1].end_line)}


def test_text_that_postgresql_does_not_hold_is_mended(model: SentenceTransformerEmbedder) -> None:
    odd = replace(THREAD, answer="a\0b\ud800", title="\0", labels=("\ud800",))
    (chunk,) = cut_thread(odd, model.measure).chunks
    assert "a b?" in chunk.text
    assert "\0" not in chunk.embedded_text


@pytest.mark.parametrize(
    ("said", "newest"),
    [
        ("I use kitchen 0.9.2.", "0.9.2"),
        ("pip install kitchen==0.9", "0.9"),
        ("since version 0.9.0, not v0.8", "0.9.0"),
        ("Release v0.9.1 broke it", "0.9.1"),
        ("kitchen >= 0.9", "0.9"),
    ],
)
def test_a_thread_that_speaks_of_an_older_version_is_outdated(said: str, newest: str) -> None:
    thread = replace(THREAD, answer=said)
    assert outdated(thread, name="kitchen", newest_release="v0.12.0", now=NOW) == (
        f"speaks of {newest}, older than v0.12.0"
    )


@pytest.mark.parametrize(
    ("said", "release"),
    [
        ("I use kitchen 0.9.2 and then v0.12", "v0.12.3"),
        ("I use Python 3.11, numpy 1.26.", "v4.0"),
        ("kitchen 0.9", None),
        ("kitchen 0.9", "nightly"),
        ("kitchen 0.12.0", "0.12.9"),
        ("kitchen 1", "v2.0"),
        (f"kitchen {'9' * 9000}.1", "v2.0"),
    ],
)
def test_a_thread_that_does_not_is_not(said: str, release: str | None) -> None:
    thread = replace(THREAD, answer=said)
    assert outdated(thread, name="kitchen", newest_release=release, now=NOW) is None


@pytest.mark.timeout(60)  # seconds; where each letter is read again for the one before, minutes
def test_a_thread_of_many_letters_is_read_once() -> None:
    thread = replace(THREAD, answer="v " * 100_000)
    assert outdated(thread, name="kitchen", newest_release="v0.12.0", now=NOW) is None


def test_an_old_answer_is_outdated() -> None:
    later = NOW + timedelta(days=3 * 365)
    note = outdated(THREAD, name="kitchen", newest_release=None, now=later)
    assert note == "answered 3 years ago or more"


def test_a_note_leads_the_facts_of_a_thread(model: SentenceTransformerEmbedder) -> None:
    (chunk,) = cut_thread(THREAD, model.measure, note="answered long ago").chunks
    assert chunk.context.split("\n")[2].startswith(f"{OUTDATED}answered long ago; asked 2026-05-01")


def test_threads_are_an_index_of_their_own(
    threads: ThreadIndexer, database: Database, model: SentenceTransformerEmbedder
) -> None:
    write(threads, THREAD)
    assert documents(database) == {"discussions/12": THREAD.url}
    assert_whole(database, model)
    place = Catalogue(database).find(REPOSITORY)
    assert place is not None
    with database.snapshot(place.id) as connection:
        (index,) = list_refs(connection, repository_id=place.id, kind=IndexKind.THREADS)
        assert list_refs(connection, repository_id=place.id) == ()
        dated = connection.execute("SELECT dated FROM documents").fetchone()
    assert (index.chunks, index.is_default, index.is_whole) == (1, False, True)
    assert dated == (THREAD.answered_at,)


def test_threads_are_added_changed_and_removed_one_by_one(
    threads: ThreadIndexer, database: Database, embedder: CountingEmbedder
) -> None:
    other = replace(THREAD, number=13, kind="issue", url=f"{URL}/issues/13")
    write(threads, THREAD)
    write(threads, other)
    assert set(documents(database)) == {"discussions/12", "issues/13"}
    read = len(embedder.texts)
    write(threads, THREAD, other)
    assert len(embedder.texts) == read
    write(threads, replace(other, answer="Use lemon."))
    assert len(embedder.texts) == read + 1
    write(threads, removed=("discussions/12", "issues/99"))
    assert set(documents(database)) == {"issues/13"}


def test_the_model_may_be_left_to_other_workers(
    threads: ThreadIndexer, embedder: CountingEmbedder, indexer: Indexer
) -> None:
    assert threads.write([THREAD], repository=REPOSITORY, url=URL, embed=False) == 2
    assert embedder.texts == []
    assert indexer.embed_pending(REPOSITORY).texts == 2
    assert threads.write([THREAD], repository=REPOSITORY, url=URL) == 0


def test_nothing_to_write_makes_no_index(threads: ThreadIndexer, database: Database) -> None:
    write(threads, removed=("issues/1",))
    threads.clear("issue", repository=REPOSITORY, url=URL)
    assert Catalogue(database).find(REPOSITORY) is None


def test_a_kind_of_thread_is_cleared(threads: ThreadIndexer, database: Database) -> None:
    write(threads, THREAD, replace(THREAD, kind="issue", number=1))
    threads.clear("issue", repository=REPOSITORY, url=URL)
    assert set(documents(database)) == {"discussions/12"}


def test_a_thread_is_noted_as_outdated_by_the_newest_release(
    threads: ThreadIndexer, database: Database
) -> None:
    threads.write(
        [replace(THREAD, answer="In kitchen 0.9 there is a knob.")],
        repository=REPOSITORY,
        url=URL,
        newest_release="v1.0",
    )
    with database.transaction() as connection:
        (context,) = connection.execute("SELECT context FROM chunks").fetchone() or ("",)
    assert f"{OUTDATED}speaks of 0.9, older than v1.0" in context


def test_files_and_threads_leave_each_other_alone(
    threads: ThreadIndexer, database: Database, indexer: Indexer, tree: Path
) -> None:
    write(threads, THREAD)
    indexer.index(tree, repository=REPOSITORY, url=URL, ref="main", commit="c" * 40)
    write(threads, replace(THREAD, number=14))
    (index,) = Catalogue(database).indexes(REPOSITORY)
    assert (index.ref, index.is_default) == ("main", True)
    assert set(documents(database)) == {"discussions/12", "discussions/14"}


def test_the_edition_tells_how_threads_are_cut_and_read(
    threads: ThreadIndexer, embedder: CountingEmbedder
) -> None:
    assert threads.edition.endswith(embedder.model)
