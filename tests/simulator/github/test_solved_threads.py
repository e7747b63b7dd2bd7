"""Answered discussions and closed issues, as GraphQL tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.github import Role

if TYPE_CHECKING:
    from tests.simulator.github.conftest import Api, Json

OF = {"owner": "octo-org", "name": "hello"}


def pages(api: Api, document: str) -> list[list[str]]:
    """Return the ids of each page, newest first."""
    found, after = [], None
    while True:
        threads = api.document(document, **OF, after=after)["data"]["repository"]["threads"]
        found.append([node["id"] for node in threads["nodes"]])
        if not threads["pageInfo"]["hasNextPage"]:
            return found
        after = threads["pageInfo"]["endCursor"]


def read(api: Api, node_id: str, **options: Json) -> Json:
    variables = {"ids": [node_id], "withPullRequests": False, **options}
    [node] = api.document("solved_threads", **variables)["data"]["nodes"]
    return node


def test_answered_discussions_are_listed_newest_first(api: Api) -> None:
    github, made = api.github, []
    for number in range(3):
        discussion = github.open_discussion(
            api.repository, author="mona", title=str(number), body="b"
        )
        answer = github.comment_on_discussion(discussion, author="hubot", body="So.")
        github.choose_answer(answer, by="mona")
        made.append(discussion.node_id)
    github.open_discussion(api.repository, author="mona", title="open", body="b")
    assert pages(api, "answered_discussions") == [made[::-1]]


def test_closed_issues_are_listed_over_pages_even_when_one_is_deleted_between(api: Api) -> None:
    made = []
    for number in range(105):
        issue = api.github.state.threads.open_issue(
            api.repository, author=api.github.add_user("mona"), title=str(number), body="b"
        )
        made.append(api.github.state.threads.close(issue))
    api.github.open_issue(api.repository, author="mona", title="open", body="b")
    first, second = pages(api, "closed_issues")
    assert first + second == [issue.node_id for issue in reversed(made)]
    after = api.document("closed_issues", **OF)["data"]["repository"]["threads"]["pageInfo"]
    api.github.delete_thread(made[5])
    rest = api.document("closed_issues", **OF, after=after["endCursor"])["data"]["repository"]
    assert [node["id"] for node in rest["threads"]["nodes"]] == second


def test_an_answer_is_told_until_it_is_taken_back_or_deleted(api: Api) -> None:
    github = api.github
    discussion = github.open_discussion(api.repository, author="mona", title="How?", body="b")
    answer = github.comment_on_discussion(discussion, author="hubot", body="So.")
    github.choose_answer(answer, by="mona")
    node = read(api, discussion.node_id)
    assert (node["answer"]["body"], node["answer"]["isMinimized"]) == ("So.", False)
    assert node["answerChosenAt"] is not None
    github.take_answer_back(discussion, by="mona")
    assert read(api, discussion.node_id)["answer"] is None
    github.choose_answer(answer, by="mona")
    github.delete_comment(answer)
    assert read(api, discussion.node_id)["answer"] is None


def test_an_issue_is_told_with_why_it_was_closed(api: Api) -> None:
    github = api.github
    github.grant(api.repository, "maintainer", Role.WRITE)
    issue = github.open_issue(api.repository, author="mona", title="Broken", body="b")
    github.comment_on_issue(issue, author="maintainer", body="Mended.")
    github.close(issue)
    node = read(api, issue.node_id)
    assert node["stateReason"] == "COMPLETED"
    [comment] = node["comments"]["nodes"]
    assert (comment["body"], comment["authorAssociation"]) == ("Mended.", "MEMBER")
    github.reopen(issue)
    assert read(api, issue.node_id)["stateReason"] == "REOPENED"


def test_what_closed_an_issue_is_told_to_who_may_read_pull_requests(api: Api) -> None:
    repository = api.github.add_repository("mona/own", private=True)
    permissions = {"metadata": "read", "issues": "read", "pull_requests": "read"}
    token = api.token(installation=api.github.install([repository], permissions=permissions))
    issue = api.github.open_issue(repository, author="mona", title="Broken", body="b")
    api.github.close(issue, pull_request="Mend it")
    node = read(api, issue.node_id, token=token, withPullRequests=True)
    assert node["closedByPullRequestsReferences"]["nodes"] == [
        {"number": 2, "title": "Mend it", "merged": True}
    ]
    assert api.github.open_issue(repository, author="mona", title="t", body="b").number == 3
    other = api.github.open_issue(api.repository, author="mona", title="t", body="b")
    refused = api.document("solved_threads", ids=[other.node_id], withPullRequests=True)
    assert refused["errors"][0]["type"] == "FORBIDDEN"


def test_what_is_done_to_a_thread_is_told_with_who_did_it(api: Api) -> None:
    github = api.github
    issue = github.open_issue(api.repository, author="mona", title="t", body="b")
    github.edit_thread(issue, title="T", body="B")
    github.lock(issue)
    github.unlock(issue)
    github.close(issue, by="maintainer")
    node = read(api, issue.node_id)
    assert (node["title"], node["body"], node["locked"]) == ("T", "B", False)
