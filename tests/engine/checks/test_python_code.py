"""Python against the names of a package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from engine.checks.checker import Checker
    from tests.engine.checks.conftest import Check


@pytest.mark.parametrize(
    "code",
    [
        "from kitchen import Kettle, boil\nboil(2, degrees=90)\nKettle(1).fill(2).fill(3)",
        "import kitchen.kettle as k\nk.boil(1)\nk.Kettle.large().own_lid().open_wide()",
        "from kitchen import oven as o\nprint(o.TIMEOUT, o.roast('x', 5), o.Door().open_wide())",
        "import kitchen\nkitchen.oven.roast('x')\nkitchen.np.anything(1, y=2)",
        "from kitchen.kettle import pour, weigh\npour(1, 2, hot=True)\nweigh('a', 'g')\nweigh(1)",
        "from kitchen.oven import bake\nbake(1, 2, 3, x=4)",
        "from kitchen import Kettle\nwith Kettle(1) as kettle:\n    kettle.fill(1)",
        "from kitchen.parts import Screw\nScrew(length=1, head='x')\nScrew(1.0)",
        "from kitchen.parts import Colour\nColour(1).name\nColour.RED.value\nColour['RED']",
        "from kitchen.parts import Window\nw = Window('x', size=(3, 4))\nw.SetX(1)\nw.Show()",
        "from kitchen.parts import Anything, Growing\nAnything().any.thing()\nGrowing().leaf",
        "from kitchen import Kettle\nk = Kettle(1)\nk.note = 1\nprint(k.note, k.sticker)",
        "from kitchen import Kettle\nif hasattr(Kettle, 'whistle'):\n    Kettle(1).whistle()",
        "from kitchen.kettle import make_kettle\nmake_kettle().plug_in()",
        "from kitchen.parts import give\ngive().common()",
        "from kitchen.dynamic import whatever\nimport kitchen.dynamic as d\nd.other()",
        "from kitchen.grills.coal import rake\nimport kitchen.grills.coal\nrake()",
        "a, __all__ = 1, []\n__all__ += [b]",
        "from kitchen._fast import x\nfrom kitchen.oven import _private",
        "try:\n    from kitchen.oven import broil\nexcept ImportError:\n    broil = None\nbroil",
        "import kitchen\nif kitchen.__version__ > '3':\n    kitchen.oven.grill()",
        "from kitchen import *\nboil(1)\nKettle(2)",
        "from kitchen import Kettle\ndef f(kettle):\n    kettle.whistle()\n    Kettle = 1",
        "from kitchen import Kettle\nk = Kettle(1)\nk = object()\nk.whistle()",
        "from kitchen import Kettle\nfor k in [Kettle(1)]:\n    k.sing()\nk = Kettle(2)\nk.hum()",
        "from kitchen.kettle import cool\ncool(size=3)",
        "from kitchen import boil\narguments = {}\nboil(*[1])\nboil(**arguments)\nboil(...)",
        "from tests import anything\nimport setup\nimport docs.conf",
        "import kitchens\nkitchens.cook()",
        (
            "from kitchen import Kettle\nclass Mine(Kettle):\n    def sing(self):\n"
            "        self.x = 1\n        self.sing()\n        self.fill(self.x)\n"
            "Mine(1, lid=2).sing()"
        ),
        (
            "from kitchen import Kettle\nfrom other import Mixin\nclass Mine(Mixin, Kettle):\n"
            "    def f(self):\n        self.whistle()\nMine(3, whistling=True)"
        ),
        "from kitchen.kettle import Kettle\nkettle: Kettle\nkettle.fill(1)",
        "from .kitchen import anything\nfrom . import other",
        "async def f():\n    from kitchen import boil\n    return boil(1)",
    ],
)
def test_code_that_is_right_or_cannot_be_judged_is_left_in_peace(check: Check, code: str) -> None:
    assert check(code, known={"print"}) == []


@pytest.mark.parametrize(
    ("code", "kind", "name", "suggestion"),
    [
        ("import kitchen\nkitchen.oven.raost(1)", "unknown-attribute", "kitchen.oven.raost",
         "kitchen.oven.roast"),
        ("from kitchen import oven as o\no.Kettle(1)", "unknown-attribute", "o.Kettle",
         "kitchen.Kettle"),
        ("from kitchen import Ketle\nKetle", "unknown-import", "kitchen.Ketle", "kitchen.Kettle"),
        ("from kitchen.oven import Kettle\nKettle", "unknown-import", "kitchen.oven.Kettle",
         "kitchen.Kettle"),
        ("import kitchen.ovne\nkitchen", "unknown-import", "kitchen.ovne", "kitchen.oven"),
        ("from kitchen.ketle import boil\nboil", "unknown-import", "kitchen.ketle",
         "kitchen.kettle"),
        ("from kichen import boil\nboil", "unknown-import", "kichen", "kitchen"),
        ("from kitchen import Kettle\nKettle(1).fil(2)", "unknown-attribute", "Kettle.fil",
         "Kettle.fill"),
        ("from kitchen import Kettle as K\nkettle = K(1)\nkettle.fil(2)", "unknown-attribute",
         "kettle.fil", "kettle.fill"),
        ("from kitchen import Kettle\nwith Kettle(1) as kettle:\n    kettle.fil(1)",
         "unknown-attribute", "kettle.fil", "kettle.fill"),
        ("from kitchen import Kettle\ndef f(kettle: Kettle | None):\n    kettle.fil(1)",
         "unknown-attribute", "kettle.fil", "kettle.fill"),
        ("from kitchen import Kettle\nk = Kettle.large()\nk.fil(1)", "unknown-attribute", "k.fil",
         "k.fill"),
        ("from kitchen import Kettle\nk = Kettle(1)\nk.lid.open_wid()", "unknown-attribute",
         "k.lid.open_wid", "k.lid.open_wide"),
        ("from kitchen import Kettle\ndef make():\n    k = Kettle(1)\n    return k\nmake().fil(1)",
         "unknown-attribute", "Kettle.fil", "Kettle.fill"),
        ("from kitchen import Kettle, boil\nk = Kettle(1) if boil(1) else Kettle(2)\nk.fil(1)",
         "unknown-attribute", "k.fil", "k.fill"),
        ("from kitchen import Kettle\nclass Mine(Kettle):\n    def f(self):\n        self.fil(1)",
         "unknown-attribute", "self.fil", "self.fill"),
        (("from kitchen import Kettle\nclass Mine:\n    def __init__(self):\n"
         "        self.k = Kettle(1)\n    def f(self):\n        self.k.fil(1)"),
         "unknown-attribute", "self.k.fil", "self.k.fill"),
        ("from kitchen.parts import Window\nw = Window()\nw.set_titel('x')", "unknown-attribute",
         "w.set_titel", "w.set_title"),
        ("from kitchen import boil\nboil(1, degree=90)", "unknown-argument", "degree", "degrees"),
        ("from kitchen.kettle import warm\nwarm(1, degree=90)", "unknown-argument", "degree",
         "degrees"),
        ("from kitchen import Kettle\nKettle(1, lidd=2)", "unknown-argument", "lidd", "lid"),
        ("from kitchen import Kettle\nKettle(1).fill(litre=1)", "unknown-argument", "litre",
         "litres"),
        ("from kitchen.parts import Screw\nScrew(length=1, haed='x')", "unknown-argument", "haed",
         "head"),
        ("from kitchen import boil\nboil(1, 2)", "unknown-argument", "boil", None),
        ("from kitchen import Kettle\nKettle.convert(1, 2)", "unknown-argument", "Kettle.convert",
         None),
        ("from kitchen import boil\nboil()", "missing-argument", "boil(litres)", None),
        ("from kitchen.kettle import weigh\nweigh()", "missing-argument", "weigh(cup)", None),
        ("from kitchen import Kettle\nKettle()", "missing-argument", "Kettle(volume)", None),
        ("from kitchen.parts import Lid\nLid(1)", "unknown-argument", "Lid", None),
        ("from kitchen import Kettle\nclass Mine(Kettle):\n    pass\nMine(1, lids=2)",
         "unknown-argument", "lids", "lid"),
        (("from kitchen import Kettle\nclass Mine(Kettle):\n    def __init__(self):\n"
         "        super().__init__(1, lids=2)"), "unknown-argument", "lids", "lid"),
        ("from kitchen import kettle\nkettle.old_boil(1)", "deprecated", "kettle.old_boil",
         "kitchen.kettle.boil"),
        ("from kitchen.kettle import old_boil\nold_boil(1)", "deprecated",
         "kitchen.kettle.old_boil", "kitchen.kettle.boil"),
        ("from kitchen import boil\nboil(litre)", "undefined-name", "litre", None),
        ("from kitchen import boil\nlitres = 1\nboil(litrse)", "undefined-name", "litrse",
         "litres"),
        ("from kitchen import boil\nboil(np.ones(1))", "undefined-name", "np",
         "import numpy as np"),
        ("from kitchen import boil\nboil(oven.TIMEOUT)", "undefined-name", "oven",
         "from kitchen import oven"),
        ("from kitchen import *\nbiol(1)", "undefined-name", "biol", None),
        ("def f(:\n    pass", "syntax", "def f(:", None),
    ],
)  # fmt: skip
def test_a_mistake_is_found_and_the_right_name_is_told(
    check: Check, code: str, kind: str, name: str, suggestion: str | None
) -> None:
    assert (kind, name, suggestion) in check(code)
    assert len(check(code)) == 1


def test_a_problem_stands_at_its_line_and_is_told_in_a_sentence(checker: Checker) -> None:
    (problem,) = checker.check_code(
        "from kitchen import boil\n\nboil(\n    1,\n    degree=90,\n)\n", repository="octo/kitchen"
    )
    assert problem.line == 5
    assert problem.problem == "`boil` takes no argument `degree`."
    assert problem.advice == "`boil` takes no argument `degree`. Did you mean `degrees`?"


def test_a_name_of_another_version_is_told_so(checker: Checker) -> None:
    code = "from kitchen import oven\nfrom kitchen.toaster import toast\noven.scorch(toast(1))\n"
    new = checker.check_code(code, repository="OCTO/kitchen")
    assert [problem.problem for problem in new] == [
        "There is no module `kitchen.toaster`: it is in v1.0, not in v2.0.",
        "`oven` has no `scorch`: it is in v1.0, not in v2.0.",
    ]
    assert checker.check_code(code, repository="octo/kitchen", ref="v1.0") == ()


def test_another_repositorys_names_are_not_seen(check: Check) -> None:
    assert check("from kitchen.secret import launch\nlaunch()") == [
        ("unknown-import", "kitchen.secret", None)
    ]


def test_an_unused_import_is_told_of_where_it_hints_at_a_mistake(check: Check) -> None:
    found = check("from kitchen import oven\noen.roast(1)")
    assert ("unused-import", "kitchen.oven", None) in found
    assert check("from kitchen import oven\n") == []


def test_a_package_that_the_code_calls_by_another_name_is_no_misspelling(check: Check) -> None:
    assert check("import kitche\nkitche.pans()") == []
    assert check("import kitche\nkitche.boil(1)") == [("unknown-import", "kitche", "kitchen")]


def test_names_that_are_defined_where_the_code_runs_are_known(check: Check) -> None:
    assert check("import kitchen\nkitchen.boil(litres)", known={"litres"}) == []
