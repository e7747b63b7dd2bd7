"""What an index run embeds, replaces and removes, and what a reader sees meanwhile."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from retrieval.catalogue import Catalogue
from retrieval.indexing import Indexer
from retrieval.sources import NotADirectory
from tests.retrieval.conftest import KETTLE, REPOSITORY, CountingEmbedder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from retrieval.model import IndexReport
    from retrieval.search import Retriever
    from storage import Database


def _paths(retriever: Retriever, query: str, *, repository: str = REPOSITORY) -> list[str]:
    found = retriever.search(query, repository=repository, knn=10)
    return [passage.path for passage in found.passages]


def test_a_first_run_embeds_every_chunk(tree: Path, index: Callable[..., IndexReport]) -> None:
    report = index(tree)

    assert report.documents == 2
    assert report.embedded == report.chunks > 3
    assert report.reused == report.removed == 0
    assert report.skipped == report.notes == ()


def test_a_second_run_embeds_nothing(
    tree: Path, index: Callable[..., IndexReport], embedder: CountingEmbedder
) -> None:
    first = index(tree)
    embedder.texts.clear()

    second = index(tree)

    assert embedder.texts == []
    assert (second.embedded, second.removed) == (0, 0)
    assert second.chunks == second.reused == first.chunks


def test_a_touched_file_embeds_its_changed_chunks_alone(
    tree: Path, index: Callable[..., IndexReport], embedder: CountingEmbedder
) -> None:
    first = index(tree)
    embedder.texts.clear()
    kettle = tree / "kitchen" / "kettle.py"
    kettle.write_text(KETTLE.replace("on both sides", "on one side"))

    second = index(tree)

    assert [text for text in embedder.texts if "on one side" not in text] == []
    assert 1 <= second.embedded <= 2  # the method, and its class, which lists it
    assert second.chunks == first.chunks


def test_a_moved_line_embeds_nothing_and_moves_the_permalink(
    tree: Path,
    index: Callable[..., IndexReport],
    retriever: Retriever,
) -> None:
    index(tree)
    kettle = tree / "kitchen" / "kettle.py"
    kettle.write_text(KETTLE.replace('water."""\n', 'water."""\n\n\n', 1))

    report = index(tree, commit="2" * 40)
    best = retriever.search("boil", repository=REPOSITORY, knn=1).passages[0]

    assert report.embedded == 0
    assert (best.symbol, best.start_line) == ("kitchen.kettle.boil", 6)
    assert best.url.startswith(f"https://github.com/octo/kitchen/blob/{'2' * 40}/")


def test_a_removed_file_is_found_no_more(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    index(tree)
    (tree / "README.md").unlink()

    report = index(tree)

    assert report.documents == 1
    assert report.removed > 0
    assert "README.md" not in _paths(retriever, "installation")


def test_the_same_text_in_another_repository_is_not_embedded_again(
    tree: Path, index: Callable[..., IndexReport]
) -> None:
    index(tree)

    assert index(tree, repository="octo/copy").embedded == 0


def test_versions_stand_side_by_side(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    index(tree, ref="main")
    (tree / "README.md").write_text("# Kitchen\n\nUse conda to install.\n")
    index(tree, ref="v2", commit="2" * 40)

    old = retriever.search("install", repository=REPOSITORY, knn=1)
    new = retriever.search("install", repository=REPOSITORY, knn=1, ref="v2")

    assert (old.ref, "pip" in old.passages[0].text) == ("main", True)
    assert (new.ref, "conda" in new.passages[0].text) == ("v2", True)


def test_another_model_replaces_the_index_once_it_is_whole(
    tree: Path, database: Database, index: Callable[..., IndexReport], embedder: CountingEmbedder
) -> None:
    index(tree)
    other = CountingEmbedder(embedder._embedder)
    other.model = "other/model"

    report = Indexer(database, Catalogue(database), other).index(
        tree, repository=REPOSITORY, url="https://github.com/octo/kitchen", ref="main", commit="3"
    )

    assert report.embedded == report.chunks
    with database.transaction() as connection:
        rows = connection.execute("SELECT model, is_default FROM indexes").fetchall()
        (chunks,) = connection.execute("SELECT count(*) FROM chunks").fetchone() or (0,)
    assert rows == [("other/model", True)]
    assert chunks == report.chunks


def test_a_reader_sees_the_old_state_or_the_new_never_half(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    """Every file says which state it is of; no search may return two states at once."""
    for number in range(12):
        (tree / f"note{number}.md").write_text(f"# Note {number}\n\nstate0 marmalade\n")
    (tree / "README.md").unlink()
    index(tree)
    mixed: list[set[str]] = []
    seen: set[str] = set()
    finished = threading.Event()

    def read() -> None:
        while not finished.is_set():
            found = retriever.search("marmalade", repository=REPOSITORY, knn=12)
            states = {
                word
                for passage in found.passages
                for word in passage.text.split()
                if word.startswith("state")
            }
            seen.update(states)
            if len(states) != 1:
                mixed.append(states)

    reader = threading.Thread(target=read)
    reader.start()
    for state in (1, 2, 3):
        for number in range(12):
            (tree / f"note{number}.md").write_text(f"# Note {number}\n\nstate{state} marmalade\n")
        index(tree)
    finished.set()
    reader.join()

    assert mixed == []
    assert len(seen) >= 2


def test_two_indexers_at_once_end_with_one_whole_index(
    tree: Path, database: Database, embedder: CountingEmbedder
) -> None:
    reports: list[IndexReport] = []

    def run() -> None:
        reports.append(
            Indexer(database, Catalogue(database), embedder).index(
                tree,
                repository=REPOSITORY,
                url="https://github.com/octo/kitchen",
                ref="main",
                commit="1" * 40,
            )
        )

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.transaction() as connection:
        (rows,) = connection.execute("SELECT count(*) FROM chunks").fetchone() or (0,)
    assert len(reports) == 2
    assert rows == reports[0].chunks == reports[1].chunks


def test_the_lexicon_counts_what_is_there(
    tree: Path, database: Database, index: Callable[..., IndexReport]
) -> None:
    """After changes and removals it equals the one of a fresh index of the same files."""
    index(tree)
    (tree / "README.md").write_text("# Kitchen\n\nAnother text.\n")
    index(tree)
    (tree / "kitchen" / "kettle.py").unlink()
    index(tree)
    index(tree, repository="octo/fresh")

    with database.transaction() as connection:
        lexicons = [
            connection.execute(
                "SELECT term, lexicon.chunks FROM lexicon JOIN repositories"
                " ON repositories.id = repository_id WHERE name = %s ORDER BY term",
                (name,),
            ).fetchall()
            for name in (REPOSITORY, "octo/fresh")
        ]
    assert lexicons[0] == lexicons[1] != []


def test_files_that_cannot_be_read_are_reported_and_stop_nothing(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    (tree / "broken.py").write_text("def broken(:\n    'marzipan'\n")
    (tree / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")

    report = index(tree)

    assert [note.path for note in report.notes] == ["broken.py"]
    assert [skipped.path for skipped in report.skipped] == ["picture.png"]
    assert _paths(retriever, "marzipan")[0] == "broken.py"


def test_a_missing_folder_is_named(tmp_path: Path, index: Callable[..., IndexReport]) -> None:
    with pytest.raises(NotADirectory, match="nowhere"):
        index(tmp_path / "nowhere")


def test_progress_is_told_to_its_end(tree: Path, indexer: Indexer) -> None:
    class Recorded:
        stages: dict[str, list[int]]

        def __init__(self) -> None:
            self.stages = {}

        def start(self, stage: str, total: int) -> None:
            self.stages[stage] = [total, 0]
            self._stage = stage

        def advance(self, steps: int) -> None:
            self.stages[self._stage][1] += steps

    progress = Recorded()
    report = indexer.index(
        tree,
        repository=REPOSITORY,
        url="https://github.com/octo/kitchen",
        ref="main",
        commit="1",
        progress=progress,
    )

    assert progress.stages == {
        "reading": [2, 2],
        "embedding": [report.embedded, report.embedded],
    }
