"""What a post asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.query import (
    MAX_EMBEDDED,
    MAX_FILES,
    MAX_NAME,
    MAX_NAMES,
    MAX_POST,
    MAX_TERMS,
    Query,
    QueryKind,
    read_query,
)

TRACEBACK = """\
After the upgrade my script fails:

Traceback (most recent call last):
  File "/home/ada/breakfast.py", line 3, in <module>
    kettle.boil(2)
  File "/home/ada/.venv/lib/python3.12/site-packages/kitchen/kettle.py", line 9, in boil
    water = litres * degrees
TypeError: can't multiply sequence by non-int of type 'float'

What am I doing wrong?
"""


@pytest.mark.parametrize(
    ("post", "kind"),
    [
        ("LineSlider2D", QueryKind.SYMBOL),
        ("actor.sphere", QueryKind.SYMBOL),
        ("`boil`", QueryKind.SYMBOL),
        ("boil_water() arguments", QueryKind.SYMBOL),
        ("sphere", QueryKind.SYMBOL),
        (TRACEBACK, QueryKind.ERROR),
        ("ValueError: the board must lie for at least a day", QueryKind.ERROR),
        ("I get\nkitchen.errors.KettleEmpty: no water\n", QueryKind.ERROR),
        ("Exception: no water", QueryKind.ERROR),
        ("kettle.c:12:3: error: expected ';' before 'boil'", QueryKind.ERROR),
        ("error[E0502]: cannot borrow `kettle` as mutable", QueryKind.ERROR),
        ("E   kitchen.errors.KettleEmpty: no water", QueryKind.ERROR),
        ("x\n\tat org.kitchen.Kettle.boil(Kettle.java:9)", QueryKind.ERROR),
        ("What is new in the kitchen?", QueryKind.CHANGE),
        ("Is boil deprecated?", QueryKind.CHANGE),
        ("Moving from 0.9 to 0.10: what is there to do?", QueryKind.CHANGE),
        ("Speed of 0.9 vs 0.10", QueryKind.CHANGE),
        ("Moving from 0.9 to the latest", QueryKind.CHANGE),
        ("What is a toaster?", QueryKind.OVERVIEW),
        ("Which module heats water?", QueryKind.OVERVIEW),
        ("How do I boil water in the kettle?", QueryKind.PROSE),
        ("How do I boil water with boil_water if the kettle is not there?", QueryKind.PROSE),
    ],
)
def test_the_kind_of_question_is_told(post: str, kind: QueryKind) -> None:
    assert read_query(post).kind is kind


@pytest.mark.parametrize(
    "post",
    [
        "I have kitchen 0.10 and want the kettle to boil water",
        "How do I call sys.exit() once the water in my old kettle boils?",
        "In kitchen.kettle: how is the water to be heated by a program?",
        "There is terror in the kitchen: how do I calm the cook down?",
    ],
)
def test_what_only_resembles_an_error_or_a_change_is_prose(post: str) -> None:
    assert read_query(post).kind is QueryKind.PROSE


def test_a_dimension_is_no_name_of_code() -> None:
    query = read_query("3D text")

    assert query.names == ()
    assert query.kind is QueryKind.PROSE


def test_code_is_searched_for_by_words_and_not_embedded() -> None:
    query = read_query("How do I toast?\n\n```python\nslices = load_bread()\n```\nPlease help")

    assert query.text == "How do I toast? Please help"
    assert {"toast", "load_bread", "bread"} <= set(query.terms)
    assert query.terms[0] == "toast"  # the prose comes first


@pytest.mark.parametrize("fence", ["```", "~~~", "  ```"])
def test_a_fence_that_is_never_closed_ends_with_the_post(fence: str) -> None:
    assert read_query(f"Toast?\n{fence}py\nslices = 1\n").text == "Toast?"


def test_a_post_of_code_alone_is_embedded_as_it_is() -> None:
    assert read_query("```\nslices = 1\n```").text == "``` slices = 1 ```"


def test_a_template_s_comments_are_not_read() -> None:
    query = read_query("<!-- Search the\ndocs first -->Toast?<!-- never closed: install")

    assert query.text == "Toast?"
    assert query.terms == ("toast",)


def test_of_a_traceback_the_prose_and_the_error_are_embedded() -> None:
    text = read_query(TRACEBACK).text

    assert text.startswith("After the upgrade my script fails:")
    assert "TypeError: can't multiply sequence by non-int of type 'float'" in text
    assert text.count("TypeError") == 1
    assert "What am I doing wrong?" in text
    assert "File" not in text
    assert "litres * degrees" not in text


def test_the_innermost_frame_of_a_traceback_is_the_first_file() -> None:
    assert read_query(TRACEBACK).files[:2] == (
        "/home/ada/.venv/lib/python3.12/site-packages/kitchen/kettle.py",
        "/home/ada/breakfast.py",
    )


def test_the_error_of_a_fenced_traceback_is_embedded_beside_the_prose() -> None:
    query = read_query(f"Why?\n```\n{TRACEBACK}```")

    assert query.text == "Why? TypeError: can't multiply sequence by non-int of type 'float'"
    assert query.kind is QueryKind.ERROR


def test_the_error_under_a_long_post_is_embedded_all_the_same() -> None:
    for error in ("KeyError: 'kettle'", f"KeyError: {'kettle ' * 900}"):
        text = read_query(f"{'My kitchen is old. ' * 200}\n\n{error}").text

        assert len(text) <= MAX_EMBEDDED
        assert text.startswith("My kitchen is old.")
        assert "KeyError: " in text


def test_blank_lines_and_quoted_ones_do_not_swallow_what_follows() -> None:
    query = read_query(
        'Why?\n    \n\nThis is prose.\n  File "a.py", line 1\n    x = 1\n    \nSo is it'
    )

    assert query.text == "Why? This is prose. So is it"


@pytest.mark.parametrize(
    ("post", "names"),
    [
        ("`boil` the water", ("boil",)),
        ("`boil(litres, degrees=1)` the water", ("boil",)),
        ("does kettle.boil() whistle", ("kettle.boil",)),
        ("LineSlider2D or HTTPServer or get_actor or _private", None),
        ("Is boil() BOIL()?", ("boil",)),
        ("ada@kitchen.org, https://kitchen.org/a_b, v1.2, README.md, 3D, 10GB", ()),
        ("the `README.md` file", ()),
    ],
)
def test_names_of_code_are_told_from_words(post: str, names: tuple[str, ...] | None) -> None:
    expected = (
        names if names is not None else ("LineSlider2D", "HTTPServer", "get_actor", "_private")
    )
    assert read_query(post).names == expected


def test_names_in_backticks_come_first_and_no_more_are_kept_than_are_looked_up() -> None:
    names = read_query(" ".join(f"name_{n}" for n in range(50)) + " `boil`").names

    assert names[0] == "boil"
    assert len(names) == MAX_NAMES


def test_what_is_too_long_for_a_name_is_none() -> None:
    assert read_query(f"`{'a' * (MAX_NAME + 1)}` {'b_' * MAX_NAME}c").names == ()


@pytest.mark.parametrize(
    ("post", "files"),
    [
        ("see kitchen/kettle.py, please", ("kitchen/kettle.py",)),
        ("`./docs/a-b.rst`.", ("docs/a-b.rst",)),
        ("C:\\src\\kitchen\\kettle.py", ("C:/src/kitchen/kettle.py",)),
        (
            "https://github.com/o/k/blob/main/k/kettle.py#L3",
            ("https://github.com/o/k/blob/main/k/kettle.py",),
        ),
        ('File "<stdin>", line 1\nFile "a.py", line 1', ("a.py",)),
        ("kettle.pyramid, kettle.com and kettle", ()),
        ("a.py then b.py then a.py", ("a.py", "b.py")),
    ],
)
def test_files_that_are_named_are_told(post: str, files: tuple[str, ...]) -> None:
    assert read_query(post).files == files


def test_no_more_files_are_kept_than_are_compared() -> None:
    assert len(read_query(" ".join(f"{n}.py" for n in range(99))).files) == MAX_FILES


@pytest.mark.parametrize(
    "post", ["", " \n\t", "\0", "?", "🫖🫖", "<!-- nothing -->", "()[]{}", "…—"]
)
def test_a_post_without_a_word_asks_for_nothing(post: str) -> None:
    query = read_query(post)

    assert (query.text, query.terms, query.names, query.files) == ("", (), (), ())


def test_a_nul_is_a_space() -> None:
    assert read_query("boil\0water").text == "boil water"


def test_windows_line_ends_are_line_ends() -> None:
    assert read_query("Toast?\r\n```\r\nx = 1\r\n```\r\nNow").text == "Toast? Now"


@pytest.mark.parametrize(
    ("post", "term"),
    [
        ("Wie koche ich Wasser für Größe", "größe"),
        ("как вскипятить воду", "воду"),
        ("如何烧水", "如何烧水"),
        ("كيف أغلي الماء", "الماء"),
        ("πῶς", "πῶς"),
    ],
)
def test_other_scripts_are_searched_for(post: str, term: str) -> None:
    query = read_query(post)

    assert query.text == post
    assert term in query.terms


@pytest.mark.parametrize(
    "post",
    ["'; DROP TABLE chunks; --", "boil & !water | (kettle <-> tea):*", "100% _ \\ $1 {1:1}/2"],
)
def test_signs_of_query_languages_are_no_terms(post: str) -> None:
    assert all(term.replace("_", "").isalnum() for term in read_query(post).terms)


def test_a_long_post_is_read_up_to_its_limits() -> None:
    words = " ".join(f"w{n}x" for n in range(20_000))
    assert len(words) > 60_000

    query = read_query(words)

    assert MAX_EMBEDDED - 10 < len(query.text) <= MAX_EMBEDDED
    assert len(query.terms) == MAX_TERMS
    assert "kettl" not in read_query("a " * MAX_POST + "kettle").terms


def test_comments_do_not_count_towards_the_limit() -> None:
    assert read_query(f"<!--{'x' * MAX_POST}-->kettle").terms == ("kettl",)


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        ("Where are the tests of the kettle?", (True, False)),
        ("run the tests", (True, False)),
        ("the tests fail when I boil water", (False, False)),
        ("the latest kettle", (False, False)),
        ("Which licence is it under?", (False, True)),
        ("How do I contribute?", (False, True)),
        ("specific", (False, False)),
    ],
)
def test_what_a_question_speaks_of_is_told(post: str, expected: tuple[bool, bool]) -> None:
    query = read_query(post)

    assert (query.speaks_of_tests(), query.speaks_of_housekeeping()) == expected


PIECES = [
    *(
        "(",
        ")",
        "a.",
        "A.",
        "aB.",
        "a_",
        "_",
        "a",
        "A",
        "1.",
        "-",
        "- ",
        "\\",
        "/",
        "./",
        "\n",
        "\t",
    ),
    *("`", "`a", "`a(", "`a(`", "```\n", "~~~\n", "    \n", "    a\n", "<!--", "<!-- -->", "-->"),
    *(
        'File "',
        'File "a", line 1\n',
        "\n at a(",
        " at a.",
        "aError ",
        "aError",
        "Error:",
        "error ",
    ),
    *("a.B:\n", "a.B ", "v1.", "1.1 to ", "what ", "which tests", "a.py", "a.py ", "C:", "a:"),
    *("🫖", "é", "字", "\u0301", "\0", "%s", "';--", "&|!"),
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", PIECES)
def test_no_post_takes_long(piece: str) -> None:
    """Quadratic patterns take minutes here."""
    _assert_within_limits(read_query(piece * (MAX_POST // len(piece))))


@pytest.mark.timeout(60)
@pytest.mark.parametrize("head", ["`a", "    ", "aError", 'File "', "<!--", "x.", "1.1"])
def test_no_post_with_a_long_tail_takes_long(head: str) -> None:
    for tail in ("(", ")", " ", "a", ".a", "\n", "-", ":"):
        _assert_within_limits(read_query(head + tail * MAX_POST))


@given(st.text() | st.lists(st.sampled_from([*PIECES, " ", "\n", "boil"])).map("".join))
def test_any_post_is_read_within_the_limits(post: str) -> None:
    _assert_within_limits(read_query(post))


def _assert_within_limits(query: Query) -> None:
    assert len(query.text) <= MAX_EMBEDDED
    assert len(query.terms) == len(set(query.terms)) <= MAX_TERMS
    assert len(query.names) <= MAX_NAMES
    assert len(query.files) <= MAX_FILES
    assert "\0" not in f"{query.text}{query.terms}{query.names}{query.files}"
    assert query.kind in QueryKind
