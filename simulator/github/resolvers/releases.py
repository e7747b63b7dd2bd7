"""Releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.github.clock import isoformat
from simulator.github.resolvers.fields import ID, LOCATED, moment, ordered, page
from simulator.github.resolvers.permissions import readable_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.github import model
    from simulator.github.resolvers.context import Info, Resolver


def _releases(
    repository: model.Repository,
    info: Info,
    *,
    orderBy: Mapping[str, str] | None = None,  # noqa: N803 - GitHub's argument
    **bounds: int | str,
) -> dict[str, Any]:
    state = readable_state(info.context, repository, "contents")
    drafts = info.context.access.may_write(repository, "contents")
    found = [one for one in state.releases(repository) if drafts or not one.draft]
    return page(ordered(found, orderBy), info, bounds)


def _latest_release(repository: model.Repository, info: Info) -> model.Release | None:
    found = readable_state(info.context, repository, "contents").releases(repository)
    final = [one for one in found if not one.draft and not one.prerelease]
    return final[-1] if final else None


def _tag_commit(release: model.Release, info: Info) -> model.Commit | None:
    tag = info.context.state.find_tag(release.repository, release.tag_name)
    return tag.commit if tag else None


FIELDS: dict[str, dict[str, Resolver]] = {
    "Release": {
        **ID,
        **LOCATED,
        "createdAt": moment("created_at"),
        "isDraft": lambda release, _info: release.draft,
        "isPrerelease": lambda release, _info: release.prerelease,
        "publishedAt": lambda release, _info: (
            None if release.draft else isoformat(release.created_at)
        ),
        "tagCommit": _tag_commit,
    },
}

OF_REPOSITORY: dict[str, Resolver] = {
    "latestRelease": _latest_release,
    "releases": _releases,
}
"""What leads here from a repository."""
