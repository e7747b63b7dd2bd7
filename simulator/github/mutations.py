"""GraphQL's mutations, and the rules by which GitHub refuses them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.github.connections import cursor
from simulator.github.errors import Refused, forbidden, unresolved_node
from simulator.github.model import (
    AnyComment,
    AnySubject,
    AnyThread,
    Discussion,
    DiscussionComment,
    Issue,
    IssueComment,
    Reaction,
)
from simulator.github.resolvers.permissions import permission_for, readable
from simulator.github.resolvers.reactions import reaction_groups
from simulator.github.service import comment_event

if TYPE_CHECKING:
    from simulator.github.resolvers.context import Context, Info, Resolver

MOST_BODY_CHARACTERS = 65_536

Input = dict[str, Any]


def _writable(context: Context, node_id: str) -> AnySubject:
    """Return the subject with ``node_id``, if the token may write what guards it."""
    subject = context.state.threads.find(node_id)
    if subject is None:
        raise unresolved_node(node_id)
    readable(context, subject)
    if not context.access.may_write(subject.repository, permission_for(subject)):
        raise forbidden()
    if subject.repository.archived:
        raise Refused("UNPROCESSABLE", "Repository was archived so is read-only.")
    return subject


def _checked_body(given: Input) -> str:
    body: str = given["body"]
    if not body.strip():
        raise Refused("UNPROCESSABLE", "Body can't be blank")
    if len(body) > MOST_BODY_CHARACTERS:
        raise Refused(
            "UNPROCESSABLE", f"Body is too long (maximum is {MOST_BODY_CHARACTERS} characters)"
        )
    return body


def _check_unlocked(context: Context, thread: AnyThread) -> None:
    """Refuse a locked thread, unless the token may push: only then does GitHub let it comment."""
    if thread.locked and not context.access.may_write(thread.repository, "contents"):
        kind = "discussion" if isinstance(thread, Discussion) else "issue"
        raise Refused("UNPROCESSABLE", f"Unable to create comment because {kind} is locked")


def _tell(context: Context, action: str, comment: AnyComment, old: str | None = None) -> None:
    sender = context.state.bot
    context.notify(comment_event(context.state, action, comment, sender=sender, old_body=old))


def _own_comment(context: Context, node_id: str) -> AnyComment:
    comment = _writable(context, node_id)
    if not isinstance(comment, AnyComment):
        raise unresolved_node(node_id)
    if comment.author.id != context.state.bot.id:
        raise forbidden()
    return comment


def _top_level(context: Context, discussion: Discussion, node_id: str) -> DiscussionComment:
    parent = context.state.threads.find(node_id)
    if not isinstance(parent, DiscussionComment) or parent.discussion_id != discussion.node_id:
        raise unresolved_node(node_id)
    if parent.reply_to_id is not None:
        raise Refused("UNPROCESSABLE", "Parent comment is already in a thread, cannot reply to it")
    return parent


def _add_discussion_comment(_root: None, info: Info, *, input: Input) -> Input:  # noqa: A002 - GitHub's argument
    context = info.context
    discussion = _writable(context, input["discussionId"])
    if not isinstance(discussion, Discussion):
        raise unresolved_node(input["discussionId"])
    _check_unlocked(context, discussion)
    reply_to_id = input.get("replyToId")
    comment = context.state.threads.comment_on_discussion(
        discussion,
        author=context.state.bot,
        body=_checked_body(input),
        reply_to=_top_level(context, discussion, reply_to_id) if reply_to_id else None,
    )
    _tell(context, "created", comment)
    return _payload(input, comment=comment)


def _add_comment(_root: None, info: Info, *, input: Input) -> Input:  # noqa: A002 - GitHub's argument
    context = info.context
    issue = _writable(context, input["subjectId"])
    if not isinstance(issue, Issue):
        raise unresolved_node(input["subjectId"])
    _check_unlocked(context, issue)
    comment = context.state.threads.comment_on_issue(
        issue, author=context.state.bot, body=_checked_body(input)
    )
    _tell(context, "created", comment)
    edge = {"cursor": cursor(comment), "node": comment}
    return _payload(input, commentEdge=edge, subject=issue)


def _update_discussion_comment(_root: None, info: Info, *, input: Input) -> Input:  # noqa: A002 - GitHub's argument
    context = info.context
    comment = _own_comment(context, input["commentId"])
    if not isinstance(comment, DiscussionComment):
        raise unresolved_node(input["commentId"])
    edited = context.state.threads.edit(comment, body=_checked_body(input))
    _tell(context, "edited", edited, comment.body)
    return _payload(input, comment=edited)


def _update_issue_comment(_root: None, info: Info, *, input: Input) -> Input:  # noqa: A002 - GitHub's argument
    context = info.context
    comment = _own_comment(context, input["id"])
    if not isinstance(comment, IssueComment):
        raise unresolved_node(input["id"])
    edited = context.state.threads.edit(comment, body=_checked_body(input))
    _tell(context, "edited", edited, comment.body)
    return _payload(input, issueComment=edited)


def _delete_comment(_root: None, info: Info, *, input: Input) -> Input:  # noqa: A002 - GitHub's argument
    context = info.context
    comment = _own_comment(context, input["id"])
    _tell(context, "deleted", comment)
    context.state.threads.delete(comment)
    return _payload(input, comment=comment)


def _add_reaction(_root: None, info: Info, *, input: Input) -> Input:  # noqa: A002 - GitHub's argument
    context = info.context
    subject = _writable(context, input["subjectId"])
    reaction = context.state.threads.react(
        subject, account=context.state.bot, content=Reaction[input["content"]]
    )
    return _reacted(input, subject, reaction)


def _remove_reaction(_root: None, info: Info, *, input: Input) -> Input:  # noqa: A002 - GitHub's argument
    context = info.context
    subject = _writable(context, input["subjectId"])
    reaction = context.state.threads.unreact(
        subject, account=context.state.bot, content=Reaction[input["content"]]
    )
    return _reacted(input, subject, reaction)


def _reacted(given: Input, subject: AnySubject, reaction: object) -> Input:
    groups = reaction_groups(subject)
    return _payload(given, reaction=reaction, reactionGroups=groups, subject=subject)


def _payload(given: Input, **fields: object) -> Input:
    return {"clientMutationId": given.get("clientMutationId"), **fields}


MUTATION_FIELDS: dict[str, Resolver] = {
    "addComment": _add_comment,
    "addDiscussionComment": _add_discussion_comment,
    "addReaction": _add_reaction,
    "deleteDiscussionComment": _delete_comment,
    "deleteIssueComment": _delete_comment,
    "removeReaction": _remove_reaction,
    "updateDiscussionComment": _update_discussion_comment,
    "updateIssueComment": _update_issue_comment,
}
