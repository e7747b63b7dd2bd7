"""Which code carries over to which language."""

from __future__ import annotations

import pytest

from engine import languages, quoted_code
from engine.quoted_code import Code
from engine.translation import Own, reason_against
from engine.translation.check import NO_CODE, NO_TARGET
from engine.translation.counterparts import LIBRARIES
from engine.translation.dependencies import of_code

OWN = Own(packages=frozenset({"fury"}), modules=frozenset({"actor", "window"}))


def against(code: str, target: str, *, fence: str = "") -> str | None:
    language = languages.of_fence(fence) if fence else None
    return reason_against([Code(code, language)], languages.named(target), OWN)


@pytest.mark.parametrize("target", ["C++", "Rust", "Haskell"])
def test_code_on_the_standard_library_carries_over_everywhere(target: str) -> None:
    assert against("import math, os.path\nprint(math.pi)", target) is None


def test_code_on_the_repositorys_own_package_does_not_carry_over() -> None:
    reason = against("from fury import actor\nactor.sphere([0, 0, 0])", "C++")
    assert reason is not None
    assert "`fury`, this repository's own package" in reason
    assert "C++" in reason


def test_a_piece_of_code_that_uses_a_module_of_the_repository_unimported_does_not_either() -> None:
    reason = against("spheres = actor.sphere([0, 0, 0])", "Rust")
    assert reason is not None
    assert "`actor`, of this repository's own package" in reason


def test_what_the_code_itself_calls_so_is_not_the_repositorys() -> None:
    assert against("actor = open('x')\nactor.read()", "Rust") is None


def test_a_relative_import_is_of_the_repositorys_own_package() -> None:
    assert "own package" in str(against("from . import colours\ncolours.red()", "Go"))


@pytest.mark.parametrize(
    ("target", "carries"),
    [("C++", True), ("Java", True), ("JavaScript", True), ("TypeScript", True), ("Rust", False)],
)
def test_vtk_carries_over_where_it_has_bindings(target: str, *, carries: bool) -> None:
    reason = against("import vtk\nvtk.vtkSphereSource()", target)
    assert (reason is None) == carries
    if reason:
        assert "it has one in C++, Java, JavaScript and Python" in reason


def test_a_library_that_is_not_known_is_named() -> None:
    reason = against("import dipy\ndipy.load()", "C++")
    assert reason is not None
    assert "`dipy`, a library of which I know no counterpart in C++" in reason


def test_a_customary_name_stands_for_its_library_unimported() -> None:
    assert against("x = np.zeros(3)", "Julia") is None
    assert "NumPy" in str(against("x = np.zeros(3)", "Haskell"))


def test_the_language_that_it_is_in_already_is_said() -> None:
    assert against("print(1)", "Python") == "That code is in Python already."
    assert against("int x;", "C++", fence="cpp") == "That code is in C++ already."


@pytest.mark.parametrize(
    ("code", "fence", "library"),
    [
        ("#include <vector>\n#include <vtkActor.h>\n#include <math.h>", "cpp", ("vtk",)),
        ("#include <boost/asio.hpp>", "cpp", ("boost",)),
        (
            "import vtkjs from '@kitware/vtk.js/Core';\nimport './own.js'",
            "js",
            ("@kitware/vtk.js",),
        ),
        ("const fs = require('fs'), three = require('three')", "js", ("three",)),
        ("import java.util.List;\nimport org.opencv.core.Mat;", "java", ("org.opencv",)),
        ("use std::io;\nuse wgpu::Device;", "rust", ("wgpu",)),
        ('import (\n  "fmt"\n  "github.com/x/y"\n)', "go", ("github.com/x/y",)),
        ("disp(1)", "matlab", ()),
    ],
)
def test_other_languages_tell_what_they_rest_on(
    code: str, fence: str, library: tuple[str, ...]
) -> None:
    language = languages.of_fence(fence)
    assert language is not None
    assert of_code(code, language.name).libraries == library


def test_code_with_a_mistake_in_it_is_read_line_by_line() -> None:
    assert "dipy" in str(against("import os\nimport dipy, sys\nprint 'x'", "C++", fence="python"))


def test_a_session_with_prompts_is_read_too() -> None:
    assert "`fury`" in str(against(">>> from fury import ui\n>>> ui.x()", "C++", fence="python"))


def test_of_several_blocks_each_must_carry_over() -> None:
    (first, second) = quoted_code.blocks(
        "```python\nimport os\n```\nand\n```python\nimport dipy\n```"
    )
    assert reason_against([first], languages.named("C++"), OWN) is None
    assert reason_against([first, second], languages.named("C++"), OWN)


def test_without_a_language_or_code_there_is_nothing_to_do() -> None:
    assert reason_against([Code("x = 1", None)], None, OWN) == NO_TARGET
    assert reason_against([], languages.named("C++"), OWN) == NO_CODE


def test_each_counterpart_is_of_a_known_language_and_has_its_source() -> None:
    names = {language.name for language in languages.LANGUAGES}
    for library in LIBRARIES:
        assert set(library.counterparts) <= names
        assert library.source.startswith("https://")
    modules = [module for library in LIBRARIES for module in library.modules]
    assert len(modules) == len(set(modules))
