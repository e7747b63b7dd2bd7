"""Branches and tags: the names that lead to commits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from simulator.github.node_ids import named_node_id
from simulator.github.resolvers.fields import ID, page
from simulator.github.resolvers.permissions import readable_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.github import model
    from simulator.github.resolvers.context import Info, Resolver


@dataclass(frozen=True, slots=True)
class Ref:
    """A branch or a tag."""

    repository: model.Repository
    prefix: str
    name: str
    target: model.Commit | model.Tag
    id: int = 0
    """Its place among those listed with it, from 0."""

    @property
    def node_id(self) -> str:
        """The global node id."""
        return named_node_id("REF", self.repository.id, self.prefix + self.name)


def _default_branch(repository: model.Repository, info: Info) -> Ref:
    return _branch(repository, info, repository.default_branch)


def _branch(repository: model.Repository, info: Info, name: str) -> Ref:
    return Ref(repository, "refs/heads/", name, info.context.state.head(repository, name))


def _tag(repository: model.Repository, tag: model.Tag) -> Ref:
    # A tag that is no object of its own leads to the commit itself.
    target = tag if tag.annotated else tag.commit
    return Ref(repository, "refs/tags/", tag.name, target)


def _ref(repository: model.Repository, info: Info, *, qualifiedName: str) -> Ref | None:  # noqa: N803 - GitHub's argument
    state = readable_state(info.context, repository, "contents")
    name = qualifiedName.removeprefix("refs/heads/")
    if name in state.branches(repository):
        return _branch(repository, info, name)
    tag = state.find_tag(repository, qualifiedName.removeprefix("refs/tags/"))
    return _tag(repository, tag) if tag else None


def _refs(
    repository: model.Repository,
    info: Info,
    *,
    refPrefix: str,  # noqa: N803 - GitHub's argument
    orderBy: Mapping[str, str] | None = None,  # noqa: N803 - GitHub's argument
    **bounds: int | str,
) -> dict[str, Any]:
    state = readable_state(info.context, repository, "contents")
    if refPrefix == "refs/heads/":
        found = [_branch(repository, info, name) for name in state.branches(repository)]
    else:
        found = [_tag(repository, tag) for tag in state.tags(repository)]
    if orderBy and orderBy["field"] == "ALPHABETICAL":
        found.sort(key=lambda ref: ref.name)
    if orderBy and orderBy["direction"] == "DESC":
        found.reverse()
    return page([replace(ref, id=place) for place, ref in enumerate(found)], info, bounds)


FIELDS: dict[str, dict[str, Resolver]] = {"Ref": ID}

OF_REPOSITORY: dict[str, Resolver] = {
    "defaultBranchRef": _default_branch,
    "ref": _ref,
    "refs": _refs,
}
"""What leads here from a repository."""
