"""Answered discussions and closed issues are known, and kept as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString, NoReturn

import pytest
import yaml

from github_app.behaviours import read_threads
from github_app.errors import Forbidden
from github_app.events import InstallationAction
from github_app.work import ReadThreads, RecordInstallation, job_of
from jobs.port import RetryLater
from retrieval.tasks import embedding_jobs
from simulator.github import Role
from tests.github_app.conftest import REPOSITORY

if TYPE_CHECKING:
    from simulator.github import Discussion, DiscussionComment, Issue
    from tests.github_app.conftest import Bot


@pytest.fixture(autouse=True)
def maintainer(bot: Bot) -> None:
    bot.github.grant(bot.repository, "maintainer", Role.WRITE)


def answered(bot: Bot, title: str = "How?") -> tuple[Discussion, DiscussionComment]:
    discussion = bot.github.open_discussion(bot.repository, author="mona", title=title, body="Hm?")
    answer = bot.github.comment_on_discussion(discussion, author="hubot", body=f"So: {title}")
    bot.github.choose_answer(answer, by="mona")
    return discussion, answer


def closed(bot: Bot, title: str = "Broken", **options: Any) -> Issue:  # noqa: ANN401 - of the simulated GitHub
    issue = bot.github.open_issue(bot.repository, author="mona", title=title, body="It is.")
    bot.github.comment_on_issue(issue, author="maintainer", body=f"Mended: {title}")
    bot.github.close(issue, **options)
    return issue


def read_all(bot: Bot) -> None:
    """Do the work on threads as after an installation, and none for their events."""
    bot.queue.jobs.clear()
    with bot.dependencies.database.transaction() as connection:
        connection.execute("DELETE FROM thread_readings")
    (installation,) = bot.github.state.installations()
    bot.run(job_of(ReadThreads(installation.id, REPOSITORY, bot.repository.id)))
    bot.work()


def push_and_follow(bot: Bot) -> list[str]:
    """Push, index, and return the jobs that come of it."""
    bot.queue.jobs.clear()
    bot.github.push(bot.repository, {"hello.py": b"2"}, author="mona")
    bot.run(bot.queue.jobs.pop(0))
    return [job.task for job in bot.queue.jobs]


def answers(bot: Bot) -> dict[str, str]:
    return {path: thread.answer for path, thread in bot.threads.known.items()}


def choose(bot: Bot, **knowledge: object) -> None:
    settings = yaml.safe_dump({"knowledge": knowledge}).encode()
    bot.github.push(bot.repository, {".github/fury-bot.yml": settings}, author="mona")
    bot.work()


def test_what_was_answered_before_is_read(bot: Bot) -> None:
    answered(bot)
    closed(bot)
    bot.github.open_discussion(bot.repository, author="mona", title="Open", body="?")
    bot.github.open_issue(bot.repository, author="mona", title="Open", body="?")
    read_all(bot)
    assert answers(bot) == {"discussions/1": "So: How?", "issues/2": "Mended: Broken"}


def test_what_the_model_has_yet_to_read_is_left_to_jobs_of_their_own(bot: Bot) -> None:
    answered(bot)
    bot.threads.waiting = 3
    (job,) = bot.queue.jobs[-1:]
    bot.queue.jobs.clear()
    bot.run(job)
    assert bot.queue.jobs == embedding_jobs(REPOSITORY, texts=3)


def test_nobody_is_replied_to(bot: Bot) -> None:
    discussion, _ = answered(bot)
    before = len(bot.github.discussion_comments(discussion))
    read_all(bot)
    assert len(bot.github.discussion_comments(discussion)) == before
    assert bot.engine.questions == []


def test_the_threads_are_read_when_the_app_is_installed(bot: Bot) -> None:
    other = bot.github.add_repository("octo-org/other")
    discussion = bot.github.open_discussion(other, author="mona", title="How?", body="Hm?")
    answer = bot.github.comment_on_discussion(discussion, author="hubot", body="So.")
    bot.github.choose_answer(answer, by="mona")
    (installation,) = bot.github.state.installations()
    bot.github.add_to_installation(installation, [other])
    bot.work()
    assert answers(bot) == {"discussions/1": "So."}


def test_many_threads_are_read_over_pages_and_jobs_with_few_requests(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_threads, "THREADS_A_RUN", 100)
    for number in range(130):
        issue = bot.github.state.threads.open_issue(
            bot.repository, author=bot.github.add_user("mona"), title=f"{number}", body="?"
        )
        bot.github.state.threads.close(issue)
        bot.github.state.threads.give_reason(issue, reason="not_planned")
    bot.operations()
    read_all(bot)
    made = bot.operations()
    # 130 in two pages, and their parts 25 at a time: four requests, and two.
    assert made.count("ClosedIssues") == 2
    assert made.count("SolvedThreads") == 6
    first, second = bot.github.journal.requests("ClosedIssues")[-2:]
    assert first.variables["after"] is None
    assert second.variables["after"] is not None
    assert bot.threads.known == {}


def test_no_more_than_the_newest_threads_are_read(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_threads, "MOST_THREADS", 100)
    for number in range(101):
        issue = bot.github.state.threads.open_issue(
            bot.repository, author=bot.github.add_user("mona"), title=f"{number}", body="?"
        )
        bot.github.state.threads.close(issue)
    read_all(bot)
    assert len(bot.github.journal.requests("ClosedIssues")) == 2  # one at the installation


def test_reading_goes_on_where_it_was_broken_off(bot: Bot) -> None:
    answered(bot)
    closed(bot)
    bot.github.faults.fail("ClosedIssues", kind="rate_limited")
    with pytest.raises(RetryLater):
        read_all(bot)
    assert list(bot.threads.known) == ["discussions/1"]
    bot.github.clock.advance(seconds=3601)
    bot.operations()
    (installation,) = bot.github.state.installations()
    bot.run(job_of(ReadThreads(installation.id, REPOSITORY, bot.repository.id)))
    assert "AnsweredDiscussions" not in bot.operations()
    assert set(bot.threads.known) == {"discussions/1", "issues/2"}


def test_answers_and_pushes_keep_their_part_of_the_hours_requests(bot: Bot) -> None:
    answered(bot)
    (installation,) = bot.github.state.installations()
    bot.github.primary_limit.leave(installation.id, "graphql", remaining=900)
    with pytest.raises(RetryLater) as raised:
        read_all(bot)
    assert raised.value.seconds == read_threads.POINTS_WAIT
    assert bot.threads.known == {}


def test_a_thread_that_goes_while_it_is_read_is_left_out(bot: Bot) -> None:
    answered(bot, "One?")
    gone, _ = answered(bot, "Two?")
    answered(bot, "Three?")
    hold = bot.github.state.threads.find

    def find(node_id: str) -> object:
        return None if node_id == gone.node_id else hold(node_id)

    bot.github.state.threads.find = find  # type: ignore[method-assign,assignment] # gone for readers of nodes
    read_all(bot)
    assert set(bot.threads.known) == {"discussions/1", "discussions/3"}


def test_what_the_installation_may_not_read_is_left_alone(bot: Bot) -> None:
    repository = bot.github.add_repository("mona/own", private=True)
    permissions = {"metadata": "read", "contents": "read", "issues": "read"}
    bot.github.grant(repository, "maintainer", Role.WRITE)
    installation = bot.github.install([repository], permissions=permissions)
    issue = bot.github.open_issue(repository, author="mona", title="Broken", body="It is.")
    bot.github.comment_on_issue(issue, author="maintainer", body="Mended.")
    bot.github.close(issue)
    bot.queue.jobs.clear()
    bot.run(job_of(ReadThreads(installation.id, "mona/own", repository.id)))
    assert answers(bot) == {"issues/1": "Mended."}
    assert bot.queue.jobs == []
    # What closed it is out of reach as well, and is not asked for.
    (asked,) = bot.github.journal.requests("SolvedThreads")
    assert asked.variables["withPullRequests"] is False


def test_threads_are_read_once_the_installation_may_read_them(bot: Bot) -> None:
    discussion = bot.github.state.threads.open_discussion(
        bot.repository,
        author=bot.github.add_user("mona"),
        title="How?",
        body="Hm?",
        category=bot.github.state.threads.category(bot.repository, "q-a"),
    )
    answer = bot.github.comment_on_discussion(discussion, author="hubot", body="So.")
    bot.github.state.threads.choose_answer(discussion, answer, by=answer.author)
    bot.queue.jobs.clear()
    (installation,) = bot.github.state.installations()
    accepted = InstallationAction.PERMISSIONS_ACCEPTED
    bot.run(job_of(RecordInstallation(accepted, installation.id, "octo-org", ())))
    bot.work()
    assert answers(bot) == {"discussions/1": "So."}


def test_an_answer_is_known_once_it_is_chosen_and_until_it_is_taken_back(bot: Bot) -> None:
    discussion, answer = answered(bot)
    bot.work()
    assert answers(bot) == {"discussions/1": "So: How?"}
    bot.github.edit_comment(answer, body="Or so.")
    bot.work()
    assert answers(bot) == {"discussions/1": "Or so."}
    bot.github.take_answer_back(discussion, by="mona")
    bot.work()
    assert answers(bot) == {}


def test_an_issue_is_known_while_it_is_closed(bot: Bot) -> None:
    issue = closed(bot)
    bot.work()
    assert answers(bot) == {"issues/1": "Mended: Broken"}
    bot.github.edit_thread(issue, title="Not broken")
    bot.work()
    assert bot.threads.known["issues/1"].title == "Not broken"
    bot.github.reopen(issue)
    bot.work()
    assert answers(bot) == {}


@pytest.mark.parametrize("change", ["lock", "delete_thread"])
def test_a_thread_that_is_locked_or_deleted_is_known_no_more(bot: Bot, change: str) -> None:
    discussion, _ = answered(bot)
    issue = closed(bot)
    bot.work()
    assert len(bot.threads.known) == 2
    for thread in (discussion, issue):
        getattr(bot.github, change)(thread)
    bot.work()
    assert bot.threads.known == {}


def test_a_thread_labelled_as_spam_is_known_no_more(bot: Bot) -> None:
    issue = closed(bot)
    bot.work()
    bot.github.label(issue, "spam")
    bot.work()
    assert bot.threads.known == {}


def test_an_issue_that_was_not_solved_is_not_known(bot: Bot) -> None:
    closed(bot, reason="not_planned")
    bot.work()
    assert bot.threads.known == {}


def test_an_issue_may_be_answered_by_what_closed_it(bot: Bot) -> None:
    issue = bot.github.open_issue(bot.repository, author="mona", title="Broken", body="It is.")
    bot.github.close(issue, pull_request="Mend it")
    bot.work()
    assert answers(bot) == {"issues/1": "Solved by #2: Mend it"}


def test_a_hidden_comment_is_not_an_answer(bot: Bot) -> None:
    issue = bot.github.open_issue(bot.repository, author="mona", title="Broken", body="It is.")
    said = bot.github.comment_on_issue(issue, author="maintainer", body="Buy pills.")
    bot.github.minimize(said)
    bot.github.close(issue)
    bot.work()
    assert bot.threads.known == {}


@pytest.mark.parametrize(
    ("kind", "left"), [("discussions", "issues/2"), ("issues", "discussions/1")]
)
def test_a_repository_may_choose_what_is_known(bot: Bot, kind: str, left: str) -> None:
    discussion, answer = answered(bot)
    issue = closed(bot)
    bot.work()
    choose(bot, **{kind: False})
    assert list(bot.threads.known) == [left]
    bot.github.edit_comment(answer, body="Or so.")
    bot.github.edit_thread(discussion, title="Why?")
    bot.github.edit_thread(issue, title="Whole")
    bot.work()
    assert list(bot.threads.known) == [left]
    choose(bot, **{kind: True})
    assert set(bot.threads.known) == {"discussions/1", "issues/2"}


def test_a_new_release_and_a_new_edition_have_the_threads_read_anew(bot: Bot) -> None:
    answered(bot)
    bot.work()
    written = bot.threads.written
    bot.github.release(bot.repository, "v1.0", author="mona")
    bot.work()
    assert bot.threads.written == written + 1
    assert bot.threads.newest_release == "v1.0"
    bot.threads.edition = "2"
    bot.github.push(bot.repository, {"a.py": b"1"}, author="mona")
    bot.work()
    assert bot.threads.written == written + 2


@pytest.mark.parametrize(
    "left", ["DELETE FROM thread_readings", "UPDATE thread_readings SET is_done = false"]
)
def test_threads_that_a_job_left_unread_are_asked_for_with_the_next_push(
    bot: Bot, left: LiteralString
) -> None:
    assert push_and_follow(bot) == []
    with bot.dependencies.database.transaction() as connection:
        connection.execute(left)
    assert push_and_follow(bot) == [ReadThreads.TASK]
    bot.work()
    assert push_and_follow(bot) == []


def test_threads_that_nobody_wants_are_not_asked_for(bot: Bot) -> None:
    answered(bot)
    bot.work()
    assert bot.threads.known
    choose(bot, discussions=False, issues=False)
    assert not bot.threads.known
    assert push_and_follow(bot) == []


def test_threads_out_of_reach_are_not_asked_for_with_each_push(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise Forbidden("issues were not granted")

    (installation,) = bot.github.state.installations()
    with bot.dependencies.database.transaction() as connection:
        connection.execute("DELETE FROM thread_readings")
    with monkeypatch.context() as patch:
        patch.setattr(type(bot.dependencies.github), "repository", refuse)
        bot.run(job_of(ReadThreads(installation.id, REPOSITORY, bot.repository.id)))
    assert push_and_follow(bot) == []
