"""The jobs that events ask for: their names, their arguments, and what they must not overlap.

This is all that the webhook knows of the work; the bodies are in :mod:`github_app.tasks`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol, assert_never

from github_app.commands import Command
from github_app.events import (
    BranchPushed,
    CommandGiven,
    DefaultBranchPushed,
    DiscussionOpened,
    Ignored,
    InstallationAction,
    InstallationChanged,
    NamedRepository,
    Ping,
    RepositoriesChanged,
    RepositoryDeleted,
    RepositoryRenamed,
    RepositoryTransferred,
    ThreadChanged,
    ThreadKind,
    VersionsChanged,
)
from jobs.port import Job

if TYPE_CHECKING:
    from collections.abc import Mapping

    from github_app.events import Event


class _OnRepository(Protocol):
    """Work on a repository."""

    @property
    def repository(self) -> str:
        """``owner/name``, which may have come to mean another repository."""

    @property
    def github_id(self) -> int | None:
        """GitHub's id of the repository."""


class InRepository(_OnRepository, Protocol):
    """Work in a repository, done through an installation."""

    @property
    def installation_id(self) -> int:
        """GitHub's id of the installation."""


@dataclass(frozen=True, slots=True)
class AnswerDiscussion:
    """Answer a new discussion, if its repository wants that."""

    TASK = "github.answer_discussion"

    delivery_id: str
    installation_id: int
    repository: str
    discussion_id: str
    github_id: int | None = None
    """GitHub's id of the repository, as in the other jobs."""

    def job(self) -> Job:
        """Return the job; the jobs of one thread take turns."""
        return Job(self.TASK, asdict(self), lock=_thread_lock(self.discussion_id))


@dataclass(frozen=True, slots=True)
class RunCommand:
    """Run the command of a comment, and reply."""

    TASK = "github.run_command"

    delivery_id: str
    installation_id: int
    repository: str
    thread_kind: ThreadKind
    thread_id: str
    subject_id: str
    command: Command
    others: int
    github_id: int | None = None

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, Any]) -> RunCommand:
        """Return the work that a job's ``arguments`` describe."""
        return cls(
            **{
                **arguments,
                "thread_kind": ThreadKind(arguments["thread_kind"]),
                "command": Command(**arguments["command"]),
            }
        )

    @property
    def in_comment(self) -> bool:
        """Whether the command stands in a comment, not in the thread's own text."""
        return self.subject_id != self.thread_id

    def job(self) -> Job:
        """Return the job; the jobs of one thread take turns."""
        return Job(self.TASK, asdict(self), lock=_thread_lock(self.thread_id))


@dataclass(frozen=True, slots=True)
class IndexRepository:
    """Read a repository's default branch, as it then is, into the index."""

    TASK = "github.index"

    installation_id: int
    repository: str
    github_id: int | None = None

    def job(self) -> Job:
        """Return the job; however many ask for it, one waits."""
        return _background(self.TASK, asdict(self), self)


@dataclass(frozen=True, slots=True)
class IndexRefs:
    """Index what a repository's settings name beside the default branch, and nothing else."""

    TASK = "github.index_refs"

    installation_id: int
    repository: str
    github_id: int | None = None
    branch: str | None = None
    """The one that was pushed to, which the settings may not name; None for all."""

    def job(self) -> Job:
        """Return the job, which takes turns with the rest on the repository."""
        return _background(self.TASK, asdict(self), self)


@dataclass(frozen=True, slots=True)
class ReadThreads:
    """Read on in a repository's answered discussions and closed issues."""

    TASK = "github.read_threads"

    installation_id: int
    repository: str
    github_id: int | None = None

    def job(self) -> Job:
        """Return the job, which takes turns with the rest on the repository."""
        return _background(self.TASK, asdict(self), self)


@dataclass(frozen=True, slots=True)
class ReadThread:
    """Bring what is known of one discussion or issue to what it is now."""

    TASK = "github.read_thread"

    installation_id: int
    repository: str
    kind: ThreadKind
    thread_id: str
    number: int
    is_gone: bool
    """It was deleted, or is another repository's now."""
    github_id: int | None = None

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, Any]) -> ReadThread:
        """Return the work that a job's ``arguments`` describe."""
        return cls(**{**arguments, "kind": ThreadKind(arguments["kind"])})

    def job(self) -> Job:
        """Return the job, which takes turns with the rest on the repository."""
        return _background(self.TASK, asdict(self), self)


@dataclass(frozen=True, slots=True)
class ForgetRepository:
    """Delete all that is known of a repository, unless another installation has taken it on."""

    TASK = "github.forget"

    repository: str
    installation_id: int | None = None
    """The one through which it can no longer be read; None when nobody can read it there."""
    github_id: int | None = None

    def job(self) -> Job:
        """Return the job, which takes turns with indexing."""
        return _background(self.TASK, asdict(self), self)


@dataclass(frozen=True, slots=True)
class RecordInstallation:
    """Record what happened to an installation, and see to its repositories."""

    TASK = "github.installation"

    action: InstallationAction
    installation_id: int
    account: str
    repositories: tuple[NamedRepository, ...]

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, Any]) -> RecordInstallation:
        """Return the work that a job's ``arguments`` describe."""
        return cls(
            **{
                **arguments,
                "action": InstallationAction(arguments["action"]),
                "repositories": tuple(
                    NamedRepository(**named) for named in arguments["repositories"]
                ),
            }
        )

    def job(self) -> Job:
        """Return the job; what happens to an installation is recorded in order."""
        return Job(self.TASK, asdict(self), lock=f"github:installation:{self.installation_id}")


def jobs(event: Event, *, delivery_id: str) -> tuple[Job, ...]:
    """Return the jobs that ``event``, told by the delivery ``delivery_id``, asks for."""
    match event:
        case Ping() | Ignored():
            found: tuple[Job, ...] = ()
        case DiscussionOpened() | CommandGiven():
            found = (_reply(event, delivery_id),)
        case InstallationChanged():
            found = (
                RecordInstallation(
                    action=event.action,
                    installation_id=event.installation_id,
                    account=event.account,
                    repositories=event.repositories,
                ).job(),
            )
        case RepositoriesChanged():
            removed = [forget(gone, event.installation_id) for gone in event.removed]
            added = [index(new, event.installation_id) for new in event.added]
            found = (*removed, *added)
        case DefaultBranchPushed() | RepositoryRenamed():
            found = (index(event.repository, event.installation_id),)
        case BranchPushed() | VersionsChanged() | ThreadChanged():
            found = (_follow(event),)
        case RepositoryDeleted():
            found = (forget(event.repository, None),)
        case RepositoryTransferred():
            # The new owner's people may be others: nothing that was known goes with it.
            found = (forget(event.repository, None),)
            if event.installation_id is not None:
                found += (index(event.repository, event.installation_id),)
        case _ as unreachable:
            assert_never(unreachable)
    return found


def _reply(event: DiscussionOpened | CommandGiven, delivery_id: str) -> Job:
    if isinstance(event, DiscussionOpened):
        return AnswerDiscussion(
            delivery_id=delivery_id,
            installation_id=event.installation_id,
            repository=event.repository.name,
            discussion_id=event.discussion_id,
            github_id=event.repository.github_id,
        ).job()
    return RunCommand(
        delivery_id=delivery_id,
        installation_id=event.installation_id,
        repository=event.repository.name,
        thread_kind=event.thread_kind,
        thread_id=event.thread_id,
        subject_id=event.subject_id,
        command=event.command,
        others=event.others,
        github_id=event.repository.github_id,
    ).job()


def index(repository: NamedRepository, installation_id: int) -> Job:
    """Return the job that indexes ``repository``, under the name that it then has."""
    return IndexRepository(installation_id, repository.name, repository.github_id).job()


def refs(repository: NamedRepository, installation_id: int, *, branch: str | None = None) -> Job:
    """Return the job that indexes what is wanted beside the default branch."""
    return IndexRefs(installation_id, repository.name, repository.github_id, branch).job()


def _follow(event: BranchPushed | VersionsChanged | ThreadChanged) -> Job:
    if isinstance(event, VersionsChanged):
        return refs(event.repository, event.installation_id)
    if isinstance(event, BranchPushed):
        return refs(event.repository, event.installation_id, branch=event.branch)
    return ReadThread(
        installation_id=event.installation_id,
        repository=event.repository.name,
        kind=event.thread_kind,
        thread_id=event.thread_id,
        number=event.number,
        is_gone=event.is_gone,
        github_id=event.repository.github_id,
    ).job()


def forget(repository: NamedRepository, installation_id: int | None) -> Job:
    """Return the job that forgets ``repository``, known through ``installation_id``."""
    return ForgetRepository(repository.name, installation_id, repository.github_id).job()


def _thread_lock(node_id: str) -> str:
    return f"github:thread:{node_id}"


def _background(task: str, arguments: Mapping[str, Any], work: _OnRepository) -> Job:
    """Return a job on a repository: they take turns, so that nothing is kept of one forgotten.

    By its id, since it may be renamed between two of them; by its name where that is all there is.
    """
    known_by = work.repository.lower() if work.github_id is None else work.github_id
    return Job(
        task,
        arguments,
        lock=f"github:repository:{known_by}",
        unless_waiting=True,
        background=True,
    )
