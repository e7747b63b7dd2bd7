"""An answer as a whole: its blocks, its other languages, what is left out of it."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.checks.blocks import beginning
from engine.checks.checker import Checker
from engine.checks.honesty import honest_line
from engine.checks.model import ProblemKind
from engine.errors import NotIndexed
from generation.protocol import Passage
from retrieval.catalogue import Catalogue
from tests.engine.checks.conftest import brief
from tests.engine.checks.kitchen import REPOSITORY

if TYPE_CHECKING:
    from engine.checks.model import Problem
    from storage import Connection, Database

PASSAGE = Passage(
    number=1,
    path="kitchen/kettle.py",
    start_line=1,
    end_line=9,
    kind="function",
    symbol="kitchen.kettle.boil",
    signature="def boil(litres, *, degrees=100)",
    text="def boil(litres):\n    '''Heat water until it boils, since version 1.2.'''",
)


def fenced(*blocks: str, tag: str = "python") -> str:
    return "\n\n".join(f"Then:\n\n```{tag}\n{block}\n```" for block in blocks)


def told(checker: Checker, markdown: str) -> list[tuple[str, str]]:
    problems = checker.check_answer(markdown, repository=REPOSITORY)
    return [(problem.kind.value, problem.name) for problem in problems]


def test_names_that_an_answer_never_defines_are_told_in_one_honest_line(checker: Checker) -> None:
    answer = fenced(
        "from kitchen import Kettle\n\nkettle = Kettle(volume=2)\nstove.put(kettle)\noven.roast(1)"
    )
    problems = checker.check_answer(answer, repository=REPOSITORY)
    assert brief(problems) == [
        ("undefined-name", "stove", None),
        ("undefined-name", "oven", "from kitchen import oven"),
    ]
    assert [(each.line, each.block, each.block_line) for each in problems] == [(7, 1, 4), (8, 1, 5)]
    assert honest_line(problems) == (
        "Not confirmed: `stove` is never defined (line 4); `oven` is never defined (line 5)."
    )


def test_a_piece_that_takes_modules_as_imported_is_a_program_once_more_is_missing(
    checker: Checker,
) -> None:
    assert told(checker, fenced("oven.roast(dish)")) == [
        ("undefined-name", "dish"),
        ("undefined-name", "oven"),
    ]
    assert told(checker, fenced("oven.roast('dish')")) == []
    assert told(checker, fenced("scene.add(dish)")) == []
    assert told(checker, fenced("oven.paint(dish)")) == []


def test_a_block_goes_on_with_the_block_before_it(checker: Checker) -> None:
    first = "from kitchen import Kettle\nkettle = Kettle(1)"
    assert told(checker, fenced(first, "kettle.fill(2)")) == []
    assert told(checker, fenced(first, "kettle.fil(2)")) == [("unknown-attribute", "kettle.fil")]
    assert told(checker, fenced(first, "kettle.fill(litres)")) == [("undefined-name", "litres")]
    patchwork = fenced(first, "kettle.fill(a)", "kettle.fill(b + c)")
    assert told(checker, patchwork) == []


def test_names_of_a_block_that_cannot_be_parsed_count_as_defined(checker: Checker) -> None:
    answer = fenced("def make_tea(:\n    pass", "import kitchen\nkitchen.boil(make_tea())")
    assert told(checker, answer) == [("syntax", "def make_tea(:")]


@pytest.mark.parametrize(
    "block",
    [
        ">>> from kitchen import boil\n>>> for i in range(2):\n...     boil(i)\n200\na: b",
        "In [1]: from kitchen import boil\n   ...: boil(1)\nOut[1]: 100",
        "%matplotlib inline\n!pip install kitchen\nfrom kitchen import boil\nboil?\nx = !ls\nx",
        "from kitchen import boil\n# ... the water is measured\nboil(litres)",
        "from kitchen import boil\n# rest of your code\nboil(litres)",
        "from kitchen import boil\n...\nboil(litres)",
        "from kitchen import boil\n[...]\nboil(litres)",
        "def boil(litres, *, degrees=100)",
        "@decorated\ndef boil(\n    litres,\n):",
        "class Kettle(Base):",
        "def boil(...):\n    return 1",
        "boil(litres=1, ...)",
        "- boil(1)\n+ boil(2)",
        "pip install kitchen",
        "%%bash\nls -l",
        "    from kitchen import boil\n    boil(1)",
        "if ready:\n    …\n",
        "",
    ],
)
def test_what_people_show_beside_code_is_no_mistake(checker: Checker, block: str) -> None:
    assert told(checker, fenced(block)) == []


def test_prompts_and_lists_keep_their_lines(checker: Checker) -> None:
    answer = (
        "1. So:\n\n   ```pycon\n   >>> import kitchen\n   >>> kitchen.biol(1)\n   100\n   ```\n"
    )
    (problem,) = checker.check_answer(answer, repository=REPOSITORY)
    assert (problem.line, problem.block_line, problem.name) == (5, 2, "kitchen.biol")


def test_a_block_without_a_tag_is_python_if_it_reads_like_it(checker: Checker) -> None:
    code = "from kitchen import boil\nboil(degree=1)"
    assert told(checker, fenced(code, tag="")) == [("unknown-argument", "degree")]
    assert told(checker, fenced("kitchen\n├── oven", tag="")) == []
    assert told(checker, fenced("{'a': undefined}", tag="")) == []


@pytest.mark.parametrize(
    ("tag", "right", "wrong"),
    [
        ("js", "const a = [1];\nfoo(a);", "const = 3 (;"),
        ("cpp", "int x = 3;\nstd::cout << x;", "int f( { return }"),
        ("rust", "let x = 3;\nprintln!();", "fn f( -> {"),
        ("java", "int x = 3;\nfoo(x);", "class { int ("),
        ("go", "x := 3\nfmt.Println(x)", "func ( {"),
        ("bash", "pip install kitchen && ls", "if then ((("),
        ("glsl", "vec3 a = vec3(1.0);", "void main( {"),
    ],
)
def test_other_languages_are_parsed(checker: Checker, tag: str, right: str, wrong: str) -> None:
    assert told(checker, fenced(right, tag=tag)) == []
    assert [kind for kind, _ in told(checker, fenced(wrong, tag=tag))] == ["syntax"]
    assert told(checker, fenced(f"{wrong}\n...", tag=tag)) == []


def test_languages_without_a_grammar_are_left_alone(checker: Checker) -> None:
    assert told(checker, fenced("(((", tag="brainfuck")) == []
    assert checker.check_code("(((", repository=REPOSITORY, language="cobol") == ()
    (problem,) = checker.check_code("\nint f( {", repository=REPOSITORY, language="C")
    assert (problem.kind, problem.line) == (ProblemKind.SYNTAX, 2)


def test_code_quotes_and_versions_are_checked_together(checker: Checker) -> None:
    answer = (
        "It says “the water is heated by a dragon” [1]. It came in version 7.3 [1].\n\n"
        + fenced("import kitchen\nkitchen.biol(1)")
    )
    problems = checker.check_answer(answer, repository=REPOSITORY, passages=[PASSAGE])
    assert [problem.kind for problem in problems] == [
        ProblemKind.UNSUPPORTED_QUOTE,
        ProblemKind.UNSUPPORTED_VERSION,
        ProblemKind.UNKNOWN_ATTRIBUTE,
    ]


def test_without_an_index_all_but_names_is_checked(checker: Checker) -> None:
    claims = "It says “the water is heated by a dragon” [1]. It came in version 7.3 [1].\n\n"
    code = fenced("import kitchen\nkitchen.biol(1)", "def make(:")
    other = fenced("int f( {", tag="c")
    problems = checker.check_without_index(f"{claims}{code}\n\n{other}", passages=[PASSAGE])
    assert [(problem.kind, problem.block) for problem in problems] == [
        (ProblemKind.UNSUPPORTED_QUOTE, 0),
        (ProblemKind.UNSUPPORTED_VERSION, 0),
        (ProblemKind.SYNTAX, 2),
        (ProblemKind.SYNTAX, 3),
    ]
    uncited = checker.check_without_index("Since v7.3.", passages=[PASSAGE], question="When?")
    assert [problem.name for problem in uncited] == ["7.3"]


def test_when_time_is_over_what_is_found_stands(kitchen: Database) -> None:
    wrong = "kitchen.boil(1, degree=2)"
    right = "kitchen.boil(1, degrees=2)\n" * 600
    answer = fenced(f"import kitchen\n{wrong}\n{right}{wrong}")
    still = Checker(kitchen, Catalogue(kitchen), clock=lambda: 0.0)
    assert len(still.check_answer(answer, repository=REPOSITORY)) == 2
    running = Checker(kitchen, Catalogue(kitchen), clock=count(0, 0.001).__next__)
    (problem,) = running.check_answer(answer, repository=REPOSITORY)
    assert (problem.name, problem.block_line) == ("degree", 2)


def test_when_time_is_over_no_quotation_is_judged(kitchen: Database) -> None:
    quote = "It says “the water is heated by a dragon” [1]. "
    running = Checker(kitchen, Catalogue(kitchen), clock=count(0, 0.5).__next__)
    found = running.check_without_index(quote * 9, passages=[PASSAGE])
    assert 0 < len(found) < 9


def test_of_a_long_answer_the_beginning_is_checked_and_of_a_document_all(
    checker: Checker,
) -> None:
    code = fenced("import kitchen\nkitchen.biol(1)")
    text = f"{code}\n\n{'Tea. ' * 99}\n\n" + "More tea.\n\n" * 2_000 + code
    (told_of,) = checker.check_answer(text, repository=REPOSITORY)
    assert told_of.block == 1
    problems = checker.check_document(text, repository=REPOSITORY)
    assert [problem.block for problem in problems] == [1, 2]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("one\ntwo", "one\ntwo"),
        ("one\ntwo\nthree", "one\ntwo\n"),
        ("one two three", ""),
        ("a\n```\nb\nc\nd\n```\n", "a\n"),
        ("a\n\n    b\n    c\n", "a\n\n"),
        ("```\n1\n```\nabc", "```\n1\n```\n"),
        ("```\n```\n\n\nabc", "```\n```\n\n\n"),
    ],
)
def test_the_beginning_is_of_whole_lines_and_whole_blocks(text: str, kept: str) -> None:
    assert beginning(text, most=10) == kept


def test_half_of_a_surrogate_pair_is_a_character_like_others(checker: Checker) -> None:
    assert told(checker, fenced("let a = '\ud800';", tag="js")) == []
    assert told(checker, fenced("(\ud800;", tag="js")) == [("syntax", "(?")]


def test_what_is_used_often_is_looked_for_once(
    checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    execute = psycopg.Connection.execute

    def noted(connection: Connection, query: str, *values: Any, **options: Any) -> object:  # noqa: ANN401 - psycopg's signature
        asked.append(f"{query} {values}")
        return execute(connection, query, *values, **options)

    monkeypatch.setattr(psycopg.Connection, "execute", noted)
    source = "from kitchen import Kettle\nk = Kettle(1)\n" + "k.zork\n" * 10
    problems = checker.check_code(source, repository=REPOSITORY)
    assert len(problems) == 10
    existing = [query for query in asked if query.strip().startswith("SELECT EXISTS")]
    assert existing
    assert len(existing) == len(set(existing))


@pytest.mark.parametrize(
    ("repository", "ref"), [("octo/none", None), ("octo/kitchen", "v9"), ("", None)]
)
def test_what_is_not_indexed_cannot_be_checked_against(
    checker: Checker, repository: str, ref: str | None
) -> None:
    with pytest.raises(NotIndexed, match="not indexed"):
        checker.check_answer("", repository=repository, ref=ref)
    with pytest.raises(NotIndexed):
        checker.check_code("", repository=repository, ref=ref)


_TOKENS = st.sampled_from(
    [
        *"from kitchen import Kettle, boil * as k ( ) [ ] { } : . , = == -> lambda def".split(),
        *"async await with try except if else for in while return yield global nonlocal".split(),
        *"class del print kettle.fill x y boil( Kettle(1). # @ ... >>> ``` ```python := é".split(),
        *("\n", "\n\n", "\t", "    ", "'''", '"', "'", "\\", "&", "|", "\0", "\x0c", "\r"),
    ]
)


@settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.one_of(st.text(), st.lists(_TOKENS, max_size=40).map(" ".join)))
def test_no_text_is_too_strange(checker: Checker, text: str) -> None:
    problems: list[Problem] = [
        *checker.check_code(text, repository=REPOSITORY),
        *checker.check_answer(text, repository=REPOSITORY, passages=[PASSAGE], question="?"),
        *checker.check_answer(f"```python\n{text}\n```", repository=REPOSITORY),
    ]
    assert all(problem.line >= 1 and problem.problem for problem in problems)
    assert "\n" not in honest_line(problems)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000,
        "x = " + "-" * 5_000 + "1",
        "import kitchen\nkitchen" + ".oven" * 3_000,
        "import kitchen\nkitchen.boil(" * 300,
        "from kitchen import Kettle\nk = Kettle(1)\n" + "k = k.fill(1)\n" * 2_000,
        "> " * 2_000,
        "“" * 5_000 + " [1]",
    ],
)
def test_nesting_without_end_comes_to_an_end(checker: Checker, text: str) -> None:
    checker.check_code(text, repository=REPOSITORY)
    checker.check_answer(text, repository=REPOSITORY, passages=[PASSAGE], question="")
