"""What counts as said to fury-bot, and by it, in a thread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from github_app.conversation import earlier_turns
from github_app.graphql.model import Comment, Issue
from github_app.markers import marker

START = datetime(2026, 3, 1, tzinfo=UTC)
ANSWERED = "Call it.\n\n**Sources**\n\n1. x"


def comment(number: int, body: str, *, ours: bool = False) -> Comment:
    at = START + timedelta(minutes=number)
    return Comment(f"C_{number}", "https://x.example", body, by_viewer=ours, created_at=at)


def said(*comments: Comment) -> list[str]:
    thread = Issue(
        id="I_1",
        number=1,
        url="https://x.example",
        title="T",
        body="B",
        created_at=START,
        author="mona",
        locked=False,
        closed=False,
        comments=comments,
    )
    turns = earlier_turns(thread, subject_id=comments[-1].id, checkbox="box")
    return [turn.text for turn in turns]


def test_an_answer_is_known_by_its_marker_too() -> None:
    asked, last = comment(1, "/fury-bot ask How?"), comment(3, "/fury-bot ask why?")
    assert said(asked, comment(2, ANSWERED, ours=True), last) == ["How?"]
    marked = f"{ANSWERED}\n\n{marker('d-1')}"
    assert said(asked, comment(2, marked, ours=True), last) == ["How?", "Call it."]
