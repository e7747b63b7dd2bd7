"""What a delivery tells us, as far as fury-bot cares; :mod:`github_app.payloads` reads it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from github_app.commands import Command


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
