"""Posts a reply exactly once, whatever dies on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from github_app import records
from github_app.events import ThreadKind
from github_app.graphql.model import PostedComment
from github_app.markers import find_marker

if TYPE_CHECKING:
    from github_app.graphql.operations import Operations
    from storage import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """A comment to post in answer to a delivery."""

    delivery_id: str
    thread_kind: ThreadKind
    thread_id: str
    body: str
    """With the delivery's marker."""
    reply_to_id: str | None = None
    """In a discussion: the top-level comment whose thread it belongs to."""


def post_once(github: Operations, database: Database, reply: Reply) -> PostedComment:
    """Post ``reply``, unless the database or the thread shows that it was posted.

    The lock keeps a second worker waiting from before the look until after the record, so that
    the two cannot both look and then both post. A mutation whose answer was lost has left its
    marker in the thread.
    """
    with database.transaction() as connection:
        records.lock_reply(connection, reply.delivery_id)
        posted = records.find_reply(connection, reply.delivery_id)
        if posted is None:
            posted = _find(github, reply) or _post(github, reply)
            records.save_reply(connection, reply.delivery_id, posted)
    return posted


def _find(github: Operations, reply: Reply) -> PostedComment | None:
    thread = github.read_thread(reply.thread_kind, reply.thread_id)
    found = find_marker(thread.comments, reply.delivery_id)
    if found is None:
        return None
    log.info("reply_found", delivery=reply.delivery_id, url=found.url)
    return PostedComment(id=found.id, url=found.url)


def _post(github: Operations, reply: Reply) -> PostedComment:
    if reply.thread_kind is ThreadKind.DISCUSSION:
        posted = github.add_discussion_comment(
            reply.thread_id, reply.body, reply_to_id=reply.reply_to_id
        )
    else:
        posted = github.add_issue_comment(reply.thread_id, reply.body)
    log.info("reply_posted", delivery=reply.delivery_id, url=posted.url)
    return posted
