"""The operations on threads that were answered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from github_app.errors import NotFound
from github_app.events import ThreadKind
from github_app.graphql.model import Contribution, PullRequest, SolvedThread, ThreadPage
from github_app.graphql.nodes import NodeOperations, present

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PAGES = {
    ThreadKind.DISCUSSION: "answered_discussions",
    ThreadKind.ISSUE: "closed_issues",
}


class SolutionOperations(NodeOperations):
    """Typed calls; each raises :class:`github_app.errors.ApiError` when GitHub does not do it."""

    def read_solved_page(
        self, kind: ThreadKind, full_name: str, *, after: str | None
    ) -> ThreadPage:
        """Return which discussions are answered, or which issues closed, newest first."""
        owner, _, name = full_name.partition("/")
        data = self._execute(_PAGES[kind], {"owner": owner, "name": name, "after": after})
        if data["repository"] is None:
            raise NotFound(f"there is no repository {full_name}")
        threads = data["repository"]["threads"]
        page = threads["pageInfo"]
        return ThreadPage(
            ids=tuple(node["id"] for node in present(threads)),
            cursor=page["endCursor"] if page["hasNextPage"] else None,
            points_left=data["rateLimit"]["remaining"],
        )

    def read_solved(
        self, ids: Sequence[str], *, with_pull_requests: bool
    ) -> tuple[SolvedThread, ...]:
        """Return threads by their node ids; those that are gone are left out.

        In a private repository, the pull requests that closed an issue take a permission that the
        App does without: there they are not to be asked for.
        """
        nodes = self._nodes("solved_threads", ids, withPullRequests=with_pull_requests)
        return tuple(
            _discussion(node) if node["__typename"] == "Discussion" else _issue(node)
            for node in nodes
        )


def _discussion(node: Mapping[str, Any]) -> SolvedThread:
    return SolvedThread(
        kind=ThreadKind.DISCUSSION,
        solved_at=_moment(node["answerChosenAt"]),
        answer=_contribution(node["answer"]) if node["answer"] else None,
        **_thread(node),
    )


def _issue(node: Mapping[str, Any]) -> SolvedThread:
    is_completed = node["stateReason"] == "COMPLETED"
    return SolvedThread(
        kind=ThreadKind.ISSUE,
        solved_at=_moment(node["closedAt"]) if is_completed else None,
        comments=tuple(map(_contribution, present(node["comments"]))),
        pull_requests=tuple(
            PullRequest(one["number"], one["title"])
            for one in present(node.get("closedByPullRequestsReferences"))
            if one["merged"]
        ),
        **_thread(node),
    )


def _thread(node: Mapping[str, Any]) -> dict[str, Any]:
    parts = {name: node[name] for name in ("number", "title", "url", "body", "locked")}
    return {
        **parts,
        "created_at": datetime.fromisoformat(node["createdAt"]),
        "by_bot": _is_bot(node),
        "labels": tuple(label["name"] for label in present(node["labels"])),
    }


def _contribution(node: Mapping[str, Any]) -> Contribution:
    return Contribution(
        body=node["body"],
        created_at=datetime.fromisoformat(node["createdAt"]),
        association=node["authorAssociation"],
        by_viewer=node["viewerDidAuthor"],
        by_bot=_is_bot(node),
        is_minimized=node["isMinimized"],
    )


def _is_bot(node: Mapping[str, Any]) -> bool:
    # An author who deleted the account is null.
    return (node["author"] or {}).get("__typename") == "Bot"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
