"""How the fields of GraphQL's queries are read from the state."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from simulator.github import model, urls
from simulator.github.clock import isoformat
from simulator.github.connections import Bounds, Identified, connection
from simulator.github.errors import Refused, forbidden, unresolved_node
from simulator.github.files import GitEntry, GitTree, Submodule, blob_oid, is_binary
from simulator.github.node_ids import git_node_id, git_oid, named_node_id

if TYPE_CHECKING:
    from typing import TypeAlias

    from graphql import GraphQLAbstractType, GraphQLResolveInfo

    from simulator.github.access import Access
    from simulator.github.events import Event
    from simulator.github.limits import Budget
    from simulator.github.state import State

    Info: TypeAlias = GraphQLResolveInfo["Context"]

MOST_TEXT_BYTES = 512_000
"""A longer file's ``text`` is cut there, and ``isTruncated`` says so."""

Resolver = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What an operation runs with."""

    state: State
    access: Access
    budget: Budget
    notify: Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Blob:
    """A file's content."""

    repository: model.Repository
    data: bytes

    @property
    def oid(self) -> str:
        """Git's id of it."""
        return blob_oid(self.data)

    @property
    def node_id(self) -> str:
        """The global node id."""
        return git_node_id("B", self.repository.id, self.oid)


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder's content."""

    repository: model.Repository
    tree: GitTree

    @property
    def oid(self) -> str:
        """Git's id of it."""
        return self.tree.oid

    @property
    def node_id(self) -> str:
        """The global node id."""
        return git_node_id("T", self.repository.id, self.oid)


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """What a folder holds under a name."""

    repository: model.Repository
    entry: GitEntry


@dataclass(frozen=True, slots=True)
class Ref:
    """A branch or a tag."""

    repository: model.Repository
    prefix: str
    name: str
    target: model.Commit | model.Tag
    id: int = 0
    """Its place among those listed with it, from 0."""

    @property
    def node_id(self) -> str:
        """The global node id."""
        return named_node_id("REF", self.repository.id, self.prefix + self.name)


@dataclass(frozen=True, slots=True)
class ReactionGroup:
    """The reactions of one kind to one subject."""

    subject: model.AnySubject
    content: model.Reaction


def default_resolver(source: Any, info: Info) -> Any:  # noqa: ANN401 - GraphQL values are of any type
    """Read ``camelCase`` from a mapping's key, or from a record's ``snake_case`` attribute."""
    if isinstance(source, Mapping):
        return source.get(info.field_name)
    return getattr(source, re.sub(r"(?<!^)(?=[A-Z])", "_", info.field_name).lower())


def type_of(
    value: Any,  # noqa: ANN401 - GraphQL values are of any type
    _info: Info,
    _abstract_type: GraphQLAbstractType,
) -> str:
    """Name the concrete GraphQL type of ``value``."""
    return value.kind.value if isinstance(value, model.Account) else type(value).__name__


def readable(context: Context, subject: model.AnySubject) -> model.AnySubject:
    """Return ``subject`` if the token may read it.

    Raises:
        Refused: NOT_FOUND when it is out of the token's sight, FORBIDDEN when the permission
            is missing.
    """
    if not context.access.sees(subject.repository):
        raise unresolved_node(subject.node_id)
    if not context.access.may_read(subject.repository, permission_for(subject)):
        raise forbidden()
    return subject


def permission_for(subject: model.AnySubject) -> str:
    """Name the permission that guards ``subject``."""
    if isinstance(subject, model.Discussion | model.DiscussionComment):
        return "discussions"
    return "issues"


def find_node(context: Context, node_id: str) -> Any:  # noqa: ANN401 - any node type
    """Return the node with the global id.

    Raises:
        Refused: there is none, or none that the token may read.
    """
    subject = context.state.threads.find(node_id)
    if subject is not None:
        return readable(context, subject)
    for repository in context.state.repositories():
        if repository.node_id == node_id and context.access.sees(repository):
            return repository
        found = _git_node(context, repository, node_id)
        if found is not None:
            return found
    for account in context.state.accounts():
        if account.node_id == node_id:
            return account
    raise unresolved_node(node_id)


def _git_node(context: Context, repository: model.Repository, node_id: str) -> Blob | Tree | None:
    oid = git_oid(node_id, repository_id=repository.id)
    if oid is None or not context.access.may_read(repository, "contents"):
        return None
    found = context.state.find_object(repository, oid)
    return None if found is None else _git_object_of(repository, found)


def _git_object_of(repository: model.Repository, content: bytes | GitTree) -> Blob | Tree:
    if isinstance(content, GitTree):
        return Tree(repository, content)
    return Blob(repository, content)


def _page(items: Sequence[Identified], info: Info, arguments: Mapping[str, Any]) -> dict[str, Any]:
    bounds = Bounds(
        first=arguments.get("first"),
        last=arguments.get("last"),
        after=arguments.get("after"),
        before=arguments.get("before"),
    )
    return connection(items, info, bounds)


# Query


def _query_node(_root: None, info: Info, *, id: str) -> Any:  # noqa: A002, ANN401 - GitHub's argument; any node type
    return find_node(info.context, id)


def _query_nodes(_root: None, info: Info, *, ids: list[str]) -> list[Any]:
    return [_node_or_error(info.context, node_id) for node_id in ids]


def _node_or_error(context: Context, node_id: str) -> Any:  # noqa: ANN401 - any node type
    try:
        return find_node(context, node_id)
    except Refused as error:
        return error


def _query_repository(
    _root: None, info: Info, *, owner: str, name: str, **_options: bool
) -> model.Repository:
    context = info.context
    repository = context.state.find_repository(f"{owner}/{name}")
    if repository is None or not context.access.sees(repository):
        raise Refused(
            "NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'."
        )
    return repository


def _query_repository_owner(_root: None, info: Info, *, login: str) -> model.Account | None:
    account = info.context.state.find_account(login)
    return account if account and account.kind is not model.AccountKind.BOT else None


def _query_viewer(_root: None, info: Info) -> model.Account:
    # For an installation token GitHub answers with the bot, as a User and with its suffix.
    return replace(info.context.state.bot, kind=model.AccountKind.USER)


def _query_rate_limit(_root: None, info: Info, **_options: bool) -> dict[str, Any]:
    budget = info.context.budget
    return {
        "cost": 1,
        "limit": budget.limit,
        "nodeCount": 0,
        "remaining": budget.remaining,
        "resetAt": isoformat(budget.reset_at),
        "used": budget.used,
    }


# Accounts


def _account_repository(
    account: model.Account, info: Info, *, name: str, **_options: bool
) -> model.Repository | None:
    context = info.context
    found = context.state.find_repository(f"{account.login}/{name}")
    return found if found and context.access.sees(found) else None


def _avatar_url(account: model.Account, _info: Info, **_size: int) -> str:
    return f"https://avatars.githubusercontent.com/u/{account.id}?v=4"


# Repositories


def _default_branch(repository: model.Repository, info: Info) -> Ref:
    return _branch(repository, info, repository.default_branch)


def _branch(repository: model.Repository, info: Info, name: str) -> Ref:
    return Ref(repository, "refs/heads/", name, info.context.state.head(repository, name))


def _tag(repository: model.Repository, tag: model.Tag, *, place: int = 0) -> Ref:
    # A tag that is no object of its own leads to the commit itself.
    target = tag if tag.annotated else tag.commit
    return Ref(repository, "refs/tags/", tag.name, target, place)


def _ref(repository: model.Repository, info: Info, *, qualifiedName: str) -> Ref | None:  # noqa: N803 - GitHub's argument
    state = _readable_state(repository, info)
    name = qualifiedName.removeprefix("refs/heads/")
    if name in state.branches(repository):
        return _branch(repository, info, name)
    tag = state.find_tag(repository, qualifiedName.removeprefix("refs/tags/"))
    return _tag(repository, tag) if tag else None


def _refs(
    repository: model.Repository,
    info: Info,
    *,
    refPrefix: str,  # noqa: N803 - GitHub's argument
    orderBy: Mapping[str, str] | None = None,  # noqa: N803 - GitHub's argument
    **bounds: int | str,
) -> dict[str, Any]:
    state = _readable_state(repository, info)
    if refPrefix == "refs/heads/":
        found = [_branch(repository, info, name) for name in state.branches(repository)]
    else:
        found = [_tag(repository, tag) for tag in state.tags(repository)]
    if orderBy and orderBy["field"] == "ALPHABETICAL":
        found.sort(key=lambda ref: ref.name)
    if orderBy and orderBy["direction"] == "DESC":
        found.reverse()
    return _page([replace(ref, id=place) for place, ref in enumerate(found)], info, bounds)


def _releases(
    repository: model.Repository,
    info: Info,
    *,
    orderBy: Mapping[str, str] | None = None,  # noqa: N803 - GitHub's argument
    **bounds: int | str,
) -> dict[str, Any]:
    state = _readable_state(repository, info)
    drafts = info.context.access.may_write(repository, "contents")
    found = [one for one in state.releases(repository) if drafts or not one.draft]
    return _page(_ordered(found, orderBy), info, bounds)


def _latest_release(repository: model.Repository, info: Info) -> model.Release | None:
    found = _readable_state(repository, info).releases(repository)
    final = [one for one in found if not one.draft and not one.prerelease]
    return final[-1] if final else None


def _tag_commit(release: model.Release, info: Info) -> model.Commit | None:
    tag = info.context.state.find_tag(release.repository, release.tag_name)
    return tag.commit if tag else None


_ORDERS = {"CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "NAME": "tag_name"}


def _ordered(found: Sequence[Any], order: Mapping[str, str] | None) -> list[Any]:
    if order is None:
        return list(found)
    ordered = sorted(found, key=lambda one: (getattr(one, _ORDERS[order["field"]]), one.id))
    return ordered[::-1] if order["direction"] == "DESC" else ordered


def _readable_state(repository: model.Repository, info: Info) -> State:
    """Return the state, for what is read of a repository's files, branches and releases."""
    return _guarded_state(info.context, repository, "contents")


def _guarded_state(context: Context, repository: model.Repository, permission: str) -> State:
    _guarded(context, repository, permission)
    return context.state


def _object(
    repository: model.Repository,
    info: Info,
    *,
    expression: str | None = None,
    oid: str | None = None,
) -> Blob | Tree | model.Commit | None:
    state = _readable_state(repository, info)
    if oid:
        found = state.find_object(repository, oid)
        if found is not None:
            return _git_object_of(repository, found)
    ref, colon, path = (oid or expression or "").partition(":")
    commit = state.resolve(repository, ref) if ref else None
    if commit is None or not colon:
        return commit
    return _at_path(repository, commit.tree, path)


def _at_path(repository: model.Repository, tree: GitTree, path: str) -> Blob | Tree | None:
    found: bytes | GitTree = tree
    for name in filter(None, path.split("/")):
        inside = found.entries if isinstance(found, GitTree) else ()
        held = {entry.name: entry.content for entry in inside}
        if name not in held:
            return None
        found = held[name]
    return _git_object_of(repository, found)


def _entries(tree: Tree, _info: Info) -> list[TreeEntry]:
    return [TreeEntry(tree.repository, entry) for entry in tree.tree.entries]


def _entry_object(entry: TreeEntry, _info: Info) -> Blob | Tree | None:
    content = entry.entry.content
    # A submodule's commit is another repository's.
    return None if isinstance(content, Submodule) else _git_object_of(entry.repository, content)


def _guarded(context: Context, repository: model.Repository, permission: str) -> model.Repository:
    if not context.access.may_read(repository, permission):
        raise forbidden()
    return repository


def _discussion(repository: model.Repository, info: Info, *, number: int) -> model.Discussion:
    context = info.context
    for discussion in context.state.threads.discussions(
        _guarded(context, repository, "discussions")
    ):
        if discussion.number == number:
            return discussion
    raise Refused("NOT_FOUND", f"Could not resolve to a Discussion with the number of {number}.")


def _issue(repository: model.Repository, info: Info, *, number: int) -> model.Issue:
    context = info.context
    for issue in context.state.threads.issues(_guarded(context, repository, "issues")):
        if issue.number == number:
            return issue
    raise Refused("NOT_FOUND", f"Could not resolve to an Issue with the number of {number}.")


def _in_states(thread: model.AnyThread, states: Sequence[str] | None) -> bool:
    return not states or ("CLOSED" if thread.closed_at else "OPEN") in states


def _discussions(
    repository: model.Repository,
    info: Info,
    *,
    states: Sequence[str] | None = None,
    answered: bool | None = None,
    orderBy: Mapping[str, str] | None = None,  # noqa: N803 - GitHub's argument
    **bounds: int | str,
) -> dict[str, Any]:
    threads = _guarded_state(info.context, repository, "discussions").threads
    found = [
        one
        for one in threads.discussions(repository)
        if _in_states(one, states) and answered in {None, threads.answer_of(one) is not None}
    ]
    return _page(_ordered(found, orderBy), info, bounds)


def _issues(
    repository: model.Repository,
    info: Info,
    *,
    states: Sequence[str] | None = None,
    orderBy: Mapping[str, str] | None = None,  # noqa: N803 - GitHub's argument
    **bounds: int | str,
) -> dict[str, Any]:
    threads = _guarded_state(info.context, repository, "issues").threads
    found = [one for one in threads.issues(repository) if _in_states(one, states)]
    return _page(_ordered(found, orderBy), info, bounds)


def _categories(repository: model.Repository, info: Info, **bounds: int | str) -> dict[str, Any]:
    return _page(info.context.state.threads.categories(repository), info, bounds)


def _repository_of(
    part: model.Commit | model.Category | model.Label, info: Info
) -> model.Repository:
    for repository in info.context.state.repositories():
        if repository.id == part.repository_id:
            return repository
    raise unresolved_node(part.node_id)


# Git objects


def _git_path(source: Any, info: Info) -> str:  # noqa: ANN401 - a blob, a tree, a commit or a tag
    return f"{_repository_holding(source, info).resource_path}/commit/{source.oid}"


def _repository_holding(source: Any, info: Info) -> model.Repository:  # noqa: ANN401 - as above
    if isinstance(source, Blob | Tree):
        return source.repository
    return _repository_of(source.commit if isinstance(source, model.Tag) else source, info)


def _blob_text(blob: Blob, _info: Info) -> str | None:
    if is_binary(blob.data):
        return None
    return blob.data[:MOST_TEXT_BYTES].decode(errors="replace")


# Threads and comments


def _did_author(subject: model.AnySubject, info: Info) -> bool:
    return subject.author.id == info.context.state.bot.id


def _association(subject: model.AnySubject, info: Info) -> str:
    return info.context.state.association(subject.repository, subject.author)


def _can_react(subject: model.AnySubject, info: Info) -> bool:
    access = info.context.access
    return access.may_write(subject.repository, permission_for(subject))


def reaction_groups(subject: model.AnySubject) -> list[ReactionGroup]:
    """Return a group for each kind of reaction, used or not, as GitHub does."""
    return [ReactionGroup(subject, content) for content in model.Reaction]


def _reactions(
    subject: model.AnySubject,
    info: Info,
    *,
    content: str | None = None,
    **bounds: int | str,
) -> dict[str, Any]:
    state = info.context.state
    given = state.threads.reactions(subject, model.Reaction[content] if content else None)
    return {
        **_page(given, info, bounds),
        "viewerHasReacted": any(one.account.id == state.bot.id for one in given),
    }


def _labels(thread: model.AnyThread, info: Info, **bounds: int | str) -> dict[str, Any]:
    return _page(sorted(thread.labels, key=lambda label: label.id), info, bounds)


def _reactors(group: ReactionGroup, info: Info, **bounds: int | str) -> dict[str, Any]:
    given = info.context.state.threads.reactions(group.subject, group.content)
    return _page(sorted((one.account for one in given), key=lambda who: who.id), info, bounds)


def _viewer_has_reacted(group: ReactionGroup, info: Info) -> bool:
    state = info.context.state
    given = state.threads.reactions(group.subject, group.content)
    return any(one.account.id == state.bot.id for one in given)


def _reactable(given: model.GivenReaction, info: Info) -> model.AnySubject:
    subject = info.context.state.threads.find(given.subject_id)
    if subject is None:
        raise unresolved_node(given.subject_id)
    return subject


def _reply_to(comment: model.DiscussionComment, info: Info) -> model.AnySubject | None:
    threads = info.context.state.threads
    return threads.find(comment.reply_to_id) if comment.reply_to_id else None


def _moment(name: str) -> Resolver:
    def resolve(source: Any, _info: Info) -> str | None:  # noqa: ANN401 - any record with times
        moment = getattr(source, name)
        return isoformat(moment) if moment else None

    return resolve


def _closing_pull_requests(issue: model.Issue, info: Info, **bounds: int | str) -> dict[str, Any]:
    _guarded(info.context, issue.repository, "pull_requests")
    return _page([issue.closed_by] if issue.closed_by else [], info, bounds)


def _state_reason(issue: model.Issue, _info: Info, **_options: bool) -> str | None:
    return issue.state_reason.upper() if issue.state_reason else None


def _lock_reason(_thread: model.AnyThread, _info: Info) -> None:
    return None


_ID: dict[str, Resolver] = {"id": lambda source, _info: source.node_id}

_LOCATED: dict[str, Resolver] = {
    "databaseId": lambda source, _info: source.id,
    "url": lambda source, _info: model.url(source),
}

_ACCOUNT: dict[str, Resolver] = {
    **_ID,
    **_LOCATED,
    "avatarUrl": _avatar_url,
    "login": lambda account, _info: account.display_login,
}

_OWNER: dict[str, Resolver] = {**_ACCOUNT, "repository": _account_repository}

_SUBJECT: dict[str, Resolver] = {
    **_ID,
    **_LOCATED,
    "authorAssociation": _association,
    "bodyText": lambda subject, _info: subject.body,
    "createdAt": _moment("created_at"),
    "updatedAt": _moment("updated_at"),
    "lastEditedAt": _moment("last_edited_at"),
    "reactionGroups": lambda subject, _info: reaction_groups(subject),
    "reactions": _reactions,
    "viewerCanReact": _can_react,
    "viewerDidAuthor": _did_author,
}

_THREAD: dict[str, Resolver] = {
    **_SUBJECT,
    "activeLockReason": _lock_reason,
    "closed": lambda thread, _info: thread.closed_at is not None,
    "closedAt": _moment("closed_at"),
    "labels": _labels,
}

_COMMENT: dict[str, Resolver] = {
    **_SUBJECT,
    "isMinimized": lambda comment, _info: comment.minimized,
    "minimizedReason": lambda comment, _info: "spam" if comment.minimized else None,
}

_GIT_OBJECT: dict[str, Resolver] = {
    **_ID,
    "abbreviatedOid": lambda source, _info: source.oid[:7],
    "commitResourcePath": _git_path,
    "commitUrl": lambda source, info: urls.web(_git_path(source, info)),
}

QUERY_FIELDS: dict[str, dict[str, Resolver]] = {
    "Query": {
        "node": _query_node,
        "nodes": _query_nodes,
        "rateLimit": _query_rate_limit,
        "repository": _query_repository,
        "repositoryOwner": _query_repository_owner,
        "viewer": _query_viewer,
    },
    "User": _OWNER,
    "Organization": _OWNER,
    "Bot": _ACCOUNT,
    "Repository": {
        **_ID,
        **_LOCATED,
        "defaultBranchRef": _default_branch,
        "discussion": _discussion,
        "discussionCategories": _categories,
        "discussions": _discussions,
        "hasDiscussionsEnabled": lambda repository, _info: repository.has_discussions,
        "hasIssuesEnabled": lambda _repository, _info: True,
        "isArchived": lambda repository, _info: repository.archived,
        "isPrivate": lambda repository, _info: repository.private,
        "issue": _issue,
        "issues": _issues,
        "latestRelease": _latest_release,
        "nameWithOwner": lambda repository, _info: repository.full_name,
        "object": _object,
        "ref": _ref,
        "refs": _refs,
        "releases": _releases,
    },
    "Commit": {
        **_GIT_OBJECT,
        "committedDate": _moment("committed_date"),
        "repository": _repository_of,
        "tree": lambda commit, info: Tree(_repository_of(commit, info), commit.tree),
    },
    "Tag": {
        **_GIT_OBJECT,
        "repository": _repository_holding,
        "target": lambda tag, _info: tag.commit,
    },
    "Tree": {**_GIT_OBJECT, "entries": _entries},
    "TreeEntry": {
        "mode": lambda entry, _info: entry.entry.mode,
        "name": lambda entry, _info: entry.entry.name,
        "object": _entry_object,
        "oid": lambda entry, _info: entry.entry.oid,
        "path": lambda entry, _info: entry.entry.path,
        "size": lambda entry, _info: entry.entry.size,
        "type": lambda entry, _info: entry.entry.type,
    },
    "Ref": _ID,
    "Release": {
        **_ID,
        **_LOCATED,
        "createdAt": _moment("created_at"),
        "isDraft": lambda release, _info: release.draft,
        "isPrerelease": lambda release, _info: release.prerelease,
        "publishedAt": lambda release, _info: (
            None if release.draft else isoformat(release.created_at)
        ),
        "tagCommit": _tag_commit,
    },
    "PullRequest": {**_ID, **_LOCATED},
    "Blob": {
        **_GIT_OBJECT,
        "byteSize": lambda blob, _info: len(blob.data),
        "isBinary": lambda blob, _info: is_binary(blob.data),
        "isTruncated": lambda blob, _info: len(blob.data) > MOST_TEXT_BYTES,
        "text": _blob_text,
    },
    "DiscussionCategory": {**_ID, "repository": _repository_of},
    "Label": {**_ID, "repository": _repository_of},
    "Discussion": {
        **_THREAD,
        "answer": lambda thread, info: info.context.state.threads.answer_of(thread),
        "answerChosenAt": _moment("answer_chosen_at"),
        "comments": lambda thread, info, **bounds: _page(
            info.context.state.threads.top_level_comments(thread), info, bounds
        ),
    },
    "Issue": {
        **_THREAD,
        "closedByPullRequestsReferences": _closing_pull_requests,
        "comments": lambda thread, info, **bounds: _page(
            info.context.state.threads.issue_comments(thread), info, bounds
        ),
        "state": lambda thread, _info: "CLOSED" if thread.closed_at else "OPEN",
        "stateReason": _state_reason,
    },
    "DiscussionComment": {
        **_COMMENT,
        "deletedAt": _moment("deleted_at"),
        "discussion": lambda comment, info: info.context.state.threads.discussion_of(comment),
        "replies": lambda comment, info, **bounds: _page(
            info.context.state.threads.replies(comment), info, bounds
        ),
        "replyTo": _reply_to,
    },
    "IssueComment": {
        **_COMMENT,
        "issue": lambda comment, info: info.context.state.threads.issue_of(comment),
    },
    "ReactionGroup": {
        "content": lambda group, _info: group.content.name,
        "reactors": _reactors,
        "viewerHasReacted": _viewer_has_reacted,
    },
    "Reaction": {
        **_ID,
        "content": lambda given, _info: given.content.name,
        "createdAt": _moment("created_at"),
        "databaseId": lambda given, _info: given.id,
        "reactable": _reactable,
        "user": lambda given, _info: (
            given.account if given.account.kind is model.AccountKind.USER else None
        ),
    },
}
"""Resolvers by type and field, of the fields that the default resolver cannot read."""
