"""The operations on GitHub that fury-bot performs, typed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from github_app.errors import Forbidden, NotFound
from github_app.events import ThreadKind
from github_app.graphql.git import GitOperations
from github_app.graphql.model import (
    Category,
    Comment,
    Discussion,
    Issue,
    PostedComment,
    Repository,
    SettingsFile,
)
from github_app.graphql.nodes import present
from github_app.graphql.solutions import SolutionOperations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_COMMENTS = 2_000
"""The newest comments of a thread that are read; older ones are of no use to a decision."""


class Reaction(StrEnum):
    """The reactions that the App gives, by their GraphQL names."""

    EYES = "EYES"
    ROCKET = "ROCKET"
    CONFUSED = "CONFUSED"


class Operations(GitOperations, SolutionOperations):
    """Typed calls, over whatever sends a document and returns its data.

    Every method raises :class:`github_app.errors.ApiError` when GitHub does not do it.
    """

    def read_repository(self, full_name: str, *, told_id: int | None = None) -> Repository:
        """Return the repository ``owner/name`` with its settings file.

        Its id is GitHub's, or ``told_id`` where GraphQL tells none: it holds 32 bits there.
        """
        owner, _, name = full_name.partition("/")
        found = self._execute("repository", {"owner": owner, "name": name})["repository"]
        if found is None:
            raise NotFound(f"there is no repository {full_name}")
        branch = found["defaultBranchRef"] or {}
        return Repository(
            name_with_owner=found["nameWithOwner"],
            github_id=found["databaseId"] or told_id,
            url=found["url"],
            default_branch=branch.get("name"),
            head=(branch.get("target") or {}).get("oid"),
            settings=_settings_file(found["settings"]),
            is_private=found["isPrivate"],
            latest_release=(found["latestRelease"] or {}).get("tagName"),
        )

    def read_owner_settings(self, owner: str) -> SettingsFile | None:
        """Return the settings file of ``owner``'s ``.github`` repository, if there is one to see.

        A token for another repository may be refused there, by an organisation's SAML say.
        """
        try:
            found = self._execute("owner_settings", {"owner": owner})["repository"]
        except (NotFound, Forbidden):
            return None
        return _settings_file(found["settings"]) if found else None

    def read_discussion(self, discussion_id: str) -> Discussion:
        """Return a discussion with its comments and their replies, over all pages."""
        pages = self._pages("discussion", discussion_id, typename="Discussion")
        first = next(pages)
        comments = self._discussion_comments(first)
        for page in pages:
            if len(comments) >= MAX_COMMENTS:
                break
            comments += self._discussion_comments(page)
        category = first["category"]
        return Discussion(
            **_thread(first, comments),
            category=Category(category["name"], category["slug"], category["isAnswerable"]),
        )

    def read_issue(self, issue_id: str) -> Issue:
        """Return an issue with its comments, over all pages."""
        pages = self._pages("issue", issue_id, typename="Issue")
        first = next(pages)
        comments = _comments(first)
        for page in pages:
            if len(comments) >= MAX_COMMENTS:
                break
            comments += _comments(page)
        return Issue(**_thread(first, comments))

    def read_thread(self, kind: ThreadKind, thread_id: str) -> Issue:
        """Return a discussion or an issue."""
        if kind is ThreadKind.DISCUSSION:
            return self.read_discussion(thread_id)
        return self.read_issue(thread_id)

    def top_level_comment(self, comment_id: str) -> str:
        """Return the id of the comment that heads the thread of a discussion's comment."""
        node = self._node("discussion_replies", {"id": comment_id}, typename="DiscussionComment")
        return str((node["replyTo"] or node)["id"])

    def add_discussion_comment(
        self, discussion_id: str, body: str, *, reply_to_id: str | None = None
    ) -> PostedComment:
        """Comment in a discussion, or in the thread of its top-level comment ``reply_to_id``."""
        data = self._execute(
            "add_discussion_comment",
            {"discussionId": discussion_id, "body": body, "replyToId": reply_to_id},
        )
        return _posted(data["addDiscussionComment"]["comment"])

    def add_issue_comment(self, issue_id: str, body: str) -> PostedComment:
        """Comment on an issue."""
        data = self._execute("add_issue_comment", {"subjectId": issue_id, "body": body})
        return _posted(data["addComment"]["commentEdge"]["node"])

    def update_discussion_comment(self, comment_id: str, body: str) -> PostedComment:
        """Replace the text of the App's own comment in a discussion."""
        data = self._execute("update_discussion_comment", {"commentId": comment_id, "body": body})
        return _posted(data["updateDiscussionComment"]["comment"])

    def update_issue_comment(self, comment_id: str, body: str) -> PostedComment:
        """Replace the text of the App's own comment on an issue."""
        data = self._execute("update_issue_comment", {"id": comment_id, "body": body})
        return _posted(data["updateIssueComment"]["issueComment"])

    def add_reaction(self, subject_id: str, content: Reaction) -> None:
        """React; a reaction that is there stays."""
        self._execute("add_reaction", {"subjectId": subject_id, "content": content.value})

    def remove_reaction(self, subject_id: str, content: Reaction) -> None:
        """Take the App's reaction back."""
        self._execute("remove_reaction", {"subjectId": subject_id, "content": content.value})

    def _discussion_comments(self, discussion: Mapping[str, Any]) -> list[Comment]:
        comments = []
        for node in present(discussion["comments"]):
            comments.append(_comment(node))
            comments += [_comment(reply) for reply in present(node["replies"])]
            comments += self._older_replies(node["id"], node["replies"]["pageInfo"])
        return comments

    def _older_replies(self, comment_id: str, page: Mapping[str, Any]) -> list[Comment]:
        replies: list[Comment] = []
        while page["hasPreviousPage"] and len(replies) < MAX_COMMENTS:
            node = self._node(
                "discussion_replies",
                {"id": comment_id, "before": page["startCursor"]},
                typename="DiscussionComment",
            )
            replies += [_comment(reply) for reply in present(node["replies"])]
            page = node["replies"]["pageInfo"]
        return replies

    def _pages(self, name: str, thread_id: str, *, typename: str) -> Iterator[dict[str, Any]]:
        """Yield the thread with its newest comments, then with those before, to the first."""
        before = None
        while True:
            node = self._node(name, {"id": thread_id, "before": before}, typename=typename)
            yield node
            page = node["comments"]["pageInfo"]
            if not page["hasPreviousPage"]:
                return
            before = page["startCursor"]

    def _node(self, name: str, variables: Mapping[str, Any], *, typename: str) -> dict[str, Any]:
        node: dict[str, Any] | None = self._execute(name, variables)["node"]
        if node is None or node["__typename"] != typename:
            raise NotFound(f"there is no {typename} with the id {variables['id']}")
        return node


def _thread(node: Mapping[str, Any], comments: list[Comment]) -> dict[str, Any]:
    names = ("id", "number", "url", "title", "body", "locked", "closed")
    return {
        **{name: node[name] for name in names},
        "created_at": datetime.fromisoformat(node["createdAt"]),
        "author": (node["author"] or {}).get("login"),
        "comments": tuple(comments),
    }


def _comments(issue: Mapping[str, Any]) -> list[Comment]:
    return [_comment(node) for node in present(issue["comments"])]


def _comment(node: Mapping[str, Any]) -> Comment:
    author = node["author"] or {}
    return Comment(
        id=node["id"],
        url=node["url"],
        body=node["body"],
        by_viewer=node["viewerDidAuthor"],
        created_at=datetime.fromisoformat(node["createdAt"]),
        author=author.get("login"),
        by_bot=author.get("__typename") == "Bot",
        is_minimized=node["isMinimized"],
    )


def _posted(node: Mapping[str, Any]) -> PostedComment:
    return PostedComment(id=node["id"], url=node["url"])


def _settings_file(blob: Mapping[str, Any] | None) -> SettingsFile | None:
    if blob is None or blob["__typename"] != "Blob":
        return None
    return SettingsFile(text=blob["text"], is_truncated=blob["isTruncated"])
