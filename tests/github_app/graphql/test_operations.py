"""Typed operations over the real client, against a simulated GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask

from github_app.auth import ANSWERING
from github_app.errors import (
    BadCredentials,
    Forbidden,
    NotFound,
    RateLimited,
    ServerError,
    Unprocessable,
)
from github_app.events import ThreadKind
from github_app.graphql import client as client_module
from github_app.graphql import operations
from github_app.graphql.client import GraphQLClient
from github_app.graphql.operations import Operations, Reaction
from simulator.serving import Served
from tests.github_app.conftest import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from github_app.connection import Connection
    from simulator.github import Discussion, Issue
    from tests.github_app.conftest import Bot


PERMISSIONS = {**ANSWERING[ThreadKind.DISCUSSION], **ANSWERING[ThreadKind.ISSUE]}


@pytest.fixture
def github(bot: Bot) -> Iterator[Connection]:
    (installation,) = bot.github.state.installations()
    with bot.dependencies.github.repository(
        installation.id, REPOSITORY, permissions=PERMISSIONS
    ) as connection:
        yield connection


@pytest.fixture
def discussion(bot: Bot) -> Discussion:
    return bot.github.open_discussion(bot.repository, author="mona", title="Hm", body="Hello?")


@pytest.fixture
def issue(bot: Bot) -> Issue:
    return bot.github.open_issue(bot.repository, author="mona", title="Hm", body="Hello?")


def test_a_repository_is_read(bot: Bot, github: Connection) -> None:
    found = github.read_repository(REPOSITORY)
    head = bot.github.state.head(bot.repository).oid
    assert (found.name_with_owner, found.default_branch, found.head) == (REPOSITORY, "main", head)
    assert found.settings is None
    assert found.github_id == bot.repository.id


def test_an_id_that_graphql_cannot_tell_is_the_one_that_was_told() -> None:
    told = {
        "nameWithOwner": REPOSITORY,
        "databaseId": None,
        "url": "https://github.com",
        "defaultBranchRef": None,
        "isPrivate": False,
        "latestRelease": None,
        "settings": None,
    }
    github = Operations(lambda name, variables: {"repository": told})  # noqa: ARG005 - any
    assert github.read_repository(REPOSITORY, told_id=5_000_000_000).github_id == 5_000_000_000


def test_the_owners_settings_out_of_reach_are_none() -> None:
    def refuse(name: str, variables: object) -> dict[str, object]:
        raise Forbidden(f"{name}: Resource protected by organization SAML enforcement {variables}")

    assert Operations(refuse).read_owner_settings("octo-org") is None


def test_what_is_not_there_is_not_found(github: Connection, issue: Issue) -> None:
    with pytest.raises(NotFound):
        github.read_repository("octo-org/none")
    with pytest.raises(NotFound, match="there is no Discussion"):
        github.read_discussion(issue.node_id)
    with pytest.raises(NotFound):
        github.read_issue("I_none")


def test_a_repository_that_is_null_is_not_found() -> None:
    nothing = Operations(lambda name, variables: {"repository": None})  # noqa: ARG005 - any
    with pytest.raises(NotFound):
        nothing.read_repository(REPOSITORY)
    assert nothing.read_owner_settings("octo-org") is None
    with pytest.raises(NotFound):
        nothing.read_versions(REPOSITORY)
    with pytest.raises(NotFound):
        nothing.read_solved_page(ThreadKind.ISSUE, REPOSITORY, after=None)


def test_a_folder_in_the_settings_files_place_is_no_file(bot: Bot, github: Connection) -> None:
    bot.github.push(bot.repository, {".github/fury-bot.yml/x": b""}, author="mona")
    assert github.read_repository(REPOSITORY).settings is None


def test_a_discussion_is_read_over_all_pages_of_comments_and_replies(
    bot: Bot, github: Connection, discussion: Discussion
) -> None:
    first = bot.github.comment_on_discussion(discussion, author="mona", body="first")
    for number in range(160):
        bot.github.comment_on_discussion(
            discussion, author="mona", body=f"reply {number}", reply_to=first
        )
    for number in range(51):
        bot.github.comment_on_discussion(discussion, author="mona", body=f"comment {number}")
    read = github.read_discussion(discussion.node_id)
    expected = {"first", *(f"reply {n}" for n in range(160)), *(f"comment {n}" for n in range(51))}
    assert {comment.body for comment in read.comments} == expected
    assert len(read.comments) == len(expected)
    assert (read.title, read.body, read.category.slug) == ("Hm", "Hello?", "q-a")
    assert not any(comment.by_viewer for comment in read.comments)


def test_an_issue_is_read_over_all_pages(bot: Bot, github: Connection, issue: Issue) -> None:
    for number in range(101):
        bot.github.comment_on_issue(issue, author="mona", body=f"{number}")
    read = github.read_issue(issue.node_id)
    assert {comment.body for comment in read.comments} == {f"{n}" for n in range(101)}
    assert read.comments[0].url.startswith("https://github.com/octo-org/hello/issues/1#issue")


def test_no_more_than_the_newest_comments_are_read(
    bot: Bot,
    github: Connection,
    discussion: Discussion,
    issue: Issue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(operations, "MAX_COMMENTS", 50)
    for number in range(101):
        bot.github.comment_on_discussion(discussion, author="mona", body=f"{number}")
        bot.github.comment_on_issue(issue, author="mona", body=f"{number}")
    assert len(github.read_discussion(discussion.node_id).comments) == 50
    read = github.read_issue(issue.node_id).comments
    assert [comment.body for comment in read] == [f"{n}" for n in range(1, 101)]


def test_comments_are_posted_and_changed(
    bot: Bot, github: Connection, discussion: Discussion, issue: Issue
) -> None:
    posted = github.add_discussion_comment(discussion.node_id, "one")
    reply = github.add_discussion_comment(discussion.node_id, "two", reply_to_id=posted.id)
    github.update_discussion_comment(posted.id, "changed")
    assert github.top_level_comment(reply.id) == github.top_level_comment(posted.id) == posted.id
    on_issue = github.add_issue_comment(issue.node_id, "three")
    assert github.update_issue_comment(on_issue.id, "changed too") == on_issue
    bodies = [comment.body for comment in bot.github.discussion_comments(discussion)]
    assert bodies == ["changed", "two"]
    assert [comment.body for comment in bot.github.issue_comments(issue)] == ["changed too"]
    assert all(comment.by_viewer for comment in github.read_discussion(discussion.node_id).comments)


def test_reactions_come_and_go_and_may_be_given_twice(
    bot: Bot, github: Connection, discussion: Discussion
) -> None:
    github.add_reaction(discussion.node_id, Reaction.EYES)
    github.add_reaction(discussion.node_id, Reaction.EYES)
    assert bot.reactions(discussion) == {"EYES"}
    github.remove_reaction(discussion.node_id, Reaction.EYES)
    assert bot.reactions(discussion) == set()


def test_what_github_refuses_is_told_apart(
    bot: Bot, github: Connection, discussion: Discussion
) -> None:
    with pytest.raises(Unprocessable, match="too long"):
        github.add_discussion_comment(discussion.node_id, "x" * 65_537)
    top = github.add_discussion_comment(discussion.node_id, "one")
    reply = github.add_discussion_comment(discussion.node_id, "two", reply_to_id=top.id)
    with pytest.raises(Unprocessable, match="already in a thread"):
        github.add_discussion_comment(discussion.node_id, "three", reply_to_id=reply.id)
    theirs = bot.github.comment_on_discussion(discussion, author="mona", body="mine")
    with pytest.raises(Forbidden, match="not accessible"):
        github.update_discussion_comment(theirs.node_id, "ours")


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("server_error", ServerError),
        ("bad_gateway", ServerError),
        ("unavailable", ServerError),
        ("connection_lost", ServerError),
        ("rate_limited", RateLimited),
        ("secondary_limit", RateLimited),
        ("secondary_limit_ok", RateLimited),
    ],
)
def test_trouble_is_told_apart(
    bot: Bot, github: Connection, kind: str, error: type[Exception]
) -> None:
    bot.github.faults.fail("Repository", kind=kind)
    with pytest.raises(error):
        github.read_repository(REPOSITORY)


def test_no_answer_in_time_is_a_failure_of_the_server(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "TIMEOUT", 1)
    bot.github.faults.fail("Repository", kind="timeout")
    (installation,) = bot.github.state.installations()
    with (
        bot.dependencies.github.repository(
            installation.id, REPOSITORY, permissions=PERMISSIONS
        ) as github,
        pytest.raises(ServerError, match="repository: ReadTimeout"),
    ):
        github.read_repository(REPOSITORY)


@pytest.mark.parametrize("body", ["<html>", "{}", "[]"])
def test_an_answer_that_is_not_githubs_is_a_failure_of_the_server(body: str) -> None:
    flask = Flask("proxy")
    flask.add_url_rule("/graphql", "all", lambda: body, methods=["POST"])
    with (
        Served(flask) as server,
        GraphQLClient(f"{server.url}/graphql") as client,
        pytest.raises(ServerError, match="not an answer that GitHub gives"),
    ):
        client.execute("repository", {"owner": "a", "name": "b"}, token="secret")


def test_a_token_that_is_refused_later_is_replaced(bot: Bot, github: Connection) -> None:
    github.read_repository(REPOSITORY)
    bot.github.clock.advance(seconds=60)
    bot.github.faults.fail("Repository", kind="unauthorised")
    before = len(bot.github.journal.requests("access_token"))
    github.read_repository(REPOSITORY)
    assert len(bot.github.journal.requests("access_token")) == before + 1


def test_a_token_that_is_forbidden_later_is_not_tried_again(bot: Bot, github: Connection) -> None:
    github.read_repository(REPOSITORY)
    bot.github.clock.advance(seconds=60)
    bot.github.suspend(bot.github.state.installations()[0])
    before = len(bot.github.journal.requests())
    with pytest.raises(Forbidden, match="suspended"):
        github.read_repository(REPOSITORY)
    assert len(bot.github.journal.requests()) == before + 1


def test_a_token_that_is_never_taken_is_an_error(bot: Bot, github: Connection) -> None:
    bot.github.faults.fail("Repository", kind="unauthorised", times=9)
    with pytest.raises(BadCredentials):
        github.read_repository(REPOSITORY)
