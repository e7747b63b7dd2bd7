"""Commits, annotated tags, trees and blobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.github import model, urls
from simulator.github.files import GitEntry, GitTree, Submodule, blob_oid, is_binary
from simulator.github.node_ids import git_node_id, git_oid
from simulator.github.resolvers.fields import ID, moment, repository_of
from simulator.github.resolvers.permissions import readable_state

if TYPE_CHECKING:
    from simulator.github.resolvers.context import Context, Info, Resolver

MOST_TEXT_BYTES = 512_000
"""A longer file's ``text`` is cut there, and ``isTruncated`` says so."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A file's content."""

    repository: model.Repository
    data: bytes

    @property
    def oid(self) -> str:
        """Git's id of it."""
        return blob_oid(self.data)

    @property
    def node_id(self) -> str:
        """The global node id."""
        return git_node_id("B", self.repository.id, self.oid)


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder's content."""

    repository: model.Repository
    tree: GitTree

    @property
    def oid(self) -> str:
        """Git's id of it."""
        return self.tree.oid

    @property
    def node_id(self) -> str:
        """The global node id."""
        return git_node_id("T", self.repository.id, self.oid)


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """What a folder holds under a name."""

    repository: model.Repository
    entry: GitEntry


def find_git_node(
    context: Context, repository: model.Repository, node_id: str
) -> Blob | Tree | None:
    """Return the blob or tree of ``repository`` with the global id, if the token may read it."""
    oid = git_oid(node_id, repository_id=repository.id)
    if oid is None or not context.access.may_read(repository, "contents"):
        return None
    found = context.state.find_object(repository, oid)
    return None if found is None else _node(repository, found)


def _node(repository: model.Repository, content: bytes | GitTree) -> Blob | Tree:
    if isinstance(content, GitTree):
        return Tree(repository, content)
    return Blob(repository, content)


def _object(
    repository: model.Repository,
    info: Info,
    *,
    expression: str | None = None,
    oid: str | None = None,
) -> Blob | Tree | model.Commit | None:
    state = readable_state(info.context, repository, "contents")
    if oid:
        found = state.find_object(repository, oid)
        if found is not None:
            return _node(repository, found)
    ref, colon, path = (oid or expression or "").partition(":")
    commit = state.resolve(repository, ref) if ref else None
    if commit is None or not colon:
        return commit
    return _at_path(repository, commit.tree, path)


def _at_path(repository: model.Repository, tree: GitTree, path: str) -> Blob | Tree | None:
    found: bytes | GitTree = tree
    for name in filter(None, path.split("/")):
        inside = found.entries if isinstance(found, GitTree) else ()
        held = {entry.name: entry.content for entry in inside}
        if name not in held:
            return None
        found = held[name]
    return _node(repository, found)


def _entries(tree: Tree, _info: Info) -> list[TreeEntry]:
    return [TreeEntry(tree.repository, entry) for entry in tree.tree.entries]


def _entry_object(entry: TreeEntry, _info: Info) -> Blob | Tree | None:
    content = entry.entry.content
    # A submodule's commit is another repository's.
    return None if isinstance(content, Submodule) else _node(entry.repository, content)


def _blob_text(blob: Blob, _info: Info) -> str | None:
    if is_binary(blob.data):
        return None
    return blob.data[:MOST_TEXT_BYTES].decode(errors="replace")


def _commit_path(source: Any, info: Info) -> str:  # noqa: ANN401 - a blob, a tree, a commit or a tag
    return f"{_repository_holding(source, info).resource_path}/commit/{source.oid}"


def _repository_holding(source: Any, info: Info) -> model.Repository:  # noqa: ANN401 - as above
    if isinstance(source, Blob | Tree):
        return source.repository
    return repository_of(source.commit if isinstance(source, model.Tag) else source, info)


_GIT_OBJECT: dict[str, Resolver] = {
    **ID,
    "abbreviatedOid": lambda source, _info: source.oid[:7],
    "commitResourcePath": _commit_path,
    "commitUrl": lambda source, info: urls.web(_commit_path(source, info)),
}

FIELDS: dict[str, dict[str, Resolver]] = {
    "Blob": {
        **_GIT_OBJECT,
        "byteSize": lambda blob, _info: len(blob.data),
        "isBinary": lambda blob, _info: is_binary(blob.data),
        "isTruncated": lambda blob, _info: len(blob.data) > MOST_TEXT_BYTES,
        "text": _blob_text,
    },
    "Commit": {
        **_GIT_OBJECT,
        "committedDate": moment("committed_date"),
        "repository": repository_of,
        "tree": lambda commit, info: Tree(repository_of(commit, info), commit.tree),
    },
    "Tag": {
        **_GIT_OBJECT,
        "repository": _repository_holding,
        "target": lambda tag, _info: tag.commit,
    },
    "Tree": {**_GIT_OBJECT, "entries": _entries},
    "TreeEntry": {
        "mode": lambda entry, _info: entry.entry.mode,
        "name": lambda entry, _info: entry.entry.name,
        "object": _entry_object,
        "oid": lambda entry, _info: entry.entry.oid,
        "path": lambda entry, _info: entry.entry.path,
        "size": lambda entry, _info: entry.entry.size,
        "type": lambda entry, _info: entry.entry.type,
    },
}

OF_REPOSITORY: dict[str, Resolver] = {"object": _object}
"""What leads here from a repository."""
