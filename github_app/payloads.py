"""How a delivery is read: which of :mod:`github_app.events` its payload tells.

Whatever is not as expected leads to :class:`github_app.events.Ignored`, never to an error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from github_app import commands
from github_app.events import (
    BranchPushed,
    CommandGiven,
    DefaultBranchPushed,
    DiscussionOpened,
    Ignored,
    InstallationAction,
    InstallationChanged,
    Ping,
    RepositoriesChanged,
    RepositoryDeleted,
    RepositoryRenamed,
    RepositoryTransferred,
    ThreadChanged,
    ThreadKind,
    VersionsChanged,
)
from github_app.payload_fields import Fields, Unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from github_app.commands import Command
    from github_app.deliveries import Delivery
    from github_app.events import Event

_COMMIT = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})", re.ASCII)
_LONGEST_BRANCH = 255

_RELEASE_ACTIONS = frozenset(
    {"deleted", "edited", "prereleased", "published", "released", "unpublished"}
)

_THREAD_ACTIONS = frozenset(
    {
        "answered",
        "closed",
        "edited",
        "labeled",
        "locked",
        "reopened",
        "unanswered",
        "unlabeled",
        "unlocked",
    }
)
"""What may make a thread an answered one, or make it one no more."""

_GONE_ACTIONS = frozenset({"deleted", "transferred"})


def parse(delivery: Delivery) -> Event:
    """Return what ``delivery`` tells. Never raises, whatever JSON the payload is."""
    reader = _READERS.get(delivery.event)
    if reader is None:
        return Ignored("this event is not acted on")
    try:
        return reader(Fields(delivery.payload))
    except Unusable as unusable:
        return Ignored(str(unusable))


def _ping(payload: Fields) -> Event:  # noqa: ARG001 - every reader has this signature
    return Ping()


def _installation(payload: Fields) -> Event:
    try:
        action = InstallationAction(payload.action)
    except ValueError:
        return Ignored("this action is not acted on")
    return InstallationChanged(
        action=action,
        installation_id=payload.installation_id(),
        account=payload.account(),
        repositories=payload.repositories("repositories"),
    )


def _installation_repositories(payload: Fields) -> Event:
    if payload.action not in {"added", "removed"}:
        return Ignored("this action is not acted on")
    return RepositoriesChanged(
        installation_id=payload.installation_id(),
        account=payload.account(),
        added=payload.repositories("repositories_added"),
        removed=payload.repositories("repositories_removed"),
    )


def _repository_event(payload: Fields) -> Event:
    match payload.action:
        case "renamed":
            return RepositoryRenamed(
                installation_id=payload.installation_id(),
                repository=payload.repository(),
            )
        case "transferred":
            return RepositoryTransferred(
                installation_id=payload.number_or_none("installation", "id"),
                repository=payload.repository(),
            )
        case "deleted":
            return RepositoryDeleted(payload.repository())
    # Who may read a repository does not change what its own threads are answered from.
    return Ignored("this action is not acted on")


def _push(payload: Fields) -> Event:
    default = payload.text("repository", "default_branch")
    kind, _, branch = payload.text("ref").removeprefix("refs/").partition("/")
    if kind != "heads" or not branch:
        return Ignored("not a push to a branch")
    if branch != default:
        return BranchPushed(
            installation_id=payload.installation_id(),
            repository=payload.repository(),
            branch=_storable(branch),
        )
    if payload.at("deleted"):
        return Ignored("the branch was deleted")
    return DefaultBranchPushed(
        installation_id=payload.installation_id(),
        repository=payload.repository(),
        commit=payload.matching(_COMMIT, "after"),
    )


def _storable(name: str) -> str:
    """Return ``name`` if PostgreSQL holds it."""
    if "\0" in name or len(name) > _LONGEST_BRANCH or not name.isprintable():
        raise Unusable("the payload's ref is not usable")
    return name


def _release(payload: Fields) -> Event:
    if payload.action not in _RELEASE_ACTIONS:
        return Ignored("this action is not acted on")
    return _versions_changed(payload)


def _tag(payload: Fields) -> Event:
    # Of a branch that came or went, a push tells.
    if payload.text("ref_type") != "tag":
        return Ignored("not a tag")
    return _versions_changed(payload)


def _versions_changed(payload: Fields) -> Event:
    return VersionsChanged(
        installation_id=payload.installation_id(),
        repository=payload.repository(),
    )


def _discussion(payload: Fields) -> Event:
    if payload.action != "created":
        return _thread_changed(payload, ThreadKind.DISCUSSION)
    _require_people(payload, "discussion")
    found = commands.find(payload.body("discussion"))
    if found:
        return _command(payload, found, kind=ThreadKind.DISCUSSION, subject="discussion")
    return DiscussionOpened(
        installation_id=payload.installation_id(),
        repository=payload.repository(),
        discussion_id=payload.node_id("discussion"),
    )


def _issues(payload: Fields) -> Event:
    if payload.action != "opened":
        return _thread_changed(payload, ThreadKind.ISSUE)
    _require_people(payload, "issue")
    found = commands.find(payload.body("issue"))
    return _command(payload, found, kind=ThreadKind.ISSUE, subject="issue")


def _thread_changed(payload: Fields, kind: ThreadKind) -> Event:
    action = payload.action
    if action not in _THREAD_ACTIONS | _GONE_ACTIONS:
        return Ignored("this action is not acted on")
    if action == "edited" and not _is_solved(payload, kind):
        return Ignored("edited, and not answered")
    return _told_of_thread(payload, kind, is_gone=action in _GONE_ACTIONS)


def _told_of_thread(payload: Fields, kind: ThreadKind, *, is_gone: bool = False) -> Event:
    return ThreadChanged(
        installation_id=payload.installation_id(),
        repository=payload.repository(),
        thread_kind=kind,
        thread_id=payload.node_id(kind),
        number=payload.number(kind, "number"),
        is_gone=is_gone,
    )


def _is_solved(payload: Fields, kind: ThreadKind) -> bool:
    """Say whether the thread may be known for its answer, in which what is said may count."""
    if kind is ThreadKind.DISCUSSION:
        return payload.at(kind, "answer_chosen_at") is not None
    return payload.at(kind, "state") == "closed"


def _discussion_comment(payload: Fields) -> Event:
    return _comment(payload, kind=ThreadKind.DISCUSSION)


def _issue_comment(payload: Fields) -> Event:
    if payload.at("issue", "pull_request") is not None:
        return Ignored("a comment on a pull request")
    return _comment(payload, kind=ThreadKind.ISSUE)


def _comment(payload: Fields, *, kind: ThreadKind) -> Event:
    body = payload.body("comment")
    if payload.action == "created":
        found = commands.find(body)
    elif payload.action == "edited":
        old_body = payload.text("changes", "body", "from")
        found = commands.find_new(body, old_body=old_body)
    elif payload.action == "deleted" and _is_solved(payload, kind):
        found = ()
    else:
        return Ignored("this action is not acted on")
    _require_people(payload, "comment")
    if not found and _is_solved(payload, kind):
        return _told_of_thread(payload, kind)
    return _command(payload, found, kind=kind, subject="comment")


def _command(
    payload: Fields, found: tuple[Command, ...], *, kind: ThreadKind, subject: str
) -> Event:
    if not found:
        return Ignored("no new command")
    return CommandGiven(
        installation_id=payload.installation_id(),
        repository=payload.repository(),
        thread_kind=kind,
        thread_id=payload.node_id(kind),
        subject_id=payload.node_id(subject),
        command=found[0],
        others=len(found) - 1,
    )


def _require_people(payload: Fields, subject: str) -> None:
    """Keep bots from talking to each other. A login may end in anything; ``type`` is GitHub's.

    Raises:
        Unusable: The sender or the author is a bot, or is not named.
    """
    # A person may edit what a bot wrote: both must be people.
    for path in (("sender", "type"), (subject, "user", "type")):
        if payload.text(*path) == "Bot":
            raise Unusable("written or sent by a bot")


_READERS: Mapping[str, Callable[[Fields], Event]] = {
    "ping": _ping,
    "installation": _installation,
    "installation_repositories": _installation_repositories,
    "repository": _repository_event,
    "push": _push,
    "release": _release,
    "create": _tag,
    "delete": _tag,
    "discussion": _discussion,
    "discussion_comment": _discussion_comment,
    "issues": _issues,
    "issue_comment": _issue_comment,
}
