"""What the simulated GitHub holds: frozen records, replaced as a whole when something changes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, ClassVar

from simulator.github import urls
from simulator.github.node_ids import git_node_id, named_node_id, node_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from simulator.github.files import Files, GitTree


class AccountKind(StrEnum):
    """What an account is, in the words of REST's ``type``."""

    USER = "User"
    ORGANIZATION = "Organization"
    BOT = "Bot"


class Role(IntEnum):
    """What a person may do in a repository, weakest first."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5


class Reaction(StrEnum):
    """A reaction's content, named as in GraphQL; the value is REST's name."""

    THUMBS_UP = "+1"
    THUMBS_DOWN = "-1"
    LAUGH = "laugh"
    HOORAY = "hooray"
    CONFUSED = "confused"
    HEART = "heart"
    ROCKET = "rocket"
    EYES = "eyes"


_ACCOUNT_PREFIXES = {
    AccountKind.USER: "U",
    AccountKind.ORGANIZATION: "O",
    AccountKind.BOT: "BOT",
}


@dataclass(frozen=True, slots=True)
class Account:
    """A user, an organisation, or an App's bot (``login`` ends with ``[bot]``)."""

    id: int
    login: str
    kind: AccountKind

    @property
    def node_id(self) -> str:
        """The global node id."""
        return node_id(_ACCOUNT_PREFIXES[self.kind], self.id)

    @property
    def display_login(self) -> str:
        """The login as GraphQL gives it: a bot's has no ``[bot]``."""
        return self.login.removesuffix("[bot]") if self.kind is AccountKind.BOT else self.login

    @property
    def resource_path(self) -> str:
        """The path of the account's page."""
        prefix = "/apps/" if self.kind is AccountKind.BOT else "/"
        return prefix + self.display_login


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of a repository, with the whole tree."""

    repository_id: int
    oid: str
    message: str
    author: Account
    committed_date: datetime
    files: Files = field(repr=False)
    tree: GitTree = field(repr=False)
    """What git makes of ``files``."""

    @property
    def node_id(self) -> str:
        """The global node id."""
        return git_node_id("C", self.repository_id, self.oid)


@dataclass(frozen=True, slots=True)
class Tag:
    """A name for a commit; an annotated one is an object of its own."""

    name: str
    commit: Commit
    annotated: bool = False

    @property
    def node_id(self) -> str:
        """The global node id."""
        return named_node_id("TA", self.commit.repository_id, self.name)

    @property
    def oid(self) -> str:
        """The id that git gives the tag's own object."""
        return hashlib.sha1(self.node_id.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository; its commits and threads are kept beside it, by id."""

    id: int
    owner: Account
    name: str
    created_at: datetime
    private: bool = False
    archived: bool = False
    has_discussions: bool = True
    default_branch: str = "main"
    description: str | None = None

    @property
    def node_id(self) -> str:
        """The global node id."""
        return node_id("R", self.id)

    @property
    def full_name(self) -> str:
        """``owner/name``."""
        return f"{self.owner.login}/{self.name}"

    @property
    def resource_path(self) -> str:
        """The path of the repository's page."""
        return f"/{self.full_name}"


@dataclass(frozen=True, slots=True)
class Release:
    """A release of a repository."""

    id: int
    repository: Repository
    tag_name: str
    author: Account
    created_at: datetime
    draft: bool = False
    prerelease: bool = False

    @property
    def node_id(self) -> str:
        """The global node id."""
        return node_id("RE", self.repository.id, self.id)

    @property
    def resource_path(self) -> str:
        """The path of its page."""
        return f"{self.repository.resource_path}/releases/tag/{self.tag_name}"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """What there is to say of a pull request that closed an issue."""

    id: int
    repository: Repository
    number: int
    title: str
    merged: bool = True

    @property
    def node_id(self) -> str:
        """The global node id."""
        return node_id("PR", self.repository.id, self.id)

    @property
    def resource_path(self) -> str:
        """The path of its page."""
        return f"{self.repository.resource_path}/pull/{self.number}"


@dataclass(frozen=True, slots=True)
class Category:
    """A category of a repository's discussions."""

    id: int
    repository_id: int
    name: str
    slug: str
    emoji: str
    is_answerable: bool
    description: str | None
    created_at: datetime

    @property
    def node_id(self) -> str:
        """The global node id."""
        return node_id("DIC", self.repository_id, self.id)


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a repository."""

    id: int
    repository_id: int
    name: str
    color: str = "ededed"

    @property
    def node_id(self) -> str:
        """The global node id."""
        return node_id("LA", self.repository_id, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a person or a bot wrote: the common part of threads and comments."""

    node_id_prefix: ClassVar[str]
    id: int
    repository: Repository
    author: Account
    body: str
    created_at: datetime
    updated_at: datetime
    last_edited_at: datetime | None = None

    @property
    def node_id(self) -> str:
        """The global node id."""
        return node_id(self.node_id_prefix, self.repository.id, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Subject):
    """The common part of comments."""

    minimized: bool = False
    """Hidden, as a maintainer does with spam."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread(Subject):
    """The common part of discussions and issues, which share one row of numbers."""

    number: int
    title: str
    labels: tuple[Label, ...] = ()
    locked: bool = False
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discussion(Thread):
    """A discussion."""

    node_id_prefix: ClassVar[str] = "D"
    category: Category
    answer_id: str | None = None
    """Node id of the comment that was chosen as the answer."""
    answer_chosen_at: datetime | None = None
    answer_chosen_by: Account | None = None

    @property
    def resource_path(self) -> str:
        """The path of its page."""
        return f"{self.repository.resource_path}/discussions/{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue(Thread):
    """An issue."""

    node_id_prefix: ClassVar[str] = "I"
    state_reason: str | None = None
    """Of one that is closed: ``completed`` or ``not_planned``; ``reopened`` of one that was."""
    closed_by: PullRequest | None = None

    @property
    def resource_path(self) -> str:
        """The path of its page."""
        return f"{self.repository.resource_path}/issues/{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscussionComment(Comment):
    """A comment in a discussion: top-level, or a reply in the thread of one that is."""

    node_id_prefix: ClassVar[str] = "DC"
    discussion_id: str
    """Node id."""
    discussion_path: str
    reply_to_id: str | None = None
    """Node id of the top-level comment."""
    deleted_at: datetime | None = None
    """Set on a top-level comment that was deleted while it had replies."""

    @property
    def resource_path(self) -> str:
        """The path of its page."""
        return f"{self.discussion_path}#discussioncomment-{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueComment(Comment):
    """A comment on an issue."""

    node_id_prefix: ClassVar[str] = "IC"
    issue_id: str
    """Node id."""
    issue_path: str

    @property
    def resource_path(self) -> str:
        """The path of its page."""
        return f"{self.issue_path}#issuecomment-{self.id}"


AnyThread = Discussion | Issue
AnyComment = DiscussionComment | IssueComment
AnySubject = AnyThread | AnyComment


@dataclass(frozen=True, slots=True)
class GivenReaction:
    """One account's reaction to one subject."""

    id: int
    subject_id: str
    """Node id."""
    account: Account
    content: Reaction
    created_at: datetime

    @property
    def node_id(self) -> str:
        """The global node id."""
        return node_id("REA", self.id)


@dataclass(frozen=True, slots=True)
class Grant:
    """A person's role in a repository."""

    role: Role
    visible: bool = True
    """False for a member of the organisation who keeps the membership private: then
    ``author_association`` does not tell."""


@dataclass(frozen=True, slots=True)
class Installation:
    """The App, installed on an account."""

    id: int
    account: Account
    repository_ids: frozenset[int]
    permissions: Mapping[str, str]
    created_at: datetime
    updated_at: datetime
    events: tuple[str, ...] = ()
    suspended_at: datetime | None = None


def url(subject: AnySubject | Repository | Account | Release | PullRequest) -> str:
    """Return the address of the page of ``subject``."""
    return urls.web(subject.resource_path)
