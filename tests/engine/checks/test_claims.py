"""Quotations, version numbers and citations against the passages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.checks.honesty import honest_line
from engine.checks.model import Problem, ProblemKind
from engine.checks.quotes import check_quotes
from engine.checks.support import unsupporting
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
BIRDS = passage(1, "Penguins swim.", path="birds.md")


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
    assert list(check_quotes(text, [KETTLE, OVEN])) == []


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


def test_a_version_is_known_by_one_of_its_series() -> None:
    text = "Since versions 0.12 and v0.12.0.3 it whistles; v0.1 and v0.12.1 are others [1]."
    assert [each.name for each in check_versions(text, [KETTLE])] == ["0.1", "0.12.1"]


def test_a_quotation_may_leave_out_no_more_than_a_word_or_two() -> None:
    said = "one two three four five six seven eight nine ten".split()
    about = [passage(1, f"zero {' '.join(said)} eleven")]
    most = [*said[:4], "other", *said[5:]]
    assert list(check_quotes(f"“{' '.join(most)}” [1]", about)) == []
    fewer = ["one", "one", "one", *said[3:]]
    assert len(list(check_quotes(f"“{' '.join(fewer)}” [1]", about))) == 1


def test_the_version_that_was_searched_is_known() -> None:
    assert check_versions("In version 0.9.2 it whistles [1].", [KETTLE], ref="v0.9.2") == []


@pytest.mark.parametrize(
    "text",
    [
        "Yes [1].",
        "Yes, it is possible [1].",
        "It returns a number [1].",
        "You can make it see-through with the flame [1].",
        "It is `True` by default, and this is `1` or `None` [1].",
        "Call `roast(dish)` with the tray [1].",
        "Set `kettle_size` and the dish is roasted [1].",
        "Ja, das geht: `wasser_kocher` heizt das Wasser vor [1].",
        "可以设置 `water_level` of the 水壶 [1]。",
        "Oui, `bouilloire.chauffe` va de zéro à un [1].",
        "Octo's `kitchen` is for cooking [1].",
        "The fish swims in the river [1].",
        "The fish swims in the river [1, 3].",
        "`fish.swim` [1].",
    ],
)
def test_a_citation_is_kept_where_nothing_tells_against_it(text: str) -> None:
    other = passage(3, "Birds.")
    found = unsupporting(text, [passage(1, OVEN.text), other], repository="octo/kitchen")
    assert found == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "Water is heated by `kettle.boil` [1].",
        "Call the whistle_loudly function [1].",
        "The WaterKettle is full [1].",
        "The kettle.boil function is not there [1].",
        "Use the vec3 that it has [1].",
    ],
)
def test_the_only_citation_is_dropped_where_the_passage_has_none_of_the_code(text: str) -> None:
    assert unsupporting(text, [BIRDS], repository="octo/x") == {1}


def test_of_two_citations_the_one_that_shares_no_word_is_dropped() -> None:
    about = [passage(1, "boil the kettle"), replace(BIRDS, number=2)]
    assert unsupporting("Boil the kettle [2, 1].", about, repository="octo/x") == {2}
    assert unsupporting("Kettles are used [2, 1].", about, repository="octo/x") == set()


def test_a_passage_in_another_script_is_not_judged_by_its_words() -> None:
    about = [passage(1, "boil the kettle"), passage(2, "把水壶里的水烧开。", path="birds.md")]
    assert unsupporting("Boil the kettle [2, 1].", about, repository="octo/x") == set()


def test_a_citation_counts_if_one_of_its_statements_is_supported() -> None:
    text = "The `fish_swim` function is in the river [2]."
    assert unsupporting(text, [KETTLE, OVEN], repository="octo/kitchen") == {2}
    assert unsupporting(f"{text} The dish is roasted. [2]", [OVEN], repository="a/b") == set()
    named = "The `octo` function is in rivers [1]."
    assert unsupporting(named, [passage(1, "octo")], repository="octo/x") == set()


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
