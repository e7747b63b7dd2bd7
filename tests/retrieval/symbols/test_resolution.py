"""What names stand for, once all files are put together."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from retrieval.symbols import stars

if TYPE_CHECKING:
    from retrieval.symbols.resolution import Resolution
    from tests.retrieval.symbols.conftest import Aliases, ResolveTree

ACTOR = """
def sphere(): ...
def cube(): ...
def _hidden(): ...
class Actor:
    def move(self): ...
"""

LOOKS_UP = """
def __getattr__(name):
    return load(_MAP[name])
"""


def open_modules(resolution: Resolution) -> set[str]:
    return {
        resolution.modules[item.document_id]
        for item in resolution.lineages
        if item.is_open and not item.local_name
    }


def test_each_way_to_import_is_another_path_to_the_definition(aliases: Aliases) -> None:
    found = aliases(
        {
            "fury/__init__.py": "from .actor import sphere\nfrom fury.actor import cube as box\n"
            "from . import actor\nimport fury.actor as act\nimport fury.actor\n",
            "fury/actor.py": ACTOR,
            "fury/ui/__init__.py": "from ..actor import Actor\nfrom .. import sphere as ball\n"
            "from .. import actor as parts\n",
        }
    )
    assert found == {
        "fury.sphere": "fury.actor.sphere",
        "fury.box": "fury.actor.cube",
        "fury.act": "fury.actor",
        "fury.fury": "fury",
        "fury.ui.Actor": "fury.actor.Actor",
        "fury.ui.ball": "fury.actor.sphere",
        "fury.ui.parts": "fury.actor",
    }


def test_a_star_brings_the_public_names(aliases: Aliases) -> None:
    found = aliases(
        {"fury/__init__.py": "from .actor import *\n", "fury/actor.py": f"import os\n{ACTOR}"}
    )
    assert {name for name in found if name.startswith("fury.") and "actor" not in name} == {
        "fury.sphere",
        "fury.cube",
        "fury.Actor",
        "fury.os",
    }
    assert found["fury.os"] == "<os>"


def test_a_star_brings_what_the_module_exports(aliases: Aliases) -> None:
    found = aliases(
        {
            "fury/__init__.py": "from .actor import *\n",
            "fury/actor.py": f"__all__ = ['_hidden', 'sphere']\n{ACTOR}",
        }
    )
    assert found == {"fury._hidden": "fury.actor._hidden", "fury.sphere": "fury.actor.sphere"}


def test_stars_pass_on_what_stars_bring_and_exports_of_exports(aliases: Aliases) -> None:
    found = aliases(
        {
            "fury/__init__.py": "from .a import *\n",
            "fury/a/__init__.py": "from . import b\nfrom .b import *\n"
            "__all__ = b.__all__ + ['own']\nown = 1\n",
            "fury/a/b.py": "from .c import *\n__all__ = ['deep']\n",
            "fury/a/c.py": "def deep(): ...\ndef other(): ...\n",
        }
    )
    assert found["fury.deep"] == "fury.a.c.deep"
    assert found["fury.own"] == "fury.a.own"
    assert "fury.other" not in found


def test_stars_bring_what_other_stars_brought(aliases: Aliases) -> None:
    found = aliases(
        {
            "fury/__init__.py": "from .a import *\n",
            "fury/a.py": "from .b import *\n",
            "fury/b.py": "def deep(): ...\n",
        }
    )
    assert found["fury.deep"] == "fury.b.deep"


def test_stars_in_a_large_circle_come_to_rest(aliases: Aliases, resolve_tree: ResolveTree) -> None:
    files = {
        f"m{number}.py": f"from m{(number + 1) % 300} import *\ndef n{number}(): ...\n"
        for number in range(300)
    }
    assert aliases(files)["m299.n20"] == "m20.n20"
    assert open_modules(resolve_tree(files)) >= {
        "m0",
        "m299",
    }  # what stands too far off is not followed


def test_what_stars_bring_is_bounded(
    aliases: Aliases, resolve_tree: ResolveTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "a.py": "from b import *\n",
        "b.py": "".join(f"def n{number}(): ...\n" for number in range(9)),
        "c.py": "from a import *\n",
    }
    assert len(aliases(files)) == 18
    assert not open_modules(resolve_tree(files))
    monkeypatch.setattr(stars, "MOST_NAMES", 5)
    assert len(aliases(files)) == 10
    assert open_modules(resolve_tree(files)) == {"a", "c"}
    monkeypatch.setattr(stars, "MOST_STEPS", 3)
    assert len(aliases(files)) == 3
    assert open_modules(resolve_tree(files)) == {"a", "c"}


def test_a_star_that_leads_back_leaves_the_name_to_an_earlier_one(aliases: Aliases) -> None:
    found = aliases(
        {
            "fury/__init__.py": "from .misc import *\nfrom .finding import *\n",
            "fury/finding.py": "from fury import groups\n",
            "fury/misc.py": "def groups(): ...\n",
        }
    )
    assert found == {
        "fury.groups": "fury.misc.groups",
        "fury.finding.groups": "fury.misc.groups",
    }


def test_a_table_that_leads_nowhere_is_no_path(aliases: Aliases) -> None:
    text = f"_MAP = {{'ghost': 'nowhere', 'sphere': 'actor'}}\n{LOOKS_UP}"
    assert aliases({"fury/__init__.py": text, "fury/actor.py": ACTOR}) == {
        "fury.sphere": "fury.actor.sphere"
    }


def test_modules_that_import_each_other_come_to_rest(aliases: Aliases) -> None:
    found = aliases(
        {
            "fury/__init__.py": "from .a import *\nfrom .b import *\n",
            "fury/a.py": "from fury import groups, nothing\nfrom .b import *\ndef one(): ...\n",
            "fury/b.py": "from .a import *\ndef groups(): ...\ndef two(): ...\n",
        }
    )
    assert found["fury.groups"] == "fury.b.groups"
    assert found["fury.a.groups"] == "fury.b.groups"
    assert found["fury.b.one"] == found["fury.one"] == "fury.a.one"
    assert found["fury.a.two"] == "fury.b.two"
    assert found["fury.a.nothing"] == "?fury.nothing?"


def test_an_assignment_is_another_name(aliases: Aliases) -> None:
    found = aliases(
        {
            "fury/__init__.py": "",
            "fury/a.py": "from . import actor\nimport numpy as np\n"
            "Ball = actor.sphere\nArray: type = np.ndarray\nLimit = Other = 3\n"
            "Twice = Ball\nmove = actor.Actor.move\nsame = same\ntext = str\n"
            "none = actor.Actor.no\n",
            "fury/actor.py": ACTOR,
        }
    )
    assert found == {
        "fury.a.actor": "fury.actor",
        "fury.a.np": "<numpy>",
        "fury.a.Ball": "fury.actor.sphere",
        "fury.a.Array": "<numpy.ndarray>",
        "fury.a.Twice": "fury.actor.sphere",
        "fury.a.move": "fury.actor.Actor.move",
    }


def test_a_class_has_other_names_for_its_own_and_its_modules_members(aliases: Aliases) -> None:
    found = aliases(
        {
            "a.py": "def paint(): ...\nclass Base:\n    def draw(self): ...\n    show = draw\n"
            "    render = paint\n    draw = draw\nclass Sub(Base):\n    again = Base.draw\n",
        }
    )
    assert found == {
        "a.Base.show": "a.Base.draw",
        "a.Base.render": "a.paint",
        "a.Sub.again": "a.Base.draw",
    }


def test_of_alternatives_the_one_in_the_repository_holds(aliases: Aliases) -> None:
    found = aliases(
        {
            "fury/__init__.py": "try:\n    from fast import sphere\nexcept ImportError:\n"
            "    from .actor import sphere\n"
            "try:\n    from .compiled import cube\nexcept ImportError:\n    def cube(): ...\n"
            "try:\n    from fast import box\nexcept ImportError:\n    def box(): ...\n"
            "try:\n    import numpy as np\nexcept ImportError:\n    np = None\n",
            "fury/actor.py": ACTOR,
        }
    )
    assert found == {"fury.sphere": "fury.actor.sphere", "fury.np": "<numpy>"}


def test_what_only_checkers_import_is_no_path(aliases: Aliases) -> None:
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .actor import sphere\n"
    plain = aliases({"fury/__init__.py": "", "fury/a.py": text, "fury/actor.py": ACTOR})
    assert "fury.a.sphere" not in plain
    lazy = aliases(
        {
            "fury/__init__.py": f"{text}def __getattr__(name): return find(name)\n",
            "fury/actor.py": ACTOR,
        }
    )
    assert lazy["fury.sphere"] == "fury.actor.sphere"


@pytest.mark.parametrize(
    "text",
    [
        "__getattr__, __dir__, __all__ = lazy.attach(__name__, ['actor'], {'actor': ['sphere']})\n",
        "_MAP = {'actor': ['sphere']}\n__getattr__, __dir__ = _attach(__name__, attrs=_MAP)\n",
        "_MAP = {'sphere': '.actor'}\n" + LOOKS_UP,
        "_MAP = {'sphere': 'actor'}\n" + LOOKS_UP,
        "_MAP: dict = {'sphere': 'fury.actor'}\n" + LOOKS_UP,
        "_MAP = {'sphere': 'fury.actor:sphere'}\n" + LOOKS_UP,
        "_MAP = {'sphere': 'fury.actor.sphere'}\n" + LOOKS_UP,
        "_MAP = {'sphere': ('fury.actor', 'sphere')}\n" + LOOKS_UP,
        "def __getattr__(name):\n    from .actor import sphere\n    return sphere\n",
        "from . import actor\ndef __getattr__(n):\n  if n == 'sphere':\n    return actor.sphere\n",
    ],
)
def test_names_that_are_loaded_lazily_are_paths(aliases: Aliases, text: str) -> None:
    found = aliases({"fury/__init__.py": text, "fury/actor.py": ACTOR})
    assert found["fury.sphere"] == "fury.actor.sphere"
    assert not {value for value in found.values() if value.startswith("?")}


def test_a_stub_tells_what_a_lazy_loader_attaches(aliases: Aliases) -> None:
    found = aliases(
        {
            "fury/__init__.py": "import lazy_loader as lazy\n"
            "__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)\n"
            "__all__ += ['info']\ndef info(): ...\n",
            "fury/__init__.pyi": "__all__ = ['actor', 'sphere']\nfrom . import actor\n"
            "from .actor import sphere as sphere\n",
            "fury/actor.py": ACTOR,
            "other.py": "from fury import *\n",
        }
    )
    assert found["fury.sphere"] == "fury.actor.sphere"
    assert found["other.sphere"] == "fury.actor.sphere"
    assert found["other.actor"] == "fury.actor"
    assert found["other.info"] == "fury.info"


def test_what_the_repository_does_not_show_is_no_other_package(
    aliases: Aliases,
) -> None:
    found = aliases(
        {
            "src/fury/__init__.py": "from ._version import version\nfrom numpy import array\n"
            "from fury.compiled import fast\nimport numpy.linalg\nfrom ...beyond import x\n",
        }
    )
    assert found == {
        "fury.version": "?fury._version.version?",
        "fury.array": "<numpy.array>",
        "fury.fast": "?fury.compiled.fast?",
        "fury.numpy": "<numpy>",
        "fury.x": "<beyond.x>",
    }


def test_projects_side_by_side_import_their_own(aliases: Aliases) -> None:
    found = aliases(
        {
            "one/src/app/__init__.py": "from app.core import run\n",
            "one/src/app/core.py": "def run(): ...\n",
            "two/src/app/__init__.py": "from app.core import walk\n",
            "two/src/app/core.py": "def walk(): ...\n",
        }
    )
    assert found["app.run"] == "app.core.run"
    assert found["app.walk"] == "app.core.walk"
    assert found["one.src.app.core"] == "app.core"


def test_scripts_import_their_neighbours(aliases: Aliases) -> None:
    found = aliases(
        {
            "docs/a/helper.py": "def f(): ...\n",
            "docs/b/helper.py": "def f(): ...\n",
            "docs/b/run.py": "from helper import f\nimport helper\n",
        }
    )
    assert found["docs.b.run.f"] == "docs.b.helper.f"
    assert found["docs.b.run.helper"] == "docs.b.helper"


def test_namespace_packages_are_imported_by_their_whole_path(aliases: Aliases) -> None:
    found = aliases(
        {
            "src/google/cloud/store/__init__.py": "",
            "src/google/cloud/store/blob.py": "def read(): ...\n",
            "main.py": "from google.cloud.store.blob import read\n",
        }
    )
    assert found["main.read"] == "store.blob.read"
    assert found["google.cloud.store.blob"] == "store.blob"


def test_a_class_inherits_across_modules_and_aliases(resolve_tree: ResolveTree) -> None:
    resolution = resolve_tree(
        {
            "fury/__init__.py": "from .base import Base as Root\n",
            "fury/base.py": "import abc\nclass Base(abc.ABC):\n    def show(self): ...\n"
            "class Mixin(Base): ...\n",
            "fury/ui.py": "import fury\nfrom . import base as b\nimport vtk\n"
            "class Panel(b.Mixin, fury.Root): ...\nclass Box(Panel, vtk.Prop): ...\n"
            "class Lone(object): ...\nclass Odd(make()): ...\n"
            "class Any:\n    def __getattr__(self, name): ...\nclass Sub(Any): ...\n",
        }
    )
    lineages = {item.local_name: item for item in resolution.lineages}
    panel, box = lineages["Panel"], lineages["Box"]
    assert panel.ancestors == ("fury.base.Mixin", "fury.base.Base")
    assert panel.external_bases == ("abc.ABC",)
    assert not panel.is_open
    assert box.ancestors == ("fury.ui.Panel", *panel.ancestors)
    assert "vtk.Prop" in box.external_bases
    assert box.is_open
    assert not lineages["Lone"].is_open
    assert lineages["Odd"].external_bases == ("make()",)
    assert lineages["Odd"].is_open
    assert lineages["Sub"].is_open


def test_a_class_may_inherit_what_was_called_so_before(resolve_tree: ResolveTree) -> None:
    resolution = resolve_tree(
        {"a.py": "from b import Foo\nclass Foo(Foo): ...\n", "b.py": "class Foo: ...\n"}
    )
    (lineage,) = resolution.lineages
    assert (lineage.local_name, lineage.ancestors) == ("Foo", ("b.Foo",))


def test_a_module_is_open_that_takes_all_of_another_package(resolve_tree: ResolveTree) -> None:
    resolution = resolve_tree(
        {"a.py": "from b import *\n", "b.py": "from vtk import *\n", "c.py": "import vtk\n"}
    )
    assert {item.document_id for item in resolution.lineages if item.is_open} == {1, 2}


def test_the_order_of_files_makes_no_difference(resolve_tree: ResolveTree) -> None:
    files = {
        "p/__init__.py": "from .a import *\nfrom .b import *\n",
        "p/a.py": "from p import x\nfrom .b import *\nclass A(x): ...\n",
        "p/b.py": "from .a import *\nclass x: ...\n",
        "p/b.pyi": "class x:\n    def only_in_stub(self): ...\n",
    }
    outcomes = set()
    for order in itertools.permutations(files):
        resolution = resolve_tree({path: files[path] for path in order})
        paths = dict(enumerate(order, 1))
        outcomes.add(
            (
                frozenset(
                    (paths[a.document_id], a.alias, a.target, a.kind) for a in resolution.aliases
                ),
                frozenset(
                    (paths[x.document_id], x.local_name, x.ancestors) for x in resolution.lineages
                ),
            )
        )
    assert len(outcomes) == 1


def test_a_chain_that_no_person_wrote_is_left_at_some_point(aliases: Aliases) -> None:
    chain = "".join(f"a{number} = a{number + 1}\n" for number in range(2_000))
    found = aliases({"m.py": f"{chain}a2000 = a0\n"})
    assert {target.rstrip("0123456789") for target in found.values()} == {"m.a"}


def test_imports_that_part_and_never_arrive_lead_nowhere(aliases: Aliases) -> None:
    files = {
        f"p/m{number}.py": f"try:\n    from .m{(number + 1) % 60} import x\n"
        f"except ImportError:\n    from .m{(number + 2) % 60} import x\n"
        for number in range(60)
    }
    found = aliases({"p/__init__.py": "", **files})
    assert {target[0] for target in found.values()} == {"?"}
