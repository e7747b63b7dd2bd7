"""The real names that are closest to one that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.retrieval.symbols.conftest import Repository

FILES = {
    "fury/__init__.py": "from .actor import sphere\n",
    "fury/actor.py": "def sphere(): ...\ndef spheroid(): ...\ndef cube(): ...\n",
    "fury/window.py": "from .base import Base\nclass Scene:\n    def add(self): ...\n"
    "class ShowManager(Base):\n    def render(self): ...\n    def remove(self): ...\n",
    "fury/base.py": "class Base:\n    def initialize(self): ...\n",
    "fury/utils.py": "def rendr_all(): ...\ndef initialise(): ...\n",
}


@pytest.fixture
def fury(shared: Callable[[str, Mapping[str, str]], Repository]) -> Repository:
    return shared("octo/nearest", FILES)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("fury.actor.spere", "fury.actor.sphere"),
        ("actor.Sphere2", "fury.actor.sphere"),
        ("ShowManager.rendr", "fury.window.ShowManager.render"),
        ("fury.window.ShowManager.initialise", "fury.window.ShowManager.initialize"),
        ("fury.actr.spher", "fury.actor.sphere"),
        ("ShowManger.rendr", "fury.window.ShowManager.render"),
        ("shere", "fury.actor.sphere"),
        ("fury.SPHERE", "fury.sphere"),
        ("fury.nowhere.scen", "fury.window.Scene"),
    ],
)
def test_members_of_what_is_meant_come_first(fury: Repository, name: str, first: str) -> None:
    assert fury.nearest(name)[0].path == first


def test_at_most_as_many_as_asked_for_are_told_the_closest_first(fury: Repository) -> None:
    found = fury.nearest("fury.actor.spher", limit=2)
    assert [near.path for near in found] == ["fury.actor.sphere", "fury.actor.spheroid"]
    assert 1 > found[0].similarity > found[1].similarity > 0.6


def test_names_elsewhere_follow_where_there_are_not_enough(fury: Repository) -> None:
    found = [near.path for near in fury.nearest("ShowManager.rendr", limit=5)]
    assert found[0] == "fury.window.ShowManager.render"
    assert "fury.utils.rendr_all" in found


@pytest.mark.parametrize("name", ["", ".", "qqqqqqq", "fury.actor.zzzzzz"])
def test_where_nothing_is_near_nothing_is_told(fury: Repository, name: str) -> None:
    assert fury.nearest(name) == []


def test_asking_for_none_gives_none(fury: Repository) -> None:
    assert fury.nearest("spere", limit=0) == []
