"""Blocks, put into messages."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from discord_relay.markdown import Block, Code, Prose, blocks
from discord_relay.splitting import LIMIT, pack

SMALL = 60
"""A limit that makes small examples span many messages."""

WORDS = st.text(alphabet="ab.! \n`_é😀", max_size=400)
MARKDOWN = st.lists(
    st.one_of(
        WORDS,
        WORDS.map(lambda text: f"```python\n{text}\n```"),
        WORDS.map(lambda text: f"````\n```\n{text}\n```\n````"),
        WORDS.map(lambda text: f"~~~c++\n{text}\n~~~"),
        WORDS.map(lambda text: f"```{text}"),
    ),
    max_size=6,
).map("\n\n".join)


def solid(text: str) -> str:
    return re.sub(r"\s+", "", text)


def without_fence_lines(message: str) -> str:
    return re.sub(r"^```[A-Za-z0-9_+.#-]*$", "", message, flags=re.MULTILINE)


@given(MARKDOWN)
def test_every_message_fits_says_something_and_closes_its_fences(markdown: str) -> None:
    for message in pack(blocks(markdown), limit=SMALL):
        assert len(message) <= SMALL
        assert message.strip()
        assert message.count("```") % 2 == 0


@given(MARKDOWN)
def test_nothing_is_lost_and_nothing_is_said_twice(markdown: str) -> None:
    found = blocks(markdown)
    messages = pack(found, limit=SMALL)
    original = "".join(block.text for block in found)
    assert solid("".join(map(without_fence_lines, messages))) == solid(original)


@given(st.lists(st.text(alphabet="ab( ", max_size=40), min_size=1, max_size=40))
def test_code_keeps_its_lines_and_indentation(lines: list[str]) -> None:
    messages = pack([Code("\n".join(lines), "py")], limit=SMALL)
    inside = [line for message in messages for line in message.split("\n")[1:-1]]
    assert inside == lines
    assert all(message.startswith("```py\n") for message in messages)


def test_a_single_line_of_10_000_characters_is_cut() -> None:
    messages = pack([Prose("x" * 10_000)])
    assert [len(message) for message in messages] == [LIMIT] * 5


def test_a_single_line_of_10_000_characters_of_code_is_cut() -> None:
    messages = pack([Code("x" * 10_000, "python")])
    assert "".join(message.removeprefix("```python\n")[:-4] for message in messages) == "x" * 10_000
    assert all(len(message) <= LIMIT for message in messages)


def test_characters_beyond_the_basic_plane_count_as_one() -> None:
    assert pack([Prose("😀" * LIMIT)]) == ("😀" * LIMIT,)


def test_prose_is_cut_between_paragraphs_before_sentences_before_words() -> None:
    assert pack([Prose("aaa aaa. bbb\n\nccc ddd")], limit=16) == ("aaa aaa. bbb", "ccc ddd")
    assert pack([Prose("aaa aaa. bbb ccc")], limit=12) == ("aaa aaa.", "bbb ccc")
    assert pack([Prose("aaa bbb ccc")], limit=8) == ("aaa bbb", "ccc")


def test_a_code_block_is_kept_whole_where_a_message_can_hold_it() -> None:
    code = Code("x\n" * 10 + "y")
    assert pack([Prose("a" * 40), code], limit=SMALL) == ("a" * 40, f"```\n{code.text}\n```")


def test_blocks_that_fit_share_a_message() -> None:
    found: list[Block] = [Prose("Do this:"), Code("x", "py"), Prose("Done.")]
    assert pack(found) == ("Do this:\n```py\nx\n```\nDone.",)


def test_a_run_of_spaces_makes_no_empty_message() -> None:
    messages = pack([Prose("a" + " " * 500 + "b")], limit=SMALL)
    assert [message.strip() for message in messages] == ["a", "b"]
