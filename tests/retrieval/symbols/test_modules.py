"""The names by which modules are imported."""

from __future__ import annotations

import pytest

from retrieval.symbols.modules import import_name, packages, stem

PATHS = (
    "fury/__init__.py",
    "fury/actor.py",
    "fury/ui/__init__.pyi",
    "fury/ui/panel.py",
    "src/kitchen/__init__.py",
    "projects/bar/src/bar/__init__.py",
    "projects/bar/src/bar/beer.py",
    "projects/bar/src/bar/plain/tap.py",
    "lib/single.py",
    "docs/viz.py",
)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("fury/__init__.py", "fury"),
        ("fury/actor.py", "fury.actor"),
        ("fury/ui/__init__.pyi", "fury.ui"),
        ("fury/ui/panel.py", "fury.ui.panel"),
        ("src/kitchen/__init__.py", "kitchen"),
        ("projects/bar/src/bar/__init__.py", "bar"),
        ("projects/bar/src/bar/beer.py", "bar.beer"),
        ("projects/bar/src/bar/plain/tap.py", "projects.bar.src.bar.plain.tap"),
        ("lib/single.py", "single"),
        ("docs/viz.py", "docs.viz"),
        ("setup.py", "setup"),
    ],
)
def test_a_module_is_named_from_the_outermost_package_around_it(path: str, name: str) -> None:
    assert import_name(path, packages(PATHS)) == name


def test_a_repository_that_is_a_package_itself_keeps_the_names_of_its_paths() -> None:
    folders = packages(["__init__.py", "a/__init__.py"])
    assert import_name("__init__.py", folders) == "__init__"
    assert import_name("a/b.py", folders) == "a.b"


def test_a_module_and_its_stub_have_one_stem() -> None:
    assert stem("a/b.py") == stem("a/b.pyi") == "a/b"
    assert stem("a/b/__init__.py") == stem("a/b/__init__.pyi") == "a/b"
