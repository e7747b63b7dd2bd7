"""Which files a commit has, asking GitHub only for folders that are not known yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from github_app import git_records
from retrieval.sources import Entry
from retrieval.sources.unindexed import directory_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from github_app.graphql.model import Folder, FolderEntry
    from github_app.graphql.operations import Operations
    from storage import Database

FOLDERS_A_REQUEST = 50
"""With the folders in them, as many as GitHub answers for well within its ten seconds."""

MOST_FOLDERS = 2_000
"""Unknown folders that are asked for; a tree with more comes as an archive, in one request."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a commit."""

    entries: tuple[Entry, ...]
    node_ids: Mapping[str, str]
    """GitHub's id of each file's content, by git's."""


class Trees:
    """The trees of one repository. What a folder of a name in git holds never changes."""

    def __init__(self, github: Operations, database: Database, repository_id: int) -> None:
        self._github = github
        self._database = database
        self._repository_id = repository_id
        self._folders: dict[str, Folder] = {}

    def list_files(self, full_name: str, commit: str) -> Listing | None:
        """Return the files of a commit, but those in folders that are never indexed.

        None: more folders are unknown than are asked for, or GitHub does not tell what one holds.
        """
        answered = self._github.read_root_tree(full_name, commit)
        if not answered:
            return None
        self._keep(answered)
        level = {"": answered[0]}
        entries: list[Entry] = []
        node_ids: dict[str, str] = {}
        asked = 0
        while level:
            inner: dict[str, FolderEntry] = {}
            for path, found in _contents(level):
                if found.type == "tree":
                    if directory_reason(found.name) is None:
                        inner[path] = found
                    continue
                entries.append(Entry(path, found.oid, found.size, f"{found.mode:06o}"))
                if found.node_id:
                    node_ids[found.oid] = found.node_id
            unknown = self._unknown(inner.values())
            asked += len(unknown)
            if asked > MOST_FOLDERS:
                return None
            self._ask_for(unknown)
            if any(entry.oid not in self._folders for entry in inner.values()):
                return None
            level = {f"{path}/": self._folders[entry.oid] for path, entry in inner.items()}
        self._touch()
        return Listing(tuple(entries), node_ids)

    def _unknown(self, entries: Iterable[FolderEntry]) -> list[str]:
        """Return GitHub's ids of the folders that neither this run nor an earlier one has read."""
        wanted = {entry.oid: entry for entry in entries if entry.oid not in self._folders}
        with self._database.knowledge(self._repository_id) as connection:
            known = git_records.find_folders(connection, list(wanted))
        self._folders |= {folder.oid: folder for folder in known}
        return [
            entry.node_id
            for oid, entry in wanted.items()
            if oid not in self._folders and entry.node_id
        ]

    def _ask_for(self, node_ids: list[str]) -> None:
        for start in range(0, len(node_ids), FOLDERS_A_REQUEST):
            self._keep(self._github.read_trees(node_ids[start : start + FOLDERS_A_REQUEST]))

    def _keep(self, folders: Iterable[Folder]) -> None:
        new = [folder for folder in folders if folder.oid not in self._folders]
        with self._database.knowledge(self._repository_id) as connection:
            git_records.save_folders(connection, self._repository_id, new)
        self._folders |= {folder.oid: folder for folder in new}

    def _touch(self) -> None:
        with self._database.knowledge(self._repository_id) as connection:
            git_records.use_folders(connection, list(self._folders))


def _contents(level: Mapping[str, Folder]) -> Iterator[tuple[str, FolderEntry]]:
    for prefix, folder in level.items():
        for entry in folder.entries:
            yield f"{prefix}{entry.name}", entry
