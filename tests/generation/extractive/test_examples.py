"""Examples are complete, or they are not shown."""

from __future__ import annotations

from generation.extractive import examples, signatures

TUTORIAL = """\
import numpy as np
from disc import window

unrelated = 1
centers = np.zeros((1, 3))
scene = window.Scene()
scene.add(draw(centers))
"""


def test_a_doctest_loses_its_prompts_and_its_output() -> None:
    text = ">>> for x in range(2):\n...     print(x)\n0\n1\n>>> done()"
    assert examples.from_doctest(text) == "for x in range(2):\n    print(x)\ndone()"


def test_a_doctest_that_does_not_parse_is_no_example() -> None:
    assert examples.from_doctest(">>> draw(") == ""


def test_a_slice_holds_what_the_wanted_statement_rests_on_and_no_more() -> None:
    code = examples.slice_of(TUTORIAL, lambda statement: "draw(" in statement)
    assert code.splitlines() == [
        line for line in TUTORIAL.splitlines() if line and "unrelated" not in line
    ]


def test_a_missing_import_is_known_from_the_symbols() -> None:
    assert examples.completed("actor.disc(np.pi)", ["disc.actor.disc"]).splitlines() == [
        "from disc import actor",
        "import numpy as np",
        "actor.disc(np.pi)",
    ]


def test_an_example_with_an_unknown_name_is_not_shown() -> None:
    assert examples.completed("draw(mystery)", ["disc.draw"]) == ""


def test_a_signature_is_found_over_lines_and_in_an_outline() -> None:
    source = "@cached()\ndef draw(\n    a,\n    *,\n    b=(1, 2),\n):\n    pass"
    assert signatures.find(source, "draw") == "def draw(a, *, b=(1, 2))"
    assert signatures.find("class A:\n    def f(self, a)\n    def g(self)", "g") == "def g(self)"
    assert signatures.find(source, "fill") is None


def test_a_long_signature_is_set_on_several_lines() -> None:
    names = ", ".join(f"parameter_{number}=None" for number in range(8))
    stub = signatures.stub(f"def draw({names}) -> Disc")
    assert max(map(len, stub.splitlines())) <= 88
    compile(stub, "stub", "exec")


def test_a_signature_is_broken_between_its_parameters_alone() -> None:
    signature = (
        "def draw(centers: dict[str, tuple[int, int]] | None = None, is_filled: bool = False, "
        'gap: str = ",  ", colors: list[str] | tuple[str, ...] | None = None) -> Disc | None'
    )
    assert signatures.stub(signature) == (
        "def draw(\n"
        "    centers: dict[str, tuple[int, int]] | None = None, is_filled: bool = False,\n"
        '    gap: str = ",  ", colors: list[str] | tuple[str, ...] | None = None,\n'
        ") -> Disc | None: ..."
    )


def test_the_spaces_of_a_default_are_kept() -> None:
    assert signatures.one_line("def f(\n    gap: str = '  ',\n)") == "def f(gap: str = '  ')"


def test_code_that_is_too_long_is_cut_between_its_statements() -> None:
    lines = ("import disc", "", *(f"x{n} = {n}" for n in range(10)), "", "def f():", *["    1"] * 9)
    assert examples.beginning(lines) == lines[:12]


def test_an_example_keeps_its_decorators() -> None:
    code = examples.slice_of("@route\ndef view():\n    draw()\n", lambda text: "draw(" in text)
    assert code == "@route\ndef view():\n    draw()"


def test_required_parameters_have_no_default() -> None:
    assert signatures.required("def f(self, a, b: dict[str, int], c=(1, 2), *, d)") == {
        "a",
        "b",
        "d",
    }


def test_code_that_is_nested_too_deeply_is_not_read() -> None:
    assert examples.parsed(f"{'(' * 9000}1{')' * 9000}") is None
    assert examples.parsed("-" * 90_000 + "1") is None


def test_code_that_python_warns_of_is_read_without_a_warning() -> None:
    assert examples.parsed("pattern = '\\d'") is not None
