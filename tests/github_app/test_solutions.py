"""What is taken for the answer of a thread, and what never is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from github_app.events import ThreadKind
from github_app.graphql.model import Contribution, PullRequest, SolvedThread
from github_app.solutions import of_thread

ASKED = datetime(2024, 5, 1, tzinfo=UTC)
SOLVED = datetime(2024, 5, 2, tzinfo=UTC)

SAID = Contribution(
    body="Call `hello()`.",
    created_at=SOLVED - timedelta(minutes=1),
    association="MEMBER",
    by_viewer=False,
    by_bot=False,
    is_minimized=False,
)
DISCUSSION = SolvedThread(
    kind=ThreadKind.DISCUSSION,
    number=3,
    title="How?",
    url="https://github.com/octo-org/hello/discussions/3",
    body="How do I say hello?\r\n<!-- a template's hint -->",
    created_at=ASKED,
    by_bot=False,
    locked=False,
    labels=("help",),
    solved_at=SOLVED,
    answer=SAID,
)
ISSUE = replace(DISCUSSION, kind=ThreadKind.ISSUE, answer=None, comments=(SAID,))

NOT_TO_BE_TOLD = [
    pytest.param({"by_viewer": True}, id="the App's own"),
    pytest.param({"by_bot": True}, id="another bot's"),
    pytest.param({"is_minimized": True}, id="hidden"),
    pytest.param({"body": "<!-- nothing to be seen -->"}, id="empty"),
]


def test_an_accepted_answer_is_known_with_its_question() -> None:
    thread = of_thread(DISCUSSION)
    assert thread is not None
    assert (thread.kind, thread.number, thread.title) == ("discussion", 3, "How?")
    assert (thread.question, thread.answer) == ("How do I say hello?", "Call `hello()`.")
    assert (thread.asked_at, thread.answered_at, thread.labels) == (ASKED, SOLVED, ("help",))
    assert thread.url.endswith("/discussions/3")


def test_anybodys_answer_may_be_accepted() -> None:
    assert of_thread(replace(DISCUSSION, answer=replace(SAID, association="NONE")))


@pytest.mark.parametrize("changes", NOT_TO_BE_TOLD)
def test_an_answer_that_is_no_persons_is_not_known(changes: dict[str, object]) -> None:
    assert of_thread(replace(DISCUSSION, answer=replace(SAID, **changes))) is None  # type: ignore[arg-type] # fields by name


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"locked": True}, id="locked"),
        pytest.param({"labels": ("Spam?",)}, id="spam"),
        pytest.param({"by_bot": True}, id="asked by a bot"),
        pytest.param({"solved_at": None}, id="not answered"),
    ],
)
@pytest.mark.parametrize("thread", [DISCUSSION, ISSUE], ids=["discussion", "issue"])
def test_a_thread_that_is_left_out(thread: SolvedThread, changes: dict[str, object]) -> None:
    assert of_thread(thread) is not None
    assert of_thread(replace(thread, **changes)) is None  # type: ignore[arg-type] # fields by name


def test_a_discussion_without_an_answer_is_left_out() -> None:
    assert of_thread(replace(DISCUSSION, answer=None)) is None


def test_of_an_issue_a_maintainers_last_word_before_its_end_is_the_answer() -> None:
    later = replace(SAID, body="Thanks, all.", created_at=SOLVED + timedelta(seconds=1))
    first = replace(SAID, body="Let me see.")
    asker = replace(SAID, body="It works now.", association="NONE")
    command = replace(SAID, body="/fury-bot ask Why?")
    thread = of_thread(replace(ISSUE, comments=(first, SAID, asker, command, later)))
    assert thread is not None
    assert thread.answer == "Call `hello()`."


@pytest.mark.parametrize("association", ["OWNER", "COLLABORATOR"])
def test_a_maintainer_is_who_belongs_to_the_repository(association: str) -> None:
    assert of_thread(replace(ISSUE, comments=(replace(SAID, association=association),)))


@pytest.mark.parametrize("association", ["NONE", "CONTRIBUTOR", "FIRST_TIMER"])
def test_others_have_no_last_word(association: str) -> None:
    assert of_thread(replace(ISSUE, comments=(replace(SAID, association=association),))) is None


@pytest.mark.parametrize("changes", NOT_TO_BE_TOLD)
def test_what_is_not_to_be_told_is_no_last_word(changes: dict[str, object]) -> None:
    hidden = replace(SAID, **changes)  # type: ignore[arg-type] # fields by name
    assert of_thread(replace(ISSUE, comments=(hidden,))) is None
    thread = of_thread(replace(ISSUE, comments=(SAID, hidden)))
    assert thread is not None
    assert thread.answer == SAID.body


def test_what_closed_an_issue_stands_for_a_last_word() -> None:
    merged = (PullRequest(7, "Say hello twice"), PullRequest(9, "Say it well"))
    thread = of_thread(replace(ISSUE, comments=(), pull_requests=merged))
    assert thread is not None
    assert thread.answer == "Solved by #7: Say hello twice\nSolved by #9: Say it well"
