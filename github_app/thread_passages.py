"""What stands in a thread itself, as passages that an answer draws on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from github_app import commands, markdown, questions
from retrieval.model import ChunkKind, Passage, SearchResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from github_app.events import ThreadKind
    from github_app.graphql.model import Comment, Issue

MOST_COMMENTS = 40
"""The newest that are read, besides the thread's own text, which says how many others there are."""
LONGEST_COMMENT = 3_000
"""Characters of a comment that are read."""


def of_thread(
    thread: Issue, *, kind: ThreadKind, repository: str, checkbox: str, subject_id: str
) -> SearchResult:
    """Return the thread's text and what people said in it, each with a link to where it stands.

    Left out are bots, fury-bot among them, what was hidden, and commands, as that of the comment
    ``subject_id`` which asks for the summary.
    """
    path = f"{kind}s/{thread.number}"
    opening = questions.of_thread(thread, checkbox=checkbox)
    said = [
        (comment.url, _title(comment), _readable(comment.body))
        for comment in _in_time(thread)
        if comment.id != subject_id and not _is_left_out(comment)
    ]
    readable = [entry for entry in said if entry[2]]
    title = f"{_name(thread.author)} opened the {kind}{_left_out(len(readable) - MOST_COMMENTS)}"
    texts = [(thread.url, title, opening), *readable[-MOST_COMMENTS:]]
    passages = tuple(_passages(path, texts))
    return SearchResult(thread.title, repository, "", "", passages)


def of_comment(code: str, *, path: str, url: str) -> Passage:
    """Return the code that a comment brings."""
    return Passage(
        rank=1,
        path=path,
        start_line=1,
        end_line=code.count("\n") + 1,
        symbol="the code in the question",
        kind=ChunkKind.TEXT,
        text=code,
        url=url,
        score=1.0,
        similarity=1.0,
        coverage=1.0,
    )


def _in_time(thread: Issue) -> list[Comment]:
    dated = [comment for comment in thread.comments if comment.created_at]
    return sorted(dated, key=lambda comment: comment.created_at or thread.created_at)


def _left_out(comments: int) -> str:
    if comments <= 0:
        return ""
    which = "the next comment is" if comments == 1 else f"the next {comments} comments are"
    return f" ({which} left out)"


def _is_left_out(comment: Comment) -> bool:
    return comment.by_viewer or comment.by_bot or comment.is_minimized


def _readable(body: str) -> str:
    """Return what people say in a comment: what it tells fury-bot is nothing to sum up."""
    text = markdown.without_comments(markdown.source(body)).strip()
    return "" if commands.find(text) else text[:LONGEST_COMMENT]


def _title(comment: Comment) -> str:
    day = f" on {comment.created_at:%Y-%m-%d}" if comment.created_at else ""
    return f"{_name(comment.author)}{day}"


def _name(login: str | None) -> str:
    return login or "somebody"


def _passages(path: str, texts: list[tuple[str, str, str]]) -> Iterator[Passage]:
    """Number the texts; their lines are counted on through the thread."""
    line = 1
    for rank, (url, title, text) in enumerate(texts, 1):
        last = line + text.count("\n")
        yield Passage(
            rank=rank,
            path=path,
            start_line=line,
            end_line=last,
            symbol=title,
            kind=ChunkKind.THREAD,
            text=text,
            url=url,
            score=1.0,
            similarity=1.0,
            coverage=1.0,
        )
        line = last + 1
