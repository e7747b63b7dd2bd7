"""Programming languages by the names that people give them."""

from __future__ import annotations

import pytest

from engine import languages


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("translate this to C++", "C++"),
        ("in Rust", "Rust"),
        ("en JavaScript", "JavaScript"),
        ("port it to c", None),
        ("port it to C", "C"),
        ("rewrite in C#, please", "C#"),
        ("ready to go", None),
        ("convert to Go", "Go"),
        ("from MATLAB to Python", "Python"),
        ("the Julia version of this", "Julia"),
        ("into plain TypeScript", "TypeScript"),
        ("nach Java", "Java"),
        ("to node.js", "JavaScript"),
        ("to c++17", None),
        ("add it to a scene", None),
        ("a swift answer", None),
        ("to R", "R"),
        ("to fury/actor.py", None),
    ],
)
def test_the_target_is_the_language_that_is_asked_for(text: str, name: str | None) -> None:
    found = languages.target(text)
    assert (found.name if found else None) == name


def test_a_name_alone_is_read_in_any_case() -> None:
    assert [languages.named(name) for name in ("c", "GOLANG", "C Sharp", "klingon")] == [
        next(known for known in languages.LANGUAGES if known.name == "C"),
        next(known for known in languages.LANGUAGES if known.name == "Go"),
        next(known for known in languages.LANGUAGES if known.name == "C#"),
        None,
    ]


def test_every_name_stands_for_one_language() -> None:
    names = [
        name.lower()
        for language in languages.LANGUAGES
        for name in (language.name, *language.aliases)
    ]
    assert len(names) == len(set(names))


def test_a_file_tells_its_language_by_its_name() -> None:
    found = [languages.of_path(path) for path in ("a/b.py", "x.CPP", "a.rs", "README", "a.xyz")]
    assert [language.name if language else None for language in found] == [
        "Python",
        "C++",
        "Rust",
        None,
        None,
    ]
