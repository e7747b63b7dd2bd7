"""What is a command, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from github_app.commands import REGISTRY, Action, Command, find, find_new, table


def one(body: str) -> Command:
    (command,) = find(body)
    return command


def test_a_command_starts_a_line() -> None:
    assert one("/fury-bot ask How?") == Command("ask", "How?")
    assert one("Hello!\n/fury-bot ask How?") == Command("ask", "How?")
    assert one("Hello!\n\n   /fury-bot   ask   How?  ") == Command("ask", "How?")
    assert one("# Title\n/fury-bot search `Scene` and *more*") == Command(
        "search", "`Scene` and *more*"
    )


def test_letter_case_does_not_matter() -> None:
    assert one("/Fury-Bot ASK How?") == Command("ask", "How?")


def test_a_question_goes_on_to_the_end_of_the_comment_as_it_was_written() -> None:
    question = (
        "Why is `vector<int>` not a List<T>, as [the docs](https://x.example/a) say?\n"
        "\n"
        "```python\n"
        "foo(1)  # <b>\n"
        "```\n"
        "\n"
        "> It *is* &lt;odd&gt;.  \n"
        "- one"
    )
    assert one(f"Hello\n/fury-bot ask {question}\n\n").argument == question


def test_a_question_ends_where_the_next_command_begins() -> None:
    body = "/fury-bot ask a `b\nc`\n\n```\n/fury-bot help\n```\n\nd\n  /fury-bot search e\nf"
    assert find(body) == (
        Command("ask", "a `b\nc`\n\n```\n/fury-bot help\n```\n\nd"),
        Command("search", "e"),
    )


def test_commands_are_found_below_whatever_spans_lines() -> None:
    body = "[a](b 'c\nd') `e\nf` <i\nj> *k\nl*\n\n[ref]: x\n/fury-bot help\r\nm\r\n/fury-bot ask n"
    assert find(body) == (Command("help", ""), Command("ask", "n"))


def test_code_may_follow_a_command_that_does_something_with_it() -> None:
    code = "```python\nfoo(1)\n```"
    assert one(f"/fury-bot explain\n{code}") == Command("explain", code)
    assert one(f"/fury-bot translate to C++\n\n{code}").argument == f"to C++\n\n{code}"
    for word in ("summarise", "find", "forget"):
        assert one(f"/fury-bot {word} it\n{code}").argument == "it"


def test_a_word_may_be_spelt_as_in_america() -> None:
    assert one("/fury-bot summarize").action is Action.SUMMARISE
    assert one("/fury-bot sumarize").nearest is Action.SUMMARISE


def test_only_a_question_goes_on_over_lines() -> None:
    assert one("/fury-bot search it\n\nThanks!").argument == "it"


def test_the_bare_prefix_asks_for_help() -> None:
    assert one("/fury-bot").action is Action.HELP
    assert one("/fury-bot\nWhat now").word == "what"
    assert one("/fury-bot\n\nThanks").action is Action.HELP


@pytest.mark.parametrize(
    "body",
    [
        "Try /fury-bot ask",
        "```\n/fury-bot ask\n```",
        "~~~\n/fury-bot ask",
        "    /fury-bot ask",
        "\t/fury-bot ask",
        "> /fury-bot ask",
        "> quoted\n/fury-bot ask",
        "<!-- \n/fury-bot ask\n-->",
        "text <!-- \n/fury-bot ask\n-->",
        "<div>\n/fury-bot ask\n</div>",
        "[/fury-bot ask](http://x)",
        "[a\n/fury-bot ask](http://x)",
        "*a\n/fury-bot ask*",
        "`a\n/fury-bot ask`",
        "- /fury-bot ask",
        "1. /fury-bot ask",
        "# /fury-bot ask",
        "| /fury-bot ask |",
        "\\/fury-bot ask",
        "**/fury-bot ask**",
        "/fury-botanist ask",
        "/fury-bot-ask",
        "//fury-bot ask",
        "Write `/fury-bot ask` to ask",
        "",
    ],
)
def test_what_only_looks_like_a_command_is_none(body: str) -> None:
    assert find(body) == ()


def test_a_command_in_back_ticks_asks_for_a_hint() -> None:
    assert one("`/fury-bot ask How?`") == Command("ask", "How?", in_code=True)
    assert one("Hm.\n`/fury-bot help`").in_code


def test_a_real_command_beside_one_in_back_ticks_is_the_command() -> None:
    assert one("`/fury-bot help`\n\n/fury-bot ask How?") == Command("ask", "How?")


def test_several_commands_come_in_order() -> None:
    found = find("/fury-bot ask a\nb\n/fury-bot search c\n\n/fury-bot help")
    assert found == (Command("ask", "a\nb"), Command("search", "c"), Command("help"))


def test_an_edit_brings_the_commands_that_were_not_there() -> None:
    old = "/fury-bot ask a"
    assert find_new("/fury-bot ask a\n\nThanks", old_body=old) == ()
    assert find_new("/fury-bot ask b", old_body=old) == (Command("ask", "b"),)
    assert find_new(f"{old}\n\n{old}", old_body=old) == (Command("ask", "a"),)
    assert find_new("/fury-bot ask a\nb", old_body="/fury-bot ask a\nc") == ()
    assert find_new("`/fury-bot ask a`", old_body="`/fury-bot ask a`") == ()


def test_an_unknown_word_has_no_action_but_maybe_a_neighbour() -> None:
    assert one("/fury-bot serach x").action is None
    assert one("/fury-bot serach x").nearest is Action.SEARCH
    assert one("/fury-bot xyzzy").nearest is None


def test_every_action_is_in_the_registry_and_its_table() -> None:
    assert {known.action for known in REGISTRY} == set(Action)
    assert all(known.usage in table() for known in REGISTRY)


@given(st.text(alphabet="/fury-bot ask`\n>*[](<!-)\\&\ud800\0 ", max_size=80))
def test_no_text_is_too_strange(body: str) -> None:
    for command in find(f"/fury-bot {body}"):
        command.argument.encode()
        assert "\0" not in command.word + command.argument


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "part", ["/fury-bot ask\n", "/fury-bot `a` *b*\n", "/fury-bot ", "*/fury-bot ask\n", "`", "["]
)
def test_no_comment_takes_long(part: str) -> None:
    find("/fury-bot ask\n" + part * (65_000 // len(part)))
