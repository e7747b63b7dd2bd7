"""A name to what it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retrieval.symbols import lookup
from retrieval.symbols.facts import ParameterKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.retrieval.symbols.conftest import Repositories, Repository

FILES = {
    "fury/__init__.py": "from .actor import sphere\nfrom .window import ShowManager\n"
    "from .window import Scene as Stage\n",
    "fury/actor.py": "import numpy as np\ndef sphere(centers, *, radii=1.0):\n"
    '    """Show spheres.\n\n    .. versionadded:: 0.2\n    .. deprecated:: 0.9\n    """\n',
    "fury/window.py": "from fury.base import Base\nfrom ._fast import speed\nclass Scene:\n"
    "    def add(self): ...\nclass ShowManager(Base):\n    paint = Base.draw\n"
    "    def __init__(self, scene=None):\n        self.scene = scene\n    def render(self): ...\n",
    "fury/base.py": "class Root:\n    def clear(self): ...\n    def render(self): ...\n"
    "class Base(Root):\n    limit: int\n    def draw(self, x): ...\n",
    "fury/base.pyi": "class Root:\n    def clear(self) -> None: ...\n"
    "    def only_here(self): ...\n",
    "tests/test_actor.py": "from fury import actor, sphere\nscene = 1\n",
}


@pytest.fixture
def fury(shared: Callable[[str, Mapping[str, str]], Repository]) -> Repository:
    return shared("octo/lookup", FILES)


@pytest.mark.parametrize(
    ("name", "defined"),
    [
        ("fury", "fury"),
        ("fury.actor", "fury.actor"),
        ("fury.actor.sphere", "fury.actor.sphere"),
        ("fury.sphere", "fury.actor.sphere"),
        ("fury.Stage.add", "fury.window.Scene.add"),
        ("fury.window.ShowManager.render", "fury.window.ShowManager.render"),
        ("fury.window.ShowManager.draw", "fury.base.Base.draw"),
        ("fury.ShowManager.clear", "fury.base.Root.clear"),
        ("fury.ShowManager.paint", "fury.base.Base.draw"),
        ("fury.ShowManager.limit", "fury.base.Base.limit"),
        ("fury.ShowManager.only_here", "fury.base.Root.only_here"),
        ("tests.test_actor.actor.sphere", "fury.actor.sphere"),
        (" .fury.sphere. ", "fury.actor.sphere"),
    ],
)
def test_a_full_path_leads_to_the_definition(fury: Repository, name: str, defined: str) -> None:
    (found,) = fury.resolve(name)
    assert (found.qualified_name, found.reached) == (defined, name.strip(" ."))
    assert found.is_known


@pytest.mark.parametrize(
    ("name", "defined"),
    [
        ("sphere", "fury.actor.sphere"),
        ("actor.sphere", "fury.actor.sphere"),
        ("Stage", "fury.window.Scene"),
        ("ShowManager.render", "fury.window.ShowManager.render"),
        ("ShowManager.clear", "fury.base.Root.clear"),
        ("window.ShowManager.draw", "fury.base.Base.draw"),
        ("Stage.add", "fury.window.Scene.add"),
        ("SPHERE", "fury.actor.sphere"),
        ("Fury.Actor.Sphere", "fury.actor.sphere"),
        ("showmanager.RENDER", "fury.window.ShowManager.render"),
    ],
)
def test_the_end_of_a_path_leads_to_the_definition(
    fury: Repository, name: str, defined: str
) -> None:
    assert fury.found(name) == [defined]


@pytest.mark.parametrize(
    "name", ["", ".", "nothing", "fury.nothing", "fury.actor.sphere.x", "ShowManager.no", "phere"]
)
def test_a_name_that_is_none_leads_nowhere(fury: Repository, name: str) -> None:
    assert fury.resolve(name) == []


def test_what_is_spelt_so_hides_what_is_spelt_otherwise(fury: Repository) -> None:
    assert fury.found("Scene") == ["fury.window.Scene"]
    found = fury.found("scene")
    assert "fury.window.Scene" not in found
    assert set(found) == {"fury.window.ShowManager.scene", "tests.test_actor.scene"}


def test_a_definition_comes_with_all_that_is_known_of_it(fury: Repository) -> None:
    (sphere,) = fury.resolve("fury.sphere")
    assert (sphere.kind, sphere.path, sphere.start_line) == ("function", "fury/actor.py", 2)
    assert sphere.signature == "def sphere(centers, *, radii=1.0)"
    assert sphere.summary == "Show spheres."
    assert (sphere.since, sphere.deprecated) == ("0.2", "0.9")
    assert [(item.name, item.kind, item.default) for item in sphere.parameters or ()] == [
        ("centers", ParameterKind.POSITIONAL_OR_KEYWORD, None),
        ("radii", ParameterKind.KEYWORD_ONLY, "1.0"),
    ]
    (manager,) = fury.resolve("ShowManager")
    assert manager.bases == ("Base",)
    assert manager.ancestors == ("fury.base.Base", "fury.base.Root")
    assert manager.parameters is None
    assert not manager.is_open


def test_names_of_other_packages_are_told_by_name_alone(fury: Repository) -> None:
    (found,) = fury.resolve("fury.actor.np.linalg.norm")
    assert (found.kind, found.qualified_name) == ("external", "numpy.linalg.norm")
    assert not found.is_known


def test_names_that_the_repository_does_not_show_are_told_so(fury: Repository) -> None:
    (found,) = fury.resolve("fury.window.speed")
    assert (found.kind, found.qualified_name) == ("missing", "fury._fast.speed")


def test_a_name_that_is_defined_twice_is_found_twice(repository: Repository) -> None:
    repository.push({"a.py": "if X:\n    def f(a): ...\nelse:\n    def f(b): ...\n"})
    assert [item.start_line for item in repository.resolve("a.f")] == [2, 4]
    assert [item.start_line for item in repository.resolve("f")] == [2, 4]


def test_members_are_ones_own_and_inherited_each_once(fury: Repository) -> None:
    found = {item.reached: item.qualified_name for item in fury.members("fury.ShowManager")}
    prefix = "fury.window.ShowManager"
    assert found == {
        f"{prefix}.__init__": f"{prefix}.__init__",
        f"{prefix}.scene": f"{prefix}.scene",
        f"{prefix}.render": f"{prefix}.render",
        f"{prefix}.paint": "fury.base.Base.draw",
        f"{prefix}.draw": "fury.base.Base.draw",
        f"{prefix}.limit": "fury.base.Base.limit",
        f"{prefix}.clear": "fury.base.Root.clear",
        f"{prefix}.only_here": "fury.base.Root.only_here",
    }
    (draw,) = [item for item in fury.members("fury.ShowManager") if item.reached.endswith(".draw")]
    assert [item.name for item in draw.parameters or ()] == ["self", "x"]


def test_members_of_a_module_are_its_names_and_the_modules_below(fury: Repository) -> None:
    assert {item.reached.rpartition(".")[2] for item in fury.members("fury")} == {
        "actor",
        "base",
        "window",
        "sphere",
        "ShowManager",
        "Stage",
    }
    assert fury.members("fury.nothing") == []
    assert fury.members("fury.actor.np") == []


def test_a_definition_comes_before_the_stub_that_repeats_it(fury: Repository) -> None:
    (clear,) = fury.resolve("Root.clear")
    assert clear.path == "fury/base.py"


def test_versions_tell_where_a_name_is_and_what_it_takes(
    repositories: Repositories,
) -> None:
    main = repositories(ref="main")
    old = repositories(ref="v0.9", default=False)
    oldest = repositories(ref="v0.8", default=False)
    other = repositories("other", ref="v9")
    main.push(FILES)
    old.push({**FILES, "fury/actor.py": "def sphere(centers, color): ...\n"})
    oldest.push({"fury/__init__.py": ""})
    other.push(FILES)
    with main.database.snapshot(main.id) as connection:
        found = lookup.versions(connection, "fury.sphere")
    assert [(version.ref, version.index_id, version.is_default) for version in found] == [
        ("main", main.index_id, True),
        ("v0.8", oldest.index_id, False),
        ("v0.9", old.index_id, False),
    ]
    assert [version.resolved and version.resolved.signature for version in found] == [
        "def sphere(centers, *, radii=1.0)",
        None,
        "def sphere(centers, color)",
    ]
