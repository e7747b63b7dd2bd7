"""Which jobs an event asks for.

This is all that the webhook knows of the work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from github_app.events import (
    BranchPushed,
    CommandGiven,
    DefaultBranchPushed,
    DiscussionOpened,
    Ignored,
    InstallationChanged,
    Ping,
    RepositoriesChanged,
    RepositoryDeleted,
    RepositoryRenamed,
    RepositoryTransferred,
    ThreadChanged,
    VersionsChanged,
)
from github_app.work import (
    AnswerDiscussion,
    ForgetRepository,
    IndexRefs,
    IndexRepository,
    ReadThread,
    RecordInstallation,
    RunCommand,
    job_of,
)

if TYPE_CHECKING:
    from github_app.events import Event, NamedRepository
    from github_app.work import Work
    from jobs.port import Job


def jobs(event: Event, *, delivery_id: str) -> tuple[Job, ...]:
    """Return the jobs that ``event``, told by the delivery ``delivery_id``, asks for."""
    return tuple(map(job_of, _work(event, delivery_id)))


def _work(event: Event, delivery_id: str) -> tuple[Work, ...]:
    match event:
        case Ping() | Ignored():
            found: tuple[Work, ...] = ()
        case DiscussionOpened() | CommandGiven():
            found = (_reply(event, delivery_id),)
        case InstallationChanged():
            found = (
                RecordInstallation(
                    action=event.action,
                    installation_id=event.installation_id,
                    account=event.account,
                    repositories=event.repositories,
                ),
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


def _reply(event: DiscussionOpened | CommandGiven, delivery_id: str) -> Work:
    if isinstance(event, DiscussionOpened):
        return AnswerDiscussion(
            delivery_id=delivery_id,
            installation_id=event.installation_id,
            repository=event.repository.name,
            discussion_id=event.discussion_id,
            github_id=event.repository.github_id,
        )
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
    )


def _follow(event: BranchPushed | VersionsChanged | ThreadChanged) -> Work:
    if isinstance(event, ThreadChanged):
        return ReadThread(
            installation_id=event.installation_id,
            repository=event.repository.name,
            kind=event.thread_kind,
            thread_id=event.thread_id,
            number=event.number,
            is_gone=event.is_gone,
            github_id=event.repository.github_id,
        )
    branch = event.branch if isinstance(event, BranchPushed) else None
    return IndexRefs(
        event.installation_id, event.repository.name, event.repository.github_id, branch
    )


def index(repository: NamedRepository, installation_id: int) -> IndexRepository:
    """Return the work of indexing ``repository``, under the name that it then has."""
    return IndexRepository(installation_id, repository.name, repository.github_id)


def forget(repository: NamedRepository, installation_id: int | None) -> ForgetRepository:
    """Return the work of forgetting ``repository``, known through ``installation_id``."""
    return ForgetRepository(repository.name, installation_id, repository.github_id)
