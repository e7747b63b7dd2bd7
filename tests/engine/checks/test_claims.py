"""Quotations, version numbers and citations against the passages."""

from __future__ import annotations

import pytest

from engine.checks.honesty import honest_line
from engine.checks.model import Problem, ProblemKind
from engine.checks.quotes import check_quotes
from engine.checks.support import supports, unsupporting
from engine.checks.versions import check_versions
from generation.protocol import Passage


def passage(number: int, text: str, *, path: str = "docs/kettle.md") -> Passage:
    return Passage(number, path, 1, 9, "section", None, None, text)


KETTLE = passage(
    1, "The kettle has to be filled **before** it is switched on. Since 0.12.0 it can whistle."
)
OVEN = passage(
    2, "def roast(dish, minutes=30):\n    '''Roast a dish; new in 1.4.'''", path="oven.py"
)


@pytest.mark.parametrize(
    "text",
    [
        "It says “the kettle has to be filled before it is switched on” [1].",
        'It says "The kettle has to be filled before it\nis switched on." [1]',
        "> The kettle has to be filled before it is switched on.\n> [1]",
        "> The kettle … switched on [1]",
        "The “kettle” is “for tea” [1].",
        "Somebody says “the moon is made of old cheese”.",
        'Call it as `say("the moon is made of cheese")` [1].',
        "> I asked whether the moon is made of cheese.",
        "“The kettle has to be filled up before it is switched on” [2].",
        '```\n"the moon is made of cheese" [1]\n```',
    ],
)
def test_a_quotation_that_a_passage_says_or_that_cites_none_passes(text: str) -> None:
    assert check_quotes(text, [KETTLE, OVEN]) == []


@pytest.mark.parametrize(
    "text",
    [
        "Yes.\n\nIt says “the kettle can be used without any water” [1].",
        "Yes.\n\n> The kettle can be used without any water. [1]",
        'Yes.\n\n"The kettle can be used without any water." [2]',
        "Yes.\n\n«The kettle can be used without any water» [1, 2].",
    ],
)
def test_a_quotation_that_no_passage_says_is_told(text: str) -> None:
    (problem,) = check_quotes(text, [KETTLE, OVEN])
    assert (problem.kind, problem.line) == (ProblemKind.UNSUPPORTED_QUOTE, 3)
    assert problem.name.lower().startswith("the kettle can be used without any water")


@pytest.mark.parametrize(
    "text",
    [
        "Since version 0.12.0 it whistles [1].",
        "Since v0.12 it whistles [1].",
        "It came in release 1.4 [1].",
        "Set the opacity to 0.37 and the host to 127.0.0.1 [1].",
        "Since version 0.3 it whistles.",
        "See [the notes](https://example.org/9.9.9) [1].",
        "```\nversion 9.9 [1]\n```",
    ],
)
def test_a_version_that_a_passage_has_or_that_cites_none_passes(text: str) -> None:
    assert check_versions(text, [KETTLE, OVEN]) == []


@pytest.mark.parametrize("version", ["0.11.0", "1.5", "2.0.0rc1"])
def test_a_version_that_no_passage_has_is_told(version: str) -> None:
    (problem,) = check_versions(f"Since version {version} it whistles [1].", [KETTLE, OVEN])
    assert (problem.kind, problem.name) == (ProblemKind.UNSUPPORTED_VERSION, version)


def test_without_a_citation_the_question_may_have_brought_the_version() -> None:
    text = "In v0.9.2 there is no kettle."
    assert check_versions(text, [KETTLE], question="Is there a kettle in 0.9.2?") == []
    assert [problem.name for problem in check_versions(text, [KETTLE], question="Is there?")] == [
        "0.9.2"
    ]
    assert check_versions(text, [], question="Is there?") == []


def test_the_version_that_was_searched_is_known() -> None:
    assert check_versions("In version 0.9.2 it whistles [1].", [KETTLE], ref="v0.9.2") == []


@pytest.mark.parametrize(
    "statement",
    ["Call `roast(dish)`.", "Dishes are roasted for half an hour.", "It is so.", "Use the file."],
)
def test_a_passage_with_a_telling_word_in_common_supports(statement: str) -> None:
    assert supports(statement, OVEN)


def test_a_passage_with_nothing_in_common_does_not() -> None:
    assert not supports("Water whistles in `kettle.boil`.", OVEN)


def test_a_citation_counts_if_one_of_its_statements_is_supported() -> None:
    text = "Octo kettles whistle [1]. Fish swim in rivers [2]. Cats purr [1][3]."
    assert unsupporting(text, [KETTLE, OVEN], repository="octo/kitchen") == {2}
    assert unsupporting(f"{text} A dish is roasted. [2]", [OVEN], repository="a/b") == set()
    assert unsupporting("Fish swim in octo rivers [1].", [passage(1, "octo")], repository="octo/x")


def problem(text: str, *, block: int = 0, line: int = 1) -> Problem:
    return Problem(
        ProblemKind.UNDEFINED_NAME, 9, "x", text, suggestion="y", block=block, block_line=line
    )


def test_the_honest_line_says_where_and_how_much() -> None:
    assert honest_line([]) == ""
    assert honest_line([problem("`x` is never defined.")]) == "Not confirmed: `x` is never defined."
    many = [problem(f"`x{number}` is not.", block=number, line=number) for number in (1, 2, 3)]
    assert honest_line(many) == (
        "Not confirmed: `x1` is not (code block 1, line 1); `x2` is not (code block 2, line 2);"
        " and 1 more."
    )


def test_the_honest_line_is_text_whatever_is_in_it() -> None:
    line = honest_line([problem("@team <b>*x*</b>\n[a](b) `c*d` #1")])
    assert line == r"Not confirmed: \@team \<b\>\*x\*\</b\> \[a\](b) `c*d` \#1."
    assert "`" not in honest_line([problem("one ` alone")])
