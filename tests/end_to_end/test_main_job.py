"""The main job: from the installation, by way of questions and pushes, to the farewell."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from github_app.markers import marker
from tests.end_to_end.apiary import CITED, QUESTION, UNANSWERABLE, linked_lines, permalinks
from tests.end_to_end.processes import wait_for
from tests.end_to_end.stops import text_embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.github import Discussion
    from tests.end_to_end.world import World

SETTINGS = ".github/fury-bot.yml"

CHECKBOX = "I want an AI-generated answer as a first response"


@contextmanager
def settings_file(world: World, text: str) -> Iterator[None]:
    """Let the repository have settings for a while."""
    world.github.push(world.repository, {SETTINGS: text.encode()}, author="mona")
    world.settle()
    try:
        yield
    finally:
        world.github.push(world.repository, {SETTINGS: None}, author="mona")
        world.settle()


def rows(world: World, table: str) -> int:
    with world.database.transaction() as connection:
        row = connection.execute("SELECT count(*) FROM " + table).fetchone()  # noqa: S608 - ours
    assert row is not None
    return int(row[0])


@pytest.fixture(scope="module")
def answered(world: World) -> Discussion:
    """A discussion that was answered."""
    discussion = world.ask(QUESTION)
    world.settle()
    return discussion


def test_a_discussion_gets_one_reply_whose_permalinks_hold(
    world: World, answered: Discussion
) -> None:
    (reply,) = world.replies(answered)
    links = permalinks(reply)
    places = [linked_lines(link, world.head.files, commit=world.head.oid) for link in links]
    assert f"def {CITED}(" in places[0]
    assert reply.endswith(marker(world.delivery_of(answered)))
    assert world.reactions(answered) == ["ROCKET"]


def test_a_redelivery_posts_nothing_more(world: World, answered: Discussion) -> None:
    delivery = world.github.webhooks.redeliver(world.delivery_of(answered))
    assert (delivery.status_code, world.unfinished_jobs()) == (200, [])
    assert "duplicate" in delivery.response_body
    assert len(world.replies(answered)) == 1


def test_the_bots_own_comments_are_not_answered(world: World, answered: Discussion) -> None:
    told = [
        delivery
        for delivery in world.github.webhooks.deliveries
        if delivery.event == "discussion_comment"
    ]
    assert "written or sent by a bot" in told[0].response_body
    assert len(world.replies(answered)) == 1


def test_an_unasked_question_without_an_answer_gets_silence(world: World) -> None:
    discussion = world.ask(UNANSWERABLE)
    world.settle()
    assert world.replies(discussion) == []
    assert world.reactions(discussion) == ["CONFUSED"]


def test_a_command_without_an_answer_gets_an_honest_line_and_the_nearest_places(
    world: World,
) -> None:
    issue, comment = world.command(f"/fury-bot ask {UNANSWERABLE}")
    world.settle()
    (reply,) = world.replies(issue)
    assert reply.startswith("I could not find this in `octo-org/apiary`.")
    for link in permalinks(reply):
        linked_lines(link, world.head.files, commit=world.head.oid)
    assert permalinks(reply)
    assert world.reactions(comment) == ["CONFUSED"]


def test_the_commands_of_an_issue_are_run(world: World) -> None:
    asked, _ = world.command(f"/fury-bot ask {QUESTION}")
    searched, _ = world.command("/fury-bot search oxalic acid")
    helped, _ = world.command("/fury-bot help")
    mistyped, comment = world.command("/fury-bot serach oxalic acid")
    world.settle()
    (answer,) = world.replies(asked)
    assert CITED in answer
    (found,) = world.replies(searched)
    assert "needs_treatment" in linked_lines(
        permalinks(found)[0], world.head.files, commit=world.head.oid
    )
    (listed,) = world.replies(helped)
    assert "`/fury-bot search QUERY`" in listed
    (hint,) = world.replies(mistyped)
    assert "Did you mean `/fury-bot search`?" in hint
    assert world.reactions(comment) == ["CONFUSED"]


def test_a_command_in_a_discussion_is_answered_in_its_thread(world: World) -> None:
    discussion = world.ask("Spring", category="general")
    comment = world.github.comment_on_discussion(discussion, author="mona", body="It is here.")
    nested = world.github.comment_on_discussion(
        discussion, author="hubot", body=f"/fury-bot ask {QUESTION}", reply_to=comment
    )
    world.settle()
    (ours,) = (
        one
        for one in world.github.discussion_comments(discussion)
        if one.author.login == world.github.app.bot_login
    )
    assert ours.reply_to_id == comment.node_id
    assert CITED in ours.body
    assert world.reactions(nested) == ["ROCKET"]


def test_a_push_is_answered_from_as_soon_as_it_is_indexed(world: World) -> None:
    source = (
        b'def graft_larvae(frame):\n    """Graft larvae of a queen into the cups of a frame."""\n'
    )
    world.github.push(world.repository, {"apiary/queens.py": source}, author="mona")
    world.settle()
    indexed = world.worker().events("ref_indexed")[-1]
    embedded = world.worker().events("repository_embedded")[-1]
    assert indexed["commit"] == world.head.oid
    assert 0 < embedded["texts"] == indexed["waiting"] < indexed["chunks"]
    discussion = world.ask("How do I graft larvae into the cups of a frame?")
    world.settle()
    (reply,) = world.replies(discussion)
    (link, *_) = permalinks(reply)
    assert "graft_larvae" in linked_lines(link, world.head.files, commit=world.head.oid)
    world.github.push(world.repository, {"apiary/queens.py": None}, author="mona")
    world.settle()
    with world.database.transaction() as connection:
        paths = [path for (path,) in connection.execute("SELECT path FROM documents")]
    assert sorted(paths) == sorted(world.head.files)


def test_a_push_is_answered_from_by_its_words_before_the_model_has_read_it(world: World) -> None:
    # A gist of its own: the function's name, and its docstring.
    source = b'def clip_wings(queen):\n    """Clip the wings of a queen."""\n'
    standing = text_embedded("clip wings: Clip the wings of a queen.").set_up(world, "")
    world.github.push(world.repository, {"apiary/wings.py": source}, author="mona")
    standing.wait()
    found = world.ask("How do I clip the wings of a queen?")
    missed = world.ask(UNANSWERABLE)
    wait_for(lambda: world.reactions(found) == ["ROCKET"], "a reply by words alone")
    wait_for(
        lambda: world.unfinished_jobs().count(("github.answer_discussion", "todo")) == 1,
        "a question that is put off, since it may be found later",
    )
    assert world.reactions(missed) == ["EYES"]
    standing.let_go()
    world.settle()
    assert world.reactions(missed) == ["CONFUSED"]
    (reply,) = world.replies(found)
    assert "clip_wings" in linked_lines(
        permalinks(reply)[0], world.head.files, commit=world.head.oid
    )
    assert world.replies(missed) == []
    world.github.push(world.repository, {"apiary/wings.py": None}, author="mona")
    world.settle()


def test_automatic_answers_can_be_switched_off(world: World) -> None:
    with settings_file(world, "answers: {discussions: never}"):
        discussion = world.ask(QUESTION)
        issue, _ = world.command("/fury-bot help")
        world.settle()
    assert (world.replies(discussion), world.reactions(discussion)) == ([], [])
    assert len(world.replies(issue)) == 1


def test_a_checkbox_can_be_what_asks_for_an_answer(world: World) -> None:
    with settings_file(world, "answers: {discussions: checkbox}"):
        wanted = world.ask(QUESTION, body=f"- [x] {CHECKBOX}")
        unwanted = world.ask(QUESTION, body=f"- [ ] {CHECKBOX}")
        world.settle()
    assert len(world.replies(wanted)) == 1
    assert (world.replies(unwanted), world.reactions(unwanted)) == ([], [])


def test_a_repository_that_is_added_later_is_answered_from_itself_alone(world: World) -> None:
    other = world.github.add_repository(
        "octo-org/bakery",
        files={"bread.py": b'def knead_dough(minutes):\n    """Knead the dough of a loaf."""\n'},
    )
    world.github.add_to_installation(world.installation, [other])
    world.settle()
    found, missed = (
        world.github.open_issue(other, author="mona", title="Bread", body=f"/fury-bot ask {text}")
        for text in ("How do I knead the dough of a loaf?", QUESTION)
    )
    world.settle()
    (answer,) = world.replies(found)
    assert permalinks(answer)[0].startswith("https://github.com/octo-org/bakery/blob/")
    assert CITED not in world.replies(missed)[0]
    world.github.remove_from_installation(world.installation, [other])
    world.settle()
    assert rows(world, "repositories") == 1


def test_an_uninstalled_repository_is_forgotten_and_comes_back_when_installed(
    world: World,
) -> None:
    world.github.uninstall(world.installation)
    world.settle()
    tables = ("installations", "repositories", "indexes", "documents", "chunks", "symbols")
    assert {table: rows(world, table) for table in (*tables, "answers")} == dict.fromkeys(
        (*tables, "answers"), 0
    )
    world.github.install([world.repository])
    world.settle()
    assert all(rows(world, table) for table in tables)
    discussion = world.ask(QUESTION)
    world.settle()
    assert len(world.replies(discussion)) == 1
