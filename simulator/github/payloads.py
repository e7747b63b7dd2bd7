"""JSON objects as REST and webhook payloads carry them: accounts, repositories, threads, …."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.github import model, urls
from simulator.github.clock import isoformat

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.github.app import App
    from simulator.github.state import State

Json = dict[str, Any]

_ACCOUNT_LINKS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}

_ORGANISATION_LINKS = {
    "repos_url": "/repos",
    "events_url": "/events",
    "hooks_url": "/hooks",
    "issues_url": "/issues",
    "members_url": "/members{/member}",
    "public_members_url": "/public_members{/member}",
}

_REPOSITORY_LINKS = {
    "forks_url": "/forks",
    "keys_url": "/keys{/key_id}",
    "collaborators_url": "/collaborators{/collaborator}",
    "teams_url": "/teams",
    "hooks_url": "/hooks",
    "issue_events_url": "/issues/events{/number}",
    "events_url": "/events",
    "assignees_url": "/assignees{/user}",
    "branches_url": "/branches{/branch}",
    "tags_url": "/tags",
    "blobs_url": "/git/blobs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "trees_url": "/git/trees{/sha}",
    "statuses_url": "/statuses/{sha}",
    "languages_url": "/languages",
    "stargazers_url": "/stargazers",
    "contributors_url": "/contributors",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "commits_url": "/commits{/sha}",
    "git_commits_url": "/git/commits{/sha}",
    "comments_url": "/comments{/number}",
    "issue_comment_url": "/issues/comments{/number}",
    "contents_url": "/contents/{+path}",
    "compare_url": "/compare/{base}...{head}",
    "merges_url": "/merges",
    "archive_url": "/{archive_format}{/ref}",
    "downloads_url": "/downloads",
    "issues_url": "/issues{/number}",
    "pulls_url": "/pulls{/number}",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "labels_url": "/labels{/name}",
    "releases_url": "/releases{/id}",
    "deployments_url": "/deployments",
}


def _links(base: str, paths: dict[str, str]) -> Json:
    return {name: base + path for name, path in paths.items()}


def _moment(moment: datetime | None) -> str | None:
    return isoformat(moment) if moment else None


def account(who: model.Account) -> Json:
    """Return an account as REST's "simple user"."""
    base = urls.api(f"/users/{who.login}")
    return {
        "login": who.login,
        "id": who.id,
        "node_id": who.node_id,
        "avatar_url": f"https://avatars.githubusercontent.com/u/{who.id}?v=4",
        "gravatar_id": "",
        "url": base,
        "html_url": model.url(who),
        **_links(base, _ACCOUNT_LINKS),
        "type": who.kind.value,
        "site_admin": False,
    }


def organisation(who: model.Account) -> Json:
    """Return an organisation as payloads' ``organization`` carries it."""
    base = urls.api(f"/orgs/{who.login}")
    return {
        "login": who.login,
        "id": who.id,
        "node_id": who.node_id,
        "url": base,
        **_links(base, _ORGANISATION_LINKS),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{who.id}?v=4",
        "description": "",
    }


def short_repository(repository: model.Repository) -> Json:
    """Return a repository as installation events list it."""
    return {
        "id": repository.id,
        "node_id": repository.node_id,
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
    }


def repository(state: State, repo: model.Repository) -> Json:
    """Return a repository as REST's "full repository" (the part that payloads share)."""
    base = urls.api(f"/repos/{repo.full_name}")
    page = model.url(repo)
    open_issues = sum(issue.closed_at is None for issue in state.threads.issues(repo))
    return {
        **short_repository(repo),
        "owner": account(repo.owner),
        "html_url": page,
        "description": repo.description,
        "fork": False,
        "url": base,
        **_links(base, _REPOSITORY_LINKS),
        "created_at": isoformat(repo.created_at),
        "updated_at": isoformat(repo.created_at),
        "pushed_at": isoformat(state.head(repo).committed_date),
        "git_url": f"git://github.com/{repo.full_name}.git",
        "ssh_url": f"git@github.com:{repo.full_name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "homepage": None,
        "size": sum(map(len, state.head(repo).files.values())) // 1024,
        "stargazers_count": 0,
        "watchers_count": 0,
        "language": "Python",
        "has_issues": True,
        "has_projects": True,
        "has_downloads": True,
        "has_wiki": True,
        "has_pages": False,
        "has_discussions": repo.has_discussions,
        "forks_count": 0,
        "mirror_url": None,
        "archived": repo.archived,
        "disabled": False,
        "open_issues_count": open_issues,
        "license": None,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": [],
        "custom_properties": {},
        "visibility": "private" if repo.private else "public",
        "forks": 0,
        "open_issues": open_issues,
        "watchers": 0,
        "default_branch": repo.default_branch,
    }


def reactions(state: State, subject: model.AnySubject, *, url: str) -> Json:
    """Return the counts of reactions to ``subject``."""
    given = state.threads.reactions(subject)
    counts = {
        content.value: sum(one.content is content for one in given) for content in model.Reaction
    }
    return {"url": f"{url}/reactions", "total_count": len(given), **counts}


def label(repo: model.Repository, one: model.Label) -> Json:
    """Return a label."""
    return {
        "id": one.id,
        "node_id": one.node_id,
        "url": urls.api(f"/repos/{repo.full_name}/labels/{one.name}"),
        "name": one.name,
        "color": one.color,
        "default": False,
        "description": "",
    }


def _category(one: model.Category) -> Json:
    return {
        "id": one.id,
        "node_id": one.node_id,
        "repository_id": one.repository_id,
        "emoji": one.emoji,
        "name": one.name,
        "description": one.description,
        "created_at": isoformat(one.created_at),
        "updated_at": isoformat(one.created_at),
        "slug": one.slug,
        "is_answerable": one.is_answerable,
    }


def _written(state: State, subject: model.AnySubject) -> Json:
    return {
        "id": subject.id,
        "node_id": subject.node_id,
        "html_url": model.url(subject),
        "user": account(subject.author),
        "created_at": isoformat(subject.created_at),
        "updated_at": isoformat(subject.updated_at),
        "author_association": state.association(subject.repository, subject.author),
        "body": subject.body,
    }


def discussion(state: State, thread: model.Discussion) -> Json:
    """Return a discussion as its events carry it."""
    answer, chooser = state.threads.answer_of(thread), thread.answer_chosen_by
    base = urls.api(f"/repos/{thread.repository.full_name}")
    return {
        **_written(state, thread),
        "repository_url": base,
        "category": _category(thread.category),
        "answer_html_url": model.url(answer) if answer else None,
        "answer_chosen_at": _moment(thread.answer_chosen_at),
        "answer_chosen_by": account(chooser) if chooser else None,
        "number": thread.number,
        "title": thread.title,
        "state": "closed" if thread.closed_at else "open",
        "state_reason": "resolved" if thread.closed_at else None,
        "locked": thread.locked,
        "comments": len(state.threads.discussion_comments(thread)),
        "active_lock_reason": None,
        "labels": [label(thread.repository, one) for one in thread.labels],
        "reactions": reactions(state, thread, url=f"{base}/discussions/{thread.number}"),
    }


def discussion_comment(state: State, comment: model.DiscussionComment) -> Json:
    """Return a comment in a discussion as its events carry it."""
    full_name = comment.repository.full_name
    parent = state.threads.find(comment.reply_to_id) if comment.reply_to_id else None
    url = urls.api(f"/repos/{full_name}/discussions/comments/{comment.id}")
    return {
        **_written(state, comment),
        "parent_id": parent.id if parent else None,
        "child_comment_count": len(state.threads.replies(comment)),
        "repository_url": full_name,
        "discussion_id": state.threads.discussion_of(comment).id,
        "reactions": reactions(state, comment, url=url),
    }


def issue(state: State, thread: model.Issue) -> Json:
    """Return an issue as REST and its events carry it."""
    base = urls.api(f"/repos/{thread.repository.full_name}")
    url = f"{base}/issues/{thread.number}"
    return {
        **_written(state, thread),
        "url": url,
        "repository_url": base,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "timeline_url": f"{url}/timeline",
        "number": thread.number,
        "title": thread.title,
        "labels": [label(thread.repository, one) for one in thread.labels],
        "state": "closed" if thread.closed_at else "open",
        "state_reason": thread.state_reason,
        "locked": thread.locked,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": len(state.threads.issue_comments(thread)),
        "closed_at": _moment(thread.closed_at),
        "active_lock_reason": None,
        "draft": False,
        "performed_via_github_app": None,
        "reactions": reactions(state, thread, url=url),
    }


def issue_comment(state: State, comment: model.IssueComment) -> Json:
    """Return a comment on an issue as REST and its events carry it."""
    base = urls.api(f"/repos/{comment.repository.full_name}/issues")
    url = f"{base}/comments/{comment.id}"
    return {
        **_written(state, comment),
        "url": url,
        "issue_url": f"{base}/{state.threads.issue_of(comment).number}",
        "performed_via_github_app": None,
        "reactions": reactions(state, comment, url=url),
    }


def release(one: model.Release) -> Json:
    """Return a release as REST and its events carry it."""
    base = urls.api(f"/repos/{one.repository.full_name}")
    url = f"{base}/releases/{one.id}"
    return {
        "url": url,
        "assets_url": f"{url}/assets",
        "upload_url": f"{url}/assets{{?name,label}}",
        "html_url": model.url(one),
        "id": one.id,
        "node_id": one.node_id,
        "tag_name": one.tag_name,
        "target_commitish": one.repository.default_branch,
        "name": one.tag_name,
        "draft": one.draft,
        "author": account(one.author),
        "prerelease": one.prerelease,
        "created_at": isoformat(one.created_at),
        "published_at": None if one.draft else isoformat(one.created_at),
        "assets": [],
        "tarball_url": f"{base}/tarball/{one.tag_name}",
        "zipball_url": f"{base}/zipball/{one.tag_name}",
        "body": "",
    }


def commit(repo: model.Repository, one: model.Commit, *, changed: Json) -> Json:
    """Return a commit as push events carry it; ``changed`` lists paths added, removed, modified."""
    person = {
        "name": one.author.login,
        "email": f"{one.author.id}+{one.author.login}@users.noreply.github.com",
        "username": one.author.login,
    }
    return {
        "id": one.oid,
        "tree_id": one.tree.oid,
        "distinct": True,
        "message": one.message,
        "timestamp": isoformat(one.committed_date),
        "url": f"{model.url(repo)}/commit/{one.oid}",
        "author": person,
        "committer": person,
        **changed,
    }


def installation(state: State, one: model.Installation) -> Json:
    """Return an installation, less its times, which REST and webhooks write differently."""
    organisational = one.account.kind is model.AccountKind.ORGANIZATION
    page = f"/organizations/{one.account.login}" if organisational else ""
    return {
        "id": one.id,
        "account": account(one.account),
        "repository_selection": "selected",
        "access_tokens_url": urls.api(f"/app/installations/{one.id}/access_tokens"),
        "repositories_url": urls.api("/installation/repositories"),
        "html_url": urls.web(f"{page}/settings/installations/{one.id}"),
        "app_id": state.app.id,
        "app_slug": state.app.slug,
        "target_id": one.account.id,
        "target_type": one.account.kind.value,
        "permissions": dict(one.permissions),
        "events": list(one.events),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": account(one.account) if one.suspended_at else None,
        "suspended_at": _moment(one.suspended_at),
    }


def app(state: State, registered: App) -> Json:
    """Return the App as ``GET /app`` does."""
    installations = state.installations()
    permissions = installations[0].permissions if installations else {}
    return {
        "id": registered.id,
        "client_id": registered.client_id,
        "slug": registered.slug,
        "node_id": f"A_{registered.client_id}",
        "name": registered.name,
        "description": None,
        "external_url": urls.web(f"/apps/{registered.slug}"),
        "html_url": urls.web(f"/apps/{registered.slug}"),
        "permissions": dict(permissions),
        "events": list(installations[0].events) if installations else [],
        "installations_count": len(installations),
    }
