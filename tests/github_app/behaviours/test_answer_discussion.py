"""New discussions, from the webhook to the reply."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from github_app.markers import marker
from jobs.port import Permanent, RetryLater
from tests.github_app.conftest import LAST, REPOSITORY, SECOND, SOURCE_URL

if TYPE_CHECKING:
    from simulator.github import Discussion, DiscussionComment
    from tests.github_app.conftest import Bot


def ask(bot: Bot, body: str = "It is in the title.", category: str = "q-a") -> Discussion:
    return bot.github.open_discussion(
        bot.repository, author="mona", title="How do I say hello?", body=body, category=category
    )


def replies(bot: Bot, discussion: Discussion) -> list[DiscussionComment]:
    return bot.github.discussion_comments(discussion)


def settings(bot: Bot, text: str) -> None:
    bot.github.push(bot.repository, {".github/fury-bot.yml": text.encode()}, author="mona")
    bot.work()


def test_a_new_question_gets_one_answer_with_its_sources(bot: Bot) -> None:
    discussion = ask(bot)
    bot.work()
    (reply,) = replies(bot, discussion)
    assert "Call `hello()`" in reply.body
    assert f"1. [`hello.py#L1-L3`]({SOURCE_URL})" in reply.body
    assert reply.reply_to_id is None
    assert bot.reactions(discussion) == {"ROCKET"}
    ((question, scope),) = bot.engine.questions
    assert question == "How do I say hello?\n\nIt is in the title."
    assert (scope.repository, scope.knn) == (REPOSITORY, 5)


def test_the_answer_and_its_place_are_recorded(bot: Bot) -> None:
    discussion = ask(bot)
    bot.work()
    with bot.dependencies.database.transaction() as connection:
        row = connection.execute(
            "SELECT thread, reply_id, reply_url, posted_at IS NOT NULL FROM answers"
        ).fetchone()
    (reply,) = replies(bot, discussion)
    url = f"https://github.com{reply.resource_path}"
    assert row == (discussion.node_id, reply.node_id, url, True)


def test_a_redelivery_is_answered_once(bot: Bot) -> None:
    discussion = ask(bot)
    bot.github.webhooks.redeliver(bot.github.webhooks.deliveries[-1].guid)
    bot.work()
    assert len(replies(bot, discussion)) == 1


def test_a_job_run_again_after_its_end_changes_nothing(bot: Bot) -> None:
    discussion = ask(bot)
    (job,) = bot.queue.jobs
    bot.run(job)
    bot.run(job)
    assert len(replies(bot, discussion)) == 1
    assert len(bot.engine.questions) == 1
    assert bot.reactions(discussion) == {"ROCKET"}


def test_a_reply_whose_acknowledgement_was_lost_is_found_by_its_marker(bot: Bot) -> None:
    discussion = ask(bot)
    (job,) = bot.queue.jobs
    bot.github.faults.fail("AddDiscussionComment", kind="bad_gateway", when="after")
    with pytest.raises(Exception, match="502"):
        bot.run(job)
    assert len(replies(bot, discussion)) == 1
    assert bot.reactions(discussion) == {"EYES"}
    bot.run(job)
    (reply,) = replies(bot, discussion)
    assert bot.reactions(discussion) == {"ROCKET"}
    with bot.dependencies.database.transaction() as connection:
        row = connection.execute("SELECT reply_id, reply_url FROM answers").fetchone()
    assert row == (reply.node_id, f"https://github.com{reply.resource_path}")


def test_an_answer_that_was_kept_is_posted_without_asking_again(bot: Bot) -> None:
    discussion = ask(bot)
    (job,) = bot.queue.jobs
    bot.github.faults.fail("AddDiscussionComment", kind="bad_gateway")
    with pytest.raises(Exception, match="502"):
        bot.run(job)
    bot.run(job)
    (reply,) = replies(bot, discussion)
    assert "(answer 1)" in reply.body
    assert len(bot.engine.questions) == 1


def test_nobody_else_can_forge_the_marker(bot: Bot) -> None:
    discussion = ask(bot)
    delivery_id = bot.github.webhooks.deliveries[-1].guid
    bot.github.comment_on_discussion(discussion, author="mallory", body=marker(delivery_id))
    bot.work()
    assert len(replies(bot, discussion)) == 2


def test_when_the_engine_abstains_nothing_is_said(bot: Bot) -> None:
    bot.engine.abstains = True
    discussion = ask(bot)
    bot.work()
    assert replies(bot, discussion) == []
    assert bot.reactions(discussion) == {"CONFUSED"}


def test_a_discussion_in_a_category_without_answers_is_left_alone(bot: Bot) -> None:
    discussion = ask(bot, category="general")
    bot.work()
    assert replies(bot, discussion) == []
    assert bot.reactions(discussion) == set()


def test_a_list_of_categories_takes_the_place_of_the_answerable_ones(bot: Bot) -> None:
    settings(bot, "answers: {categories: [General]}")
    general, question = ask(bot, category="general"), ask(bot)
    bot.work()
    assert len(replies(bot, general)) == 1
    assert replies(bot, question) == []


def test_nothing_is_answered_unasked_where_it_is_switched_off(bot: Bot) -> None:
    settings(bot, "answers: {discussions: never}")
    discussion = ask(bot)
    bot.work()
    assert replies(bot, discussion) == []


@pytest.mark.parametrize(("tick", "count"), [("x", 1), (" ", 0)])
def test_the_templates_checkbox_decides_where_it_is_asked_for(
    bot: Bot, tick: str, count: int
) -> None:
    settings(bot, "answers: {discussions: checkbox}")
    box = f"- [{tick}] I want an AI-generated answer as a first response"
    discussion = ask(bot, body=f"Hello?\n\n{box}")
    bot.work()
    assert len(replies(bot, discussion)) == count
    assert all("AI-generated" not in question for question, _ in bot.engine.questions)


def test_a_locked_or_closed_discussion_is_left_alone(bot: Bot) -> None:
    locked, closed = ask(bot), ask(bot)
    bot.github.lock(locked)
    bot.github.close(closed)
    bot.work()
    assert replies(bot, locked) == replies(bot, closed) == []


def test_a_thread_that_the_app_has_spoken_in_is_left_alone(bot: Bot) -> None:
    discussion = ask(bot)
    bot.github.comment_on_discussion(discussion, author="mona", body="/fury-bot help")
    bot.queue.jobs.reverse()
    bot.work()
    assert len(replies(bot, discussion)) == 2  # the command, and the reply to it
    assert bot.engine.questions == []


def test_a_question_before_the_index_is_made_waits_for_it(bot: Bot) -> None:
    bot.engine.is_indexed = False
    discussion = ask(bot)
    (job,) = bot.queue.jobs
    bot.queue.jobs.clear()
    with pytest.raises(RetryLater) as retry:
        bot.run(job)
    assert retry.value.seconds == 30
    assert bot.reactions(discussion) == {"EYES"}
    bot.work()
    bot.run(job)
    assert len(replies(bot, discussion)) == 1


def test_a_repository_that_is_never_indexed_gets_no_unasked_reply(bot: Bot) -> None:
    bot.engine.is_indexed = False
    discussion = ask(bot)
    (job,) = bot.queue.jobs
    bot.run(job, LAST)
    assert replies(bot, discussion) == []
    assert bot.reactions(discussion) == {"CONFUSED"}


def test_a_question_that_is_not_found_while_the_model_reads_is_put_off(bot: Bot) -> None:
    bot.engine.abstains = bot.engine.is_reading = True
    discussion = ask(bot)
    (job,) = bot.queue.jobs
    with pytest.raises(RetryLater, match="still being read") as retry:
        bot.run(job, SECOND)
    assert retry.value.seconds == 60
    bot.engine.abstains = False
    bot.run(job, SECOND)
    assert len(replies(bot, discussion)) == 1


def test_a_question_that_is_found_while_the_model_reads_is_answered_at_once(bot: Bot) -> None:
    bot.engine.is_reading = True
    discussion = ask(bot)
    bot.work()
    assert len(replies(bot, discussion)) == 1


def test_a_question_is_not_put_off_for_ever(bot: Bot) -> None:
    bot.engine.abstains = bot.engine.is_reading = True
    discussion = ask(bot)
    (job,) = bot.queue.jobs
    bot.run(job, LAST)
    assert replies(bot, discussion) == []
    assert bot.reactions(discussion) == {"CONFUSED"}


def test_a_discussion_that_is_gone_is_given_up(bot: Bot) -> None:
    discussion = ask(bot)
    (job,) = bot.queue.jobs
    bot.github.uninstall(bot.github.state.installations()[0])
    with pytest.raises(Permanent):
        bot.run(job)
    assert replies(bot, discussion) == []


@pytest.mark.parametrize(("kind", "seconds"), [("secondary_limit", 77), ("secondary_limit_ok", 77)])
def test_a_limit_puts_the_job_off_for_as_long_as_github_asks(
    bot: Bot, kind: str, seconds: float
) -> None:
    discussion = ask(bot)
    (job,) = bot.queue.jobs
    bot.github.faults.fail("AddDiscussionComment", kind=kind, retry_after=77)
    with pytest.raises(RetryLater) as retry:
        bot.run(job)
    assert retry.value.seconds == seconds
    bot.run(job)
    assert len(replies(bot, discussion)) == 1


def test_the_primary_limit_puts_the_job_off_until_it_is_reset(bot: Bot) -> None:
    ask(bot)
    (job,) = bot.queue.jobs
    installation = bot.github.state.installations()[0]
    bot.github.primary_limit.leave(installation.id, "graphql", remaining=0)
    with pytest.raises(RetryLater) as retry:
        bot.run(job)
    assert 3500 < retry.value.seconds < 3700


def test_a_failure_on_the_last_attempt_shows(bot: Bot) -> None:
    discussion = ask(bot)
    (job,) = bot.queue.jobs
    bot.github.faults.fail("AddDiscussionComment", kind="server_error")
    with pytest.raises(Exception, match="500"):
        bot.run(job, LAST)
    assert bot.reactions(discussion) == {"CONFUSED"}


def test_a_mistake_in_the_settings_is_told_below_the_answer(bot: Bot) -> None:
    settings(bot, "answer: always")
    discussion = ask(bot)
    bot.work()
    (reply,) = replies(bot, discussion)
    assert "`.github/fury-bot.yml` has a mistake, so the defaults hold: `answer`: unknown key" in (
        reply.body
    )


def test_the_owners_settings_hold_where_the_repository_has_none(bot: Bot) -> None:
    bot.github.add_repository(
        "octo-org/.github", files={".github/fury-bot.yml": b"answers: {discussions: never}"}
    )
    discussion = ask(bot)
    bot.work()
    assert replies(bot, discussion) == []
    settings(bot, "references: 2")
    ask(bot)
    bot.work()
    assert [scope.knn for _, scope in bot.engine.questions] == [2]


def test_a_thread_of_many_pages_is_read_to_its_first_comment(bot: Bot) -> None:
    discussion = ask(bot)
    (job,) = bot.queue.jobs
    bot.github.faults.fail("AddDiscussionComment", kind="bad_gateway", when="after")
    with pytest.raises(Exception, match="502"):
        bot.run(job)
    for number in range(55):
        bot.github.comment_on_discussion(discussion, author="mona", body=f"{number}")
    bot.run(job)
    assert len(replies(bot, discussion)) == 56


def test_a_token_that_github_does_not_know_yet_is_tried_again(bot: Bot) -> None:
    discussion = ask(bot)
    bot.github.faults.fail("Repository", kind="unauthorised", times=2)
    bot.work()
    assert len(replies(bot, discussion)) == 1


def test_a_failure_while_giving_up_does_not_hide_what_went_wrong(bot: Bot) -> None:
    ask(bot)
    (job,) = bot.queue.jobs
    bot.github.faults.fail("AddDiscussionComment", kind="server_error")
    hold = bot.github.faults.hold("before", "AddDiscussionComment")
    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(bot.run, job, LAST)
        hold.wait_until_held()
        bot.github.faults.fail("AddReaction", kind="unavailable")
        hold.release()
        with pytest.raises(Exception, match="add_discussion_comment: HTTP 500"):
            working.result(30)


def test_a_settings_file_that_is_not_text_is_a_mistake(bot: Bot) -> None:
    bot.github.push(bot.repository, {".github/fury-bot.yml": b"\0\1"}, author="mona")
    discussion = ask(bot)
    bot.work()
    assert "the file is not text" in replies(bot, discussion)[0].body
