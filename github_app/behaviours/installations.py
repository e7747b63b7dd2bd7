"""What happens to an installation is recorded; its repositories are indexed, or forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from github_app import records
from github_app.dispatch import forget, index
from github_app.events import InstallationAction
from github_app.work import job_of

if TYPE_CHECKING:
    from github_app.dependencies import Dependencies
    from github_app.work import RecordInstallation
    from storage import Connection

log = structlog.get_logger(__name__)


def record_installation(work: RecordInstallation, dependencies: Dependencies) -> None:
    """Record an installation's state; who may no longer be read is forgotten at once."""
    with dependencies.database.transaction() as connection:
        known = records.repositories_of(connection, work.installation_id)
        repositories = tuple(dict.fromkeys((*known, *work.repositories)))
        _record(connection, work)
        for repository in repositories:
            see_to = forget if _is_closed(work.action) else index
            job = job_of(see_to(repository, work.installation_id))
            dependencies.queue.enqueue(job, connection=connection)
    dependencies.queue.ring()
    log.info(
        "installation_recorded",
        installation=work.installation_id,
        account=work.account,
        action=work.action.value,
        repositories=len(repositories),
    )


def _is_closed(action: InstallationAction) -> bool:
    return action in {InstallationAction.DELETED, InstallationAction.SUSPENDED}


def _record(connection: Connection, work: RecordInstallation) -> None:
    if work.action is InstallationAction.DELETED:
        records.delete_installation(connection, work.installation_id)
    elif work.action is InstallationAction.SUSPENDED:
        records.suspend_installation(connection, work.installation_id, work.account)
    else:
        records.save_installation(connection, work.installation_id, work.account)
        # What was out of reach may be within it now.
        records.reread_threads(connection, work.installation_id)
