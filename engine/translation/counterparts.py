"""Which well-known libraries there are in which languages.

A library counts where it has bindings or a port of its own, or where what it does is commonly done
by another of the same reach; each entry names the page that says so. What is not listed is not
known to carry over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Library:
    """A library, and what takes its place in each language."""

    name: str
    modules: tuple[str, ...]
    """The names it is imported by, in whichever language: of a Python import, the first part."""
    counterparts: Mapping[str, str]
    """By the language's name, what to use there."""
    source: str
    """The page that says so."""


LIBRARIES: Final = (
    Library(
        "VTK",
        ("vtk", "vtkmodules", "@kitware/vtk.js", "vtk.js"),
        {"Python": "vtk", "C++": "VTK", "Java": "VTK's Java bindings", "JavaScript": "vtk.js"},
        "https://docs.vtk.org/en/latest/getting_started/index.html",
    ),
    Library(
        "NumPy",
        ("numpy",),
        {
            "Python": "numpy",
            "C++": "xtensor or Eigen",
            "Rust": "ndarray",
            "Julia": "its own arrays",
            "MATLAB": "its own matrices",
            "Octave": "its own matrices",
            "Fortran": "its own arrays",
            "R": "its own arrays",
            "Go": "Gonum",
        },
        "https://xtensor.readthedocs.io/en/latest/numpy.html",
    ),
    Library(
        "SciPy",
        ("scipy",),
        {
            "Python": "scipy",
            "MATLAB": "its own toolboxes",
            "Julia": "the packages of SciML and JuliaMath",
        },
        "https://docs.sciml.ai/Overview/stable/comparisons/python/",
    ),
    Library(
        "Matplotlib",
        ("matplotlib", "pylab"),
        {
            "Python": "matplotlib",
            "MATLAB": "its own plots",
            "Octave": "its own plots",
            "Julia": "PythonPlot.jl",
            "C++": "Matplot++",
        },
        "https://alandefreitas.github.io/matplotplusplus/",
    ),
    Library(
        "pandas",
        ("pandas",),
        {"Python": "pandas", "R": "data frames", "Julia": "DataFrames.jl", "Rust": "Polars"},
        "https://dataframes.juliadata.org/stable/man/comparisons/",
    ),
    Library(
        "OpenCV",
        ("cv2", "opencv2", "org.opencv", "opencv"),
        {"Python": "cv2", "C++": "OpenCV", "Java": "its Java bindings", "JavaScript": "OpenCV.js"},
        "https://docs.opencv.org/4.x/d1/dfb/intro.html",
    ),
    Library(
        "OpenGL",
        ("OpenGL", "GL", "GLFW", "glfw", "GLES3"),
        {
            "Python": "PyOpenGL",
            "C": "OpenGL",
            "C++": "OpenGL",
            "JavaScript": "WebGL",
            "Java": "LWJGL",
            "C#": "OpenTK",
            "Rust": "glow",
        },
        "https://www.khronos.org/opengl/wiki/Language_bindings",
    ),
    Library(
        "wgpu",
        ("wgpu",),
        {"Python": "wgpu", "Rust": "wgpu", "C": "wgpu-native", "C++": "wgpu-native"},
        "https://wgpu-py.readthedocs.io/en/stable/intro.html",
    ),
    Library(
        "Qt",
        ("PyQt5", "PyQt6", "PySide2", "PySide6"),
        {"Python": "PySide6", "C++": "Qt"},
        "https://doc.qt.io/qtforpython-6/",
    ),
    Library(
        "PyTorch",
        ("torch",),
        {"Python": "torch", "C++": "LibTorch"},
        "https://docs.pytorch.org/cppdocs/",
    ),
    Library(
        "TensorFlow",
        ("tensorflow", "@tensorflow/tfjs"),
        {"Python": "tensorflow", "C++": "its C++ API", "JavaScript": "TensorFlow.js"},
        "https://www.tensorflow.org/api_docs",
    ),
    Library(
        "ITK",
        ("itk",),
        {"Python": "itk", "C++": "ITK", "JavaScript": "itk-wasm"},
        "https://docs.itk.org/",
    ),
    Library(
        "Requests",
        ("requests",),
        {
            "Python": "requests",
            "JavaScript": "fetch",
            "TypeScript": "fetch",
            "Go": "net/http",
            "Java": "java.net.http",
            "C#": "HttpClient",
            "Rust": "reqwest",
            "Ruby": "net/http",
        },
        "https://developer.mozilla.org/en-US/docs/Web/API/Fetch_API",
    ),
)

_SPELT_ALIKE: Final = {"TypeScript": "JavaScript"}
"""Languages whose code calls the libraries of another."""

_BY_MODULE: Final = {module: library for library in LIBRARIES for module in library.modules}


def library_of(module: str) -> Library | None:
    """Return the library that is imported as ``module``."""
    return _BY_MODULE.get(module)


def counterpart(library: Library, language: str) -> str | None:
    """Return what takes the place of ``library`` in ``language``, if anything does."""
    found = library.counterparts.get(language)
    return found or library.counterparts.get(_SPELT_ALIKE.get(language, ""))
