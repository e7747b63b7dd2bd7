"""What is found, and where it is said to stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval import search
from retrieval.errors import RepositoryNotIndexed
from retrieval.search import _read_candidates
from tests.retrieval.conftest import KETTLE, REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from retrieval.model import IndexReport
    from retrieval.ranking import Candidate
    from retrieval.search import Retriever
    from storage import Connection


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


@pytest.mark.parametrize("query", ["", "   ", "\0", "\n\t"])
def test_a_query_without_content_finds_nothing(
    tree: Path, index: Callable[..., IndexReport], retriever: Retriever, query: str
) -> None:
    index(tree)

    assert retriever.search(query, repository=REPOSITORY, knn=3).passages == ()


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
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
    for number in range(3):
        index(tree, repository=f"octo/{number}")
    locked: list[str] = []

    def candidates(connection: Connection, *rest: Any) -> list[Candidate]:  # noqa: ANN401 - passed on as they are
        found = _read_candidates(connection, *rest)
        locked.extend(
            name
            for (name,) in connection.execute(
                "SELECT relname FROM pg_locks JOIN pg_class ON pg_class.oid = relation"
                " WHERE pid = pg_backend_pid() AND relispartition AND relkind = 'r'"
            )
        )
        return found

    monkeypatch.setattr(search, "_read_candidates", candidates)
    for _ in range(8):  # beyond the fifth, psycopg prepares the statement
        retriever.search("boil", repository="octo/1", knn=1)

    assert len(set(locked)) == 1
