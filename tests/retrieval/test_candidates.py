"""Which chunks are put forward, by rows and by structures alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg
import pytest
from pgvector import HalfVector, SparseVector
from pgvector.psycopg import register_vector

from retrieval import candidates, scale
from retrieval.candidates import Candidate, find_candidates
from retrieval.scale import ensure_structure
from retrieval.terms import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from storage import Connection, Database

DIMENSION = 24
CHUNKS = 240
LIMIT = 10
NEAREST = 15
"""Vectors that are read for so many chunks: some chunks have two."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """What one index was filled with, by the chunks' ids."""

    repository_id: int
    index_id: int
    vectors: dict[int, npt.NDArray[np.float64]]
    terms: dict[int, dict[int, float]]

    def nearest(self, vector: Sequence[float], limit: int) -> set[int]:
        cosines = {place: float(own @ np.array(vector)) for place, own in self.vectors.items()}
        return set(sorted(cosines, key=lambda place: -cosines[place])[:limit])

    def best(self, idfs: dict[int, float], limit: int) -> set[int]:
        scores = {place: self.score(place, idfs) for place in self.terms}
        return set(sorted(scores, key=lambda place: -scores[place])[:limit])

    def score(self, place: int, idfs: dict[int, float]) -> float:
        return sum(idf * self.terms[place].get(number, 0.0) for number, idf in idfs.items())


def _fill(
    database: Database,
    repository_id: int,
    *,
    seed: int,
    dimension: int = DIMENSION,
    unembedded: int = 0,
) -> Corpus:
    """Write an index: term 1 in most chunks, each further one in fewer."""
    random = np.random.default_rng(seed)
    vectors, terms = {}, {}
    with database.knowledge(repository_id) as connection:
        row = connection.execute(
            "INSERT INTO indexes (repository_id, ref, model, dimension, commit_sha, chunks)"
            " VALUES (%s, %s, 'm', %s, 'c', %s) RETURNING id",
            (repository_id, f"r{seed}", dimension, CHUNKS),
        ).fetchone()
        assert row
        index_id: int = row[0]
        for number in range(CHUNKS):
            own = {
                term: float(np.float32(random.uniform(0.5, 2.2)))
                for term in range(60)
                if random.random() < 0.7 / (1 + term / 4)
            }
            row = connection.execute(
                "INSERT INTO chunks (repository_id, index_id, document_id, kind, path,"
                " start_line, end_line, unit_start_line, unit_end_line, context, content,"
                " text_hash, terms)"
                " VALUES (%s, %s, 1, 'text', %s, 1, 2, 1, 2, '', '', '', %s) RETURNING id",
                (repository_id, index_id, f"{number}.py", SparseVector(own, DIMENSIONS)),
            ).fetchone()
            assert row
            terms[row[0]] = own
            if number < CHUNKS - unembedded:
                vector = random.standard_normal(dimension)
                vectors[row[0]] = vector / np.linalg.norm(vector)
                connection.execute(
                    "INSERT INTO chunk_vectors VALUES (%s, %s, %s, false, %s)",
                    (repository_id, index_id, row[0], HalfVector(vectors[row[0]])),
                )
        connection.execute(
            "INSERT INTO lexicon (repository_id, index_id, term, chunks)"
            " SELECT %s, %s, * FROM unnest(%s::integer[], %s::integer[])",
            (
                repository_id,
                index_id,
                list(range(60)),
                [sum(term in own for own in terms.values()) for term in range(60)],
            ),
        )
    return Corpus(repository_id, index_id, vectors, terms)


def _repository(database: Database, name: str) -> int:
    with database.transaction() as connection:
        row = connection.execute(
            "INSERT INTO repositories (name, url) VALUES (%s, 'https://example.org') RETURNING id",
            (name,),
        ).fetchone()
        assert row
        connection.execute("SELECT create_knowledge_partition(%s)", row)
        repository_id: int = row[0]
        return repository_id


def _build(database: Database, repository_id: int) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        assert ensure_structure(connection, repository_id)


@pytest.fixture(params=["rows", "structures", "structures not built yet"])
def corpora(
    request: pytest.FixtureRequest, database: Database, monkeypatch: pytest.MonkeyPatch
) -> tuple[Corpus, Corpus, Corpus]:
    """Two versions of one repository, and another repository."""
    monkeypatch.setattr(scale, "DROPPED_BELOW", 1)
    monkeypatch.setattr(scale, "EXACT_UP_TO", CHUNKS if request.param == "rows" else 2)
    repository_id = _repository(database, "a/ours")
    filled = (
        _fill(database, repository_id, seed=1, unembedded=5),
        _fill(database, repository_id, seed=2),
        _fill(database, _repository(database, "b/theirs"), seed=3),
    )
    if request.param == "structures":
        _build(database, repository_id)
    return filled


VECTOR = [float(number) for number in np.random.default_rng(9).standard_normal(DIMENSION)]
IDFS = {1: 0.5, 7: 1.5, 30: 3.0, 59: 4.0}


def _find(
    database: Database,
    corpus: Corpus,
    *,
    index_ids: Sequence[int] | None = None,
    vector: Sequence[float] | None = VECTOR,
    idfs: dict[int, float] | None = None,
    also: Sequence[int] = (),
) -> list[Candidate]:
    with database.snapshot(corpus.repository_id) as connection:
        return find_candidates(
            connection,
            repository_id=corpus.repository_id,
            index_ids=index_ids or [corpus.index_id],
            chunks=CHUNKS,
            vector=lambda: HalfVector(list(vector)) if vector else None,
            terms=SparseVector(idfs, DIMENSIONS) if idfs else None,
            limit=LIMIT,
            also=also,
        )


def test_the_nearest_and_the_best_by_words_are_put_forward(
    database: Database, corpora: tuple[Corpus, ...]
) -> None:
    ours = corpora[0]

    found = _find(database, ours, idfs=IDFS)

    expected = ours.nearest(VECTOR, NEAREST) | ours.best(IDFS, LIMIT)
    assert {candidate.id for candidate in found} == expected
    assert len(found) == len(expected)


def test_every_candidate_has_both_scores(database: Database, corpora: tuple[Corpus, ...]) -> None:
    ours = corpora[0]
    length = float(np.linalg.norm(VECTOR))

    for candidate in _find(database, ours, idfs=IDFS):
        assert candidate.lexical == pytest.approx(ours.score(candidate.id, IDFS), rel=1e-3)
        if candidate.id in ours.vectors:
            cosine = float(ours.vectors[candidate.id] @ np.array(VECTOR)) / length
            assert candidate.similarity == pytest.approx(cosine, abs=2e-3)


def test_a_chunk_without_a_vector_is_found_by_its_words(
    database: Database, corpora: tuple[Corpus, ...]
) -> None:
    ours = corpora[0]
    waiting = next(iter(set(ours.terms) - set(ours.vectors)))
    own = dict.fromkeys(ours.terms[waiting], 5.0)

    found = {candidate.id: candidate for candidate in _find(database, ours, idfs=own)}

    assert found[waiting].similarity is None
    assert found[waiting].lexical > 0


def test_words_alone_are_searched_without_a_vector(
    database: Database, corpora: tuple[Corpus, ...]
) -> None:
    ours = corpora[0]

    found = _find(database, ours, vector=None, idfs=IDFS)

    assert {candidate.id for candidate in found} == ours.best(IDFS, LIMIT)
    assert all(candidate.similarity is None for candidate in found)


def test_meaning_alone_is_searched_without_terms(
    database: Database, corpora: tuple[Corpus, ...]
) -> None:
    ours = corpora[0]

    found = _find(database, ours)

    assert {candidate.id for candidate in found} == ours.nearest(VECTOR, NEAREST)
    assert all(candidate.lexical == 0 for candidate in found)


def test_one_version_is_searched_among_those_that_share_a_partition(
    database: Database, corpora: tuple[Corpus, ...]
) -> None:
    _, other, _ = corpora

    found = _find(database, other, idfs=IDFS)

    assert {candidate.id for candidate in found} == (
        other.nearest(VECTOR, NEAREST) | other.best(IDFS, LIMIT)
    )


def test_several_indexes_are_searched_together(
    database: Database, corpora: tuple[Corpus, ...]
) -> None:
    ours, other, _ = corpora
    both = Corpus(ours.repository_id, 0, ours.vectors | other.vectors, ours.terms | other.terms)

    found = _find(database, ours, index_ids=[ours.index_id, other.index_id], idfs=IDFS)

    assert {candidate.id for candidate in found} == (
        both.nearest(VECTOR, NEAREST) | both.best(IDFS, LIMIT)
    )
    assert {candidate.index_id for candidate in found} == {ours.index_id, other.index_id}


def test_another_repository_is_out_of_reach(
    database: Database, corpora: tuple[Corpus, ...]
) -> None:
    ours, _, theirs = corpora

    _add_gists(database, theirs)

    for index_ids in ([theirs.index_id], [ours.index_id, theirs.index_id]):
        found = _find(database, ours, index_ids=index_ids, idfs=IDFS, also=list(theirs.terms)[:5])
        assert not {candidate.id for candidate in found} & set(theirs.terms)
        assert all(candidate.gist is None for candidate in found)


def test_a_chunk_that_is_wanted_is_put_forward_whatever_its_scores(
    database: Database, corpora: tuple[Corpus, ...]
) -> None:
    ours = corpora[0]
    found = {candidate.id for candidate in _find(database, ours, idfs=IDFS)}
    wanted = next(place for place in ours.vectors if place not in found)

    again = _find(database, ours, idfs=IDFS, also=[wanted])

    assert {candidate.id for candidate in again} == found | {wanted}
    (score,) = (candidate.lexical for candidate in again if candidate.id == wanted)
    assert score == pytest.approx(ours.score(wanted, IDFS), rel=1e-3)


def _add_gists(
    database: Database, corpus: Corpus, vectors: dict[int, npt.NDArray[np.float64]] | None = None
) -> None:
    """Give chunks a gist's vector: their own, or those of ``vectors``."""
    with database.knowledge(corpus.repository_id) as connection:
        for place, vector in (vectors or corpus.vectors).items():
            connection.execute(
                "INSERT INTO chunk_vectors VALUES (%s, %s, %s, true, %s)",
                (corpus.repository_id, corpus.index_id, place, HalfVector(vector)),
            )


def test_a_chunk_is_found_by_its_gist_and_comes_once(
    database: Database, corpora: tuple[Corpus, ...]
) -> None:
    ours = corpora[0]
    length = float(np.linalg.norm(VECTOR))
    far = min(ours.vectors, key=lambda place: float(ours.vectors[place] @ np.array(VECTOR)))
    waiting = next(iter(set(ours.terms) - set(ours.vectors)))
    exact = np.array(VECTOR) / length
    _add_gists(database, ours, {far: exact, waiting: exact})

    found = _find(database, ours)

    assert len({candidate.id for candidate in found}) == len(found)
    gists = {candidate.id: candidate for candidate in found if candidate.gist is not None}
    assert set(gists) == {far, waiting}
    assert gists[far].gist == pytest.approx(1.0, abs=2e-3)
    similarity = float(ours.vectors[far] @ np.array(VECTOR)) / length
    assert gists[far].similarity == pytest.approx(similarity, abs=2e-3)
    assert gists[waiting].similarity is None


def test_a_chunk_that_both_of_its_vectors_find_comes_once(
    database: Database, corpora: tuple[Corpus, ...]
) -> None:
    ours = corpora[0]
    _add_gists(database, ours)

    found = _find(database, ours)

    assert len(found) >= LIMIT // 2
    assert {candidate.id for candidate in found} <= ours.nearest(VECTOR, NEAREST)
    assert all(candidate.gist == candidate.similarity for candidate in found)


def test_the_vector_is_waited_for_after_the_words_are_searched(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = _fill(database, _repository(database, "a/ours"), seed=1)
    order: list[str] = []
    with database.snapshot(ours.repository_id) as connection:
        execute = connection.execute

        def recorded(statement: Any, *rest: Any, **named: Any) -> Any:  # noqa: ANN401 - passed on as they are
            order.append("statement")
            return execute(statement, *rest, **named)

        def vector() -> None:
            order.append("vector")

        monkeypatch.setattr(connection, "execute", recorded)
        find_candidates(
            connection,
            repository_id=ours.repository_id,
            index_ids=[ours.index_id],
            chunks=CHUNKS,
            vector=vector,
            terms=SparseVector(IDFS, DIMENSIONS),
            limit=LIMIT,
        )

    assert order[0] == "statement"
    assert order.count("vector") == 1


def test_a_search_within_a_pipeline_finds_the_same(
    database: Database, corpora: tuple[Corpus, ...]
) -> None:
    ours = corpora[0]
    alone = _find(database, ours, idfs=IDFS)

    with database.snapshot_of("a/ours") as (connection, _):
        within = find_candidates(
            connection,
            repository_id=ours.repository_id,
            index_ids=[ours.index_id],
            chunks=CHUNKS,
            vector=lambda: HalfVector(VECTOR),
            terms=SparseVector(IDFS, DIMENSIONS),
            limit=LIMIT,
        )

    assert within == alone
    assert [candidate.id for candidate in within] == sorted(candidate.id for candidate in within)


def test_the_words_of_a_repository_are_not_read_outside_a_scope(
    database: Database, corpora: tuple[Corpus, ...]
) -> None:
    ours = corpora[0]

    with database.transaction() as connection:
        register_vector(connection)
        rows = connection.execute(
            "SELECT * FROM lexical_candidates(%s, %s, '{1}', '{1}', 5, 100)",
            (ours.index_id, SparseVector({1: 1.0}, DIMENSIONS)),
        ).fetchall()

    assert rows == []


@pytest.mark.parametrize("budget", [1, 5, 20, 60])
def test_a_small_budget_still_finds_the_chunks_that_hold_most_of_the_question(
    database: Database, monkeypatch: pytest.MonkeyPatch, budget: int
) -> None:
    monkeypatch.setattr(scale, "EXACT_UP_TO", 2)
    monkeypatch.setattr(scale, "DROPPED_BELOW", 1)
    ours = _fill(database, _repository(database, "a/ours"), seed=1)
    _build(database, ours.repository_id)
    monkeypatch.setattr(candidates, "LEXICAL_BUDGET", budget)
    common = {1: 1.0, 2: 1.1, 3: 1.2, 4: 1.3, 5: 1.4}

    found = _find(database, ours, vector=None, idfs=common)

    assert 0 < len(found) <= min(budget + 1, LIMIT)
    if budget >= 20:
        holding = [sum(number in ours.terms[each.id] for number in common) for each in found]
        assert np.mean(holding) > 2.5


def test_a_repository_that_came_after_the_last_analysis_has_only_its_terms_looked_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale, "EXACT_UP_TO", 2)
    monkeypatch.setattr(scale, "DROPPED_BELOW", 1)
    theirs = _fill(database, _repository(database, "b/theirs"), seed=3)
    _add_words(database, theirs, 20_000)
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("ANALYZE lexicon")
    ours = _fill(database, _repository(database, "a/ours"), seed=1)
    _add_words(database, ours, 5_000)
    _build(database, ours.repository_id)

    with database.snapshot(ours.repository_id) as connection:
        found = find_candidates(
            connection,
            repository_id=ours.repository_id,
            index_ids=[ours.index_id],
            chunks=CHUNKS,
            vector=lambda: None,
            terms=SparseVector(IDFS, DIMENSIONS),
            limit=LIMIT,
        )
        read = connection.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables"
            " WHERE relname = 'lexicon'"
        ).fetchone()

    assert found
    assert read == (len(IDFS),)


def _add_words(database: Database, corpus: Corpus, count: int) -> None:
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO lexicon (repository_id, index_id, term, chunks)"
            " SELECT %s, %s, term, 1 FROM generate_series(1000, 999 + %s) AS term",
            (corpus.repository_id, corpus.index_id, count),
        )


def test_models_of_two_dimensions_are_searched_side_by_side(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale, "EXACT_UP_TO", 2)
    monkeypatch.setattr(scale, "DROPPED_BELOW", 1)
    repository_id = _repository(database, "a/ours")
    small = _fill(database, repository_id, seed=1)
    _build(database, repository_id)
    large = _fill(database, repository_id, seed=2, dimension=2 * DIMENSION)
    _build(database, repository_id)

    for corpus, vector in ((small, VECTOR), (large, VECTOR + VECTOR)):
        found = _find(database, corpus, vector=vector)
        assert {candidate.id for candidate in found} == corpus.nearest(vector, NEAREST)


@pytest.mark.parametrize("is_built", [False, True])
def test_a_search_by_structures_opens_its_own_partitions_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch, *, is_built: bool
) -> None:
    monkeypatch.setattr(scale, "EXACT_UP_TO", 2)
    monkeypatch.setattr(scale, "DROPPED_BELOW", 1)
    ours = _fill(database, _repository(database, "a/ours"), seed=1)
    _fill(database, _repository(database, "b/theirs"), seed=2)
    if is_built:
        _build(database, ours.repository_id)

    with database.snapshot(ours.repository_id) as connection:
        for _ in range(8):  # beyond the fifth, psycopg prepares the statement
            find_candidates(
                connection,
                repository_id=ours.repository_id,
                index_ids=[ours.index_id],
                chunks=CHUNKS,
                vector=lambda: HalfVector(VECTOR),
                terms=SparseVector(IDFS, DIMENSIONS),
                limit=LIMIT,
            )
        opened = {
            name
            for (name,) in connection.execute(
                "SELECT relname FROM pg_locks JOIN pg_class ON pg_class.oid = relation"
                " WHERE pid = pg_backend_pid() AND relispartition AND relkind = 'r'"
            )
        }

    place = ours.repository_id
    assert opened == {f"chunks_{place}", f"chunk_vectors_{place}"}


def test_the_graph_serves_under_row_level_security(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale, "EXACT_UP_TO", 2)
    ours = _fill(database, _repository(database, "a/ours"), seed=1)
    _build(database, ours.repository_id)

    with database.snapshot(ours.repository_id) as connection:
        # Of so few rows the planner would rather read all.
        connection.execute("SET LOCAL enable_seqscan = off")
        connection.execute("SET LOCAL enable_sort = off")
        connection.execute("SET LOCAL enable_bitmapscan = off")
        before = _scans(connection, ours.repository_id)
        find_candidates(
            connection,
            repository_id=ours.repository_id,
            index_ids=[ours.index_id],
            chunks=CHUNKS,
            vector=lambda: HalfVector(VECTOR),
            terms=SparseVector(IDFS, DIMENSIONS),
            limit=LIMIT,
        )
        after = _scans(connection, ours.repository_id)

    assert set(before) == set(after)
    assert all(after[name] > before[name] for name in before)


def _scans(connection: Connection, repository_id: int) -> dict[str, int]:
    """Return how often this transaction has read each structure."""
    rows = connection.execute(
        "SELECT relname, pg_stat_get_xact_numscans(oid) FROM pg_class"
        " WHERE relname LIKE %s OR relname = %s",
        (f"chunk_vectors_{repository_id}_hnsw_%", f"chunks_{repository_id}_lexical"),
    ).fetchall()
    assert len(rows) == 2
    return dict(rows)
