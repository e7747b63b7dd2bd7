"""Discussions and issues as questions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from github_app.graphql.model import Issue
from github_app.questions import has_ticked, of_thread

BOX = "I want an AI-generated answer as a first response"


def thread(title: str, body: str) -> Issue:
    return Issue(
        id="I_1",
        number=1,
        url="https://github.com/octo-org/hello/issues/1",
        title=title,
        body=body,
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
        author="mona",
        locked=False,
        closed=False,
        comments=(),
    )


def test_a_thread_asks_its_title_and_its_text() -> None:
    assert of_thread(thread(" How? ", "Like\n\nthis"), checkbox=BOX) == "How?\n\nLike\n\nthis"
    assert of_thread(thread("How?", ""), checkbox=BOX) == "How?"


def test_what_the_template_put_there_is_left_out() -> None:
    body = f"<!-- Be kind\n -->Hello\n\n- [x] {BOX.upper()}\n- [ ] I searched\n<!-- open"
    assert of_thread(thread("How?", body), checkbox=BOX) == "How?\n\nHello\n\n\n- [ ] I searched"


@pytest.mark.parametrize(
    "body", [f"- [x] {BOX}", f"* [X]   {BOX}  \n* [ ] other", f"Hi\n\n1. [x] {BOX.lower()}"]
)
def test_a_ticked_box_is_seen(body: str) -> None:
    assert has_ticked(body, BOX)


@pytest.mark.parametrize(
    "body",
    [
        "",
        f"- [ ] {BOX}",
        f"- [x] {BOX} not",
        f"```\n- [x] {BOX}\n```",
        f"<!--\n- [x] {BOX}\n-->",
        f"I ticked {BOX}",
    ],
)
def test_nothing_else_is_a_ticked_box(body: str) -> None:
    assert not has_ticked(body, BOX)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "body",
    [
        "- [x] a" + " " * 65_000 + "b",
        "- [x]" + " " * 65_000 + "a\nb",
        "-" + " " * 65_000 + "[x] a",
        "- [x] a\n" * 8_000,
        "<!--" * 16_000,
    ],
)
def test_no_text_takes_long(body: str) -> None:
    of_thread(thread("How?", body), checkbox=BOX)
    has_ticked(body, BOX)
