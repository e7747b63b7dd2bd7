"""What the jobs are, and which take turns."""

from __future__ import annotations

from github_app.commands import Command
from github_app.events import ThreadKind
from github_app.work import (
    AnswerDiscussion,
    ForgetRepository,
    IndexRefs,
    IndexRepository,
    ReadThreads,
    RunCommand,
    job_of,
)

HELLO = "octo-org/hello"
INDEX = job_of(IndexRepository(7, HELLO, 11))
ANSWER = job_of(AnswerDiscussion("d", 7, HELLO, "D_1", 11))


def test_work_on_one_repository_takes_turns() -> None:
    assert INDEX.lock == job_of(ForgetRepository(HELLO, 7, 11)).lock
    assert INDEX.lock == job_of(ReadThreads(7, HELLO, 11)).lock
    assert INDEX.lock == job_of(IndexRefs(7, HELLO, 11)).lock
    assert INDEX.lock != job_of(IndexRepository(7, "octo-org/other", 12)).lock


def test_work_on_a_repository_that_was_renamed_takes_turns_with_what_came_before() -> None:
    assert job_of(IndexRepository(7, "octo-org/new", 11)).lock == INDEX.lock
    assert job_of(IndexRepository(7, "octo-org/new")).lock != INDEX.lock


def test_what_nobody_waits_for_is_done_in_the_background_once() -> None:
    assert (INDEX.background, INDEX.unless_waiting) == (True, True)


def test_what_somebody_waits_for_is_never_left_out() -> None:
    assert (ANSWER.background, ANSWER.unless_waiting) == (False, False)


def test_work_in_one_thread_takes_turns() -> None:
    command = RunCommand(
        "d", 7, HELLO, ThreadKind.DISCUSSION, "D_1", "DC_1", Command("ask", "How?"), 0, 11
    )
    assert job_of(command).lock == ANSWER.lock
    assert job_of(AnswerDiscussion("d", 7, HELLO, "D_2", 11)).lock != ANSWER.lock
