"""Commands, from the webhook to the reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobs.port import Permanent, RetryLater
from tests.github_app.conftest import LAST, SOURCE_URL

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
    assert "It is being indexed" in bot.github.issue_comments(thread)[-1].body


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
