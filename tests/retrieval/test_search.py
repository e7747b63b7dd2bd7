"""What is found, and where it is said to stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pgvector import HalfVector, SparseVector

from retrieval import search
from retrieval import threads as threads_module
from retrieval.candidates import find_candidates
from retrieval.catalogue import Catalogue
from retrieval.errors import RepositoryNotIndexed
from retrieval.model import ChunkKind
from retrieval.symbols.lookup import resolve
from retrieval.terms import DIMENSIONS, number, terms
from retrieval.threads import Thread, ThreadIndexer
from tests.retrieval.conftest import KETTLE, REPOSITORY, URL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from retrieval.candidates import Candidate
    from retrieval.indexing import Indexer
    from retrieval.model import IndexReport
    from retrieval.search import Retriever
    from storage import Connection, Database
    from tests.retrieval.conftest import CountingEmbedder


def test_a_definition_is_found_at_its_exact_lines(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    index(tree, commit="c" * 40)

    best = retriever.search("How do I boil water?", repository=REPOSITORY, knn=3).passages[0]

    lines = KETTLE.splitlines()[best.start_line - 1 : best.end_line]
    assert lines[0].startswith("def boil")
    assert lines[-1] == "    return litres * degrees"
    assert best.symbol == "kitchen.kettle.boil"
    assert best.signature == "def boil(litres, *, degrees=100)"
    assert best.url == (
        f"https://github.com/octo/kitchen/blob/{'c' * 40}/kitchen/kettle.py"
        f"#L{best.start_line}-L{best.end_line}"
    )


def test_a_page_is_found_by_what_is_asked_of_it(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    index(tree)

    best = retriever.search("limescale removal", repository=REPOSITORY, knn=1).passages[0]

    assert best.symbol == "Kitchen > Cleaning"  # shares no word with the question


def test_names_compare_without_case(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    index(tree)

    assert retriever.search("boil", repository="Octo/KITCHEN", knn=1).repository == REPOSITORY


def test_ranks_count_up_and_scores_go_down(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    index(tree)

    passages = retriever.search("bread", repository=REPOSITORY, knn=10).passages

    assert [passage.rank for passage in passages] == list(range(1, len(passages) + 1))
    scores = [passage.score for passage in passages]
    assert scores == sorted(scores, reverse=True)
    assert len({(passage.path, passage.start_line) for passage in passages}) == len(passages)


def test_coverage_says_how_much_of_the_question_stands_there(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    index(tree)

    whole = retriever.search("descale kettle vinegar", repository=REPOSITORY, knn=1).passages[0]
    half = retriever.search("descale kettle xyzzy", repository=REPOSITORY, knn=1).passages[0]

    assert whole.coverage == pytest.approx(1.0)
    assert 0 < half.coverage < 1


def test_a_repository_that_is_not_indexed_is_named(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    index(tree)

    with pytest.raises(RepositoryNotIndexed, match="octo/garage"):
        retriever.search("boil", repository="octo/garage", knn=1)
    with pytest.raises(RepositoryNotIndexed, match="octo/kitchen at v9"):
        retriever.search("boil", repository=REPOSITORY, knn=1, ref="v9")


@pytest.mark.parametrize("query", ["", "   ", "\0", "\n\t", "?", "🫖"])
def test_a_query_without_content_finds_nothing(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever, query: str
) -> None:
    index(tree)

    assert retriever.search(query, repository=REPOSITORY, knn=3).passages == ()


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(query=st.text(max_size=200) | st.sampled_from(["';--", "a & | !", "{1:1}/2", "🫖" * 50]))
def test_no_query_is_an_error(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever, query: str
) -> None:
    index(tree)

    assert len(retriever.search(query, repository=REPOSITORY, knn=3).passages) <= 3


def test_a_question_of_sixty_thousand_characters_is_searched(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    index(tree)

    found = retriever.search("boil water " * 6_000, repository=REPOSITORY, knn=1)

    assert found.passages[0].symbol == "kitchen.kettle.boil"


def test_a_search_opens_its_own_partition_alone(
    tree: Path,
    index: Callable[..., IndexReport],
    retriever: Retriever,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a thousand repositories, a plan over all partitions would take and lock them all."""
    for copy in range(3):
        index(tree, repository=f"octo/{copy}")
    locked: list[str] = []

    def candidates(connection: Connection, **rest: Any) -> list[Candidate]:  # noqa: ANN401 - passed on as they are
        found = find_candidates(connection, **rest)
        locked.extend(
            name
            for (name,) in connection.execute(
                "SELECT relname FROM pg_locks JOIN pg_class ON pg_class.oid = relation"
                " WHERE pid = pg_backend_pid() AND relispartition AND relkind = 'r'"
            )
        )
        return found

    monkeypatch.setattr(search, "find_candidates", candidates)
    for _ in range(8):  # beyond the fifth, psycopg prepares the statement
        retriever.search("boil", repository="octo/1", knn=1)

    assert {name.rstrip("0123456789") for name in locked} == {"chunks_", "chunk_vectors_"}
    assert len(set(locked)) == 2


PACKAGE = {
    "kitchen/__init__.py": "from kitchen.heating.kettle import boil\n",
    "kitchen/heating/__init__.py": "",
    "kitchen/heating/kettle.py": KETTLE,
    "docs/boil.rst": (
        "Boil\n====\n\nTo boil is what a kitchen is for. Boil an egg, boil water, boil pasta. The"
        " kitchen boils.\n"
    ),
    "docs/kitchen.rst": "Kitchen\n=======\n\nThe kitchen.boil page: kitchen boil, boil kitchen.\n",
}


def _write(root: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def test_a_name_given_by_a_re_export_finds_its_definition_first(
    tmp_path: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    """``kitchen.boil`` stands nowhere in the file that defines it."""
    index(_write(tmp_path / "package", PACKAGE))

    for query in ("kitchen.boil", "`kitchen.boil`"):
        best = retriever.search(query, repository=REPOSITORY, knn=3).passages[0]
        assert (best.path, best.symbol) == (
            "kitchen/heating/kettle.py",
            "kitchen.heating.kettle.boil",
        )


def test_a_name_that_many_classes_have_puts_none_of_them_forward(
    tmp_path: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    classes = "".join(
        f'class Pan{n}:\n    """A pan."""\n\n    def stir(self):\n        return {n}\n\n\n'
        for n in range(search.MOST_DEFINITIONS + 1)
    )
    root = _write(tmp_path / "p", {"pans.py": classes, "guide.md": "# Stir\n\nHow to `stir()`.\n"})
    index(root)

    few = retriever.search("Pan1.stir", repository=REPOSITORY, knn=1).passages[0]
    many = retriever.search("stir()", repository=REPOSITORY, knn=1).passages[0]

    assert few.symbol == "pans.Pan1.stir"
    assert many.path == "guide.md"


def test_a_file_in_a_traceback_comes_first(
    tmp_path: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    source = '"""Boiling."""\n\n\ndef boil(litres):\n    """Boil water."""\n    return 1 / litres\n'
    index(_write(tmp_path / "p", {"kitchen/a.py": source, "kitchen/b.py": source}))
    for name in ("a", "b"):
        post = (
            "Boiling fails\n\nTraceback (most recent call last):\n"
            f'  File "/venv/lib/python3.12/site-packages/kitchen/{name}.py", line 6, in boil\n'
            "    return 1 / litres\nZeroDivisionError: division by zero\n"
        )

        best = retriever.search(post, repository=REPOSITORY, knn=1).passages[0]

        assert best.path == f"kitchen/{name}.py"


def test_a_question_about_a_version_is_answered_from_its_index(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    index(tree, ref="v0.12.0", commit="2" * 40, default=True)
    kettle = tree / "kitchen" / "kettle.py"
    kettle.write_text(KETTLE.replace("degrees=100", "fahrenheit=212"))
    index(tree, ref="v0.10.0", commit="3" * 40)
    index(tree, ref="v0.10.1", commit="4" * 40)

    def answered(question: str, **scope: str) -> tuple[str, str, bool]:
        found = retriever.search(question, repository=REPOSITORY, knn=3, **scope)
        best = found.passages[0]
        assert f"/blob/{found.commit}/" in best.url
        return found.ref, found.commit[0], "fahrenheit" in (best.signature or "")

    assert answered("How do I boil water in 0.10?") == ("v0.10.1", "4", True)
    assert answered("How do I boil water in release 0.10.0?") == ("v0.10.0", "3", True)
    assert answered("How do I boil water?") == ("v0.12.0", "2", False)
    assert answered("How do I boil water in 0.9?") == ("v0.12.0", "2", False)
    assert answered("How do I boil water with Python 0.10?") == ("v0.12.0", "2", False)
    assert answered("How do I boil water in 0.10?", ref="v0.12.0") == ("v0.12.0", "2", False)


def test_the_words_of_a_question_about_a_version_weigh_what_they_do_in_it(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    index(tree, ref="main", default=True)
    (tree / "kitchen" / "kettle.py").write_text(KETTLE.replace("degrees", "fahrenheit"))
    index(tree, ref="v0.10.1")
    question = "Which fahrenheit does boil take in 0.10?"

    by_question = retriever.search(question, repository=REPOSITORY, knn=3)
    by_ref = retriever.search(question, repository=REPOSITORY, knn=3, ref="v0.10.1")

    assert by_question == by_ref


ASKED = datetime.now(UTC) - timedelta(days=60)


def _thread(
    number: int,
    *,
    title: str = "The toaster burns bagels on one side",
    answer: str = "Set the lever of the toaster to bagel, so that one side is heated alone.",
) -> Thread:
    return Thread(
        kind="discussion",
        number=number,
        title=title,
        url=f"{URL}/discussions/{number}",
        question="My bagels are black below and white above.",
        answer=answer,
        asked_at=ASKED,
        answered_at=ASKED + timedelta(days=1),
    )


@pytest.fixture
def threads(database: Database, embedder: CountingEmbedder, indexer: Indexer) -> ThreadIndexer:
    return ThreadIndexer(database, Catalogue(database), embedder, indexer)


def test_an_answered_thread_is_found_at_its_own_address(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever, threads: ThreadIndexer
) -> None:
    index(tree)
    threads.write([_thread(12)], repository=REPOSITORY, url=URL)

    found = retriever.search("one side of my bagels is black", repository=REPOSITORY, knn=5)

    best = found.passages[0]
    assert (best.kind, best.url) == (ChunkKind.THREAD, f"{URL}/discussions/12")
    assert best.symbol == "#12 The toaster burns bagels on one side"
    assert "Set the lever" in best.text
    assert found.ref == "main"
    assert {passage.path for passage in found.passages} > {"discussions/12"}
    assert all("/blob/" in passage.url for passage in found.passages[1:])


def test_threads_are_found_beside_every_version(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever, threads: ThreadIndexer
) -> None:
    threads.write([_thread(12)], repository=REPOSITORY, url=URL)
    with pytest.raises(RepositoryNotIndexed):  # of threads alone nothing is answered
        retriever.search("bagels", repository=REPOSITORY, knn=1)
    index(tree)
    index(tree, ref="v2")

    for ref in ("main", "v2"):
        found = retriever.search("bagels", repository=REPOSITORY, knn=1, ref=ref)
        assert (found.ref, found.passages[0].path) == (ref, "discussions/12")
    with pytest.raises(RepositoryNotIndexed):
        retriever.search("bagels", repository=REPOSITORY, knn=1, ref=threads_module.REF)


def test_an_outdated_thread_comes_lower(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever, threads: ThreadIndexer
) -> None:
    index(tree)
    old = _thread(1, answer="In kitchen 0.9, set the lever of the toaster to bagel.")
    new = _thread(2, answer="In kitchen 1.0, set the lever of the toaster to bagel.")

    def scores(newest_release: str) -> dict[str, float]:
        threads.write([old, new], repository=REPOSITORY, url=URL, newest_release=newest_release)
        found = retriever.search("the toaster burns bagels", repository=REPOSITORY, knn=9)
        return {passage.path: passage.score for passage in found.passages}

    before, after = scores("v0.9"), scores("v1.0")

    assert after["discussions/1"] < 0.9 * before["discussions/1"]
    assert after["discussions/2"] > after["discussions/1"]


def test_words_alone_find_before_any_vector_is_there(
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    indexer: Indexer,
    retriever: Retriever,
) -> None:
    index(tree, embed=False)
    assert _count(database, "chunk_vectors") == 0

    before = retriever.search("descale with vinegar", repository=REPOSITORY, knn=3)
    unread = before.passages

    assert not before.is_whole
    assert unread[0].path == "README.md"
    assert "vinegar" in unread[0].text
    assert {passage.similarity for passage in unread} == {None}
    assert unread[0].coverage == pytest.approx(1.0)
    indexer.embed_pending(REPOSITORY)
    after = retriever.search("descale with vinegar", repository=REPOSITORY, knn=3)
    read = after.passages
    assert after.is_whole
    assert read[0].path == "README.md"
    assert read[0].similarity is not None


def _count(database: Database, table: str, where: str = "true") -> int:
    with database.transaction() as connection:
        row = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()  # noqa: S608 - written in this file
    assert row
    count: int = row[0]
    return count


def test_the_gists_of_units_have_vectors_and_are_not_counted_as_chunks(
    tree: Path, database: Database, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    report = index(tree)

    gists = _count(database, "chunks", "gist IS NOT NULL")
    assert gists > 0
    assert _count(database, "chunk_vectors", "is_gist") == gists
    assert _count(database, "chunk_vectors", "NOT is_gist") == report.chunks
    assert report.chunks == _count(database, "chunks")
    assert _count(database, "indexes", f"chunks = {report.chunks}") == 1
    (listed,) = Catalogue(database).indexes(REPOSITORY)
    assert (listed.chunks, listed.waiting, listed.is_whole) == (report.chunks, 0, True)
    passages = retriever.search("boil", repository=REPOSITORY, knn=99).passages
    assert len(passages) <= report.chunks


def test_gists_come_from_the_cache_go_with_their_chunks_and_are_swept(
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    indexer: Indexer,
    embedder: CountingEmbedder,
) -> None:
    index(tree)
    gist = "toaster toast: Brown the slices on both sides."
    assert gist in embedder.texts
    cached = f"text_hash = sha256('{gist}')"
    embedder.texts.clear()

    index(tree, ref="v2")
    assert embedder.texts == []
    assert _count(database, "chunk_vectors", "is_gist") == 2 * _count(
        database, "chunks", "gist IS NOT NULL AND index_id = (SELECT min(id) FROM indexes)"
    )

    indexer.remove(REPOSITORY, "v2")
    (tree / "kitchen" / "kettle.py").unlink()
    index(tree)
    assert _count(database, "chunk_vectors", "is_gist") == _count(
        database, "chunks", "gist IS NOT NULL"
    )
    assert _count(database, "embeddings", cached) == 1
    assert indexer.sweep_cache(unused_for=timedelta(0)) > 0
    assert _count(database, "embeddings", cached) == 0
    kept = _count(database, "chunks", "gist IS NOT NULL")
    assert kept == _count(database, "embeddings", "text_hash IN (SELECT gist_hash FROM chunks)")


def test_a_unit_is_found_by_its_gist(
    tree: Path, database: Database, index: Callable[..., IndexReport], retriever: Retriever
) -> None:
    index(tree)
    question = "toaster toast: brown the slices on both sides"

    def scores() -> dict[str | None, float]:
        found = retriever.search(question, repository=REPOSITORY, knn=9).passages
        return {passage.symbol: passage.score for passage in found}

    with_gists = scores()
    with database.transaction() as connection:
        connection.execute("DELETE FROM chunk_vectors WHERE is_gist")
    without = scores()

    assert next(iter(with_gists)) == "kitchen.kettle.Toaster.toast"
    assert with_gists["kitchen.kettle.Toaster.toast"] > without["kitchen.kettle.Toaster.toast"]


def test_a_search_shows_nothing_of_another_repository(
    *,
    tree: Path,
    database: Database,
    index: Callable[..., IndexReport],
    retriever: Retriever,
    threads: ThreadIndexer,
    embedder: CountingEmbedder,
) -> None:
    """Not even when it is asked for by the other's ids: the database refuses, not the statement."""
    index(tree)
    theirs = {
        "vault/secret.py": '"""Vault."""\n\n\ndef openVault(code):\n    """Open the vault."""\n',
        "README.md": "# Vault\n\nThe code of the vault is 1234.\n",
    }
    index(_write(tree.parent / "vault", theirs), repository="octo/vault")
    threads.write(
        [_thread(7, title="The code of the vault")], repository="octo/vault", url=f"{URL}/vault"
    )
    question = "`openVault`: the code of the vault"
    found = retriever.search(question, repository=REPOSITORY, knn=50).passages
    assert found
    assert not {"vault/secret.py", "discussions/7"} & {passage.path for passage in found}
    assert not any("ault" in passage.text for passage in found)

    with database.transaction() as connection:
        ours_id, theirs_id = (
            connection.execute("SELECT id FROM repositories WHERE name = %s", (name,)).fetchone()
            for name in (REPOSITORY, "octo/vault")
        )
        assert ours_id
        assert theirs_id
        indexes = [
            row[0]
            for row in connection.execute(
                "SELECT id FROM indexes WHERE repository_id = %s", theirs_id
            )
        ]
        chunks = [
            row[0]
            for row in connection.execute(
                "SELECT id FROM chunks WHERE repository_id = %s", theirs_id
            )
        ]
    assert len(indexes) == 2
    assert len(chunks) >= 3
    vector = HalfVector(embedder.encode(["the code of the vault"])[0])
    asked = SparseVector({number(term): 1.0 for term in terms(question)}, DIMENSIONS)
    for scope in (ours_id[0], theirs_id[0]):
        with database.snapshot(scope) as connection:
            # The statement names the other's partition: what scopes it is the policy alone.
            candidates = find_candidates(
                connection,
                repository_id=theirs_id[0],
                index_ids=indexes,
                chunks=9,
                vector=lambda: vector,
                terms=asked,
                limit=50,
                also=chunks,
            )
            names = [resolve(connection, index_id, "openVault") for index_id in indexes]
            gists = connection.execute("SELECT FROM chunk_vectors WHERE is_gist").rowcount
        if scope == theirs_id[0]:  # they are there to be found
            assert {candidate.id for candidate in candidates} == set(chunks)
            assert any(candidate.gist is not None for candidate in candidates)
            assert any(names)
            assert gists == 3
        else:
            assert candidates == []
            assert not any(names)
            assert gists == _count(
                database, "chunk_vectors", f"is_gist AND repository_id = {ours_id[0]}"
            )
