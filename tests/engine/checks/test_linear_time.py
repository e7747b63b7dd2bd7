"""Texts that are made to take for ever. Where a time is not linear in them, they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.checks import name_check
from engine.checks.model import ProblemKind
from engine.checks.other_languages import check_other
from engine.checks.quotes import check_quotes
from engine.checks.snippets import read_snippet
from engine.checks.statements import statements
from engine.checks.versions import check_versions
from generation.protocol import Passage
from tests.engine.checks.kitchen import REPOSITORY

if TYPE_CHECKING:
    from engine.checks.checker import Checker
    from tests.engine.checks.conftest import Check

ABOUT = [Passage(1, "a.py", 1, 2, "text", None, None, "one two three four five")]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"a{' ' * 1_000_000}b", 1),
        (f"a {'[1]' * 70_000} b", 1),
        (f"a {'[1] ' * 50_000} b", 1),
        (f"a.{' [1]' * 100_000}b", 2),
        ("e.g. " * 100_000, 1),
        (f"a.{')' * 300_000}b", 1),
        ("Well. " * 20_000, 20_000),
    ],
    ids=[
        "spaces",
        "marks",
        "spaced marks",
        "marks after a dot",
        "abbreviations",
        "closing",
        "many",
    ],
)
def test_statements_are_told_apart(text: str, count: int) -> None:
    assert len(statements(text)) == count


@pytest.mark.parametrize(
    "text",
    [
        "“a b c d [1] " * 100_000,
        f"[1] {'«' * 400_000}",
        f"[1] {'„' * 400_000}",
        f"[1] {'`' * 200_000}a",
        "[1] " + " ".join("`" * length for length in range(1, 1_000)),
    ],
    ids=["open", "guillemets", "low", "ticks", "runs of ticks"],
)
def test_quotations_are_found(text: str) -> None:
    assert list(check_quotes(text, ABOUT)) == []


def test_a_long_quotation_is_looked_for_in_a_long_passage() -> None:
    words = [f"w{number}" for number in range(30_000)]
    about = Passage(1, "a.py", 1, 2, "text", None, None, " ".join([*words, *words]))
    (problem,) = check_quotes(f"“{' '.join(f'{word}x' for word in words)}” [1]", [about])
    assert problem.kind is ProblemKind.UNSUPPORTED_QUOTE
    assert list(check_quotes(f"“{' '.join(words)}” [1]", [about])) == []


def test_versions_are_found_in_many_digits_and_among_many_versions() -> None:
    assert check_versions(f"{'](' * 400_000} [1]", ABOUT) == []
    assert check_versions("a [1]", ABOUT, question="1" * 400_000) == []
    assert check_versions("a [1]", ABOUT, question="1." * 200_000) == []
    text = " ".join(f"v{number}.{number}" for number in range(60_000))
    known = " ".join(f"9.{number}" for number in range(60_000))
    assert len(check_versions(f"{text} [1]", ABOUT, question=known)) == 60_000 - 1


@pytest.mark.parametrize(
    ("text", "is_python"),
    [
        ("x = 1\n" + "\n" * 800_000, True),
        (f"#{' ' * 20_000}x", True),
        (f"{' ' * 200_000}a b", False),
        ("(...)->" * 150_000, False),
        ("# assume " * 40_000, True),
    ],
    ids=["blank lines", "empty comment", "indent", "parameters", "assumptions"],
)
def test_snippets_are_read(text: str, *, is_python: bool) -> None:
    assert bool(read_snippet(text).source) is is_python


def test_code_of_other_languages_is_read() -> None:
    assert check_other("\n" * 400_000 + "let x", "js", 1) == []


def test_classes_that_inherit_in_diamonds_are_looked_through_once(check: Check) -> None:
    source = "from kitchen import Kettle\nclass A0(Kettle): pass\nclass B0(Kettle): pass\n"
    for level in range(1, 61):
        bases = f"A{level - 1}, B{level - 1}"
        source += f"class A{level}({bases}): pass\nclass B{level}({bases}): pass\n"
    assert check(f"{source}A60.whisle\nA60.fill\n") == [("unknown-attribute", "A60.whisle", None)]


def test_few_unused_imports_are_compared_with_what_is_not_defined(
    checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []

    def noted(wrong: str, right: str) -> float:
        compared.append(f"{wrong} {right}")
        return 0.0

    monkeypatch.setattr(name_check, "likeness", noted)
    source = "\n".join(f"import module_{number}" for number in range(500))
    checker.check_code(f"{source}\nzork()", repository=REPOSITORY)
    assert len(compared) == name_check.MOST_UNUSED
