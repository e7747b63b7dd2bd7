"""What is written as it comes is harmless whatever follows, and the same however it was cut up."""

from __future__ import annotations

import re
from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from engine.plain import Scanner, sanitise, sanitised

LISTED = "https://github.com/octo/shapes/blob/0123456/a.py#L1-L9"
ELSEWHERE = re.compile(r"(?:https?|ftp)://[^\s<>]++|(?<!\w)www\.\w", re.IGNORECASE)
DEED = re.compile(
    r"(?<![a-z0-9])@[a-z0-9]|[\w.+-]@[\w-]+\.\w|(?:mailto|xmpp):\S|(?<![\w&])\#[0-9]+\b"
    r"|[\w.-]+/[\w.-]+\#[0-9]+\b|(?<!\w)gh-[0-9]+\b",
    re.IGNORECASE | re.ASCII,
)
PING = re.compile(r"@(?:everyone|here)|<[@#][!&]?\d")


def check(text: str) -> None:
    """Read ``text`` as a page shows it, and find nothing there that does anything."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    for token in tokens:
        assert token.type != "html_block"
        assert token.info.strip() not in {"mermaid", "suggestion", "math"}
        destination = ""
        for child in token.children or ():
            assert child.type not in {"image", "html_inline"}
            if child.type == "link_open":
                destination = str(child.attrGet("href"))
                assert destination == LISTED
            if child.type == "link_close":
                destination = ""
            if child.type == "text" and not destination:
                shown = child.content.replace(LISTED, " ")
                assert not ELSEWHERE.search(shown)
                assert not DEED.search(shown)
    assert not PING.search(text)
    assert not re.search(r"[\u200b-\u200f\u202a-\u202e\ufeff\U000e0000-\U000e007f\x1b\r]", text)


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("As said in [1] and [1, 2].", "As said in [1] and [1, 2]."),
        ("[1][2] then [3]: so", "[1][2] then [3]: so"),
        ("See [the docs](http://evil.example).", "See the docs."),
        ("![a plot](http://evil.example/?q=1) above", "a plot above"),
        ("ht[tp](x)s://evil.example", "ht\\[tp]s://evil.example"),
        ("@[mona](x)", "@\\[mona]"),
        (f"[this]({LISTED}), {LISTED}.", f"[this]({LISTED}), {LISTED}."),
        (f"![this]({LISTED})", "this"),
        ("[1](http://evil.example)", "1"),
        ("[`f`](http://evil.example)", "`f`"),
        ("[a](b", "\\[a](b"),
        ("[ref]: http://evil.example", "\\[ref]: `http://evil.example`"),
        ("> [1]: http://evil.example", "> \\[1]: `http://evil.example`"),
        ("[a\nb](http://evil.example)", "\\[a\nb](`http://evil.example`)"),
        ("<http://evil.example>", "\\<`http://evil.example`>"),
        ("a <b>c</b> <!-- d -->", "a \\<b>c\\</b> \\<!-- d -->"),
        ("@mona, @org/team; a.b@c.example", "`@mona`, `@org/team`; `a.b@c.example`"),
        ("\\@mona https\\://evil.example", "`@mona` `https://evil.example`"),
        ("&#64;mona &commat; &lt; AT&T", "\\&#64;mona \\&commat; &lt; AT&T"),
        ("@everyone a@here <@1> <@&2> <#3>", "`@ everyone` a`@ here` `< @1>` `< @&2>` `< #3>`"),
        ("`@everyone` and `x[0]`", "`@ everyone` and `x[0]`"),
        ("fixes #12, a/b#3, GH-4", "fixes `#12`, `a/b#3`, `GH-4`"),
        ("/close\n\\/lgtm\nor /tmp", "`/close`\n`/lgtm`\nor /tmp"),
        ("discord.gg/abc", "`discord.gg/abc`"),
        ("a `b", "a \\`b"),
        ("a `b\nc` d", "a \\`b\nc\\` d"),
        ("`a`@b", "`a` `@b`"),
        ("x \\`y` z", "x \\`y\\` z"),
        (
            "$\\href{//evil}{x}$ $`\\href{//evil}{x}`$",
            "$ `\\href`{//evil}{x}$ $ `\\href{//evil}{x}`$",
        ),
        ("```python\nx[0] = '<b>'\n```\n", "```python\nx[0] = '<b>'\n```\n"),
        ("```mermaid\ngraph\n```", "```text\ngraph\n```"),
        ("```&#109;ermaid\ngraph\n```", "```\ngraph\n```"),
        ("```py\nx", "```py\nx\n```"),
        ("```py", "```py\n```"),
        ("~~~\n@everyone\n~~~~", "~~~\n@ everyone\n~~~"),
        ("- a\n\n  ```\n  b\nc\n  ```", "- a\n\n  ```\n  b\n  c\n  ```"),
        ("1. a\n\n    ```\n    b\n    ```\n", "1. a\n\n```\nb\n```\n"),
        ("- ~~~\n  ```\n", "- \\~\\~\\~\n  ```\n  ```"),
        ("`a | b`", "`a | b`"),
        ("| `a | b` |\n|---|---|", "| `a | b` |\n\\|---|---|"),
        ("|a|b|\n|-|-|\n| `c | @d` |", "|a|b|\n|-|-|\n| \\`c | `@d`\\` |"),
        ("|a|b|\n|-|-|\n\n`c | d`", "|a|b|\n|-|-|\n\n`c | d`"),
        ("a\u200bb\u202ec\x1b[31m\U000e0041", "abc\\[31m"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\\\nb \\c", "a\\\nb \\c"),
        ("", ""),
    ],
)
def test_what_is_generated_is_made_harmless(text: str, harmless: str) -> None:
    assert sanitise(text, links=[LISTED]) == harmless
    assert sanitise(harmless, links=[LISTED]) == harmless
    check(harmless)


MARKS = st.sampled_from(
    [
        *"`[]()<>\\*|a~!:@#&-/$\t ",
        *("```", "~~~", "````", "![", "](", "]:", "<!--", "-->", "- ", "> ", "1. ", "    ", "  "),
        *("|---|---|", "---", "\\`", "\\[", "\\\\", "\u200b", "\r"),
    ]
)
ACTIVE = st.sampled_from(
    [
        *("@mona", "http://evil", "HTTP://evil", "www.evil.x", "&#64;", "#1", "[1]", "GH-1"),
        *("[x](http://evil)", "![x](y)", "<img src=x>", "@everyone", "<@&1>", "/close", "a@b.cd"),
        *("[x]: http://evil", "`a | b`", "`@mona`", "mermaid", "\\href", "mailto:x"),
        *(LISTED, f"[x]({LISTED})"),
    ]
)
BREAKS = st.sampled_from(["\n", "\n\n", "\n\n\n", "\r\n"])
HOSTILE = st.lists(MARKS | ACTIVE | BREAKS, max_size=25).map("".join)


@settings(max_examples=400)
@given(HOSTILE)
def test_no_text_gets_past(text: str) -> None:
    check(sanitise(text, links=[LISTED]))


@settings(max_examples=300)
@given(HOSTILE, st.lists(st.integers(1, 9)))
def test_what_has_been_given_out_is_harmless_and_the_same_however_it_came(
    text: str, sizes: list[int]
) -> None:
    cuts = [0, *accumulate(sizes)]
    pieces = [text[start:end] for start, end in pairwise(cuts)]
    pieces.append(text[cuts[-1] :])
    parts = list(sanitised(pieces, links=[LISTED]))
    assert "".join(parts) == sanitise(text, links=[LISTED])
    for shown in accumulate(parts):
        check(shown)


@settings(max_examples=150)
@given(HOSTILE)
def test_character_by_character_it_is_the_same(text: str) -> None:
    assert "".join(sanitised(text, links=[LISTED])) == sanitise(text, links=[LISTED])


def test_words_come_as_they_are_settled() -> None:
    scanner = Scanner(links=[LISTED])
    assert scanner.feed("Call ") == "Call "
    assert scanner.feed("`spher") == ""
    assert scanner.feed("e` now") == "`sphere` "
    assert scanner.feed(" [1") == "now "
    assert scanner.feed("].\n") == "[1].\n"
    assert scanner.feed("```py\nx = ") == "```py\nx = "
    assert scanner.feed("1\n`") == "1\n"
    assert scanner.feed("``\n") == "```\n"
    assert scanner.end() == ""


LONG = [
    *("GH-", "a.", "-.", "![", "![](", "[a](", "[a](x", "[a](x ", "a/", "a@", "`", "``a`", "\\"),
    *("<", "@a", "[1,", "&a", "~", "|", " ", "`a|", "@a`", "```", "x" * 99 + "`", "\\a", "@", "<@"),
]


@pytest.mark.parametrize("more", [-1, 0, 1])
@pytest.mark.parametrize(
    ("before", "repeated", "count", "after"),
    [
        ("[", "a", 400, "](http://evil) [1]"),
        ("![", "a", 400, "](http://evil)"),
        ("[a](", "a", 1_996, ") [1]"),
        ("[a](", "a", 1_997, ")) @mona"),
        ("", "a", 2_000, "![x](y)"),
        ("", "a", 1_998, "\\@mona"),
        ("`", "a", 1_000, "` `b`"),
        ("`", "a", 999, "`` `b`"),
        ("", "`", 100, "a```` @mona"),
        ("", " ", 200, "```\n@mona\n```"),
        ("```", "a", 200, "\n@mona\n```\n@mona"),
        ("```\n", " ", 200, "\n```\n@mona"),
        ("```\n", "`", 300, "\n@mona"),
        ("```\n```", " ", 200, "\n@mona"),
        ("```\n```", " ", 200, "x\n@mona"),
        ("```\n", "<@everyone", 3, "<@1>"),
    ],
)
def test_at_the_edge_of_what_is_looked_ahead_it_is_the_same(
    before: str, repeated: str, count: int, after: str, more: int
) -> None:
    text = f"{before}{repeated * (count + more)}{after}\n@mona ![x](http://evil)"
    whole = sanitise(text)
    assert "".join(sanitised(text)) == whole
    check(whole)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("part", LONG)
@pytest.mark.parametrize("begins", ["", "```\n"])
def test_no_text_takes_long_or_is_held_for_long(part: str, begins: str) -> None:
    scanner = Scanner(links=[])
    scanner.feed(begins)
    longest = 0
    for _ in range(20_000 // len(part)):
        scanner.feed(part)
        longest = max(longest, len(scanner._ahead.text))
    assert longest <= 4_500
    check(begins + sanitise(part * (20_000 // len(part))))
