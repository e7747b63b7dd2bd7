"""The simulated GitHub as a whole, and what people do on its website."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from simulator.github import events, payloads
from simulator.github.access import Tokens
from simulator.github.app import DEFAULT_EVENTS, DEFAULT_PERMISSIONS
from simulator.github.clock import Clock
from simulator.github.errors import SimulatorError
from simulator.github.faults import Faults
from simulator.github.files import load
from simulator.github.journal import Journal
from simulator.github.limits import PrimaryLimit, SecondaryLimit
from simulator.github.model import (
    AccountKind,
    Discussion,
    DiscussionComment,
    Grant,
    Issue,
    IssueComment,
    PullRequest,
    Release,
    Repository,
    Role,
)
from simulator.github.state import State
from simulator.github.webhooks import TIMEOUT_SECONDS, Webhooks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import TracebackType

    from simulator.github.app import App
    from simulator.github.files import FilesSource
    from simulator.github.model import (
        Account,
        AnyComment,
        AnySubject,
        AnyThread,
        Commit,
        GivenReaction,
        Installation,
        Reaction,
        Tag,
    )
    from simulator.github.payloads import Json
    from simulator.github.webhooks import Delivery


class GitHub:
    """An in-memory GitHub with one registered App.

    What people do through these methods is delivered to the App before the method returns; what
    the App does through the API is delivered from a thread (:meth:`Webhooks.drain` waits).
    """

    def __init__(
        self,
        app: App,
        *,
        clock: Clock | None = None,
        webhook_timeout: float = TIMEOUT_SECONDS,
        strict_secondary_limits: bool = False,
    ) -> None:
        self.clock = clock or Clock()
        self.state = State(app, clock=self.clock)
        self.tokens = Tokens(self.state)
        self.webhooks = Webhooks(self.state, timeout=webhook_timeout)
        self.faults = Faults()
        self.journal = Journal()
        self.primary_limit = PrimaryLimit(self.clock)
        self.secondary_limit = SecondaryLimit(self.clock, strict=strict_secondary_limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.faults.clear()
        self.webhooks.close()

    @property
    def app(self) -> App:
        """The registered App."""
        return self.state.app

    def set_webhook(self, *, url: str | None, secret: str | None) -> Delivery | None:
        """Point the App's webhook at ``url``; GitHub pings it."""
        self.state.set_webhook(url=url, secret=secret)
        return self.webhooks.send(events.ping(self.state))

    def add_user(self, login: str) -> Account:
        """Add a person."""
        return self.state.add_account(login, AccountKind.USER)

    def add_bot(self, slug: str) -> Account:
        """Add another App's bot, ``slug[bot]``."""
        return self.state.add_account(f"{slug}[bot]", AccountKind.BOT)

    def add_repository(
        self,
        full_name: str,
        *,
        files: FilesSource | None = None,
        private: bool = False,
        archived: bool = False,
        has_discussions: bool = True,
        default_branch: str = "main",
    ) -> Repository:
        """Add ``owner/name`` with a first commit; an owner that is new becomes an organisation."""
        owner, _, name = full_name.partition("/")
        if not owner or not name:
            raise SimulatorError(f"{full_name!r} is not of the form owner/name")
        repository = Repository(
            id=self.state.new_id(),
            owner=self.state.add_account(owner, AccountKind.ORGANIZATION),
            name=name,
            created_at=self.clock.now(),
            private=private,
            archived=archived,
            has_discussions=has_discussions,
            default_branch=default_branch,
        )
        default: dict[str, bytes] = {"README.md": f"# {name}\n".encode()}
        return self.state.add_repository(repository, files=load(files or default))

    def grant(
        self, repository: Repository, login: str, role: Role, *, visible: bool = True
    ) -> None:
        """Give a person a role; not ``visible``, it shows in no ``author_association``."""
        self.state.grant(repository, self.add_user(login), Grant(role, visible))

    def install(
        self,
        repositories: Sequence[Repository],
        *,
        permissions: Mapping[str, str] = DEFAULT_PERMISSIONS,
        events_subscribed: Sequence[str] = DEFAULT_EVENTS,
    ) -> Installation:
        """Install the App on the owner of ``repositories``, with access to those alone."""
        owners = {repository.owner for repository in repositories}
        if len(owners) != 1:
            raise SimulatorError("an installation is on one account: give repositories of one")
        installation = self.state.install(
            owners.pop(),
            repositories=repositories,
            permissions=permissions,
            events=events_subscribed,
        )
        self._tell_installation("created", installation)
        return installation

    def add_to_installation(
        self, installation: Installation, repositories: Iterable[Repository]
    ) -> Installation:
        """Give the App access to more repositories of the same account."""
        added = list(repositories)
        changed = self.state.change_installation(installation, add=added)
        sender = changed.account
        self.webhooks.send(
            events.installation_repositories(self.state, changed, sender=sender, added=added)
        )
        return changed

    def remove_from_installation(
        self, installation: Installation, repositories: Iterable[Repository]
    ) -> Installation:
        """Take repositories away from the App."""
        removed = list(repositories)
        changed = self.state.change_installation(installation, remove=removed)
        sender = changed.account
        self.webhooks.send(
            events.installation_repositories(self.state, changed, sender=sender, removed=removed)
        )
        return changed

    def suspend(self, installation: Installation) -> Installation:
        """Suspend an installation."""
        suspended = self.state.suspend(installation)
        self._tell_installation("suspend", suspended)
        return suspended

    def uninstall(self, installation: Installation) -> None:
        """Remove the App from an account."""
        self._tell_installation("deleted", self.state.installation(installation.id))
        self.state.uninstall(installation)

    def push(
        self,
        repository: Repository,
        changes: Mapping[str, bytes | None],
        *,
        author: str,
        message: str = "Change files",
        branch: str | None = None,
    ) -> Commit:
        """Commit to a branch, by default the default one; None as content removes the file.

        A branch that is new begins at the default branch's head.
        """
        known = branch if branch in self.state.branches(repository) else None
        files = {**self.state.head(repository, known).files, **changes}
        kept = {path: data for path, data in sorted(files.items()) if data is not None}
        return self._commit(repository, kept, author=author, message=message, branch=branch)

    def delete_branch(self, repository: Repository, branch: str, *, author: str) -> None:
        """Remove a branch."""
        self.state.delete_branch(repository, branch)
        self._tell_deleted(repository, branch, ref_type="branch", author=author)

    def tag(
        self, repository: Repository, name: str, *, author: str, annotated: bool = False
    ) -> Tag:
        """Tag the head of the default branch."""
        tag = self.state.add_tag(repository, name, annotated=annotated)
        sender = self._person(author)
        self.webhooks.send(events.tag_created(self.state, repository, name, sender=sender))
        return tag

    def delete_tag(self, repository: Repository, name: str, *, author: str) -> None:
        """Remove a tag."""
        self.state.delete_tag(repository, name)
        self._tell_deleted(repository, name, ref_type="tag", author=author)

    def release(
        self,
        repository: Repository,
        tag_name: str,
        *,
        author: str,
        draft: bool = False,
        prerelease: bool = False,
    ) -> Release:
        """Make a release of the head of the default branch; a draft has no tag yet."""
        if not draft and self.state.find_tag(repository, tag_name) is None:
            self.tag(repository, tag_name, author=author)
        release = self.state.add_release(
            Release(
                id=self.state.new_id(),
                repository=repository,
                tag_name=tag_name,
                author=self._person(author),
                created_at=self.clock.now(),
                draft=draft,
                prerelease=prerelease,
            )
        )
        # GitHub tells nobody of a draft.
        if not draft:
            self.webhooks.send(events.release(self.state, "published", release))
        return release

    def delete_release(self, release: Release) -> None:
        """Delete a release; its tag stays."""
        self.state.delete_release(release)
        self.webhooks.send(events.release(self.state, "deleted", release))

    def set_files(
        self, repository: Repository, files: FilesSource, *, author: str, message: str = "Replace"
    ) -> Commit:
        """Commit a whole new tree to the default branch."""
        return self._commit(repository, load(files), author=author, message=message)

    def open_discussion(
        self, repository: Repository, *, author: str, title: str, body: str, category: str = "q-a"
    ) -> Discussion:
        """Open a discussion in the category with that slug."""
        discussion = self.state.threads.open_discussion(
            repository,
            author=self._person(author),
            title=title,
            body=body,
            category=self.state.threads.category(repository, category),
        )
        self.webhooks.send(events.discussion(self.state, "created", discussion))
        return discussion

    def comment_on_discussion(
        self,
        discussion: Discussion,
        *,
        author: str,
        body: str,
        reply_to: DiscussionComment | None = None,
    ) -> DiscussionComment:
        """Comment on a discussion, or reply to a comment.

        A reply to a reply joins its thread, as the website has it.
        """
        threads = self.state.threads
        comment = threads.comment_on_discussion(
            discussion,
            author=self._person(author),
            body=body,
            reply_to=threads.top_level_of(reply_to) if reply_to else None,
        )
        self._tell_comment("created", comment, sender=comment.author)
        return comment

    def open_issue(self, repository: Repository, *, author: str, title: str, body: str) -> Issue:
        """Open an issue."""
        issue = self.state.threads.open_issue(
            repository, author=self._person(author), title=title, body=body
        )
        self.webhooks.send(events.issues(self.state, "opened", issue))
        return issue

    def comment_on_issue(self, issue: Issue, *, author: str, body: str) -> IssueComment:
        """Comment on an issue."""
        comment = self.state.threads.comment_on_issue(issue, author=self._person(author), body=body)
        self._tell_comment("created", comment, sender=comment.author)
        return comment

    def edit_comment(self, comment: AnyComment, *, body: str, editor: str | None = None) -> None:
        """Change a comment's text; its author does so by default."""
        sender = self._person(editor) if editor else comment.author
        edited = self.state.threads.edit(comment, body=body)
        self._tell_comment("edited", edited, sender=sender, old_body=comment.body)

    def delete_comment(self, comment: AnyComment) -> None:
        """Delete a comment, as its author."""
        event = comment_event(self.state, "deleted", comment, sender=comment.author)
        self.state.threads.delete(comment)
        self.webhooks.send(event)

    def choose_answer(self, comment: DiscussionComment, *, by: str) -> None:
        """Mark a comment as its discussion's answer."""
        threads = self.state.threads
        discussion = threads.discussion_of(comment)
        sender = self._person(by)
        answered = threads.choose_answer(discussion, comment, by=sender)
        answer = payloads.discussion_comment(self.state, comment)
        self._tell_thread("answered", answered, sender=sender, answer=answer)

    def take_answer_back(self, discussion: Discussion, *, by: str) -> None:
        """Take the mark of the answer away."""
        threads = self.state.threads
        current = threads.current(discussion)
        answer = threads.answer_of(current)
        sender = self._person(by)
        unanswered = threads.choose_answer(current, None, by=sender)
        old = payloads.discussion_comment(self.state, answer) if answer else {}
        self._tell_thread("unanswered", unanswered, sender=sender, old_answer=old)

    def edit_thread(
        self, thread: AnyThread, *, title: str | None = None, body: str | None = None
    ) -> None:
        """Change a thread's title or text, as its author."""
        current = self.state.threads.current(thread)
        changes: Json = {}
        edited = current
        if title is not None:
            changes["title"] = {"from": current.title}
            edited = self.state.threads.rename(edited, title=title)
        if body is not None:
            changes["body"] = {"from": current.body}
            edited = self.state.threads.edit(edited, body=body)
        self._tell_thread("edited", edited, changes=changes)

    def lock(self, thread: AnyThread) -> None:
        """Lock a thread's conversation."""
        self._tell_thread("locked", self.state.threads.lock(thread))

    def unlock(self, thread: AnyThread) -> None:
        """Unlock a thread's conversation."""
        self._tell_thread("unlocked", self.state.threads.unlock(thread))

    def close(
        self,
        thread: AnyThread,
        *,
        reason: str = "completed",
        pull_request: str | None = None,
        by: str | None = None,
    ) -> None:
        """Close a thread; an issue for a reason, or by a merged pull request of that title."""
        threads = self.state.threads
        closed = threads.close(thread)
        if isinstance(closed, Issue):
            closed_by = None
            if pull_request is not None:
                number = threads.next_number(closed.repository)
                closed_by = PullRequest(
                    self.state.new_id(), closed.repository, number, pull_request
                )
            closed = threads.give_reason(closed, reason=reason, closed_by=closed_by)
        self._tell_thread("closed", closed, sender=self._person(by) if by else None)

    def reopen(self, thread: AnyThread) -> None:
        """Open a thread again."""
        threads = self.state.threads
        opened = threads.reopen(thread)
        if isinstance(opened, Issue):
            opened = threads.give_reason(opened, reason="reopened")
        self._tell_thread("reopened", opened)

    def delete_thread(self, thread: AnyThread) -> None:
        """Delete a thread."""
        threads = self.state.threads
        current = threads.current(thread)
        threads.delete_thread(current)
        self._tell_thread("deleted", current)

    def label(self, thread: AnyThread, name: str) -> None:
        """Label a thread."""
        labelled = self.state.threads.put_label(thread, name)
        label = self.state.threads.label(thread.repository, name)
        self._tell_thread("labeled", labelled, label=payloads.label(thread.repository, label))

    def minimize(self, comment: AnyComment) -> None:
        """Hide a comment as spam."""
        self.state.threads.minimize(comment)

    def react(self, subject: AnySubject, *, author: str, content: Reaction) -> GivenReaction:
        """React to a thread or a comment. GitHub sends no event for it."""
        return self.state.threads.react(subject, account=self._person(author), content=content)

    def discussion_comments(self, discussion: Discussion) -> list[DiscussionComment]:
        """Return every comment of a discussion, replies included, oldest first."""
        return self.state.threads.discussion_comments(discussion)

    def issue_comments(self, issue: Issue) -> list[IssueComment]:
        """Return the comments of an issue, oldest first."""
        return self.state.threads.issue_comments(issue)

    def reactions(self, subject: AnySubject) -> list[GivenReaction]:
        """Return the reactions to a thread or a comment, oldest first."""
        return self.state.threads.reactions(subject)

    def _person(self, login: str) -> Account:
        return self.state.find_account(login) or self.add_user(login)

    def _commit(
        self,
        repository: Repository,
        files: Mapping[str, bytes],
        *,
        author: str,
        message: str,
        branch: str | None = None,
    ) -> Commit:
        name = branch or repository.default_branch
        known = name if name in self.state.branches(repository) else None
        before = self.state.head(repository, known)
        after = self.state.add_commit(
            repository,
            files=dict(files),
            message=message,
            author=self._person(author),
            branch=name,
        )
        self.webhooks.send(
            events.push(self.state, repository, branch=name, before=before, after=after)
        )
        return after

    def _tell_deleted(
        self, repository: Repository, name: str, *, ref_type: str, author: str
    ) -> None:
        sender = self._person(author)
        self.webhooks.send(
            events.deleted(self.state, repository, name, ref_type=ref_type, sender=sender)
        )

    def _tell_thread(
        self, action: str, thread: AnyThread, *, sender: Account | None = None, **details: Json
    ) -> None:
        if isinstance(thread, Discussion):
            event = events.discussion(self.state, action, thread, sender=sender, **details)
        else:
            event = events.issues(self.state, action, thread, sender=sender, **details)
        self.webhooks.send(event)

    def _tell_installation(self, action: str, installation: Installation) -> None:
        self.webhooks.send(
            events.installation(self.state, action, installation, sender=installation.account)
        )

    def _tell_comment(
        self, action: str, comment: AnyComment, *, sender: Account, old_body: str | None = None
    ) -> None:
        self.webhooks.send(
            comment_event(self.state, action, comment, sender=sender, old_body=old_body)
        )


def comment_event(
    state: State,
    action: str,
    comment: AnyComment,
    *,
    sender: Account,
    old_body: str | None = None,
) -> events.Event:
    """Return the event that tells of ``comment``."""
    if isinstance(comment, IssueComment):
        return events.issue_comment(state, action, comment, sender=sender, old_body=old_body)
    return events.discussion_comment(state, action, comment, sender=sender, old_body=old_body)
