"""Commands, from the webhook to the reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from github_app.behaviours.run_command import MAX_REPLIES
from github_app.errors import Forbidden, NotFound, ServerError, Unprocessable
from github_app.graphql.operations import Operations
from jobs.port import Permanent, RetryLater
from tests.github_app.conftest import LAST, SECOND, SOURCE_URL

if TYPE_CHECKING:
    from simulator.github import Discussion, Issue
    from tests.github_app.conftest import Bot


def discussion(bot: Bot) -> Discussion:
    opened = bot.github.open_discussion(
        bot.repository, author="mona", title="Colours", body="Which?", category="general"
    )
    bot.queue.jobs.clear()
    return opened


def issue(bot: Bot, body: str = "It breaks.") -> Issue:
    return bot.github.open_issue(bot.repository, author="mona", title="Crash", body=body)


def test_a_question_in_a_discussion_is_answered_in_the_comments_thread(bot: Bot) -> None:
    thread = discussion(bot)
    comment = bot.github.comment_on_discussion(
        thread, author="mona", body="/fury-bot ask How do I\nsay hello?"
    )
    bot.work()
    reply = bot.github.discussion_comments(thread)[-1]
    assert reply.reply_to_id == comment.node_id
    assert bot.engine.questions[0][0] == "How do I\nsay hello?"
    assert bot.reactions(comment) == {"ROCKET"}


def test_a_question_in_a_reply_is_answered_below_the_top_level_comment(bot: Bot) -> None:
    thread = discussion(bot)
    top = bot.github.comment_on_discussion(thread, author="mona", body="Hm.")
    nested = bot.github.comment_on_discussion(
        thread, author="hubot", body="/fury-bot ask this", reply_to=top
    )
    bot.work()
    reply = bot.github.discussion_comments(thread)[-1]
    assert reply.reply_to_id == top.node_id
    assert bot.reactions(nested) == {"ROCKET"}


def test_a_command_in_a_discussions_own_text_is_run_instead_of_an_answer(bot: Bot) -> None:
    thread = bot.github.open_discussion(
        bot.repository, author="mona", title="Hello", body="/fury-bot search hello"
    )
    bot.work()
    (reply,) = bot.github.discussion_comments(thread)
    assert reply.reply_to_id is None
    assert "def hello()" in reply.body
    assert bot.engine.questions == []


def test_a_question_in_an_issue_is_answered(bot: Bot) -> None:
    thread = issue(bot)
    comment = bot.github.comment_on_issue(thread, author="mona", body="/fury-bot ask Why?")
    bot.work()
    reply = bot.github.issue_comments(thread)[-1]
    assert SOURCE_URL in reply.body
    assert bot.reactions(comment) == {"ROCKET"}


def test_without_a_question_the_issue_is_the_question(bot: Bot) -> None:
    thread = issue(bot, "It breaks. <!-- template -->")
    bot.github.comment_on_issue(thread, author="mona", body="/fury-bot ask")
    bot.work()
    assert bot.engine.questions[0][0] == "Crash\n\nIt breaks."


def test_without_a_question_the_discussion_is_the_question(bot: Bot) -> None:
    thread = discussion(bot)
    bot.github.comment_on_discussion(thread, author="mona", body="/fury-bot ask")
    bot.work()
    assert bot.engine.questions[0][0] == "Colours\n\nWhich?"


def test_a_command_in_a_new_issue_is_run(bot: Bot) -> None:
    thread = issue(bot, "It breaks.\n\n/fury-bot ask")
    bot.work()
    assert len(bot.github.issue_comments(thread)) == 1
    assert bot.reactions(thread) == {"ROCKET"}


@pytest.mark.parametrize(
    ("body", "said", "reaction"),
    [
        ("/fury-bot help", "| `/fury-bot search QUERY` |", "ROCKET"),
        ("/fury-bot", "| `/fury-bot search QUERY` |", "ROCKET"),
        ("/fury-bot serach it", "Did you mean `/fury-bot search`?", "CONFUSED"),
        ("/fury-bot xyzzy", "There is no command `/fury-bot xyzzy`.", "CONFUSED"),
        ("/fury-bot search", "Write `/fury-bot search QUERY`.", "CONFUSED"),
        ("`/fury-bot help`", "without back-ticks", "CONFUSED"),
        ("/fury-bot help\n/fury-bot help", "Only the first command", "ROCKET"),
    ],
)
def test_a_command_gets_its_reply(bot: Bot, body: str, said: str, reaction: str) -> None:
    thread = issue(bot)
    comment = bot.github.comment_on_issue(thread, author="mona", body=body)
    bot.work()
    assert said in bot.github.issue_comments(thread)[-1].body
    assert bot.reactions(comment) == {reaction}


def test_an_abstention_is_told_to_who_asked_with_the_nearest_places(bot: Bot) -> None:
    bot.engine.abstains = True
    thread = issue(bot)
    comment = bot.github.comment_on_issue(thread, author="mona", body="/fury-bot ask Why?")
    bot.work()
    reply = bot.github.issue_comments(thread)[-1]
    assert "I could not find this" in reply.body
    assert SOURCE_URL in reply.body
    assert bot.reactions(comment) == {"CONFUSED"}


def test_nothing_is_run_where_commands_are_switched_off(bot: Bot) -> None:
    bot.github.push(bot.repository, {".github/fury-bot.yml": b"commands: false"}, author="mona")
    thread = issue(bot)
    comment = bot.github.comment_on_issue(thread, author="mona", body="/fury-bot help")
    bot.work()
    assert bot.github.issue_comments(thread) == [comment]
    assert bot.reactions(comment) == set()


def test_a_command_before_the_index_is_made_waits_and_at_last_says_so(bot: Bot) -> None:
    bot.engine.is_indexed = False
    thread = issue(bot)
    bot.github.comment_on_issue(thread, author="mona", body="/fury-bot search x")
    job = bot.queue.jobs.pop()
    with pytest.raises(RetryLater):
        bot.run(job)
    assert [waiting.task for waiting in bot.queue.jobs] == ["github.index"]
    bot.run(job, LAST)
    assert [waiting.task for waiting in bot.queue.jobs] == ["github.index"]
    assert "is not indexed yet" in bot.github.issue_comments(thread)[-1].body


def test_an_edit_runs_the_new_command_alone(bot: Bot) -> None:
    thread = issue(bot)
    comment = bot.github.comment_on_issue(thread, author="mona", body="/fury-bot help")
    bot.work()
    bot.github.edit_comment(comment, body="/fury-bot help\n\nThanks")
    bot.work()
    assert len(bot.github.issue_comments(thread)) == 2
    bot.github.edit_comment(
        bot.github.issue_comments(thread)[0], body="/fury-bot help\n\n/fury-bot search x"
    )
    bot.work()
    assert [query for query, _ in bot.engine.searches] == ["x"]


def test_a_deleted_comment_is_given_up(bot: Bot) -> None:
    thread = issue(bot)
    comment = bot.github.comment_on_issue(thread, author="mona", body="/fury-bot help")
    bot.github.delete_comment(comment)
    (job,) = bot.queue.jobs
    with pytest.raises(Permanent):
        bot.run(job)


def test_bots_do_not_talk_to_each_other(bot: Bot) -> None:
    thread = issue(bot)
    other = bot.github.add_bot("chatty")
    bot.github.comment_on_issue(thread, author=other.login, body="/fury-bot help")
    assert bot.queue.jobs == []


def break_comments(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Operations, "add_issue_comment", refuse)


@pytest.mark.parametrize("error", [Forbidden("locked"), Unprocessable("no"), NotFound("gone")])
def test_a_failure_for_good_is_shown_at_once(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    thread = issue(bot)
    comment = bot.github.comment_on_issue(thread, author="mona", body="/fury-bot help")
    break_comments(monkeypatch, error)
    with pytest.raises(Permanent):
        bot.work()
    assert bot.reactions(comment) == {"CONFUSED"}


def test_a_failure_for_good_before_the_work_leaves_no_eyes_of_an_earlier_attempt(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = issue(bot)
    comment = bot.github.comment_on_issue(thread, author="mona", body="/fury-bot help")
    (job,) = bot.queue.jobs
    bot.github.faults.fail("AddIssueComment", kind="bad_gateway")
    with pytest.raises(ServerError):
        bot.run(job)
    assert bot.reactions(comment) == {"EYES"}

    def refuse(*_: object, **__: object) -> None:
        raise Forbidden("no longer")

    monkeypatch.setattr(Operations, "read_repository", refuse)
    with pytest.raises(Permanent):
        bot.run(job, SECOND)
    assert bot.reactions(comment) == {"CONFUSED"}


def test_commands_switched_off_meanwhile_leave_no_eyes(bot: Bot) -> None:
    thread = issue(bot)
    comment = bot.github.comment_on_issue(thread, author="mona", body="/fury-bot help")
    (job,) = bot.queue.jobs
    bot.github.faults.fail("AddIssueComment", kind="bad_gateway")
    with pytest.raises(ServerError):
        bot.run(job)
    bot.github.push(bot.repository, {".github/fury-bot.yml": b"commands: false"}, author="mona")
    bot.run(job, SECOND)
    assert bot.reactions(comment) == set()


def test_a_reaction_that_is_refused_does_not_keep_the_reply_back(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise Forbidden("no reactions here")

    monkeypatch.setattr(Operations, "add_reaction", refuse)
    thread = issue(bot)
    bot.github.comment_on_issue(thread, author="mona", body="/fury-bot help")
    bot.work()
    assert len(bot.github.issue_comments(thread)) == 2


def test_a_thread_gets_so_many_replies_and_then_only_a_sign(bot: Bot) -> None:
    thread = issue(bot)
    for _ in range(MAX_REPLIES + 1):
        comment = bot.github.comment_on_issue(thread, author="mona", body="/fury-bot help")
        (job,) = bot.queue.jobs
        bot.work()
    assert len(bot.github.issue_comments(thread)) == 2 * MAX_REPLIES + 1
    assert bot.reactions(comment) == {"CONFUSED"}
    last_that_fitted = bot.github.issue_comments(thread)[-3]
    assert bot.reactions(last_that_fitted) == {"ROCKET"}
    bot.run(job)
    assert len(bot.github.issue_comments(thread)) == 2 * MAX_REPLIES + 1


@pytest.mark.parametrize("command", ["ask Where is the key?", "search key"])
def test_what_another_repository_of_the_name_held_is_never_told(bot: Bot, command: str) -> None:
    with bot.dependencies.database.transaction() as connection:
        connection.execute("UPDATE repositories SET github_id = 4")
    thread = issue(bot)
    bot.github.comment_on_issue(thread, author="mona", body=f"/fury-bot {command}")
    (job,) = bot.queue.jobs
    bot.queue.jobs.clear()
    with pytest.raises(RetryLater):
        bot.run(job)
    assert bot.engine.questions == bot.engine.searches == []
    bot.work()
    bot.run(job, SECOND)
    assert len(bot.engine.questions + bot.engine.searches) == 1
    assert SOURCE_URL in bot.github.issue_comments(thread)[-1].body


def test_an_installation_without_discussions_is_answered_on_its_issues(bot: Bot) -> None:
    other = bot.github.add_repository("acme/tool", files={"tool.py": b"x = 1\n"})
    bot.github.install(
        [other],
        permissions={"contents": "read", "metadata": "read", "issues": "write"},
    )
    bot.work()
    assert bot.engine.indexed[-1][0] == "acme/tool"
    thread = bot.github.open_issue(other, author="mona", title="Hm", body="/fury-bot ask Why?")
    bot.work()
    assert len(bot.github.issue_comments(thread)) == 1


def test_the_same_mistake_in_the_settings_is_told_once(bot: Bot) -> None:
    def told() -> bool:
        thread = issue(bot)
        bot.github.comment_on_issue(thread, author="mona", body="/fury-bot help")
        bot.work()
        return "has a mistake" in bot.github.issue_comments(thread)[-1].body

    def settings(text: bytes) -> None:
        bot.github.push(bot.repository, {".github/fury-bot.yml": text}, author="mona")

    settings(b"answer: 1")
    assert [told(), told()] == [True, False]
    settings(b"replies: 1")
    assert [told(), told()] == [True, False]
    settings(b"")
    assert not told()
    settings(b"replies: 1")
    assert [told(), told()] == [True, False]


def test_a_question_asks_for_the_index_once_however_often_it_is_tried(bot: Bot) -> None:
    bot.engine.is_indexed = False
    thread = issue(bot)
    bot.github.comment_on_issue(thread, author="mona", body="/fury-bot ask Why?")
    question = bot.queue.jobs.pop()
    with pytest.raises(RetryLater):
        bot.run(question)
    assert [waiting.task for waiting in bot.queue.jobs] == ["github.index"]
    bot.queue.jobs.clear()  # it is under way
    with pytest.raises(RetryLater):
        bot.run(question, SECOND)
    assert bot.queue.jobs == []
