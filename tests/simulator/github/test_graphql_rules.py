"""GitHub's rules of writing and paging, over real HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from simulator.github import Reaction

if TYPE_CHECKING:
    from simulator.github import Discussion
    from tests.simulator.github.conftest import Api, Json

COMMENTS = """
query Comments($id: ID!, $first: Int, $last: Int, $after: String, $before: String) {
  node(id: $id) {
    ... on Discussion {
      comments(first: $first, last: $last, after: $after, before: $before) {
        totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        nodes { body }
      }
    }
  }
}
"""


@pytest.fixture
def discussion(api: Api) -> Discussion:
    return api.github.open_discussion(api.repository, author="mona", title="t", body="b")


def _post(api: Api, discussion: Discussion, **variables: Json) -> Json:
    answer = api.document(
        "add_discussion_comment", **{"discussionId": discussion.node_id, "body": "Hi", **variables}
    )
    return answer.get("errors", [None])[0]


def test_a_reply_to_a_reply_is_refused(api: Api, discussion: Discussion) -> None:
    top = api.github.comment_on_discussion(discussion, author="mona", body="top")
    reply = api.github.comment_on_discussion(discussion, author="mona", body="re", reply_to=top)

    error = _post(api, discussion, replyToId=reply.node_id)

    assert error["message"] == "Parent comment is already in a thread, cannot reply to it"
    assert error["path"] == ["addDiscussionComment"]
    assert _post(api, discussion, replyToId=top.node_id) is None
    assert len(api.github.discussion_comments(discussion)) == 3


def test_a_reply_to_a_comment_of_another_discussion_is_not_found(
    api: Api, discussion: Discussion
) -> None:
    other = api.github.open_discussion(api.repository, author="mona", title="t", body="b")
    elsewhere = api.github.comment_on_discussion(other, author="mona", body="top")

    assert _post(api, discussion, replyToId=elsewhere.node_id)["type"] == "NOT_FOUND"
    assert _post(api, discussion, replyToId=discussion.node_id)["type"] == "NOT_FOUND"


def test_a_mutation_on_something_of_another_kind_is_not_found(
    api: Api, discussion: Discussion
) -> None:
    issue = api.github.open_issue(api.repository, author="mona", title="t", body="b")

    assert _post(api, issue)["type"] == "NOT_FOUND"
    answer = api.document("add_issue_comment", subjectId=discussion.node_id, body="Hi")
    assert answer["errors"][0]["type"] == "NOT_FOUND"


def test_a_body_holds_65536_characters_and_no_more(api: Api, discussion: Discussion) -> None:
    assert _post(api, discussion, body="é" * 65_536) is None

    error = _post(api, discussion, body="é" * 65_537)

    assert error["type"] == "UNPROCESSABLE"
    assert error["message"] == "Body is too long (maximum is 65536 characters)"
    assert len(api.github.discussion_comments(discussion)) == 1


def test_an_empty_body_is_refused(api: Api, discussion: Discussion) -> None:
    assert _post(api, discussion, body=" \n")["type"] == "UNPROCESSABLE"
    own = api.document("add_discussion_comment", discussionId=discussion.node_id, body="Hi")
    comment_id = own["data"]["addDiscussionComment"]["comment"]["id"]
    emptied = api.document("update_discussion_comment", commentId=comment_id, body="")
    assert emptied["errors"][0]["type"] == "UNPROCESSABLE"


def test_a_locked_thread_takes_no_comment_of_an_app_that_cannot_push(
    api: Api, discussion: Discussion
) -> None:
    issue = api.github.open_issue(api.repository, author="mona", title="t", body="b")
    api.github.lock(discussion)
    api.github.lock(issue)

    assert "discussion is locked" in _post(api, discussion)["message"]
    answer = api.document("add_issue_comment", subjectId=issue.node_id, body="Hi")
    assert answer["errors"][0]["message"] == "Unable to create comment because issue is locked"


def test_a_locked_thread_takes_a_comment_of_an_app_that_can_push(api: Api) -> None:
    repository = api.github.add_repository("mona/own", private=True)
    permissions = {"metadata": "read", "contents": "write", "discussions": "write"}
    installation = api.github.install([repository], permissions=permissions)
    discussion = api.github.open_discussion(repository, author="mona", title="t", body="b")
    api.github.lock(discussion)
    token = api.token(installation=installation)

    assert _post(api, discussion, token=token) is None


def test_an_archived_repository_is_read_only(api: Api) -> None:
    repository = api.github.add_repository("mona/old", archived=True)
    token = api.token(installation=api.github.install([repository]))
    discussion = api.github.open_discussion(repository, author="mona", title="t", body="b")

    assert _post(api, discussion, token=token)["type"] == "UNPROCESSABLE"


def test_only_its_own_comments_are_changed_by_the_app(api: Api, discussion: Discussion) -> None:
    theirs = api.github.comment_on_discussion(discussion, author="mona", body="Mine")

    answer = api.document("update_discussion_comment", commentId=theirs.node_id, body="Hers")

    assert answer["errors"][0]["type"] == "FORBIDDEN"
    assert api.github.discussion_comments(discussion)[0].body == "Mine"


def test_a_deleted_comment_stays_in_place_while_it_has_replies(
    api: Api, discussion: Discussion
) -> None:
    top = api.github.comment_on_discussion(discussion, author="mona", body="top")
    reply = api.github.comment_on_discussion(discussion, author="mona", body="re", reply_to=top)

    api.github.delete_comment(top)
    kept = api.query(
        "query($id: ID!) { node(id: $id) { ... on DiscussionComment { deletedAt body } } }",
        id=top.node_id,
    )
    assert kept["data"]["node"]["deletedAt"] is not None
    assert kept["data"]["node"]["body"] == ""

    api.github.delete_comment(reply)
    assert [comment.node_id for comment in api.github.discussion_comments(discussion)] == [
        top.node_id
    ]


def test_the_app_deletes_its_own_comment(api: Api, discussion: Discussion) -> None:
    own = api.document("add_discussion_comment", discussionId=discussion.node_id, body="Hi")
    comment_id = own["data"]["addDiscussionComment"]["comment"]["id"]

    deletion = "mutation($id: ID!) { deleteDiscussionComment(input: {id: $id}) { comment { id } } }"
    api.query(deletion, id=comment_id)

    assert api.github.discussion_comments(discussion) == []


def test_a_connection_needs_bounds_unless_it_is_only_counted(
    api: Api, discussion: Discussion
) -> None:
    error = api.query(COMMENTS, id=discussion.node_id)["errors"][0]
    assert error["message"] == (
        "You must provide a `first` or `last` value to properly paginate the `comments` connection."
    )
    assert error["path"] == ["node", "comments"]
    counted = "query($id: ID!) { node(id: $id) { ... on Discussion { comments { totalCount } } } }"
    assert api.query(counted, id=discussion.node_id)["data"]["node"]["comments"] == {
        "totalCount": 0
    }


@pytest.mark.parametrize(("argument", "value"), [("first", 101), ("last", 101), ("first", -1)])
def test_a_page_holds_a_hundred_records_at_most(
    api: Api, discussion: Discussion, argument: str, value: int
) -> None:
    error = api.query(COMMENTS, id=discussion.node_id, **{argument: value})["errors"][0]
    assert f"`{argument}`" in error["message"]
    assert "`comments` connection" in error["message"]


def test_pages_are_walked_back_and_forth_by_cursor(api: Api, discussion: Discussion) -> None:
    for number in range(5):
        api.github.comment_on_discussion(discussion, author="mona", body=str(number))

    def page(**bounds: Json) -> Json:
        return api.query(COMMENTS, id=discussion.node_id, **bounds)["data"]["node"]["comments"]

    def bodies(comments: Json) -> list[str]:
        return [node["body"] for node in comments["nodes"]]

    newest = page(last=2)
    assert bodies(newest) == ["3", "4"]
    assert newest["totalCount"] == 5
    assert (newest["pageInfo"]["hasPreviousPage"], newest["pageInfo"]["hasNextPage"]) == (
        True,
        False,
    )
    older = page(last=2, before=newest["pageInfo"]["startCursor"])
    assert bodies(older) == ["1", "2"]
    assert older["pageInfo"]["hasPreviousPage"] is True
    oldest = page(last=2, before=older["pageInfo"]["startCursor"])
    assert bodies(oldest) == ["0"]
    assert oldest["pageInfo"]["hasPreviousPage"] is False
    assert bodies(page(first=2, after=oldest["pageInfo"]["endCursor"])) == ["1", "2"]


def test_a_cursor_that_is_none_of_githubs_is_refused(api: Api, discussion: Discussion) -> None:
    error = api.query(COMMENTS, id=discussion.node_id, first=1, after="nonsense")["errors"][0]
    assert error["message"] == "`nonsense` does not appear to be a valid cursor."


def test_a_maintainer_reads_a_discussion_by_its_number(api: Api, discussion: Discussion) -> None:
    comment = api.github.comment_on_discussion(discussion, author="mona", body="Yes")
    api.github.react(comment, author="hubot", content=Reaction.THUMBS_UP)
    query = """
    query($owner: String!, $name: String!, $number: Int!) {
      repository(owner: $owner, name: $name) {
        discussion(number: $number) {
          comments(first: 10) {
            nodes {
              authorAssociation
              reactionGroups {
                content
                viewerHasReacted
                reactors(first: 5) { totalCount nodes { ... on Actor { login } } }
              }
            }
          }
        }
        discussions(first: 5, states: [OPEN]) { nodes { number } }
        discussionCategories(first: 10) { nodes { slug } }
      }
      viewer { login }
      rateLimit { limit remaining cost }
    }
    """

    data = api.query(query, owner="octo-org", name="hello", number=1)["data"]

    [node] = data["repository"]["discussion"]["comments"]["nodes"]
    groups = {group["content"]: group for group in node["reactionGroups"]}
    assert len(groups) == 8
    assert groups["THUMBS_UP"]["reactors"] == {"totalCount": 1, "nodes": [{"login": "hubot"}]}
    assert groups["EYES"]["reactors"]["totalCount"] == 0
    assert data["repository"]["discussions"]["nodes"] == [{"number": 1}]
    assert {"slug": "q-a"} in data["repository"]["discussionCategories"]["nodes"]
    assert data["viewer"] == {"login": "fury-bot[bot]"}
    assert data["rateLimit"] == {"limit": 5000, "remaining": 4999, "cost": 1}


def test_numbers_are_shared_by_discussions_and_issues(api: Api, discussion: Discussion) -> None:
    issue = api.github.open_issue(api.repository, author="mona", title="t", body="b")
    assert (discussion.number, issue.number) == (1, 2)


def test_node_ids_look_like_githubs(api: Api, discussion: Discussion) -> None:
    issue = api.github.open_issue(api.repository, author="mona", title="t", body="b")
    comment = api.github.comment_on_discussion(discussion, author="mona", body="b")
    on_issue = api.github.comment_on_issue(issue, author="mona", body="b")

    assert discussion.node_id.startswith("D_kwDO")
    assert comment.node_id.startswith("DC_kwDO")
    assert issue.node_id.startswith("I_kwDO")
    assert on_issue.node_id.startswith("IC_kwDO")
    assert api.repository.node_id.startswith("R_kgDO")


def test_a_binary_file_has_no_text_and_a_long_one_is_cut(api: Api) -> None:
    api.github.push(
        api.repository, {"a.png": b"\x89PNG\0", "long.txt": b"x" * 600_000}, author="mona"
    )
    query = """{ repository(owner: "octo-org", name: "hello") {
      binary: object(expression: "HEAD:a.png") { ... on Blob { text isBinary byteSize } }
      long: object(expression: "main:long.txt") { ... on Blob { text isTruncated byteSize } }
      head: object(expression: "HEAD") { __typename abbreviatedOid commitUrl }
      none: object(expression: "HEAD:absent") { oid }
    } }"""

    found = api.query(query)["data"]["repository"]

    assert found["binary"] == {"text": None, "isBinary": True, "byteSize": 5}
    assert (found["long"]["isTruncated"], found["long"]["byteSize"]) == (True, 600_000)
    assert len(found["long"]["text"]) < 600_000
    assert found["head"]["__typename"] == "Commit"
    assert found["none"] is None


def test_a_document_that_is_not_valid_is_an_error_with_status_200(api: Api) -> None:
    assert "Syntax Error" in api.query("query {")["errors"][0]["message"]
    assert "stars" in api.query("{ viewer { stars } }")["errors"][0]["message"]
    assert api.post_query("").status_code == 200


def test_the_primary_limit_is_an_error_with_status_200(api: Api) -> None:
    token = api.token()
    api.github.primary_limit.leave(api.installation.id, "graphql", remaining=1)

    last = api.post_query("{ viewer { login } }", token=token)
    over = api.post_query("{ viewer { login } }", token=token)

    assert last.headers["x-ratelimit-remaining"] == "0"
    assert last.headers["x-ratelimit-resource"] == "graphql"
    assert over.status_code == 200
    assert over.json()["errors"][0]["type"] == "RATE_LIMITED"
    assert int(over.headers["x-ratelimit-reset"]) > api.github.clock.now().timestamp()
    rest = api.get("/rate_limit", token=token).json()["resources"]
    assert (rest["graphql"]["remaining"], rest["core"]["remaining"]) == (0, 5000)

    api.github.clock.advance(seconds=3601)
    assert "errors" not in api.query("{ viewer { login } }")


def test_strict_secondary_limits_refuse_the_81st_mutation_of_a_minute(
    api: Api, discussion: Discussion
) -> None:
    api.github.secondary_limit.strict = True
    token = api.token()
    variables = {"subjectId": discussion.node_id, "content": "EYES"}
    for _ in range(80):
        assert api.github.secondary_limit.spend(mutation=True) is None

    mutation = """
    mutation($s: ID!) { addReaction(input: {subjectId: $s, content: EYES}) { subject { id } } }
    """
    refused = api.post_query(mutation, token=token, s=discussion.node_id)

    assert refused.status_code == 403
    assert "secondary rate limit" in refused.json()["message"]
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert api.post_query("{ viewer { login } }", token=token).status_code == 200
    api.github.clock.advance(seconds=61)
    assert api.document("add_reaction", token=token, **variables)["data"]["addReaction"]


def test_graphql_is_also_where_an_enterprise_server_has_it(api: Api) -> None:
    answer = requests.post(
        f"{api.url}/api/graphql",
        headers={"Authorization": f"Bearer {api.token()}"},
        json={"query": "{ viewer { login } }"},
        timeout=10,
    )
    assert answer.json() == {"data": {"viewer": {"login": "fury-bot[bot]"}}}
