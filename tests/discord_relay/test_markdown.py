"""GitHub's Markdown in Discord's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discord_relay.markdown import Code, Prose, blocks


def prose(markdown: str) -> str:
    (block,) = blocks(markdown, links=("https://x.org", "https://x.org/a_(b)"))
    assert isinstance(block, Prose)
    return block.text


def test_prose_and_code_are_told_apart() -> None:
    assert blocks("Before\n\n```python\nx = 1\n\ny = 2\n```\n\nAfter") == (
        Prose("Before"),
        Code("x = 1\n\ny = 2", "python"),
        Prose("After"),
    )


@pytest.mark.parametrize("fence", ["```", "````", "~~~", "~~~~~"])
def test_every_fence_of_commonmark_is_known(fence: str) -> None:
    assert blocks(f"{fence} py title=x\na\n{fence}{fence[0]}\nb") == (Code("a", "py"), Prose("b"))


def test_a_shorter_fence_within_a_longer_one_is_code_that_does_not_close_it() -> None:
    (block,) = blocks("````md\n```py\nx\n```\n````")
    assert block == Code("`\u200b`\u200b`py\nx\n`\u200b`\u200b`", "md")


def test_a_tilde_fence_is_not_closed_by_backticks() -> None:
    assert blocks("~~~\n``\n~~~") == (Code("``"),)


def test_a_fence_in_a_list_loses_the_indentation_of_the_list_alone() -> None:
    assert blocks("1. Do\n   ```py\n   if x:\n       y\n   ```") == (
        Prose("1. Do"),
        Code("if x:\n    y", "py"),
    )


def test_a_fence_that_is_never_closed_ends_with_the_text() -> None:
    assert blocks("```\nx") == (Code("x"),)


def test_inline_code_that_begins_a_line_opens_no_fence() -> None:
    assert "x" in prose("```x``` is code")
    assert "```" not in prose("```x``` is code")


def test_a_table_becomes_code() -> None:
    assert blocks("T\n| a | b |\n|---|:-:|\n| 1 | 2 |\nafter") == (
        Prose("T"),
        Code("| a | b |\n|---|:-:|\n| 1 | 2 |"),
        Prose("after"),
    )


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("### Three", "### Three"),
        ("#### Four **bold** ##", "**Four bold**"),
        ("[text](https://x.org/a_(b))", "[text](<https://x.org/a_(b)>)"),
        ('[sphere](https://x.org "title")', "[sphere](<https://x.org>)"),
        ("[`sphere`](https://x.org)", "[`sphere`](<https://x.org>)"),
        ("![plot](https://x.org)", "[plot](<https://x.org>)"),
        ("![](https://x.org)", "[image](<https://x.org>)"),
        ("see https://x.org.", "see <https://x.org>."),
        ("(https://x.org/a_(b))", "(<https://x.org/a_(b)>)"),
        ("<https://x.org>", "<https://x.org>"),
        ("[text](https://evil.example)", "text"),
        ("[https://github.com](https://evil.example)", "`https://github.com`"),
        ("[x](HTTPS://evil.example)", "x"),
        ("[x](<evil://x>)", "x"),
        ("see HTTPS://evil.example/x.", "see `HTTPS://evil.example/x`."),
        ("<Http://evil.example>", "`Http://evil.example`"),
        ("https://x.org.evil.example", "`https://x.org.evil.example`"),
        ("join Discord.gg/abc", "join `Discord.gg/abc`"),
        ("a `https://evil.example b", r"a \``https://evil.example` b"),
        ("a ``b` https://evil.example", r"a \`\`b\` `https://evil.example`"),
        (r"\`https://evil.example`", r"\``https://evil.example`\`"),
        ("h\u200bttps://evil.example", "`https://evil.example`"),
        ("`https://x.org`", "`https://x.org`"),
        ("cited [1] here", "cited [1] here"),
        ("@everyone @here", "@\u200beveryone @\u200bhere"),
        ("\\@everyone \\<@&5>", "@\u200beveryone <@\u200b&5>"),
        ("ht[tp](x)s://evil.example", "ht\\[tp]s://evil.example"),
        ("@[everyone](x)", "@\\[everyone]"),
        ("<@1> <@!2> <@&3> <#4>", "<@\u200b1> <@\u200b!2> <@\u200b&3> <#\u200b4>"),
        ("`@here`", "`@here`"),
        (">>> print(1)", r"\>>> print(1)"),
    ],
)
def test_what_discord_reads_otherwise_is_rewritten(markdown: str, shown: str) -> None:
    assert prose(markdown) == shown


@given(st.text(alphabet="`~ab \n|-#>[]()@h<:/.1"))
def test_three_backticks_never_stand_within_a_block(markdown: str) -> None:
    assert all("```" not in block.text for block in blocks(markdown))


@given(st.text(alphabet="ab\n` ~"))
def test_no_letter_is_lost_but_a_fence_s_language(markdown: str) -> None:
    found = blocks(markdown)
    kept = sum(block.text.count("a") + block.text.count("b") for block in found)
    lost = markdown.count("a") + markdown.count("b") - kept
    languages = [line for line in markdown.split("\n") if line.strip().startswith(("```", "~~~"))]
    assert lost <= sum(line.count("a") + line.count("b") for line in languages)
