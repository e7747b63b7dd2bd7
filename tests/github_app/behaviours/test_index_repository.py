"""Installations and pushes, from the webhook to the index."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from github_app import answering, records
from github_app.auth import READING
from github_app.behaviours.index_repository import index_repository
from github_app.errors import ArchiveTooLarge
from github_app.graphql.model import Repository
from github_app.graphql.operations import Operations
from github_app.rest import RestClient
from github_app.work import ForgetRepository, IndexRepository, job_of
from jobs.port import Permanent, RetryLater
from tests.github_app.conftest import REPOSITORY, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
        bot.run(job_of(IndexRepository(1, REPOSITORY)))


def test_an_empty_repository_is_left_until_it_is_pushed_to(bot: Bot) -> None:
    empty = {
        "nameWithOwner": "octo-org/empty",
        "databaseId": 77,
        "url": "https://github.com/octo-org/empty",
        "defaultBranchRef": None,
        "isPrivate": False,
        "latestRelease": None,
        "settings": None,
    }

    class EmptyGitHub:
        """A GitHub whose repositories hold nothing yet, as the simulated one's never do."""

        @contextmanager
        def repository(
            self, installation_id: int, full_name: str, *, permissions: Mapping[str, str]
        ) -> Iterator[Operations]:
            assert (installation_id, full_name) == (7, "octo-org/empty")
            assert permissions == READING
            yield Operations(lambda name, variables: {"repository": empty})  # noqa: ARG005 - any

    before = list(bot.engine.indexed)
    github: Any = EmptyGitHub()
    index_repository(IndexRepository(7, "octo-org/empty"), replace(bot.dependencies, github=github))
    assert bot.engine.indexed == before


def known(bot: Bot) -> list[tuple[object, ...]]:
    with bot.dependencies.database.transaction() as connection:
        return connection.execute(
            "SELECT name, github_id, installation_id FROM repositories ORDER BY name"
        ).fetchall()


def test_a_repository_is_known_by_githubs_id(bot: Bot) -> None:
    (installation,) = bot.github.state.installations()
    assert known(bot) == [(REPOSITORY, bot.repository.id, installation.id)]


def test_a_renamed_repository_keeps_its_row_under_its_new_name(bot: Bot) -> None:
    with bot.dependencies.database.transaction() as connection:
        connection.execute("UPDATE repositories SET name = 'octo-org/former'")
    (installation,) = bot.github.state.installations()
    bot.run(job_of(IndexRepository(installation.id, REPOSITORY)))
    assert known(bot) == [(REPOSITORY, bot.repository.id, installation.id)]


def test_what_was_known_under_a_name_goes_when_another_repository_has_it(bot: Bot) -> None:
    with bot.dependencies.database.transaction() as connection:
        connection.execute("UPDATE repositories SET github_id = 4")
    (installation,) = bot.github.state.installations()
    bot.run(job_of(IndexRepository(installation.id, REPOSITORY)))
    assert known(bot) == [(REPOSITORY, bot.repository.id, installation.id)]


def test_the_app_added_again_while_it_was_to_be_forgotten_knows_the_repository(bot: Bot) -> None:
    (installation,) = bot.github.state.installations()
    bot.github.push(bot.repository, {"new.py": b""}, author="mona")
    bot.github.remove_from_installation(installation, [bot.repository])
    bot.github.add_to_installation(installation, [bot.repository])
    assert [job.task for job in bot.queue.jobs] == ["github.index", "github.forget", "github.index"]
    bot.work()
    assert known(bot) == [(REPOSITORY, bot.repository.id, installation.id)]


def test_an_installation_that_lost_a_repository_forgets_not_what_another_has(bot: Bot) -> None:
    before = known(bot)
    (installation,) = bot.github.state.installations()
    gone = installation.id + 1
    bot.run(job_of(ForgetRepository(REPOSITORY, gone, bot.repository.id)))
    assert known(bot) == before
    bot.run(job_of(ForgetRepository(REPOSITORY, installation.id, bot.repository.id)))
    assert known(bot) == []


def test_a_repository_is_forgotten_under_its_former_name(bot: Bot) -> None:
    bot.run(job_of(ForgetRepository("octo-org/new-name", None, bot.repository.id)))
    assert known(bot) == []


def test_another_repository_of_the_name_is_not_forgotten(bot: Bot) -> None:
    bot.run(job_of(ForgetRepository(REPOSITORY, None, bot.repository.id + 1)))
    assert len(known(bot)) == 1


def test_an_old_job_forgets_by_name(bot: Bot) -> None:
    bot.run(job_of(ForgetRepository(REPOSITORY)))
    assert known(bot) == []


def test_an_archive_that_is_refused_is_told_and_not_fetched_for_every_question(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot.engine.is_indexed = False
    bot.engine.trees.clear()
    monkeypatch.setattr(RestClient, "download_archive", too_large)
    thread = bot.github.open_issue(bot.repository, author="mona", title="Hm", body="Hm")
    bot.github.comment_on_issue(thread, author="mona", body="/fury-bot ask Why?")
    (question,) = bot.queue.jobs
    bot.queue.jobs.clear()
    with pytest.raises(RetryLater):
        bot.run(question)
    (index,) = bot.queue.jobs
    bot.queue.jobs.clear()
    with pytest.raises(Permanent):
        bot.run(index)
    bot.run(question, SECOND)
    assert "its archive is too large for me" in bot.github.issue_comments(thread)[-1].body
    bot.github.comment_on_issue(thread, author="mona", body="/fury-bot ask And now?")
    bot.work()
    assert bot.queue.jobs == []
    assert "its archive is too large for me" in bot.github.issue_comments(thread)[-1].body


def test_a_refusal_holds_for_a_while_or_until_the_archive_is_read(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (installation,) = bot.github.state.installations()
    index = job_of(IndexRepository(installation.id, REPOSITORY))
    bot.engine.trees.clear()
    with monkeypatch.context() as patched:
        patched.setattr(RestClient, "download_archive", too_large)
        with pytest.raises(Permanent):
            bot.run(index)
    with bot.dependencies.database.transaction() as connection:
        assert records.was_refused(connection, REPOSITORY, within=answering.REFUSAL_HOLDS)
        assert not records.was_refused(connection, REPOSITORY, within=0)
    bot.run(index)
    with bot.dependencies.database.transaction() as connection:
        assert not records.was_refused(connection, REPOSITORY, within=answering.REFUSAL_HOLDS)


def too_large(*_: object, **__: object) -> None:
    raise ArchiveTooLarge("the archive is larger than 1 byte")


def test_an_empty_repository_is_no_reason_to_come_back(bot: Bot) -> None:
    empty = Repository(REPOSITORY, 1, "https://github.com/o/r", None, None, None)
    obstacle = answering.request_index(bot.dependencies, 7, empty, attempt=SECOND)
    assert obstacle is answering.Obstacle.EMPTY
    assert bot.queue.jobs == []
