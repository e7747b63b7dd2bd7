"""A worker may be killed anywhere: what it was doing is finished by another, and done once."""

from __future__ import annotations

import queue
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pytest

from github_app.markers import marker
from retrieval import chunkers
from retrieval.embeddings import SentenceTransformerEmbedder
from retrieval.indexing import TEXTS_A_BATCH
from tests.end_to_end.apiary import CITED, QUESTION
from tests.end_to_end.processes import PATIENCE
from tests.end_to_end.stops import (
    ANSWERS_WRITTEN,
    INDEX_REPLACED,
    JOB_ENQUEUED,
    JOB_FINISHED,
    REPLY_LOCK,
    SEARCH,
    Request,
    text_embedded,
)
from tests.end_to_end.world import installed_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Future
    from contextlib import AbstractContextManager
    from typing import LiteralString

    from simulator.github import App, Discussion, Issue
    from simulator.github.model import AnySubject
    from storage import Database
    from tests.end_to_end.stops import Standing, Stop
    from tests.end_to_end.world import World

    Worlds = queue.Queue[World]
    Outcomes = dict[str, Future["Outcome"]]
    Deaths = tuple[tuple[Stop, ...], ...]

SIDE_BY_SIDE = 4
"""Worlds. Most of a scenario is waiting: for a worker to start, and for the second that must lie
between two mutations."""

POSTED = Request("after", "AddDiscussionComment")
COMMENTED = Request("after", "AddIssueComment")
SEEN = Request("after", "AddReaction")


@dataclass(frozen=True)
class Scenario:
    """Something is asked, and the workers on it are killed."""

    deaths: Deaths
    """For each worker that is killed, the stops on the way there; it is killed at the last."""
    command: str | None = None
    """Given in an issue; None opens a discussion."""
    fresh: bool = False
    """The first worker has no token yet."""
    answered: bool = True
    """An answer is kept, as against a help text."""


DISCUSSION: Mapping[str, Deaths] = {
    "the repository is not read": ((Request("before", "Repository"),),),
    "the owner's settings are not read": ((Request("before", "OwnerSettings"),),),
    "the discussion is not read": ((Request("before", "Discussion"),),),
    "the first reaction is under way": ((Request("before", "AddReaction"),),),
    "the first reaction is given": ((SEEN,),),
    "the question is not looked up": ((SEARCH,),),
    "the answer is not kept": ((ANSWERS_WRITTEN,),),
    "the answer is kept, not posted": ((SEEN, REPLY_LOCK),),
    "the thread is not looked through": ((SEEN, Request("before", "Discussion")),),
    "the reply is under way": ((Request("before", "AddDiscussionComment"),),),
    "the reply is posted, unknown to the worker": ((POSTED,),),
    "the reply is posted, not recorded": (
        (Request("before", "AddDiscussionComment"), ANSWERS_WRITTEN),
    ),
    "the second reaction is under way": ((POSTED, Request("before", "AddReaction")),),
    "the second reaction is given": ((POSTED, SEEN),),
    "the first reaction is being removed": ((Request("before", "RemoveReaction"),),),
    "the first reaction is removed": ((Request("after", "RemoveReaction"),),),
    "the job is not marked as finished": ((Request("after", "RemoveReaction"), JOB_FINISHED),),
    "two die, before and after posting": ((ANSWERS_WRITTEN,), (POSTED,)),
    "two die, after posting and at the end": ((POSTED,), (Request("before", "RemoveReaction"),)),
}

COMMAND: Mapping[str, Deaths] = {
    "the first reaction is given": ((SEEN,),),
    "the answer is kept, not posted": ((SEEN, REPLY_LOCK),),
    "the reply is under way": ((Request("before", "AddIssueComment"),),),
    "the reply is posted, unknown to the worker": ((COMMENTED,),),
    "the first reaction is removed": ((Request("after", "RemoveReaction"),),),
}

SCENARIOS = {
    "no token is had": Scenario(((Request("before", "access_token"),),), fresh=True),
    **{name: Scenario(deaths) for name, deaths in DISCUSSION.items()},
    **{
        f"of a command, {name}": Scenario(deaths, command=f"/fury-bot ask {QUESTION}")
        for name, deaths in COMMAND.items()
    },
    "of help, the reply is posted, unknown to the worker": Scenario(
        ((COMMENTED,),), command="/fury-bot help", answered=False
    ),
}


@dataclass(frozen=True)
class Outcome:
    """What is left when the queue is empty."""

    delivery_id: str
    replies: list[str]
    reactions: list[str]
    answers: list[tuple[str | None, str]]


@pytest.fixture(scope="module")
def worlds(
    registration: tuple[App, str],
    open_database: Callable[[], AbstractContextManager[Database]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Worlds]:
    """Worlds to take one from, and to put it back."""
    free: Worlds = queue.Queue()
    with ExitStack() as stack:
        for number in range(SIDE_BY_SIDE):
            database = stack.enter_context(open_database())
            folder = tmp_path_factory.mktemp(f"world-{number}")
            free.put(stack.enter_context(installed_world(registration, database, folder)))
        yield free


@pytest.fixture(scope="module")
def outcomes(
    request: pytest.FixtureRequest, worlds: Worlds
) -> Iterator[dict[str, Future[Outcome]]]:
    """The outcomes of the scenarios that this run asks for, by name, as they come in."""
    selected = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    names = [params["scenario"] for params in selected if "scenario" in params]

    def play(name: str) -> Outcome:
        with taken(worlds) as world:
            return outcome_of(SCENARIOS[name], world)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        yield {name: pool.submit(play, name) for name in names}


@contextmanager
def taken(worlds: Worlds) -> Iterator[World]:
    world = worlds.get()
    try:
        yield world
    finally:
        world.github.faults.clear()
        worlds.put(world)


@pytest.fixture
def world(worlds: Worlds) -> Iterator[World]:
    with taken(worlds) as world:
        yield world


def outcome_of(scenario: Scenario, world: World) -> Outcome:
    if scenario.fresh:
        world.kill_workers()
    first, *others = scenario.deaths
    standing = first[0].set_up(world, "")
    thread, subject = ask(world, scenario.command)
    delivery_id = world.delivery_of(subject)
    kill_at(world, first, standing, delivery_id)
    for stops in others:
        kill_at(world, stops, stops[0].set_up(world, delivery_id), delivery_id)
    world.worker()
    world.settle()
    return Outcome(
        delivery_id, world.replies(thread), world.reactions(subject), world.answers(delivery_id)
    )


def ask(world: World, command: str | None) -> tuple[Discussion | Issue, AnySubject]:
    """Return the thread, and what in it is reacted to."""
    if command is not None:
        return world.command(command)
    discussion = world.ask(QUESTION)
    return discussion, discussion


def kill_at(
    world: World, stops: tuple[Stop, ...], standing: Standing, delivery_id: str = ""
) -> None:
    """Kill the workers when one has come past ``standing``, the first of ``stops``, to the last."""
    world.worker()
    standing.wait()
    for stop in stops[1:]:
        following = stop.set_up(world, delivery_id)
        standing.let_go()
        following.wait()
        standing = following
    world.kill_workers()
    standing.abandon()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_killed_workers_question_gets_one_reply(outcomes: Outcomes, scenario: str) -> None:
    outcome = outcomes[scenario].result()
    (reply,) = outcome.replies
    assert reply.endswith(marker(outcome.delivery_id))
    assert outcome.reactions == ["ROCKET"]
    if SCENARIOS[scenario].answered:
        assert CITED in reply
        ((reply_id, provider),) = outcome.answers
        assert reply_id is not None
        assert provider == "extractive"


def test_of_two_workers_one_is_killed_while_it_posts(world: World) -> None:
    world.kill_workers()
    workers = {
        name: world.start_worker(PGAPPNAME=name, FURY_BOT_STALLED_AFTER="5")
        for name in ("first", "second")
    }
    hold = world.github.faults.hold("after", "AddDiscussionComment")
    discussions = [world.ask(QUESTION) for _ in range(3)]
    hold.wait_until_held(PATIENCE)
    with world.database.transaction() as connection:
        poster = connection.execute(
            "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)"
            " WHERE locktype = 'advisory' AND application_name = ANY(%s)",
            (list(workers),),
        ).fetchone()
    assert poster is not None
    workers[poster[0]].kill()
    hold.release()
    world.settle()
    for discussion in discussions:
        (reply,) = world.replies(discussion)
        assert reply.endswith(marker(world.delivery_of(discussion)))
        assert world.reactions(discussion) == ["ROCKET"]


def test_a_worker_that_is_told_to_stop_finishes_its_reply_first(world: World) -> None:
    hold = world.github.faults.hold("before", "AddDiscussionComment")
    discussion = world.ask(QUESTION)
    worker = world.worker()
    hold.wait_until_held(PATIENCE)
    worker.process.terminate()
    worker.process.join(0.5)
    assert worker.process.exitcode is None
    later = world.ask(QUESTION)
    hold.release()
    assert worker.wait() == 0
    assert len(world.replies(discussion)) == 1
    assert world.reactions(discussion) == ["ROCKET"]
    assert world.unfinished_jobs() == [("github.answer_discussion", "todo")]
    world.worker()
    world.settle()
    assert len(world.replies(later)) == 1


def test_a_push_whose_files_were_not_all_fetched_is_read_again(world: World) -> None:
    before = world.head.oid
    new = Push("apiary/drones.py", 'def mark_drone():\n    """Mark a drone."""\n')
    kill_while_indexing(world, new, (Request("after", "Blobs"),))
    assert indexed(world)[0] == before
    recover(world, new, embeds=len(new.texts))


def test_a_push_that_was_not_swapped_in_leaves_the_former_state(world: World) -> None:
    before = world.head.oid
    new = Push("apiary/queens.py", 'def mark_queen():\n    """Mark a queen."""\n')
    kill_while_indexing(world, new, (INDEX_REPLACED,))
    assert indexed(world)[0] == before
    recover(world, new, embeds=len(new.texts))


def test_what_no_job_was_enqueued_for_is_embedded_all_the_same(world: World) -> None:
    new = Push("apiary/smokers.py", 'def light_smoker():\n    """Light a smoker."""\n')
    kill_while_indexing(world, new, (INDEX_REPLACED, JOB_ENQUEUED))
    assert indexed(world)[0] == world.head.oid
    assert waiting(world) == len(new.texts)
    assert [task for task, _ in world.unfinished_jobs()] == ["github.index"]
    recover(world, new, embeds=len(new.texts))


def test_what_was_embedded_before_the_worker_died_is_not_embedded_again(world: World) -> None:
    functions = (f"def frame_{n}():\n    return {n}" for n in range(TEXTS_A_BATCH // 2 + 20))
    new = Push("apiary/frames.py", "\n\n".join(functions))
    assert TEXTS_A_BATCH < len(new.texts) < 2 * TEXTS_A_BATCH
    # The shortest is among the last to be embedded.
    kill_while_indexing(world, new, (text_embedded(min(new.texts, key=len)),))
    left = len(new.texts) - TEXTS_A_BATCH
    assert waiting(world) == left
    recover(world, new, embeds=left)


@dataclass(frozen=True)
class Push:
    """A new file."""

    path: str
    source: str

    @cached_property
    def texts(self) -> set[str]:
        """What the model has to read of it."""
        chunks = chunkers.parse(
            self.path, self.source, SentenceTransformerEmbedder().measure
        ).chunks
        gists = {chunk.gist for chunk in chunks if chunk.gist is not None}
        return {chunk.embedded_text for chunk in chunks} | gists


def kill_while_indexing(world: World, new: Push, stops: tuple[Stop, ...]) -> None:
    """Push, and kill the worker at the last of ``stops`` on the way to a whole index."""
    standing = stops[0].set_up(world, "")
    world.github.push(world.repository, {new.path: new.source.encode()}, author="mona")
    kill_at(world, stops, standing)


def recover(world: World, new: Push, *, embeds: int) -> None:
    """Let another worker go on, with a question that waits for it; nothing is missing then.

    ``embeds`` is how many texts it has to run the model on.
    """
    discussion = world.ask(QUESTION)
    worker = world.worker()
    world.settle()
    assert sum(entry["texts"] for entry in worker.events("repository_embedded")) == embeds
    assert new.path in world.head.files
    assert indexed(world) == (world.head.oid, set(world.head.files), True)
    assert (waiting(world), without_vector(world)) == (0, 0)
    (reply,) = world.replies(discussion)
    assert CITED in reply


def indexed(world: World) -> tuple[str, set[str], bool]:
    """Return the index's commit, the paths in it, and whether it counts its chunks rightly."""
    with world.database.transaction() as connection:
        rows = connection.execute("SELECT id, commit_sha, chunks FROM indexes").fetchall()
        ((index_id, commit, chunks),) = rows
        found = connection.execute(
            "SELECT path, (SELECT count(*) FROM chunks WHERE document_id = documents.id)"
            " FROM documents WHERE index_id = %s",
            (index_id,),
        ).fetchall()
    return commit, {path for path, _ in found}, chunks == sum(count for _, count in found)


def waiting(world: World) -> int:
    """Return how many texts the model has yet to read."""
    return count(world, "SELECT count(*) FROM unembedded")


def without_vector(world: World) -> int:
    """Return how many chunks, and gists, have no vector."""
    return count(
        world,
        "SELECT count(*) FROM chunks CROSS JOIN (VALUES (false), (true)) AS text (is_gist)"
        " LEFT JOIN chunk_vectors ON chunk_id = id AND chunk_vectors.is_gist = text.is_gist"
        " WHERE embedding IS NULL AND (gist IS NOT NULL OR NOT text.is_gist)",
    )


def count(world: World, statement: LiteralString) -> int:
    with world.database.transaction() as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])
