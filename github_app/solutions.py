"""What was answered in a thread, if anything was that others may be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from github_app import commands, markdown
from github_app.events import ThreadKind
from retrieval.threads import Thread

if TYPE_CHECKING:
    from datetime import datetime

    from github_app.graphql.model import Contribution, SolvedThread

MAINTAINERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""Whose last word on an issue is taken for its answer, by GitHub's ``authorAssociation``."""


def of_thread(thread: SolvedThread) -> Thread | None:
    """Return the question and its answer; None when there is none to pass on.

    Nothing that a bot wrote is passed on, the App's own replies least of all, and nothing that was
    hidden.
    """
    if thread.locked or thread.by_bot or thread.solved_at is None or _is_spam(thread):
        return None
    find = _accepted if thread.kind is ThreadKind.DISCUSSION else _last_word
    answer = find(thread, thread.solved_at)
    if not answer:
        return None
    return Thread(
        kind=thread.kind.value,
        number=thread.number,
        title=thread.title,
        url=thread.url,
        question=_readable(thread.body),
        answer=answer,
        asked_at=thread.created_at,
        answered_at=thread.solved_at,
        labels=thread.labels,
    )


def _is_spam(thread: SolvedThread) -> bool:
    return any("spam" in label.casefold() for label in thread.labels)


def _accepted(thread: SolvedThread, _solved_at: datetime) -> str | None:
    answer = thread.answer
    return _readable(answer.body) if answer and _is_a_persons(answer) else None


def _last_word(thread: SolvedThread, solved_at: datetime) -> str | None:
    """Return what a maintainer said last before an issue was closed, or what closed it."""
    for comment in reversed(thread.comments):
        if (
            comment.created_at <= solved_at
            and comment.association in MAINTAINERS
            and _is_a_persons(comment)
            and not commands.find(comment.body)
            and (said := _readable(comment.body))
        ):
            return said
    closing = [f"Solved by #{one.number}: {one.title}" for one in thread.pull_requests]
    return "\n".join(closing) or None


def _is_a_persons(contribution: Contribution) -> bool:
    return not (contribution.by_viewer or contribution.by_bot or contribution.is_minimized)


def _readable(text: str) -> str:
    return markdown.without_comments(markdown.source(text)).strip()
