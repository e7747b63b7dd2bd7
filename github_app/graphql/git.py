"""The operations on a repository's files, branches, tags and releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from github_app.errors import NotFound
from github_app.graphql.model import Folder, FolderEntry, Tag, Version, Versions
from github_app.graphql.nodes import NodeOperations, present

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class GitOperations(NodeOperations):
    """Typed calls; each raises :class:`github_app.errors.ApiError` when GitHub does not do it."""

    def read_root_tree(self, full_name: str, commit: str) -> tuple[Folder, ...]:
        """Return the top folder of a commit, and after it the folders in it.

        None of them, where GitHub does not tell what it holds.
        """
        found = self._of_repository("root_tree", full_name, commit=commit)["object"]
        if found is None or found["__typename"] != "Commit":
            raise NotFound(f"there is no commit {commit} in {full_name}")
        return tuple(_folders(found["tree"]))

    def read_trees(self, ids: Sequence[str]) -> tuple[Folder, ...]:
        """Return the folders with these node ids, each followed by the folders in it."""
        trees = self._nodes("trees", ids)
        return tuple(folder for tree in trees for folder in _folders(tree))

    def read_blobs(self, ids: Sequence[str]) -> dict[str, str | None]:
        """Return the text of files with these node ids, by git's id of their content.

        None, of a file that is not text. GitHub cuts long text off, and what is not UTF-8 it
        changes: only git's id of the text tells that it is the file's.
        """
        return {blob["oid"]: blob["text"] for blob in self._nodes("blobs", ids)}

    def read_branch(self, full_name: str, branch: str) -> str | None:
        """Return the commit at the head of a branch; None when there is no such branch."""
        name = f"refs/heads/{branch}"
        found = self._of_repository("branch", full_name, branch=name)["ref"]
        return found["target"]["oid"] if found else None

    def read_versions(self, full_name: str) -> Versions:
        """Return the newest releases and tags."""
        found = self._of_repository("versions", full_name)
        return Versions(
            releases=tuple(
                Version(node["tagName"], node["tagCommit"]["oid"], node["isPrerelease"])
                for node in present(found["releases"])
                if node["tagCommit"] and not node["isDraft"]
            ),
            tags=tuple(
                Tag(node["name"], (node["target"].get("target") or node["target"])["oid"])
                for node in present(found["refs"])
            ),
        )

    def _of_repository(self, document: str, full_name: str, **variables: object) -> Any:  # noqa: ANN401 - GraphQL's own dictionary
        owner, _, name = full_name.partition("/")
        data = self._execute(document, {"owner": owner, "name": name, **variables})
        if data["repository"] is None:
            raise NotFound(f"there is no repository {full_name}")
        return data["repository"]


def _folders(tree: Mapping[str, Any]) -> Iterator[Folder]:
    """Yield a folder, and those of its folders that the answer holds.

    GitHub leaves null for what it did not come to: that is no folder without files.
    """
    if tree["entries"] is None:
        return
    yield Folder(tree["oid"], tuple(map(_entry, tree["entries"])))
    for entry in tree["entries"]:
        inner = entry["object"] or {}
        if inner.get("entries") is not None:
            yield Folder(inner["oid"], tuple(map(_entry, inner["entries"])))


def _entry(entry: Mapping[str, Any]) -> FolderEntry:
    return FolderEntry(
        name=entry["name"],
        type=entry["type"],
        mode=entry["mode"],
        oid=entry["oid"],
        size=entry["size"],
        node_id=(entry["object"] or {}).get("id"),
    )
