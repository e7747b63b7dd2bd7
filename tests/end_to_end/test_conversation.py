"""Commands and follow-ups, from the comment to the reply, with nothing in between made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.end_to_end.apiary import CITED, linked_lines, permalinks

if TYPE_CHECKING:
    from simulator.github import Issue
    from tests.end_to_end.world import World


def say(world: World, thread: Issue, text: str, *, author: str = "mona") -> str:
    """Comment, and return the last reply."""
    world.github.comment_on_issue(thread, author=author, body=text)
    world.settle()
    return world.replies(thread)[-1]


def thread_of(world: World) -> Issue:
    return world.github.open_issue(
        world.repository, author="mona", title="A hive is restless", body="Since yesterday."
    )


def test_a_follow_up_is_answered_from_what_its_question_was_about(world: World) -> None:
    thread = thread_of(world)
    first = say(world, thread, "/fury-bot ask How do I weigh the frames of honey?")
    assert any("apiary/honey.py" in link for link in permalinks(first))
    follow_up = say(world, thread, "/fury-bot ask and without the wood?")
    assert any("apiary/honey.py" in link for link in permalinks(follow_up))
    assert "I could not find this" not in follow_up


def test_after_forget_a_follow_up_has_nothing_to_follow(world: World) -> None:
    thread = thread_of(world)
    say(world, thread, "/fury-bot ask How do I weigh the frames of honey?")
    say(world, thread, "/fury-bot forget")
    assert "I could not find this" in say(world, thread, "/fury-bot ask why is it so?")


def test_a_symbol_is_explained_with_its_signature_and_its_place(world: World) -> None:
    reply = say(world, thread_of(world), f"/fury-bot explain {CITED}")
    assert "def count_mites(board, *, days): ..." in reply
    link = permalinks(reply)[0]
    assert f"def {CITED}(" in linked_lines(link, world.head.files, commit=world.head.oid)


def test_lines_are_explained_from_a_permalink(world: World) -> None:
    url = f"https://github.com/octo-org/apiary/blob/{world.head.oid}/apiary/honey.py#L11-L13"
    reply = say(world, thread_of(world), f"/fury-bot explain {url}")
    assert "weigh_frames" in reply
    assert url in reply


def test_a_file_that_is_not_there_is_said(world: World) -> None:
    reply = say(world, thread_of(world), "/fury-bot explain apiary/bees.py#L1-L3")
    assert reply.startswith("I do not know `apiary/bees.py` in `octo-org/apiary`.")


def test_a_thread_is_summed_up_with_links_to_its_comments(world: World) -> None:
    thread = thread_of(world)
    comment = world.github.comment_on_issue(
        thread, author="hubot", body="The queen is old. Replace her before the winter."
    )
    world.settle()
    reply = say(world, thread, "/fury-bot summarize")
    assert "The queen is old." in reply
    assert f"#issuecomment-{comment.id})" in reply
    assert "commit" not in reply


def test_code_on_the_repositorys_own_package_is_not_translated(world: World) -> None:
    for named in ("\n```python\nfrom apiary import mites\nmites.count_mites(b, days=3)\n```",):
        reply = say(world, thread_of(world), f"/fury-bot translate to C++{named}")
        assert reply.startswith("I cannot translate this to C++: it rests on `apiary`")


def test_without_a_model_translating_says_what_to_set_up(world: World) -> None:
    for named in ("\n```python\nimport math\nprint(math.pi)\n```", " apiary/mites.py#L7-L14"):
        reply = say(world, thread_of(world), f"/fury-bot translate to Rust{named}")
        assert "GROQ_API_KEY" in reply


def test_places_are_listed(world: World) -> None:
    reply = say(world, thread_of(world), "/fury-bot find where the mites are counted")
    assert "`apiary.mites.count_mites` (function) in `apiary/mites.py`" in reply


def test_a_beginner_is_taken_through_from_the_installation_on(world: World) -> None:
    reply = say(world, thread_of(world), "/fury-bot walkthrough installing apiary")
    assert reply.startswith("**Step 1: ")
    assert "Install the package with pip" in reply
