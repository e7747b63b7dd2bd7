"""The repositories that Discord reaches."""

from __future__ import annotations

import pytest

from discord_relay.scope import NotAskable, Repositories

TWO = Repositories(default="fury-gl/fury", others=frozenset({"dipy/dipy"}))


def test_a_question_without_a_repository_is_about_the_default() -> None:
    assert TWO.choose(None) == "fury-gl/fury"


@pytest.mark.parametrize("named", ["dipy/dipy", "DIPY/Dipy"])
def test_a_repository_that_is_set_up_is_found_whatever_its_case(named: str) -> None:
    assert TWO.choose(named) == "dipy/dipy"


@pytest.mark.parametrize("named", ["octo/private", "", "fury-gl/"])
def test_no_other_repository_can_be_reached(named: str) -> None:
    with pytest.raises(NotAskable, match="cannot answer questions about that repository"):
        TWO.choose(named)


def test_without_a_default_the_asker_is_told_what_to_do() -> None:
    with pytest.raises(NotAskable, match="name one"):
        Repositories(others=frozenset({"dipy/dipy"})).choose(None)
    with pytest.raises(NotAskable, match="No repository is set up"):
        Repositories().choose(None)
