"""The checker of a small package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.checks.checker import Checker
from retrieval.catalogue import Catalogue
from tests.engine.checks.kitchen import REPOSITORY, indexed_kitchen

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from engine.checks.model import Problem
    from storage import Database

    Found = list[tuple[str, str, str | None]]
    Check = Callable[..., Found]


@pytest.fixture(scope="session")
def kitchen(
    server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database with the package in it."""
    folder = tmp_path_factory.mktemp("kitchen")
    with indexed_kitchen(server, template, folder, name="fury_bot_checks") as database:
        yield database


@pytest.fixture
def checker(kitchen: Database) -> Checker:
    return Checker(kitchen, Catalogue(kitchen))


@pytest.fixture
def check(checker: Checker) -> Check:
    """Check code; return kind, name and suggestion of what is wrong with it."""

    def run(source: str, *, ref: str | None = None, known: Collection[str] = ()) -> Found:
        return brief(checker.check_code(source, repository=REPOSITORY, ref=ref, known=known))

    return run


def brief(problems: Sequence[Problem]) -> Found:
    return [(problem.kind.value, problem.name, problem.suggestion) for problem in problems]
