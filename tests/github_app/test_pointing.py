"""What a command points at."""

from __future__ import annotations

import pytest

from github_app.pointing import place_in
from retrieval.places import Place

URL = "https://github.com/octo-org/hello"
SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"{URL}/blob/{SHA}/a/b%20c.py#L3-L9", Place("a/b c.py", 3, 9, ref=SHA)),
        (f"see {URL}/blob/main/a.py#L3.", Place("a.py", 3, 3, ref="main")),
        (f"[this]({URL}/blob/main/a.py)", Place("a.py", ref="main")),
        (f"{URL}/blob/main/a.py#L9C4-L3C1", Place("a.py", 3, 9, ref="main")),
        ("https://GitHub.com/Octo-Org/Hello/blob/main/a.py", Place("a.py", ref="main")),
        ("fury/actor.py#L10-L40 please", Place("fury/actor.py", 10, 40)),
        ("fury/actor.py#L10", Place("fury/actor.py", 10, 10)),
        ("fury/actor.py:10-40", Place("fury/actor.py", 10, 40)),
        ("the file fury/actor.py", Place("fury/actor.py")),
        ("README.md", Place("README.md")),
        ("what `Scene.add` does", Place(symbol="Scene.add")),
        ("actor.sphere", Place(symbol="actor.sphere")),
        ("this", None),
        ("", None),
        ("https://evil.example/octo-org/hello/blob/main/a.py#L1", None),
        ("https://github.com/octo-org/secret/blob/main/a.py#L1", None),
    ],
)
def test_a_place_is_what_is_pointed_at(text: str, place: Place | None) -> None:
    assert place_in(text, repository_url=URL) == place


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["a/" * 30_000, "a." * 30_000, "https://" * 9_000, "#L1" * 20_000])
def test_no_text_takes_long(text: str) -> None:
    place_in(text, repository_url=URL)
