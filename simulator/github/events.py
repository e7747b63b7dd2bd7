"""Webhook payloads: what GitHub tells an App about each thing that happens.

Shapes follow the official examples of ``@octokit/webhooks-examples``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.github import model, payloads, urls
from simulator.github.clock import isoformat
from simulator.github.files import difference
from simulator.github.node_ids import node_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.github.payloads import Json
    from simulator.github.state import State

ALWAYS_SENT = frozenset({"installation", "installation_repositories", "ping"})
"""Events that an App receives without subscribing to them."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, ready to be delivered."""

    name: str
    payload: Json
    installation_id: int | None = None


def _happened(
    state: State,
    name: str,
    *,
    repository: model.Repository,
    sender: model.Account,
    details: Json,
) -> Event:
    payload = {**details, "repository": payloads.repository(state, repository)}
    if repository.owner.kind is model.AccountKind.ORGANIZATION:
        payload["organization"] = payloads.organisation(repository.owner)
    payload["sender"] = payloads.account(sender)
    installation = state.installation_of(repository)
    if installation is None:
        return Event(name, payload)
    payload["installation"] = {
        "id": installation.id,
        "node_id": node_id("IN", installation.id),
    }
    return Event(name, payload, installation.id)


def discussion(
    state: State,
    action: str,
    thread: model.Discussion,
    *,
    sender: model.Account | None = None,
    **details: Json,
) -> Event:
    """A discussion was opened, by its author, or something was done to it."""
    told = {"action": action, "discussion": payloads.discussion(state, thread), **details}
    return _happened(
        state,
        "discussion",
        repository=thread.repository,
        sender=sender or thread.author,
        details=told,
    )


def discussion_comment(
    state: State,
    action: str,
    comment: model.DiscussionComment,
    *,
    sender: model.Account,
    old_body: str | None = None,
) -> Event:
    """A comment in a discussion was created, edited (from ``old_body``) or deleted."""
    details = {
        "action": action,
        **_changes(old_body),
        "comment": payloads.discussion_comment(state, comment),
        "discussion": payloads.discussion(state, state.threads.discussion_of(comment)),
    }
    return _happened(
        state, "discussion_comment", repository=comment.repository, sender=sender, details=details
    )


def issues(
    state: State,
    action: str,
    thread: model.Issue,
    *,
    sender: model.Account | None = None,
    **details: Json,
) -> Event:
    """An issue was opened, by its author, or something was done to it."""
    told = {"action": action, "issue": payloads.issue(state, thread), **details}
    return _happened(
        state,
        "issues",
        repository=thread.repository,
        sender=sender or thread.author,
        details=told,
    )


def issue_comment(
    state: State,
    action: str,
    comment: model.IssueComment,
    *,
    sender: model.Account,
    old_body: str | None = None,
) -> Event:
    """A comment on an issue was created, edited (from ``old_body``) or deleted."""
    details = {
        "action": action,
        **_changes(old_body),
        "issue": payloads.issue(state, state.threads.issue_of(comment)),
        "comment": payloads.issue_comment(state, comment),
    }
    return _happened(
        state, "issue_comment", repository=comment.repository, sender=sender, details=details
    )


def _changes(old_body: str | None) -> Json:
    return {} if old_body is None else {"changes": {"body": {"from": old_body}}}


def release(state: State, action: str, one: model.Release) -> Event:
    """A release was published, edited or deleted."""
    details = {"action": action, "release": payloads.release(one)}
    return _happened(
        state, "release", repository=one.repository, sender=one.author, details=details
    )


def tag_created(
    state: State, repository: model.Repository, name: str, *, sender: model.Account
) -> Event:
    """A tag was pushed."""
    details = {
        "ref": name,
        "ref_type": "tag",
        "master_branch": repository.default_branch,
        "description": repository.description,
        "pusher_type": "user",
    }
    return _happened(state, "create", repository=repository, sender=sender, details=details)


def deleted(
    state: State,
    repository: model.Repository,
    name: str,
    *,
    ref_type: str,
    sender: model.Account,
) -> Event:
    """A tag or a branch (``ref_type``) was removed."""
    details = {"ref": name, "ref_type": ref_type, "pusher_type": "user"}
    return _happened(state, "delete", repository=repository, sender=sender, details=details)


def push(
    state: State,
    repository: model.Repository,
    *,
    branch: str,
    before: model.Commit,
    after: model.Commit,
) -> Event:
    """A commit arrived on a branch."""
    changed = difference(before.files, after.files)
    commit = payloads.commit(
        repository,
        after,
        changed={
            "added": list(changed.added),
            "removed": list(changed.removed),
            "modified": list(changed.modified),
        },
    )
    details = {
        "ref": f"refs/heads/{branch}",
        "before": before.oid,
        "after": after.oid,
        "pusher": {"name": after.author.login, "email": commit["author"]["email"]},
        "created": False,
        "deleted": False,
        "forced": False,
        "base_ref": None,
        "compare": f"{model.url(repository)}/compare/{before.oid[:12]}...{after.oid[:12]}",
        "commits": [commit],
        "head_commit": commit,
    }
    event = _happened(state, "push", repository=repository, sender=after.author, details=details)
    told = event.payload["repository"]
    told.update(
        # A push alone writes these times as seconds, and repeats old names.
        created_at=int(repository.created_at.timestamp()),
        pushed_at=int(after.committed_date.timestamp()),
        stargazers=0,
        master_branch=repository.default_branch,
    )
    told["owner"].update(name=repository.owner.login, email=None)
    return event


def installation(
    state: State, action: str, one: model.Installation, *, sender: model.Account
) -> Event:
    """The App was installed, suspended or uninstalled."""
    payload = {
        "action": action,
        "installation": _installation(state, one),
        "repositories": _listed(state.installed_repositories(one)),
        "requester": None,
        "sender": payloads.account(sender),
    }
    return Event("installation", payload, one.id)


def installation_repositories(
    state: State,
    one: model.Installation,
    *,
    sender: model.Account,
    added: Iterable[model.Repository] = (),
    removed: Iterable[model.Repository] = (),
) -> Event:
    """The App was given more repositories, or some were taken away."""
    repositories_added = _listed(added)
    payload = {
        "action": "added" if repositories_added else "removed",
        "installation": _installation(state, one),
        "repository_selection": "selected",
        "repositories_added": repositories_added,
        "repositories_removed": _listed(removed),
        "requester": None,
        "sender": payloads.account(sender),
    }
    return Event("installation_repositories", payload, one.id)


def ping(state: State) -> Event:
    """The webhook was set up."""
    app = state.app
    payload = {
        "zen": "Quiet is a feature.",
        "hook_id": app.id,
        "hook": {
            "type": "App",
            "id": app.id,
            "name": "web",
            "active": True,
            "app_id": app.id,
            "events": [],
            "config": {
                "content_type": "json",
                "url": app.webhook_url,
                "insecure_ssl": "0",
                "secret": "********",
            },
            "updated_at": isoformat(state.clock.now()),
            "created_at": isoformat(state.clock.now()),
            "deliveries_url": urls.api("/app/hook/deliveries"),
        },
    }
    return Event("ping", payload)


def _installation(state: State, one: model.Installation) -> Json:
    return {
        **payloads.installation(state, one),
        # Webhooks write these times as seconds; REST writes them as text.
        "created_at": int(one.created_at.timestamp()),
        "updated_at": int(one.updated_at.timestamp()),
    }


def _listed(repositories: Iterable[model.Repository]) -> list[Json]:
    return [payloads.short_repository(repository) for repository in repositories]
