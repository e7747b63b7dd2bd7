"""One reply a delivery, over the real queue and through real failures."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Flask

from engine.records import save
from github_app import records
from github_app.graphql.model import PostedComment
from github_app.tasks import handlers
from github_app.webhooks import PATH, blueprint
from jobs.doorbell import NoDoorbell
from jobs.queue import PostgresQueue
from jobs.tasks import Backoff
from jobs.worker import Worker
from simulator.serving import Served
from tests.github_app.conftest import FIRST, SECRET

if TYPE_CHECKING:
    from simulator.github import Discussion
    from tests.github_app.conftest import Bot


def ask(bot: Bot) -> Discussion:
    return bot.github.open_discussion(
        bot.repository, author="mona", title="How do I say hello?", body=""
    )


def wait_for_the_second_worker(bot: Bot) -> None:
    """Return once it waits for the lock; or, were there none, once it wants to post too."""
    for _ in range(1500):
        with bot.dependencies.database.transaction() as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            ).fetchone()
        if row != (0,) or len(bot.github.journal.requests("AddDiscussionComment")) > 1:
            return
        time.sleep(0.02)
    raise AssertionError("the second worker came nowhere")


def test_two_workers_on_one_job_post_once_and_say_the_same(bot: Bot) -> None:
    discussion = ask(bot)
    (job,) = bot.queue.jobs
    hold = bot.github.faults.hold("before", "AddDiscussionComment")
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(bot.run, job)
        hold.wait_until_held()
        second = threads.submit(bot.run, job)
        wait_for_the_second_worker(bot)
        hold.release()
        first.result(30)
        second.result(30)
    assert len(bot.github.discussion_comments(discussion)) == 1
    assert bot.reactions(discussion) == {"ROCKET"}


def test_a_worker_that_begins_while_a_reply_is_under_way_waits_for_it(bot: Bot) -> None:
    discussion = ask(bot)
    (job,) = bot.queue.jobs
    hold = bot.github.faults.hold("after", "AddDiscussionComment")
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(bot.run, job)
        hold.wait_until_held()
        second = threads.submit(bot.run, job)
        wait_for_the_second_worker(bot)
        hold.release()
        first.result(30)
        second.result(30)
    assert len(bot.github.discussion_comments(discussion)) == 1


def test_the_first_answer_that_is_kept_is_the_answer(bot: Bot) -> None:
    ask(bot)
    engine, database = bot.engine, bot.dependencies.database
    delivery_id = bot.github.webhooks.deliveries[-1].guid
    original = engine.ask

    def quicker(*asked: object, **how: object) -> object:
        answer = original(*asked, **how)  # type: ignore[arg-type] # passed through
        with database.transaction() as connection:
            save(
                connection,
                replace(answer, response="The other worker's"),
                delivery_id=delivery_id,
                thread="D_1",
            )
        return answer

    engine.ask = quicker  # type: ignore[method-assign, assignment] # a race, made to happen
    bot.run(bot.queue.jobs[0], FIRST)
    discussion = bot.github.state.threads.discussions(bot.repository)[0]
    (reply,) = bot.github.discussion_comments(discussion)
    assert reply.body.startswith("The other worker's")


def test_a_reply_keeps_the_time_at_which_it_was_first_recorded(bot: Bot) -> None:
    ask(bot)
    bot.work()
    (delivery_id,) = (
        delivery.guid
        for delivery in bot.github.webhooks.deliveries
        if delivery.event == "discussion"
    )
    with bot.dependencies.database.transaction() as connection:
        reply = records.find_reply(connection, delivery_id)
        assert reply is not None
        before = connection.execute("SELECT posted_at FROM answers").fetchone()
        records.save_reply(connection, delivery_id, PostedComment(reply.id, reply.url))
        assert connection.execute("SELECT posted_at FROM answers").fetchone() == before


def test_the_real_queue_and_worker_answer_through_a_failure(bot: Bot) -> None:
    database = bot.dependencies.database
    queue = PostgresQueue(doorbell=NoDoorbell())
    flask = Flask("fury-bot")
    flask.register_blueprint(blueprint(secrets=(SECRET,), database=database, queue=queue))
    with Served(flask) as front:
        bot.github.set_webhook(url=front.url + PATH, secret=SECRET)
        discussion = ask(bot)
        bot.github.comment_on_discussion(discussion, author="mona", body="/fury-bot ask again")
        bot.github.push(bot.repository, {"new.py": b""}, author="mona")
        bot.github.faults.fail("AddDiscussionComment", kind="bad_gateway", when="after")
        bodies = handlers(replace(bot.dependencies, queue=queue))
        worker = Worker(database.url, bodies, backoff=Backoff(first_wait=0.0))
        assert worker.drain(seconds=60)
        bot.github.webhooks.drain()
    first, command, second = bot.github.discussion_comments(discussion)[:3]
    ours = [comment for comment in (first, command, second) if comment.author.login != "mona"]
    assert len(ours) == 2
    assert len(bot.github.discussion_comments(discussion)) == 3
    assert len(bot.engine.indexed) == 2


def test_the_webhook_loads_no_model_no_llm_sdk_and_no_graphql_client() -> None:
    heavy = ("torch", "sentence_transformers", "groq", "google.generativeai", "gql", "requests")
    code = f"import sys, github_app.webhooks; print([m for m in {heavy} if m in sys.modules])"
    loaded = subprocess.run(  # noqa: S603 - this interpreter, on a line of our own
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert loaded.stdout.strip() == "[]"
