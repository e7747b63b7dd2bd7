"""Which jobs an event asks for."""

from __future__ import annotations

from github_app.dispatch import forget, index, jobs
from github_app.events import (
    BranchPushed,
    DefaultBranchPushed,
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
from github_app.work import (
    ForgetRepository,
    IndexRefs,
    IndexRepository,
    ReadThread,
    RecordInstallation,
    job_of,
)

HELLO = NamedRepository("octo-org/hello", 11)
OTHER = NamedRepository("octo-org/other", 12)


def test_what_asks_for_nothing_leads_to_no_job() -> None:
    assert jobs(Ping(), delivery_id="d") == ()
    assert jobs(Ignored("a reason"), delivery_id="d") == ()


def test_a_push_and_a_new_name_lead_to_an_index() -> None:
    expected = (job_of(index(HELLO, 7)),)

    assert jobs(DefaultBranchPushed(7, HELLO, "c"), delivery_id="d") == expected
    assert jobs(RepositoryRenamed(7, HELLO), delivery_id="d") == expected
    assert expected[0].task == IndexRepository.TASK


def test_what_versions_and_branches_there_are_leads_to_an_index_of_them() -> None:
    assert jobs(VersionsChanged(7, HELLO), delivery_id="d") == (
        job_of(IndexRefs(7, HELLO.name, HELLO.github_id)),
    )
    (job,) = jobs(BranchPushed(7, HELLO, "next"), delivery_id="d")
    assert IndexRefs(**job.arguments).branch == "next"


def test_a_thread_that_changed_is_read() -> None:
    changed = ThreadChanged(7, HELLO, ThreadKind.ISSUE, "I_1", 4, is_gone=True)
    (job,) = jobs(changed, delivery_id="d")
    work = ReadThread.from_arguments(job.arguments)
    assert (work.kind, work.thread_id, work.number) == (ThreadKind.ISSUE, "I_1", 4)
    assert (work.is_gone, work.github_id) == (True, 11)


def test_a_deleted_repository_is_forgotten() -> None:
    (job,) = jobs(RepositoryDeleted(HELLO), delivery_id="d")

    assert job == job_of(forget(HELLO, None))
    assert job.task == ForgetRepository.TASK


def test_a_transferred_repository_is_forgotten_first_and_indexed_for_whom_has_it_now() -> None:
    assert jobs(RepositoryTransferred(None, HELLO), delivery_id="d") == (
        job_of(forget(HELLO, None)),
    )
    assert jobs(RepositoryTransferred(8, HELLO), delivery_id="d") == (
        job_of(forget(HELLO, None)),
        job_of(index(HELLO, 8)),
    )


def test_removed_repositories_are_forgotten_before_added_ones_are_indexed() -> None:
    changed = RepositoriesChanged(7, "octo-org", added=(HELLO,), removed=(OTHER,))

    assert jobs(changed, delivery_id="d") == (job_of(forget(OTHER, 7)), job_of(index(HELLO, 7)))


def test_an_installation_is_recorded_with_its_repositories() -> None:
    created = InstallationAction("created")
    (job,) = jobs(InstallationChanged(created, 7, "octo-org", (HELLO,)), delivery_id="d")

    work = RecordInstallation.from_arguments(job.arguments)
    assert (work.action, work.installation_id, work.account) == (created, 7, "octo-org")
    assert work.repositories == (HELLO,)
