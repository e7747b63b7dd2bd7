"""What fury-bot reads from GitHub, as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment in a discussion or on an issue."""

    id: str
    """Node id."""
    url: str
    body: str
    by_viewer: bool
    """The App itself wrote it."""


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
    title: str
    body: str
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
