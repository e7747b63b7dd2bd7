"""What an index run embeds, replaces and removes, and what a reader sees meanwhile."""

from __future__ import annotations

import threading
import time
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from retrieval import chunkers, files, indexing, refs
from retrieval.catalogue import Catalogue
from retrieval.indexing import Indexer
from retrieval.model import Skipped, SourceFile
from retrieval.sources import Entry, NotADirectory, blob_id
from tests.retrieval.conftest import (
    KETTLE,
    PATIENCE,
    README,
    REPOSITORY,
    URL,
    CountingEmbedder,
    assert_whole,
    texts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from retrieval.embeddings import SentenceTransformerEmbedder
    from retrieval.model import IndexReport
    from retrieval.search import Retriever
    from retrieval.sources import Selection
    from storage import Database


def _paths(retriever: Retriever, query: str, *, repository: str = REPOSITORY) -> list[str]:
    found = retriever.search(query, repository=repository, knn=10)
    return [passage.path for passage in found.passages]


def test_a_first_run_embeds_every_chunk_and_every_gist(
    tree: Path, database: Database, index: Callable[..., IndexReport], embedder: CountingEmbedder
) -> None:
    report = index(tree)

    assert report.documents == 2
    assert report.embedded > report.chunks > 3
    assert sorted(embedder.texts) == sorted(set(texts(database)))
    assert report.reused == report.removed == 0
    assert report.skipped == report.notes == ()


def test_names_and_paths_of_any_length_keep_no_other_file_from_the_index(
    tmp_path: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    # The server compresses long values before it measures them: these are as good as random.
    name = "".join(sha256(b"%d" % number).hexdigest() for number in range(90))
    folder = tmp_path.joinpath(*(name[start : start + 240] for start in range(0, 720, 240)))
    folder.mkdir(parents=True)
    (folder / f"{name[-230:]}.py").write_text(
        f"import os\nclass A:\n    def f{name[:900]}(self): ...\ndef f{name}(): ...\n"
        f"z{name} = os.path\n"
    )
    (tmp_path / "long.js").write_text(f"function f{name}() {{\n  return 1;\n}}\n")
    (tmp_path / "kettle.py").write_text(KETTLE)

    report = index(tmp_path)

    assert report.documents == 3
    assert _paths(retriever, "boil")[0] == "kettle.py"


def test_a_file_beyond_the_limit_of_a_tree_is_left_out_with_the_reason(
    tree: Path, index: Callable[..., IndexReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = index(tree)
    monkeypatch.setattr(indexing, "MOST_CHUNKS", whole.chunks + 1)
    (tree / "NEWS.md").write_text("# News\n\nA timer.\n\n# More\n\nA lid.\n")

    report = index(tree)

    assert report.chunks == whole.chunks
    reason = f"beyond the limit of {whole.chunks + 1:,} chunks a tree"
    assert report.skipped == (Skipped("NEWS.md", reason),)
    (tree / "NEWS.md").write_text("# News\n\nA timer.\n")
    assert index(tree).chunks == whole.chunks + 1


def test_a_file_that_changes_while_it_is_listed_is_known_by_what_was_read(
    tree: Path,
    index: Callable[..., IndexReport],
    retriever: Retriever,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    list_tree = indexing.list_tree
    readme = tree / "README.md"

    def and_write(root: Path, *, is_archive: bool) -> Selection:
        listed = list_tree(root, is_archive=is_archive)
        readme.write_text("# Kitchen\n\nMarzipan.\n")
        return listed

    with monkeypatch.context() as patch:
        patch.setattr(indexing, "list_tree", and_write)
        index(tree)
    readme.write_text(README)

    assert index(tree).removed == 1
    assert "vinegar" in retriever.search("Cleaning", repository=REPOSITORY, knn=1).passages[0].text


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
    assert 2 <= second.embedded <= 3  # the method, its gist, and its class, which may list it
    assert second.chunks == first.chunks
    assert second.reused == first.chunks - (second.embedded - 1)


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


@pytest.fixture
def other(database: Database, model: SentenceTransformerEmbedder) -> Indexer:
    """An indexer with another model."""
    embedder = CountingEmbedder(model)
    embedder.model = "other/model"
    return Indexer(database, Catalogue(database), embedder)


def _indexes(database: Database) -> list[tuple[str, bool, bool]]:
    with database.transaction() as connection:
        return connection.execute(
            "SELECT model, answers, is_default FROM indexes ORDER BY id"
        ).fetchall()


def test_another_model_replaces_the_index_once_it_is_whole(
    *,
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    other: Indexer,
    retriever: Retriever,
    model: SentenceTransformerEmbedder,
) -> None:
    index(tree)
    (tree / "README.md").write_text("# Kitchen\n\nMarzipan.\n")

    report = other.index(
        tree, repository=REPOSITORY, url=URL, ref="main", commit="3", default=True, embed=False
    )

    assert _indexes(database) == [(model.model, True, True), ("other/model", False, False)]
    assert retriever.search("boil", repository=REPOSITORY, knn=1).commit == "1" * 40
    assert report.waiting > report.chunks

    assert other.embed_pending(REPOSITORY).texts == report.waiting

    assert _indexes(database) == [("other/model", True, True)]
    assert retriever.search("boil", repository=REPOSITORY, knn=1).commit == "3"
    assert_whole(database, model)


def test_a_worker_that_still_has_the_former_model_leaves_the_next_ones_index_alone(
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    indexer: Indexer,
    other: Indexer,
) -> None:
    index(tree)
    other.index(tree, repository=REPOSITORY, url=URL, ref="main", commit="3", embed=False)
    (tree / "README.md").write_text("# Kitchen\n\nMarzipan.\n")

    index(tree)
    indexer.embed_pending(REPOSITORY)

    assert [answers for _, answers, _ in _indexes(database)] == [True, False]
    other.index(tree, repository=REPOSITORY, url=URL, ref="main", commit="3")
    assert _indexes(database) == [("other/model", True, True)]


def test_a_model_that_was_taken_back_leaves_nothing_of_the_other(
    *,
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    other: Indexer,
    model: SentenceTransformerEmbedder,
) -> None:
    index(tree)
    other.index(tree, repository=REPOSITORY, url=URL, ref="main", commit="3", embed=False)
    with database.transaction() as connection:
        connection.execute(
            "UPDATE indexes SET updated_at = updated_at - %s WHERE NOT answers", (refs.PATIENCE,)
        )

    index(tree)
    assert other.embed_pending(REPOSITORY).texts == 0

    assert _indexes(database) == [(model.model, True, True)]
    assert_whole(database, model)


def test_another_cut_cuts_anew_and_embeds_what_came_out_different(
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    model: SentenceTransformerEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = index(tree)
    monkeypatch.setattr(files, "CUT", files.CUT + 1)
    monkeypatch.setattr(
        chunkers,
        "parse",
        lambda path, text, measure: chunkers.plain.parse_plain(
            path, text, measure, language="text"
        ),
    )

    second = index(tree)

    assert second.removed == first.chunks
    assert second.embedded > 0
    assert_whole(database, model)


class Recorded:
    """Blobs by their ids, with a record of those that were read."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.read_paths: list[str] = []

    @property
    def entries(self) -> list[Entry]:
        return [Entry(path, blob_id(data), len(data)) for path, data in self.files.items()]

    def read(self, entries: Sequence[Entry]) -> Iterable[SourceFile]:
        for entry in entries:
            self.read_paths.append(entry.path)
            yield SourceFile(entry.path, self.files[entry.path])


def _index_listing(indexer: Indexer, blobs: Recorded, *, commit: str = "1") -> IndexReport:
    return indexer.index_listing(
        blobs.entries, blobs, repository=REPOSITORY, url=URL, ref="main", commit=commit
    )


FILES = {
    "kitchen/kettle.py": KETTLE.encode(),
    "README.md": README.encode(),
    "picture.png": b"\x89PNG",
    "blob": b"a\0b",
    "vendor/a.py": b"x = 1",
}


def test_a_push_reads_only_the_files_whose_blobs_differ(
    indexer: Indexer, retriever: Retriever
) -> None:
    first = Recorded(FILES)
    _index_listing(indexer, first)
    assert sorted(first.read_paths) == ["README.md", "blob", "kitchen/kettle.py"]

    second = Recorded({**FILES, "README.md": b"# Kitchen\n\nUse conda to install.\n"})
    report = _index_listing(indexer, second, commit="2")

    assert second.read_paths == ["README.md"]
    assert (report.documents, report.removed > 0) == (2, True)
    assert {(skipped.path, skipped.reason) for skipped in report.skipped} == {
        ("picture.png", "no text to index (.png)"),
        ("blob", "binary (it holds NUL bytes)"),
        ("vendor/", "vendored code of another project"),
    }
    found = retriever.search("conda", repository=REPOSITORY, knn=1)
    assert (found.commit, found.passages[0].path) == ("2", "README.md")


def test_a_listing_and_a_checkout_of_it_make_the_same_index(
    tree: Path, indexer: Indexer, index: Callable[..., IndexReport]
) -> None:
    index(tree)
    blobs = Recorded({name: FILES[name] for name in ("kitchen/kettle.py", "README.md")})

    report = _index_listing(indexer, blobs)

    assert blobs.read_paths == []
    assert (report.embedded, report.removed) == (0, 0)


def test_blobs_that_cannot_be_had_leave_the_index_as_it_was(
    tree: Path, indexer: Indexer, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    index(tree)

    class Unreachable(Recorded):
        def read(self, entries: Sequence[Entry]) -> Iterable[SourceFile]:
            yield from super().read(entries[:1])
            raise ConnectionError

    with pytest.raises(ConnectionError):
        _index_listing(indexer, Unreachable({"a.md": b"# A\n", "b.md": b"# B\n"}))

    assert retriever.search("boil", repository=REPOSITORY, knn=1).commit == "1" * 40


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

    def wait_until_seen(state: str) -> None:
        patience = time.monotonic() + PATIENCE
        while state not in seen:
            assert reader.is_alive()
            assert time.monotonic() < patience
            time.sleep(0.01)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        wait_until_seen("state0")
        for state in (1, 2, 3):
            for number in range(12):
                note = tree / f"note{number}.md"
                note.write_text(f"# Note {number}\n\nstate{state} marmalade\n")
            index(tree)
        wait_until_seen("state3")
    finally:
        finished.set()
        reader.join()

    assert mixed == []


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


def _rows(database: Database) -> dict[int, str]:
    with database.transaction() as connection:
        return dict(connection.execute("SELECT id, content FROM chunks").fetchall())


def test_a_push_writes_what_it_changed_and_leaves_the_rest(
    tree: Path, database: Database, index: Callable[..., IndexReport]
) -> None:
    index(tree)
    before = _rows(database)
    kettle = tree / "kitchen" / "kettle.py"
    kettle.write_text("\n\n" + KETTLE.replace("until it boils", "until it sings"))

    report = index(tree)

    after = _rows(database)
    gone = [before[row] for row in before.keys() - after.keys()]
    assert len(gone) == report.removed == 1
    assert report.embedded == 2  # its text, and its gist
    assert "until it boils" in gone[0]
    assert [after[row] for row in after.keys() - before.keys()] == [
        gone[0].replace("until it boils", "until it sings")
    ]


def test_what_stays_keeps_its_vector_when_the_cache_has_it_no_more(
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    model: SentenceTransformerEmbedder,
) -> None:
    index(tree)
    with database.transaction() as connection:
        connection.execute("DELETE FROM embeddings")
    kettle = tree / "kitchen" / "kettle.py"
    kettle.write_text("\n\n" + KETTLE)

    assert index(tree).embedded == 0
    assert_whole(database, model)


def test_a_text_that_a_file_holds_twice_is_found_at_both_places(
    tree: Path, database: Database, index: Callable[..., IndexReport]
) -> None:
    twice = "def stir():\n    return 1\n"
    (tree / "spoon.py").write_text(f"{twice}\n\n{twice}")
    index(tree)
    (tree / "spoon.py").write_text(f"{twice}\n\n\n\n{twice}\n\n{twice}")
    index(tree)

    with database.transaction() as connection:
        rows = connection.execute(
            "SELECT start_line FROM chunks WHERE path = 'spoon.py' AND kind = 'function'"
            " ORDER BY start_line"
        ).fetchall()
    assert [line for (line,) in rows] == [1, 7, 11]
