"""Every GraphQL document of the App executes, over real HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from simulator.github import Reaction

if TYPE_CHECKING:
    from tests.simulator.github.conftest import Api

DOCUMENTS = Path(__file__).parents[3] / "github_app" / "graphql"


def test_no_document_is_left_out_in_this_folder() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py"))
    unused = [path.stem for path in DOCUMENTS.glob("*.graphql") if f'"{path.stem}"' not in text]
    assert unused == []


def test_a_discussion_is_read_with_its_comments_and_replies(api: Api) -> None:
    discussion = api.github.open_discussion(
        api.repository, author="mona", title="How?", body="How do I?"
    )
    comment = api.github.comment_on_discussion(discussion, author="hubot", body="So.")
    reply = api.github.comment_on_discussion(
        discussion, author="mona", body="Thanks", reply_to=comment
    )

    node = api.document("discussion", id=discussion.node_id)["data"]["node"]

    assert node["__typename"] == "Discussion"
    assert node["category"] == {"name": "Q&A", "slug": "q-a", "isAnswerable": True}
    [read] = node["comments"]["nodes"]
    assert (read["id"], read["body"]) == (comment.node_id, "So.")
    [read_reply] = read["replies"]["nodes"]
    assert (read_reply["id"], read_reply["body"]) == (reply.node_id, "Thanks")


def test_replies_are_read_from_the_thread_and_from_within_it(api: Api) -> None:
    discussion = api.github.open_discussion(api.repository, author="mona", title="t", body="b")
    top = api.github.comment_on_discussion(discussion, author="mona", body="top")
    reply = api.github.comment_on_discussion(discussion, author="mona", body="re", reply_to=top)

    of_top = api.document("discussion_replies", id=top.node_id)["data"]["node"]
    of_reply = api.document("discussion_replies", id=reply.node_id)["data"]["node"]

    assert of_top["replyTo"] is None
    assert [node["id"] for node in of_top["replies"]["nodes"]] == [reply.node_id]
    assert of_reply["replyTo"] == {"id": top.node_id}
    assert of_reply["replies"]["nodes"] == []


def test_a_comment_of_the_app_is_posted_and_changed(api: Api) -> None:
    discussion = api.github.open_discussion(api.repository, author="mona", title="t", body="b")

    posted = api.document(
        "add_discussion_comment", discussionId=discussion.node_id, body="An answer."
    )["data"]["addDiscussionComment"]["comment"]
    changed = api.document(
        "update_discussion_comment", commentId=posted["id"], body="A better one."
    )["data"]["updateDiscussionComment"]["comment"]

    assert changed == posted
    [comment] = api.github.discussion_comments(discussion)
    assert (comment.node_id, comment.body) == (posted["id"], "A better one.")
    assert comment.author.login == "fury-bot[bot]"
    [node] = api.document("discussion", id=discussion.node_id)["data"]["node"]["comments"]["nodes"]
    assert node["viewerDidAuthor"] is True
    assert node["viewerDidAuthor"] is True


def test_an_issue_is_read_answered_and_the_answer_changed(api: Api) -> None:
    issue = api.github.open_issue(api.repository, author="mona", title="Broken", body="It is.")
    api.github.comment_on_issue(issue, author="hubot", body="Is it?")

    edge = api.document("add_issue_comment", subjectId=issue.node_id, body="It is not.")
    posted = edge["data"]["addComment"]["commentEdge"]["node"]
    api.document("update_issue_comment", id=posted["id"], body="It was.")

    node = api.document("issue", id=issue.node_id)["data"]["node"]
    assert (node["__typename"], node["title"], node["closed"]) == ("Issue", "Broken", False)
    assert [comment["body"] for comment in node["comments"]["nodes"]] == ["Is it?", "It was."]
    assert [comment["viewerDidAuthor"] for comment in node["comments"]["nodes"]] == [False, True]


def test_a_reaction_is_added_once_and_only_ones_own_is_taken_back(api: Api) -> None:
    discussion = api.github.open_discussion(api.repository, author="mona", title="t", body="b")
    api.github.react(discussion, author="mona", content=Reaction.EYES)
    variables = {"subjectId": discussion.node_id, "content": "EYES"}

    for _ in range(2):
        added = api.document("add_reaction", **variables)
        assert added["data"]["addReaction"]["reaction"] == {"content": "EYES"}
    assert len(api.github.reactions(discussion)) == 2

    removed = [api.document("remove_reaction", **variables) for _ in range(2)]
    assert removed[0]["data"]["removeReaction"] == {"reaction": {"content": "EYES"}}
    assert removed[1] == {"data": {"removeReaction": {"reaction": None}}}
    assert [given.account.login for given in api.github.reactions(discussion)] == ["mona"]


def test_a_repository_is_read_with_its_settings_file(api: Api) -> None:
    found = api.document("repository", owner="octo-org", name="hello")["data"]["repository"]

    assert found["nameWithOwner"] == "octo-org/hello"
    assert found["databaseId"] == api.repository.id
    head = api.github.state.head(api.repository)
    assert found["defaultBranchRef"] == {"name": "main", "target": {"oid": head.oid}}
    assert found["settings"] == {
        "__typename": "Blob",
        "text": "answer: questions\n",
        "isTruncated": False,
    }


def test_the_owners_settings_are_read_or_are_nothing(api: Api) -> None:
    missing = api.document("owner_settings", owner="octo-org")
    assert missing["data"] == {"repository": None}
    assert missing["errors"][0]["type"] == "NOT_FOUND"

    api.github.add_repository("octo-org/.github", files={"profile/README.md": b"hi"})
    empty = api.document("owner_settings", owner="octo-org")
    assert empty == {"data": {"repository": {"settings": None}}}
