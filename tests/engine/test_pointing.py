"""What a message points at."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from engine.pointing import NamedFiles, place_in
from retrieval.errors import RepositoryNotIndexed
from retrieval.model import ChunkKind, Passage, SearchResult
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
        ("https://exa\u2100mple.com/octo-org/hello/blob/main/a.py", None),
        (f"https://[::1 and {URL}/blob/main/a.py", Place("a.py", ref="main")),
        (f"{URL}/blob/main/a%00b.py", None),
        (f"{URL}/blob/ma%00in/a.py", None),
    ],
)
def test_a_place_is_what_is_pointed_at(text: str, place: Place | None) -> None:
    assert place_in(text, repository_url=URL) == place


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", ["a/" * 30_000, "a." * 30_000, "https://" * 9_000, "#L1" * 20_000])
def test_no_text_takes_long(text: str) -> None:
    place_in(text, repository_url=URL)


@dataclass
class Indexed:
    """Has one file, at one ref; an unknown ref is read at that one too."""

    path: str = "fury/actor.py"
    read_at: list[Place] = field(default_factory=list)

    def read(self, place: Place, *, repository: str) -> SearchResult:
        self.read_at.append(place)
        if repository != "octo-org/hello":
            raise RepositoryNotIndexed(repository)
        passage = Passage(1, self.path, 1, 9, None, ChunkKind.TEXT, "text", "url", 1.0, 1.0, 1.0)
        passages = (passage,) if place.path == self.path else ()
        return SearchResult(place.path, repository, "main", SHA, passages)


@pytest.mark.parametrize(
    "message",
    [
        "Explain fury/actor.py",
        "Explain fury/actor.py#L1-L9",
        "What do lines 1-9 of `fury/actor.py` do?",
        "Explain `Scene.add` in fury/actor.py#L1-L9",
        f"Sum up {URL}/blob/{SHA}/fury/actor.py#L1-L9",
    ],
)
def test_a_file_that_a_message_names_is_read(message: str) -> None:
    files = NamedFiles(Indexed(), web_url="https://github.com")
    found = files.read(message, repository="octo-org/hello", ref=None)
    assert found is not None
    assert found.passages


@pytest.mark.parametrize(
    ("message", "repository", "ref"),
    [
        ("Explain fury/other.py", "octo-org/hello", None),
        ("Explain actors", "octo-org/hello", None),
        ("Explain `Scene.add`", "octo-org/hello", None),
        ("Explain `Scene.add` in fury/actor.py", "octo-org/hello", None),
        ("Explain fury/actor.py", "octo-org/unknown", None),
        ("Explain fury/actor.py", "octo-org/hello", "v9"),
    ],
)
def test_what_is_named_otherwise_or_not_there_is_left_to_a_search(
    message: str, repository: str, ref: str | None
) -> None:
    files = NamedFiles(Indexed(), web_url="https://github.com")
    assert files.read(message, repository=repository, ref=ref) is None


@pytest.mark.parametrize(
    ("message", "ref"),
    [("Explain fury/actor.py", "main"), (f"Explain {URL}/blob/v1/fury/actor.py", "v1")],
)
def test_it_is_read_at_the_ref_that_a_permalink_names_and_else_at_the_scopes(
    message: str, ref: str
) -> None:
    indexed = Indexed()
    files = NamedFiles(indexed, web_url="https://github.com")
    assert files.read(message, repository="octo-org/hello", ref="main")
    assert [place.ref for place in indexed.read_at] == [ref]
