"""A discussion or an issue, read as a question."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from github_app import markdown
from storage.text import storable

if TYPE_CHECKING:
    from github_app.graphql.model import Issue

_TASK = re.compile(r"\[(?P<tick>[xX ])\]\s(?P<text>.*)", re.DOTALL)
_TASK_LINE = re.compile(r"[ \t]*+[-*+][ \t]++(?P<task>\[.*)")


def of_thread(thread: Issue, *, checkbox: str) -> str:
    """Return what ``thread`` asks: its title and text, without what its template put there."""
    lines = markdown.without_comments(markdown.source(thread.body)).split("\n")
    body = "\n".join("" if _is_checkbox(line, checkbox) else line for line in lines).strip()
    title = storable(thread.title).strip()
    return f"{title}\n\n{body}" if body else title


def has_ticked(body: str, checkbox: str) -> bool:
    """Say whether the task-list item with the text ``checkbox`` is ticked in ``body``."""
    for token in markdown.parse(body):
        task = _TASK.match(token.content) if token.type == "inline" else None
        if task and task["tick"] != " " and _same(task["text"], checkbox):
            return True
    return False


def _is_checkbox(line: str, checkbox: str) -> bool:
    item = _TASK_LINE.match(line)
    task = _TASK.match(item["task"]) if item else None
    return task is not None and _same(task["text"], checkbox)


def _same(text: str, other: str) -> bool:
    return " ".join(text.split()).casefold() == " ".join(other.split()).casefold()
