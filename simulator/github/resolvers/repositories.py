"""Repositories, and what leads from them to the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.github.resolvers import git_objects, refs, releases, threads
from simulator.github.resolvers.fields import ID, LOCATED

if TYPE_CHECKING:
    from simulator.github.resolvers.context import Resolver

FIELDS: dict[str, dict[str, Resolver]] = {
    "Repository": {
        **ID,
        **LOCATED,
        **git_objects.OF_REPOSITORY,
        **refs.OF_REPOSITORY,
        **releases.OF_REPOSITORY,
        **threads.OF_REPOSITORY,
        "hasDiscussionsEnabled": lambda repository, _info: repository.has_discussions,
        "hasIssuesEnabled": lambda _repository, _info: True,
        "isArchived": lambda repository, _info: repository.archived,
        "isPrivate": lambda repository, _info: repository.private,
        "nameWithOwner": lambda repository, _info: repository.full_name,
    },
}
