"""A discussion or an issue, read as a question."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from github_app import markdown

if TYPE_CHECKING:
    from github_app.graphql.model import Issue

_TASK = re.compile(r"\[(?P<tick>[xX ])\]\s+(?P<text>.+)")
_TASK_LINE = re.compile(r"^[ \t]*[-*+][ \t]+\[[xX ]\][ \t]+(?P<text>.+?)[ \t]*$", re.MULTILINE)


def of_thread(thread: Issue, *, checkbox: str) -> str:
    """Return what ``thread`` asks: its title and text, without what its template put there."""
    body = markdown.without_comments(markdown.storable(thread.body))
    body = _TASK_LINE.sub(
        lambda line: "" if _same(line["text"], checkbox) else line[0], body
    ).strip()
    title = markdown.storable(thread.title).strip()
    return f"{title}\n\n{body}" if body else title


def has_ticked(body: str, checkbox: str) -> bool:
    """Say whether the task-list item with the text ``checkbox`` is ticked in ``body``."""
    for token in markdown.parse(body):
        task = _TASK.fullmatch(token.content) if token.type == "inline" else None
        if task and task["tick"] != " " and _same(task["text"], checkbox):
            return True
    return False


def _same(text: str, other: str) -> bool:
    return " ".join(text.split()).casefold() == " ".join(other.split()).casefold()
