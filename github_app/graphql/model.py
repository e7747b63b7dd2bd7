"""What fury-bot reads from GitHub, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from github_app.events import ThreadKind


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment in a discussion or on an issue."""

    id: str
    """Node id."""
    url: str
    body: str
    by_viewer: bool
    """The App itself wrote it."""
    created_at: datetime | None = None
    author: str | None = None
    """The login; None of a deleted account."""
    by_bot: bool = False
    is_minimized: bool = False


@dataclass(frozen=True, slots=True)
class PostedComment:
    """Where a comment of ours stands."""

    id: str
    url: str


@dataclass(frozen=True, slots=True)
class Category:
    """A discussion's category."""

    name: str
    slug: str
    is_answerable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue with its comments, replies among them, oldest of a page first."""

    id: str
    number: int
    url: str
    title: str
    body: str
    created_at: datetime
    author: str | None
    """The login; None of a deleted account."""
    locked: bool
    closed: bool
    comments: tuple[Comment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Discussion(Issue):
    """A discussion: an issue's parts, and a category."""

    category: Category


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A settings file as GitHub holds it."""

    text: str | None
    """None when it is binary."""
    is_truncated: bool


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository before anything is done in it."""

    name_with_owner: str
    """Its name now; it may have been asked for by a former one."""
    github_id: int | None
    url: str
    default_branch: str | None
    """None while it is empty, as is ``head``."""
    head: str | None
    """The commit of the default branch."""
    settings: SettingsFile | None
    is_private: bool = True
    latest_release: str | None = None
    """The tag of the newest release that is neither a draft nor a pre-release."""


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """What a folder holds under a name."""

    name: str
    type: str
    """``blob``, ``tree`` or ``commit`` (a submodule)."""
    mode: int
    """As in git: 0o100644 of a file, 0o40000 of a folder."""
    oid: str
    size: int
    """Bytes, of a file."""
    node_id: str | None
    """GitHub's id; None of a submodule."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, by git's name of what it holds."""

    oid: str
    entries: tuple[FolderEntry, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A release, or a tag that stands for one."""

    tag: str
    commit: str
    is_prerelease: bool


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag."""

    name: str
    commit: str


@dataclass(frozen=True, slots=True)
class Versions:
    """The newest releases, drafts left out, and the newest tags; newest first."""

    releases: tuple[Version, ...]
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """A page of a repository's threads."""

    ids: tuple[str, ...]
    cursor: str | None
    """Where the next page begins; None on the last."""
    points_left: int
    """What is left of the hour's requests."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What somebody wrote in a thread."""

    body: str
    created_at: datetime
    association: str
    """The author's part in the repository: ``OWNER``, ``MEMBER``, ``NONE``, …."""
    by_viewer: bool
    """The App itself wrote it."""
    by_bot: bool
    is_minimized: bool


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request that closed an issue."""

    number: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvedThread:
    """A discussion or an issue, with what may be its answer."""

    kind: ThreadKind
    number: int
    title: str
    url: str
    body: str
    created_at: datetime
    by_bot: bool
    locked: bool
    labels: tuple[str, ...]
    solved_at: datetime | None
    """When a discussion's answer was chosen, or an issue closed as completed."""
    answer: Contribution | None = None
    """The accepted one, of a discussion."""
    comments: tuple[Contribution, ...] = ()
    """The newest of an issue, oldest first."""
    pull_requests: tuple[PullRequest, ...] = ()
    """Those merged that closed an issue."""
