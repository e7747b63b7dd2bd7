"""Installations and pushes, from the webhook to the index."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from github_app.behaviours.index_repository import index_repository
from github_app.graphql.operations import Operations
from github_app.work import IndexRepository
from jobs.port import Permanent
from tests.github_app.conftest import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.github_app.conftest import Bot


def installation_of(bot: Bot) -> tuple[object, ...] | None:
    with bot.dependencies.database.transaction() as connection:
        return connection.execute(
            "SELECT installations.account, suspended_at IS NOT NULL, repositories.name"
            " FROM installations LEFT JOIN repositories"
            " ON installations.id = repositories.installation_id"
        ).fetchone()


def test_an_installation_is_recorded_and_its_repository_indexed_at_its_head(bot: Bot) -> None:
    head = bot.github.state.head(bot.repository).oid
    assert bot.engine.indexed == [(REPOSITORY, "main", head, ("hello.py",))]
    assert installation_of(bot) == ("octo-org", False, REPOSITORY)


def test_ten_pushes_make_one_job_which_indexes_the_last(bot: Bot) -> None:
    for number in range(10):
        bot.github.push(bot.repository, {"new.py": b"%d" % number}, author="mona")
    assert len(bot.queue.jobs) == 1
    bot.work()
    assert bot.engine.indexed[-1][2] == bot.github.state.head(bot.repository).oid
    assert len(bot.engine.indexed) == 2


def test_a_repository_that_is_added_is_indexed(bot: Bot) -> None:
    (installation,) = bot.github.state.installations()
    other = bot.github.add_repository("octo-org/other")
    bot.github.add_to_installation(installation, [other])
    bot.work()
    assert bot.engine.indexed[-1][0] == "octo-org/other"


def test_a_repository_that_is_removed_is_forgotten(bot: Bot) -> None:
    (installation,) = bot.github.state.installations()
    bot.github.remove_from_installation(installation, [bot.repository])
    bot.work()
    assert bot.engine.forgotten == [REPOSITORY]
    assert installation_of(bot) == ("octo-org", False, None)


def test_a_suspended_installation_is_forgotten_and_recorded_as_suspended(bot: Bot) -> None:
    bot.github.suspend(bot.github.state.installations()[0])
    bot.work()
    assert bot.engine.forgotten == [REPOSITORY]
    assert installation_of(bot) == ("octo-org", True, None)


def test_a_deleted_installation_is_forgotten_with_its_record(bot: Bot) -> None:
    bot.github.uninstall(bot.github.state.installations()[0])
    bot.work()
    assert bot.engine.forgotten == [REPOSITORY]
    assert installation_of(bot) is None


def test_a_repository_out_of_reach_is_given_up(bot: Bot) -> None:
    bot.github.uninstall(bot.github.state.installations()[0])
    with pytest.raises(Permanent):
        bot.run(IndexRepository(1, REPOSITORY).job())


def test_an_empty_repository_is_left_until_it_is_pushed_to(bot: Bot) -> None:
    empty = {
        "nameWithOwner": "octo-org/empty",
        "url": "https://github.com/octo-org/empty",
        "defaultBranchRef": None,
        "settings": None,
    }

    class EmptyGitHub:
        """A GitHub whose repositories hold nothing yet, as the simulated one's never do."""

        @contextmanager
        def repository(self, installation_id: int, full_name: str) -> Iterator[Operations]:
            assert (installation_id, full_name) == (7, "octo-org/empty")
            yield Operations(lambda name, variables: {"repository": empty})  # noqa: ARG005 - any

    before = list(bot.engine.indexed)
    github: Any = EmptyGitHub()
    index_repository(IndexRepository(7, "octo-org/empty"), replace(bot.dependencies, github=github))
    assert bot.engine.indexed == before
