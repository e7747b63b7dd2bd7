"""What a delivery tells us, as far as fury-bot cares.

Payloads vary between events, versions and servers, so only the fields that are needed are read,
and whatever is not as expected leads to :class:`Ignored`, never to an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from github_app import commands

if TYPE_CHECKING:
    from collections.abc import Callable

    from github_app.commands import Command
    from github_app.deliveries import Delivery

_NODE_ID = re.compile(r"[\w+/=-]{1,255}", re.ASCII)
_FULL_NAME = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)
_LOGIN = re.compile(r"[\w-]{1,100}(?:\[bot\])?", re.ASCII)
_COMMIT = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})", re.ASCII)
_LARGEST_ID = 2**63 - 1
_LONGEST_BRANCH = 255


class ThreadKind(StrEnum):
    """Where people talk."""

    DISCUSSION = "discussion"
    ISSUE = "issue"


class InstallationAction(StrEnum):
    """What happened to an installation, in the words of ``action``."""

    CREATED = "created"
    DELETED = "deleted"
    SUSPENDED = "suspend"
    UNSUSPENDED = "unsuspend"
    PERMISSIONS_ACCEPTED = "new_permissions_accepted"


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to do, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ping:
    """GitHub tries the webhook out."""


@dataclass(frozen=True, slots=True)
class NamedRepository:
    """A repository as a payload names it."""

    name: str
    """``owner/name``, which may come to mean another repository."""
    github_id: int | None = None
    """GitHub's id, which never does; None where the payload has none."""


@dataclass(frozen=True, slots=True)
class InstallationChanged:
    """The App was installed on an account, or removed, or its rights changed."""

    action: InstallationAction
    installation_id: int
    account: str
    repositories: tuple[NamedRepository, ...]
    """Those that the payload names; suspensions name none."""


@dataclass(frozen=True, slots=True)
class RepositoriesChanged:
    """An installation reaches more repositories, or fewer."""

    installation_id: int
    account: str
    added: tuple[NamedRepository, ...]
    removed: tuple[NamedRepository, ...]


@dataclass(frozen=True, slots=True)
class RepositoryRenamed:
    """A repository has another name from now on; someone else may take the old one."""

    installation_id: int
    repository: NamedRepository
    """By its new name."""


@dataclass(frozen=True, slots=True)
class RepositoryTransferred:
    """A repository has another owner from now on."""

    installation_id: int | None
    """The new owner's, if the App is installed there too."""
    repository: NamedRepository
    """By its new name."""


@dataclass(frozen=True, slots=True)
class RepositoryDeleted:
    """A repository is gone; another may take its name."""

    repository: NamedRepository


@dataclass(frozen=True, slots=True)
class DefaultBranchPushed:
    """A repository's default branch has a new head."""

    installation_id: int
    repository: NamedRepository
    commit: str
    """The head after the push."""


@dataclass(frozen=True, slots=True)
class BranchPushed:
    """Another branch has a new head, or is gone."""

    installation_id: int
    repository: NamedRepository
    branch: str


@dataclass(frozen=True, slots=True)
class VersionsChanged:
    """A release or a tag came, or went."""

    installation_id: int
    repository: NamedRepository


@dataclass(frozen=True, slots=True)
class ThreadChanged:
    """What a thread is known for may be other than it was: its answer, say."""

    installation_id: int
    repository: NamedRepository
    thread_kind: ThreadKind
    thread_id: str
    number: int
    is_gone: bool = False
    """It was deleted, or is another repository's now."""


@dataclass(frozen=True, slots=True)
class DiscussionOpened:
    """Someone opened a discussion, and gave no command in it."""

    installation_id: int
    repository: NamedRepository
    discussion_id: str


@dataclass(frozen=True, slots=True)
class CommandGiven:
    """Someone gave a command."""

    installation_id: int
    repository: NamedRepository
    thread_kind: ThreadKind
    thread_id: str
    subject_id: str
    """Node id of the comment that holds it, or of the thread when its own text does."""
    command: Command
    others: int
    """How many further commands stand beside it, which are not run."""


Event = (
    Ping
    | InstallationChanged
    | RepositoriesChanged
    | RepositoryRenamed
    | RepositoryTransferred
    | RepositoryDeleted
    | DefaultBranchPushed
    | BranchPushed
    | VersionsChanged
    | ThreadChanged
    | DiscussionOpened
    | CommandGiven
    | Ignored
)

Payload = Mapping[str, object]


def parse(delivery: Delivery) -> Event:
    """Return what ``delivery`` tells. Never raises, whatever JSON the payload is."""
    reader = _READERS.get(delivery.event)
    if reader is None:
        return Ignored("this event is not acted on")
    try:
        return reader(delivery.payload)
    except _Unusable as unusable:
        return Ignored(str(unusable))


class _Unusable(Exception):
    """The payload lacks something, or holds it in another shape."""


def _ping(payload: Payload) -> Event:  # noqa: ARG001 - every reader has this signature
    return Ping()


def _installation(payload: Payload) -> Event:
    try:
        action = InstallationAction(_action(payload))
    except ValueError:
        return Ignored("this action is not acted on")
    return InstallationChanged(
        action=action,
        installation_id=_integer(payload, "installation", "id"),
        account=_matching(_LOGIN, payload, "installation", "account", "login"),
        repositories=_listed(payload, "repositories"),
    )


def _installation_repositories(payload: Payload) -> Event:
    if _action(payload) not in {"added", "removed"}:
        return Ignored("this action is not acted on")
    return RepositoriesChanged(
        installation_id=_integer(payload, "installation", "id"),
        account=_matching(_LOGIN, payload, "installation", "account", "login"),
        added=_listed(payload, "repositories_added"),
        removed=_listed(payload, "repositories_removed"),
    )


def _repository_event(payload: Payload) -> Event:
    match _action(payload):
        case "renamed":
            return RepositoryRenamed(
                installation_id=_integer(payload, "installation", "id"),
                repository=_repository(payload),
            )
        case "transferred":
            return RepositoryTransferred(
                installation_id=_integer_or_none(payload, "installation", "id"),
                repository=_repository(payload),
            )
        case "deleted":
            return RepositoryDeleted(_repository(payload))
    # Who may read a repository does not change what its own threads are answered from.
    return Ignored("this action is not acted on")


def _push(payload: Payload) -> Event:
    default = _text(payload, "repository", "default_branch")
    kind, _, branch = _text(payload, "ref").removeprefix("refs/").partition("/")
    if kind != "heads" or not branch:
        return Ignored("not a push to a branch")
    if branch != default:
        return BranchPushed(
            installation_id=_integer(payload, "installation", "id"),
            repository=_repository(payload),
            branch=_storable(branch),
        )
    if payload.get("deleted"):
        return Ignored("the branch was deleted")
    return DefaultBranchPushed(
        installation_id=_integer(payload, "installation", "id"),
        repository=_repository(payload),
        commit=_matching(_COMMIT, payload, "after"),
    )


def _release(payload: Payload) -> Event:
    if _action(payload) not in _RELEASE_ACTIONS:
        return Ignored("this action is not acted on")
    return _versions_changed(payload)


def _tag(payload: Payload) -> Event:
    # Of a branch that came or went, a push tells.
    if _text(payload, "ref_type") != "tag":
        return Ignored("not a tag")
    return _versions_changed(payload)


def _versions_changed(payload: Payload) -> Event:
    return VersionsChanged(
        installation_id=_integer(payload, "installation", "id"),
        repository=_repository(payload),
    )


def _discussion(payload: Payload) -> Event:
    if _action(payload) != "created":
        return _thread_changed(payload, ThreadKind.DISCUSSION)
    _require_people(payload, "discussion")
    found = commands.find(_body(payload, "discussion"))
    if found:
        return _command(payload, found, kind=ThreadKind.DISCUSSION, subject="discussion")
    return DiscussionOpened(
        installation_id=_integer(payload, "installation", "id"),
        repository=_repository(payload),
        discussion_id=_matching(_NODE_ID, payload, "discussion", "node_id"),
    )


def _issues(payload: Payload) -> Event:
    if _action(payload) != "opened":
        return _thread_changed(payload, ThreadKind.ISSUE)
    _require_people(payload, "issue")
    found = commands.find(_body(payload, "issue"))
    return _command(payload, found, kind=ThreadKind.ISSUE, subject="issue")


def _thread_changed(payload: Payload, kind: ThreadKind) -> Event:
    action = _action(payload)
    if action not in _THREAD_ACTIONS | _GONE_ACTIONS:
        return Ignored("this action is not acted on")
    if action == "edited" and not _is_solved(payload, kind):
        return Ignored("edited, and not answered")
    return _told_of_thread(payload, kind, is_gone=action in _GONE_ACTIONS)


def _told_of_thread(payload: Payload, kind: ThreadKind, *, is_gone: bool = False) -> Event:
    return ThreadChanged(
        installation_id=_integer(payload, "installation", "id"),
        repository=_repository(payload),
        thread_kind=kind,
        thread_id=_matching(_NODE_ID, payload, kind, "node_id"),
        number=_integer(payload, kind, "number"),
        is_gone=is_gone,
    )


def _is_solved(payload: Payload, kind: ThreadKind) -> bool:
    """Say whether the thread may be known for its answer, in which what is said may count."""
    if kind is ThreadKind.DISCUSSION:
        return _at(payload, kind, "answer_chosen_at") is not None
    return _at(payload, kind, "state") == "closed"


def _discussion_comment(payload: Payload) -> Event:
    return _comment(payload, kind=ThreadKind.DISCUSSION)


def _issue_comment(payload: Payload) -> Event:
    if _at(payload, "issue", "pull_request") is not None:
        return Ignored("a comment on a pull request")
    return _comment(payload, kind=ThreadKind.ISSUE)


def _comment(payload: Payload, *, kind: ThreadKind) -> Event:
    body = _body(payload, "comment")
    if _action(payload) == "created":
        found = commands.find(body)
    elif _action(payload) == "edited":
        old_body = _text(payload, "changes", "body", "from")
        found = commands.find_new(body, old_body=old_body)
    elif _action(payload) == "deleted" and _is_solved(payload, kind):
        found = ()
    else:
        return Ignored("this action is not acted on")
    _require_people(payload, "comment")
    if not found and _is_solved(payload, kind):
        return _told_of_thread(payload, kind)
    return _command(payload, found, kind=kind, subject="comment")


def _command(
    payload: Payload, found: tuple[Command, ...], *, kind: ThreadKind, subject: str
) -> Event:
    if not found:
        return Ignored("no new command")
    return CommandGiven(
        installation_id=_integer(payload, "installation", "id"),
        repository=_repository(payload),
        thread_kind=kind,
        thread_id=_matching(_NODE_ID, payload, kind, "node_id"),
        subject_id=_matching(_NODE_ID, payload, subject, "node_id"),
        command=found[0],
        others=len(found) - 1,
    )


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

_READERS: Mapping[str, Callable[[Payload], Event]] = {
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


def _require_people(payload: Payload, subject: str) -> None:
    """Keep bots from talking to each other. A login may end in anything; ``type`` is GitHub's.

    Raises:
        _Unusable: The sender or the author is a bot, or is not named.
    """
    # A person may edit what a bot wrote: both must be people.
    for path in (("sender", "type"), (subject, "user", "type")):
        if _text(payload, *path) == "Bot":
            raise _Unusable("written or sent by a bot")


def _at(payload: object, *path: str) -> object:
    for key in path:
        if not isinstance(payload, Mapping):
            return None
        payload = payload.get(key)
    return payload


def _text(payload: Payload, *path: str) -> str:
    value = _at(payload, *path)
    if not isinstance(value, str):
        raise _Unusable(f"the payload has no {'.'.join(path)}")
    return value


def _storable(name: str) -> str:
    """Return ``name`` if PostgreSQL holds it."""
    if "\0" in name or len(name) > _LONGEST_BRANCH or not name.isprintable():
        raise _Unusable("the payload's ref is not usable")
    return name


def _action(payload: Payload) -> str:
    action = payload.get("action")
    return action if isinstance(action, str) else ""


def _body(payload: Payload, subject: str) -> str:
    """Return the Markdown of ``subject``; GitHub sends null for an empty one."""
    body = _at(payload, subject, "body")
    return body if isinstance(body, str) else ""


def _matching(pattern: re.Pattern[str], payload: Payload, *path: str) -> str:
    value = _text(payload, *path)
    if not pattern.fullmatch(value):
        raise _Unusable(f"the payload's {'.'.join(path)} is not usable")
    return value


def _integer(payload: Payload, *path: str) -> int:
    value = _integer_or_none(payload, *path)
    if value is None:
        raise _Unusable(f"the payload has no {'.'.join(path)}")
    return value


def _integer_or_none(payload: object, *path: str) -> int | None:
    value = _at(payload, *path)
    # JSON's true is an int to Python.
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value <= _LARGEST_ID else None


def _repository(payload: Payload) -> NamedRepository:
    return NamedRepository(
        name=_matching(_FULL_NAME, payload, "repository", "full_name"),
        github_id=_integer_or_none(payload, "repository", "id"),
    )


def _listed(payload: Payload, key: str) -> tuple[NamedRepository, ...]:
    entries = payload.get(key)
    named = [
        (_at(entry, "full_name"), _integer_or_none(entry, "id"))
        for entry in (entries if isinstance(entries, list) else [])
    ]
    return tuple(
        NamedRepository(name, github_id)
        for name, github_id in named
        if isinstance(name, str) and _FULL_NAME.fullmatch(name)
    )
