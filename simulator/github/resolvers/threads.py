"""Discussions and issues, and their comments, categories and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.github.errors import Refused
from simulator.github.resolvers.fields import ID, LOCATED, moment, ordered, page, repository_of
from simulator.github.resolvers.permissions import readable_state, require
from simulator.github.resolvers.reactions import OF_SUBJECT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.github import model
    from simulator.github.resolvers.context import Info, Resolver


def _discussion(repository: model.Repository, info: Info, *, number: int) -> model.Discussion:
    threads = readable_state(info.context, repository, "discussions").threads
    for discussion in threads.discussions(repository):
        if discussion.number == number:
            return discussion
    raise Refused("NOT_FOUND", f"Could not resolve to a Discussion with the number of {number}.")


def _discussions(
    repository: model.Repository,
    info: Info,
    *,
    states: Sequence[str] | None = None,
    answered: bool | None = None,
    orderBy: Mapping[str, str] | None = None,  # noqa: N803 - GitHub's argument
    **bounds: int | str,
) -> dict[str, Any]:
    threads = readable_state(info.context, repository, "discussions").threads
    found = [
        one
        for one in threads.discussions(repository)
        if _in_states(one, states) and answered in {None, threads.answer_of(one) is not None}
    ]
    return page(ordered(found, orderBy), info, bounds)


def _issue(repository: model.Repository, info: Info, *, number: int) -> model.Issue:
    threads = readable_state(info.context, repository, "issues").threads
    for issue in threads.issues(repository):
        if issue.number == number:
            return issue
    raise Refused("NOT_FOUND", f"Could not resolve to an Issue with the number of {number}.")


def _issues(
    repository: model.Repository,
    info: Info,
    *,
    states: Sequence[str] | None = None,
    orderBy: Mapping[str, str] | None = None,  # noqa: N803 - GitHub's argument
    **bounds: int | str,
) -> dict[str, Any]:
    threads = readable_state(info.context, repository, "issues").threads
    found = [one for one in threads.issues(repository) if _in_states(one, states)]
    return page(ordered(found, orderBy), info, bounds)


def _in_states(thread: model.AnyThread, states: Sequence[str] | None) -> bool:
    return not states or _state(thread) in states


def _state(thread: model.AnyThread) -> str:
    return "CLOSED" if thread.closed_at else "OPEN"


def _categories(repository: model.Repository, info: Info, **bounds: int | str) -> dict[str, Any]:
    return page(info.context.state.threads.categories(repository), info, bounds)


def _labels(thread: model.AnyThread, info: Info, **bounds: int | str) -> dict[str, Any]:
    return page(sorted(thread.labels, key=lambda label: label.id), info, bounds)


def _closing_pull_requests(issue: model.Issue, info: Info, **bounds: int | str) -> dict[str, Any]:
    require(info.context, issue.repository, "pull_requests")
    return page([issue.closed_by] if issue.closed_by else [], info, bounds)


def _state_reason(issue: model.Issue, _info: Info, **_options: bool) -> str | None:
    return issue.state_reason.upper() if issue.state_reason else None


def _did_author(subject: model.AnySubject, info: Info) -> bool:
    return subject.author.id == info.context.state.bot.id


def _association(subject: model.AnySubject, info: Info) -> str:
    return info.context.state.association(subject.repository, subject.author)


def _reply_to(comment: model.DiscussionComment, info: Info) -> model.AnySubject | None:
    threads = info.context.state.threads
    return threads.find(comment.reply_to_id) if comment.reply_to_id else None


_SUBJECT: dict[str, Resolver] = {
    **ID,
    **LOCATED,
    **OF_SUBJECT,
    "authorAssociation": _association,
    "bodyText": lambda subject, _info: subject.body,
    "createdAt": moment("created_at"),
    "updatedAt": moment("updated_at"),
    "lastEditedAt": moment("last_edited_at"),
    "viewerDidAuthor": _did_author,
}

_THREAD: dict[str, Resolver] = {
    **_SUBJECT,
    "activeLockReason": lambda _thread, _info: None,
    "closed": lambda thread, _info: thread.closed_at is not None,
    "closedAt": moment("closed_at"),
    "labels": _labels,
}

_COMMENT: dict[str, Resolver] = {
    **_SUBJECT,
    "isMinimized": lambda comment, _info: comment.minimized,
    "minimizedReason": lambda comment, _info: "spam" if comment.minimized else None,
}

FIELDS: dict[str, dict[str, Resolver]] = {
    "Discussion": {
        **_THREAD,
        "answer": lambda thread, info: info.context.state.threads.answer_of(thread),
        "answerChosenAt": moment("answer_chosen_at"),
        "comments": lambda thread, info, **bounds: page(
            info.context.state.threads.top_level_comments(thread), info, bounds
        ),
    },
    "DiscussionCategory": {**ID, "repository": repository_of},
    "DiscussionComment": {
        **_COMMENT,
        "deletedAt": moment("deleted_at"),
        "discussion": lambda comment, info: info.context.state.threads.discussion_of(comment),
        "replies": lambda comment, info, **bounds: page(
            info.context.state.threads.replies(comment), info, bounds
        ),
        "replyTo": _reply_to,
    },
    "Issue": {
        **_THREAD,
        "closedByPullRequestsReferences": _closing_pull_requests,
        "comments": lambda thread, info, **bounds: page(
            info.context.state.threads.issue_comments(thread), info, bounds
        ),
        "state": lambda issue, _info: _state(issue),
        "stateReason": _state_reason,
    },
    "IssueComment": {
        **_COMMENT,
        "issue": lambda comment, info: info.context.state.threads.issue_of(comment),
    },
    "Label": {**ID, "repository": repository_of},
    "PullRequest": {**ID, **LOCATED},
}

OF_REPOSITORY: dict[str, Resolver] = {
    "discussion": _discussion,
    "discussionCategories": _categories,
    "discussions": _discussions,
    "issue": _issue,
    "issues": _issues,
}
"""What leads here from a repository."""
