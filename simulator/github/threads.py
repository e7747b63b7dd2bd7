"""Discussions, issues, their comments, labels and reactions, as tables in memory."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from simulator.github.errors import Unknown
from simulator.github.model import (
    AnyComment,
    AnySubject,
    AnyThread,
    Category,
    Discussion,
    DiscussionComment,
    GivenReaction,
    Issue,
    IssueComment,
    Label,
    Reaction,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from itertools import count
    from threading import RLock

    from simulator.github.clock import Clock
    from simulator.github.model import Account, PullRequest, Repository

_Subject = TypeVar("_Subject", bound=AnySubject)
_Thread = TypeVar("_Thread", bound=AnyThread)
_Comment = TypeVar("_Comment", bound=AnyComment)


@dataclass(frozen=True, slots=True)
class _CategoryKind:
    name: str
    emoji: str
    is_answerable: bool
    description: str


_CATEGORIES = (
    _CategoryKind("Announcements", ":mega:", is_answerable=False, description="News"),
    _CategoryKind("General", ":speech_balloon:", is_answerable=False, description="Any topic"),
    _CategoryKind("Ideas", ":bulb:", is_answerable=False, description="What could be"),
    _CategoryKind("Q&A", ":pray:", is_answerable=True, description="Questions"),
    _CategoryKind("Show and tell", ":raised_hands:", is_answerable=False, description="Made with"),
)


def slug_of(name: str) -> str:
    """Return the slug of a category: lower case, and each run of other characters a dash."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


class Threads:
    """Everything that people write. Each method is atomic under the shared lock."""

    def __init__(self, *, lock: RLock, clock: Clock, ids: count[int]) -> None:
        self._lock = lock
        self._clock = clock
        self._ids = ids
        self._categories: dict[int, tuple[Category, ...]] = {}
        self._labels: dict[tuple[int, str], Label] = {}
        self._subjects: dict[str, AnySubject] = {}
        self._reactions: list[GivenReaction] = []

    def open_categories(self, repository: Repository) -> None:
        """Give ``repository`` the categories that GitHub gives a new one."""
        with self._lock:
            self._categories[repository.id] = tuple(
                Category(
                    id=next(self._ids),
                    repository_id=repository.id,
                    name=kind.name,
                    slug=slug_of(kind.name),
                    emoji=kind.emoji,
                    is_answerable=kind.is_answerable,
                    description=kind.description,
                    created_at=self._clock.now(),
                )
                for kind in _CATEGORIES
            )

    def categories(self, repository: Repository) -> tuple[Category, ...]:
        """Return the discussion categories of ``repository``."""
        with self._lock:
            return self._categories[repository.id]

    def category(self, repository: Repository, slug: str) -> Category:
        """Return the category with ``slug``.

        Raises:
            Unknown: ``repository`` has none.
        """
        for category in self.categories(repository):
            if category.slug == slug:
                return category
        raise Unknown(f"{repository.full_name} has no discussion category {slug!r}")

    def label(self, repository: Repository, name: str) -> Label:
        """Return the label of ``name``, made when it is new."""
        with self._lock:
            key = (repository.id, name)
            if key not in self._labels:
                self._labels[key] = Label(next(self._ids), repository.id, name)
            return self._labels[key]

    def open_discussion(
        self, repository: Repository, *, author: Account, title: str, body: str, category: Category
    ) -> Discussion:
        """Add a discussion under the next number."""
        now = self._clock.now()
        with self._lock:
            return self._put(
                Discussion(
                    id=next(self._ids),
                    repository=repository,
                    number=self.next_number(repository),
                    author=author,
                    title=title,
                    body=body,
                    category=category,
                    created_at=now,
                    updated_at=now,
                )
            )

    def open_issue(
        self, repository: Repository, *, author: Account, title: str, body: str
    ) -> Issue:
        """Add an issue under the next number."""
        now = self._clock.now()
        with self._lock:
            return self._put(
                Issue(
                    id=next(self._ids),
                    repository=repository,
                    number=self.next_number(repository),
                    author=author,
                    title=title,
                    body=body,
                    created_at=now,
                    updated_at=now,
                )
            )

    def comment_on_discussion(
        self,
        discussion: Discussion,
        *,
        author: Account,
        body: str,
        reply_to: DiscussionComment | None,
    ) -> DiscussionComment:
        """Add a comment: top-level, or in the thread of ``reply_to``."""
        now = self._clock.now()
        with self._lock:
            return self._put(
                DiscussionComment(
                    id=next(self._ids),
                    repository=discussion.repository,
                    author=author,
                    body=body,
                    created_at=now,
                    updated_at=now,
                    discussion_id=discussion.node_id,
                    discussion_path=discussion.resource_path,
                    reply_to_id=reply_to.node_id if reply_to else None,
                )
            )

    def comment_on_issue(self, issue: Issue, *, author: Account, body: str) -> IssueComment:
        """Add a comment."""
        now = self._clock.now()
        with self._lock:
            return self._put(
                IssueComment(
                    id=next(self._ids),
                    repository=issue.repository,
                    author=author,
                    body=body,
                    created_at=now,
                    updated_at=now,
                    issue_id=issue.node_id,
                    issue_path=issue.resource_path,
                )
            )

    def edit(self, subject: _Subject, *, body: str) -> _Subject:
        """Give ``subject`` a new body."""
        now = self._clock.now()
        with self._lock:
            current = self.current(subject)
            return self._put(replace(current, body=body, updated_at=now, last_edited_at=now))

    def lock(self, thread: _Thread) -> _Thread:
        """Lock a discussion's or an issue's conversation."""
        with self._lock:
            return self._put(replace(self.current(thread), locked=True))

    def unlock(self, thread: _Thread) -> _Thread:
        """Unlock a conversation."""
        with self._lock:
            return self._put(replace(self.current(thread), locked=False))

    def close(self, thread: _Thread) -> _Thread:
        """Close a discussion or an issue."""
        with self._lock:
            return self._put(replace(self.current(thread), closed_at=self._clock.now()))

    def give_reason(
        self, issue: Issue, *, reason: str, closed_by: PullRequest | None = None
    ) -> Issue:
        """Say why an issue was closed, or that it was reopened."""
        with self._lock:
            return self._put(replace(self.current(issue), state_reason=reason, closed_by=closed_by))

    def reopen(self, thread: _Thread) -> _Thread:
        """Open a discussion or an issue again."""
        with self._lock:
            return self._put(replace(self.current(thread), closed_at=None))

    def rename(self, thread: _Thread, *, title: str) -> _Thread:
        """Give a thread another title."""
        with self._lock:
            return self._put(
                replace(self.current(thread), title=title, updated_at=self._clock.now())
            )

    def choose_answer(
        self, discussion: Discussion, comment: DiscussionComment | None, *, by: Account
    ) -> Discussion:
        """Mark a comment as the discussion's answer; None takes the mark away."""
        with self._lock:
            return self._put(
                replace(
                    self.current(discussion),
                    answer_id=comment.node_id if comment else None,
                    answer_chosen_at=self._clock.now() if comment else None,
                    answer_chosen_by=by if comment else None,
                )
            )

    def put_label(self, thread: _Thread, name: str) -> _Thread:
        """Label a discussion or an issue."""
        with self._lock:
            current = self.current(thread)
            label = self.label(thread.repository, name)
            labels = (*(kept for kept in current.labels if kept != label), label)
            return self._put(replace(current, labels=labels))

    def minimize(self, comment: _Comment) -> _Comment:
        """Hide a comment, as a maintainer does with spam."""
        with self._lock:
            return self._put(replace(self.current(comment), minimized=True))

    def delete_thread(self, thread: AnyThread) -> None:
        """Delete a discussion or an issue."""
        with self._lock:
            del self._subjects[thread.node_id]

    def answer_of(self, discussion: Discussion) -> DiscussionComment | None:
        """Return the comment that was chosen as the answer, if one was and it is still there."""
        found = self.find(discussion.answer_id) if discussion.answer_id else None
        return found if isinstance(found, DiscussionComment) else None

    def delete(self, comment: AnyComment) -> None:
        """Delete a comment. A top-level one with replies stays in place, empty."""
        with self._lock:
            if isinstance(comment, DiscussionComment) and self.replies(comment):
                self._put(replace(comment, body="", deleted_at=self._clock.now()))
            else:
                del self._subjects[comment.node_id]

    def find(self, node_id: str) -> AnySubject | None:
        """Return the subject with ``node_id``, if there is one."""
        with self._lock:
            return self._subjects.get(node_id)

    def current(self, subject: _Subject) -> _Subject:
        """Return the newest record of ``subject``: the caller may hold an older one.

        Raises:
            Unknown: it is gone.
        """
        found = self.find(subject.node_id)
        if not isinstance(found, type(subject)):
            raise Unknown(f"{subject.node_id} is gone")
        return found

    def next_number(self, repository: Repository) -> int:
        """Return the number that the next thread of ``repository`` takes."""
        threads = [*self.discussions(repository), *self.issues(repository)]
        numbers = [thread.number for thread in threads]
        numbers += [issue.closed_by.number for issue in self.issues(repository) if issue.closed_by]
        return max(numbers, default=0) + 1

    def discussions(self, repository: Repository) -> list[Discussion]:
        """Return the discussions of ``repository``, oldest first."""
        return [
            subject
            for subject in self._all()
            if isinstance(subject, Discussion) and subject.repository.id == repository.id
        ]

    def issues(self, repository: Repository) -> list[Issue]:
        """Return the issues of ``repository``, oldest first."""
        return [
            subject
            for subject in self._all()
            if isinstance(subject, Issue) and subject.repository.id == repository.id
        ]

    def discussion_of(self, comment: DiscussionComment) -> Discussion:
        """Return the discussion that ``comment`` stands in."""
        found = self.find(comment.discussion_id)
        if not isinstance(found, Discussion):
            raise Unknown(f"comment {comment.node_id} stands in no discussion")
        return found

    def issue_of(self, comment: IssueComment) -> Issue:
        """Return the issue that ``comment`` stands on."""
        found = self.find(comment.issue_id)
        if not isinstance(found, Issue):
            raise Unknown(f"comment {comment.node_id} stands on no issue")
        return found

    def discussion_comments(self, discussion: Discussion) -> list[DiscussionComment]:
        """Return every comment of ``discussion``, replies included, oldest first."""
        return [
            subject
            for subject in self._all()
            if isinstance(subject, DiscussionComment)
            and subject.discussion_id == discussion.node_id
        ]

    def top_level_comments(self, discussion: Discussion) -> list[DiscussionComment]:
        """Return the comments of ``discussion`` that are no replies, oldest first."""
        return [
            comment
            for comment in self.discussion_comments(discussion)
            if comment.reply_to_id is None
        ]

    def top_level_of(self, reply: DiscussionComment) -> DiscussionComment:
        """Return the top-level comment of the thread that ``reply`` stands in."""
        found = self.find(reply.reply_to_id) if reply.reply_to_id else reply
        if not isinstance(found, DiscussionComment):
            raise Unknown(f"the thread of {reply.node_id} is gone")
        return found

    def replies(self, comment: DiscussionComment) -> list[DiscussionComment]:
        """Return the replies in the thread of ``comment``, oldest first."""
        return [
            subject
            for subject in self._all()
            if isinstance(subject, DiscussionComment) and subject.reply_to_id == comment.node_id
        ]

    def issue_comments(self, issue: Issue) -> list[IssueComment]:
        """Return the comments of ``issue``, oldest first."""
        return [
            subject
            for subject in self._all()
            if isinstance(subject, IssueComment) and subject.issue_id == issue.node_id
        ]

    def react(self, subject: AnySubject, *, account: Account, content: Reaction) -> GivenReaction:
        """Add a reaction; one that is there already is returned as it is."""
        with self._lock:
            given = self._reaction(subject, account, content)
            if given is None:
                given = GivenReaction(
                    next(self._ids), subject.node_id, account, content, self._clock.now()
                )
                self._reactions.append(given)
            return given

    def unreact(
        self, subject: AnySubject, *, account: Account, content: Reaction
    ) -> GivenReaction | None:
        """Take back ``account``'s reaction; None when there was none."""
        with self._lock:
            given = self._reaction(subject, account, content)
            if given is not None:
                self._reactions.remove(given)
            return given

    def reactions(
        self, subject: AnySubject, content: Reaction | None = None
    ) -> list[GivenReaction]:
        """Return the reactions to ``subject`` (of one kind), oldest first."""
        with self._lock:
            return [
                given
                for given in self._reactions
                if given.subject_id == subject.node_id and content in (None, given.content)
            ]

    def _all(self) -> Iterable[AnySubject]:
        with self._lock:
            return list(self._subjects.values())

    def _put(self, subject: _Subject) -> _Subject:
        self._subjects[subject.node_id] = subject
        return subject

    def _reaction(
        self, subject: AnySubject, account: Account, content: Reaction
    ) -> GivenReaction | None:
        for given in self.reactions(subject, content):
            if given.account.id == account.id:
                return given
        return None
