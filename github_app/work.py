"""The jobs of the GitHub face: their names, their arguments, and what they must not overlap.

Which event asks for which is told by :mod:`github_app.dispatch`; the bodies are in
:mod:`github_app.tasks`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from github_app.commands import Command
from github_app.events import InstallationAction, NamedRepository, ThreadKind
from jobs.port import Job

if TYPE_CHECKING:
    from collections.abc import Mapping


class InRepository(Protocol):
    """Work in a repository, done through an installation."""

    @property
    def installation_id(self) -> int:
        """GitHub's id of the installation."""

    @property
    def repository(self) -> str:
        """``owner/name``, which may have come to mean another repository."""

    @property
    def github_id(self) -> int | None:
        """GitHub's id of the repository."""


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


@dataclass(frozen=True, slots=True)
class IndexRepository:
    """Read a repository's default branch, as it then is, into the index."""

    TASK = "github.index"

    installation_id: int
    repository: str
    github_id: int | None = None


@dataclass(frozen=True, slots=True)
class IndexRefs:
    """Index what a repository's settings name beside the default branch, and nothing else."""

    TASK = "github.index_refs"

    installation_id: int
    repository: str
    github_id: int | None = None
    branch: str | None = None
    """The one that was pushed to, which the settings may not name; None for all."""


@dataclass(frozen=True, slots=True)
class ReadThreads:
    """Read on in a repository's answered discussions and closed issues."""

    TASK = "github.read_threads"

    installation_id: int
    repository: str
    github_id: int | None = None


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


@dataclass(frozen=True, slots=True)
class ForgetRepository:
    """Delete all that is known of a repository, unless another installation has taken it on."""

    TASK = "github.forget"

    repository: str
    installation_id: int | None = None
    """The one through which it can no longer be read; None when nobody can read it there."""
    github_id: int | None = None


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


Background = IndexRepository | IndexRefs | ReadThreads | ReadThread | ForgetRepository
"""Work on what is known of a repository, which nobody waits for."""

Work = AnswerDiscussion | RunCommand | RecordInstallation | Background


def job_of(work: Work) -> Job:
    """Return the job that has ``work`` done.

    The jobs of one thread take turns, and what happens to an installation is recorded in order.
    Those in the background on one repository take turns too, so that nothing is kept of one that
    was forgotten; however many ask for the same, one waits.
    """
    match work:
        case AnswerDiscussion():
            lock = f"thread:{work.discussion_id}"
        case RunCommand():
            lock = f"thread:{work.thread_id}"
        case RecordInstallation():
            lock = f"installation:{work.installation_id}"
        case _:
            lock = f"repository:{_known_by(work)}"
    is_background = isinstance(work, Background)
    return Job(
        work.TASK,
        asdict(work),
        lock=f"github:{lock}",
        unless_waiting=is_background,
        background=is_background,
    )


def _known_by(work: Background) -> int | str:
    """Return the id of a repository, since it may be renamed between two jobs; else its name."""
    return work.repository.lower() if work.github_id is None else work.github_id
