"""Which settings are in force in a repository."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from github_app import records, settings
from github_app.errors import SettingsMistake
from github_app.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from github_app.dependencies import Dependencies
    from github_app.graphql.model import Repository, SettingsFile
    from github_app.graphql.operations import Operations

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InForce:
    """The settings, and what was wrong with the file, if anything was."""

    settings: Settings = field(default_factory=Settings)
    mistakes: tuple[str, ...] = ()


def read(github: Operations, repository: Repository) -> InForce:
    """Return the repository's settings; without a file, its owner's; else the defaults."""
    owner, _, name = repository.name_with_owner.partition("/")
    file = repository.settings
    if file is None and name != ".github":
        file = github.read_owner_settings(owner)
    if file is None:
        return InForce()
    try:
        return InForce(settings.parse(_text(file)))
    except SettingsMistake as error:
        log.warning("settings_mistake", repository=repository.name_with_owner, reason=str(error))
        return InForce(mistakes=error.mistakes)


@contextmanager
def untold_mistakes(
    dependencies: Dependencies, repository: Repository, in_force: InForce
) -> Iterator[tuple[str, ...]]:
    """Yield the mistakes to tell in a reply, which are those told from the end of the block on.

    The same ones are told once, in the first reply after they were made.
    """
    name, mistake = repository.name_with_owner, "\n".join(in_force.mistakes) or None
    with dependencies.database.transaction() as connection:
        told = records.find_told_mistake(connection, name)
    if mistake == told:
        yield ()
        return
    yield in_force.mistakes
    dependencies.indexer.register(name, repository.url, github_id=repository.github_id)
    with dependencies.database.transaction() as connection:
        records.save_told_mistake(connection, name, mistake)


def _text(file: SettingsFile) -> str:
    if file.text is None or file.is_truncated:
        raise SettingsMistake(("the file is not text, or is too large",))
    return file.text
