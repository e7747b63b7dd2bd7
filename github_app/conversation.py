"""What was asked of fury-bot in a thread before, and what it answered: read from the thread itself.

Nothing of it is kept elsewhere, so that a comment which its author deletes is forgotten. What other
people say to each other is no part of it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from engine.history import bounded
from generation.protocol import Turn
from github_app import commands, questions, replies
from github_app.commands import Action
from github_app.markers import has_marker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from github_app.graphql.model import Comment, Issue

_NEVER = datetime.max.replace(tzinfo=UTC)
_ASKING = frozenset(Action) - {Action.SEARCH, Action.HELP, Action.FORGET}


def earlier_turns(thread: Issue, *, subject_id: str, checkbox: str) -> tuple[Turn, ...]:
    """Return what was said to fury-bot, and by it, before the comment ``subject_id``, oldest first.

    Nothing, when the command stands in the thread's own text, or when the last that was said is to
    be forgotten.
    """
    before = _before(thread.comments, subject_id)
    turns: list[Turn] = []
    for comment in before:
        if comment.by_viewer:
            turns += _answered(thread, comment, is_first=not turns, checkbox=checkbox)
        elif _forgets(comment):
            turns.clear()
        elif not comment.by_bot and not comment.is_minimized:
            turns += _asked(thread, comment, checkbox=checkbox)
    return bounded(turns)


def _before(comments: Sequence[Comment], subject_id: str) -> list[Comment]:
    """Return the comments made before one, in time: replies stand beside later comments."""
    # GitHub tells seconds; within one, comments stand in the order that they were made.
    ordered = sorted(
        (comment for comment in comments if comment.created_at),
        key=lambda comment: comment.created_at or _NEVER,
    )
    subjects = [place for place, comment in enumerate(ordered) if comment.id == subject_id]
    return ordered[: subjects[0]] if subjects else []


def _forgets(comment: Comment) -> bool:
    first = next(iter(commands.find(comment.body)), None)
    return first is not None and not first.in_code and first.action is Action.FORGET


def _asked(thread: Issue, comment: Comment, *, checkbox: str) -> Iterator[Turn]:
    command = next(iter(commands.find(comment.body)), None)
    if command is None or command.in_code or command.action not in _ASKING:
        return
    text = command.argument or questions.of_thread(thread, checkbox=checkbox)
    yield Turn("user", text, comment.created_at)


def _answered(thread: Issue, comment: Comment, *, is_first: bool, checkbox: str) -> Iterator[Turn]:
    said = replies.spoken(comment.body) if has_marker(comment) else ""
    if not said:
        return
    if is_first:  # what was answered unasked is the thread itself
        yield Turn("user", questions.of_thread(thread, checkbox=checkbox), thread.created_at)
    yield Turn("assistant", said, comment.created_at)
