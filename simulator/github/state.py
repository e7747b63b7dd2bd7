"""The simulated GitHub's memory: accounts, repositories, commits, roles, installations, the App."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.github.errors import Unknown
from simulator.github.files import GitTree, commit_oid, git_tree
from simulator.github.model import (
    Account,
    AccountKind,
    Commit,
    Grant,
    Installation,
    Release,
    Repository,
    Role,
    Tag,
)
from simulator.github.threads import Threads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from simulator.github.app import App
    from simulator.github.clock import Clock
    from simulator.github.files import Files

_FIRST_ID = 21_000_000
"""Real ids have eight digits or more; small numbers would hide mix-ups with thread numbers."""


class State:
    """Tables in memory behind one lock. Knows no permissions and sends no webhooks."""

    def __init__(self, app: App, *, clock: Clock) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self._ids = itertools.count(_FIRST_ID)
        self._app = app
        self._accounts: dict[str, Account] = {}
        self._repositories: dict[str, Repository] = {}
        self._branches: dict[int, dict[str, list[Commit]]] = {}
        self._tags: dict[int, dict[str, Tag]] = {}
        self._releases: dict[int, list[Release]] = {}
        self._grants: dict[tuple[int, int], Grant] = {}
        self._installations: dict[int, Installation] = {}
        self.threads: Threads = Threads(lock=self.lock, clock=clock, ids=self._ids)
        self.bot = self.add_account(app.bot_login, AccountKind.BOT)

    @property
    def app(self) -> App:
        """The registered App."""
        with self.lock:
            return self._app

    def set_webhook(self, *, url: str | None, secret: str | None) -> None:
        """Change where the App's deliveries go, and what signs them."""
        with self.lock:
            self._app = replace(self._app, webhook_url=url, webhook_secret=secret)

    def add_account(self, login: str, kind: AccountKind) -> Account:
        """Add an account, or return the one that goes by ``login``."""
        with self.lock:
            key = login.lower()
            if key not in self._accounts:
                self._accounts[key] = Account(next(self._ids), login, kind)
            return self._accounts[key]

    def find_account(self, login: str) -> Account | None:
        """Return the account that goes by ``login``, in any case of letters."""
        with self.lock:
            return self._accounts.get(login.lower())

    def account(self, login: str) -> Account:
        """Return the account that goes by ``login``.

        Raises:
            Unknown: there is none.
        """
        found = self.find_account(login)
        if found is None:
            raise Unknown(f"no account goes by {login!r}: add it first")
        return found

    def accounts(self) -> list[Account]:
        """Return every account."""
        with self.lock:
            return list(self._accounts.values())

    def add_repository(self, repository: Repository, *, files: Files) -> Repository:
        """Add a repository with a first commit of ``files`` and the usual categories."""
        with self.lock:
            self._repositories[repository.full_name.lower()] = repository
            self._branches[repository.id] = {repository.default_branch: []}
            self._tags[repository.id] = {}
            self._releases[repository.id] = []
            self.threads.open_categories(repository)
            self.add_commit(repository, files=files, message="Initial commit", author=None)
            return repository

    def new_id(self) -> int:
        """Return a database id that nothing else has."""
        return next(self._ids)

    def find_repository(self, full_name: str) -> Repository | None:
        """Return the repository ``owner/name``, in any case of letters."""
        with self.lock:
            return self._repositories.get(full_name.lower())

    def repository(self, full_name: str) -> Repository:
        """Return the repository ``owner/name``.

        Raises:
            Unknown: there is none.
        """
        found = self.find_repository(full_name)
        if found is None:
            raise Unknown(f"no repository goes by {full_name!r}: add it first")
        return found

    def repositories(self) -> list[Repository]:
        """Return every repository, oldest first."""
        with self.lock:
            return list(self._repositories.values())

    def add_commit(
        self,
        repository: Repository,
        *,
        files: Files,
        message: str,
        author: Account | None,
        branch: str | None = None,
    ) -> Commit:
        """Put a commit of ``files`` on a branch, by default the default one.

        A branch that is new begins at the default branch's head. The owner authors by default.
        """
        with self.lock:
            branches = self._branches[repository.id]
            name = branch or repository.default_branch
            commits = branches.setdefault(name, list(branches[repository.default_branch]))
            parent = commits[-1].oid if commits else None
            commit = Commit(
                repository_id=repository.id,
                oid=commit_oid(parent=parent, message=message, files=files),
                message=message,
                author=author or repository.owner,
                committed_date=self.clock.now(),
                files=files,
                tree=git_tree(files),
            )
            commits.append(commit)
            return commit

    def head(self, repository: Repository, branch: str | None = None) -> Commit:
        """Return the newest commit of a branch, by default the default one.

        Raises:
            Unknown: there is no such branch.
        """
        name = branch or repository.default_branch
        with self.lock:
            commits = self._branches[repository.id].get(name)
        if not commits:
            raise Unknown(f"{repository.full_name} has no branch {name!r}")
        return commits[-1]

    def branches(self, repository: Repository) -> list[str]:
        """Return the names of the branches."""
        with self.lock:
            return list(self._branches[repository.id])

    def delete_branch(self, repository: Repository, branch: str) -> None:
        """Remove a branch."""
        with self.lock:
            del self._branches[repository.id][branch]

    def add_tag(self, repository: Repository, name: str, *, annotated: bool = False) -> Tag:
        """Tag the head of the default branch; a tag that is there moves."""
        with self.lock:
            tag = Tag(name, self.head(repository), annotated)
            self._tags[repository.id][name] = tag
            return tag

    def delete_tag(self, repository: Repository, name: str) -> None:
        """Remove a tag."""
        with self.lock:
            del self._tags[repository.id][name]

    def tags(self, repository: Repository) -> list[Tag]:
        """Return the tags of ``repository``, oldest first."""
        with self.lock:
            return list(self._tags[repository.id].values())

    def find_tag(self, repository: Repository, name: str) -> Tag | None:
        """Return the tag, if there is one of that name."""
        with self.lock:
            return self._tags[repository.id].get(name)

    def add_release(self, release: Release) -> Release:
        """Add a release."""
        with self.lock:
            self._releases[release.repository.id].append(release)
            return release

    def delete_release(self, release: Release) -> None:
        """Remove a release."""
        with self.lock:
            self._releases[release.repository.id].remove(release)

    def releases(self, repository: Repository) -> list[Release]:
        """Return the releases of ``repository``, oldest first."""
        with self.lock:
            return list(self._releases[repository.id])

    def resolve(self, repository: Repository, ref: str) -> Commit | None:
        """Return the commit that a branch, a tag, ``HEAD``, or (part of) a commit id names."""
        if ref in {"", "HEAD"}:
            return self.head(repository)
        shortest = 7
        with self.lock:
            branches, tags = self._branches[repository.id], self._tags[repository.id]
            for prefix in ("", "heads/", "refs/heads/"):
                if ref.startswith(prefix) and ref.removeprefix(prefix) in branches:
                    return branches[ref.removeprefix(prefix)][-1]
            for prefix in ("", "tags/", "refs/tags/"):
                if ref.startswith(prefix) and ref.removeprefix(prefix) in tags:
                    return tags[ref.removeprefix(prefix)].commit
            for commit in self._all_commits(repository):
                if len(ref) >= shortest and commit.oid.startswith(ref):
                    return commit
        return None

    def find_object(self, repository: Repository, oid: str) -> bytes | GitTree | None:
        """Return the file's content or the folder that git names ``oid``."""
        with self.lock:
            for commit in self._all_commits(repository):
                found = _within(commit.tree, oid)
                if found is not None:
                    return found
        return None

    def _all_commits(self, repository: Repository) -> Iterator[Commit]:
        for commits in self._branches[repository.id].values():
            yield from reversed(commits)
        for tag in self._tags[repository.id].values():
            yield tag.commit

    def commits_between(self, repository: Repository, base: Commit, head: Commit) -> int:
        """Return by how many commits ``head`` is ahead of ``base``; negative when behind."""
        with self.lock:
            commits = self._branches[repository.id][repository.default_branch]
            return commits.index(head) - commits.index(base)

    def grant(self, repository: Repository, account: Account, grant: Grant) -> None:
        """Give ``account`` a role in ``repository``."""
        with self.lock:
            self._grants[repository.id, account.id] = grant

    def role(self, repository: Repository, account: Account) -> Role:
        """Return what ``account`` may do in ``repository``."""
        with self.lock:
            if account.id == repository.owner.id:
                return Role.ADMIN
            granted = self._grants.get((repository.id, account.id))
            if granted is not None:
                return granted.role
            return Role.NONE if repository.private else Role.READ

    def association(self, repository: Repository, account: Account) -> str:
        """Return ``author_association``: what a stranger may know of ``account``'s part."""
        with self.lock:
            if account.id == repository.owner.id:
                return "OWNER"
            granted = self._grants.get((repository.id, account.id))
        if granted is None or not granted.visible:
            return "NONE"
        owner_is_organisation = repository.owner.kind is AccountKind.ORGANIZATION
        return "MEMBER" if owner_is_organisation else "COLLABORATOR"

    def install(
        self,
        account: Account,
        *,
        repositories: Iterable[Repository],
        permissions: Mapping[str, str],
        events: Sequence[str],
    ) -> Installation:
        """Install the App on ``account`` with access to ``repositories``."""
        now = self.clock.now()
        with self.lock:
            installation = Installation(
                id=next(self._ids),
                account=account,
                repository_ids=frozenset(repository.id for repository in repositories),
                permissions=dict(permissions),
                events=tuple(events),
                created_at=now,
                updated_at=now,
            )
            self._installations[installation.id] = installation
            return installation

    def find_installation(self, installation_id: int) -> Installation | None:
        """Return the installation, if there is one of that id."""
        with self.lock:
            return self._installations.get(installation_id)

    def installation(self, installation_id: int) -> Installation:
        """Return the installation.

        Raises:
            Unknown: there is none of that id.
        """
        found = self.find_installation(installation_id)
        if found is None:
            raise Unknown(f"no installation has the id {installation_id}")
        return found

    def installations(self) -> list[Installation]:
        """Return every installation, oldest first."""
        with self.lock:
            return list(self._installations.values())

    def installation_of(self, repository: Repository) -> Installation | None:
        """Return the installation that gives the App access to ``repository``."""
        for installation in self.installations():
            if repository.id in installation.repository_ids:
                return installation
        return None

    def installed_repositories(self, installation: Installation) -> list[Repository]:
        """Return the repositories that ``installation`` gives access to."""
        return [
            repository
            for repository in self.repositories()
            if repository.id in installation.repository_ids
        ]

    def change_installation(
        self,
        installation: Installation,
        *,
        add: Iterable[Repository] = (),
        remove: Iterable[Repository] = (),
    ) -> Installation:
        """Give an installation more repositories, or take some away."""
        with self.lock:
            ids = self.installation(installation.id).repository_ids
            ids |= {repository.id for repository in add}
            ids -= {repository.id for repository in remove}
            return self._replace(installation.id, repository_ids=ids)

    def suspend(self, installation: Installation) -> Installation:
        """Suspend an installation: its tokens stop working and its events are not sent."""
        with self.lock:
            current = self.installation(installation.id)
            suspended = replace(current, suspended_at=self.clock.now())
            self._installations[installation.id] = suspended
            return suspended

    def uninstall(self, installation: Installation) -> None:
        """Remove an installation."""
        with self.lock:
            del self._installations[self.installation(installation.id).id]

    def _replace(self, installation_id: int, *, repository_ids: frozenset[int]) -> Installation:
        changed = replace(
            self._installations[installation_id],
            repository_ids=repository_ids,
            updated_at=self.clock.now(),
        )
        self._installations[installation_id] = changed
        return changed


def _within(tree: GitTree, oid: str) -> bytes | GitTree | None:
    if tree.oid == oid:
        return tree
    for entry in tree.entries:
        if isinstance(entry.content, GitTree):
            found = _within(entry.content, oid)
            if found is not None:
                return found
        elif entry.oid == oid and entry.type == "blob":
            return entry.content
    return None
