"""What is told of code in other languages than Python."""

from __future__ import annotations

import pytest

from engine.checks.other_languages import check_other


@pytest.mark.parametrize(
    ("tag", "name"), [("js", "JavaScript"), ("cpp", "C++"), ("glsl", "GLSL"), ("rs", "Rust")]
)
def test_a_language_is_called_as_people_write_it(tag: str, name: str) -> None:
    (problem,) = check_other("f((;\n", tag, 1)
    assert problem.problem == f"This is no valid {name}."
