"""The libraries that a piece of code rests on, as its own imports tell."""

from __future__ import annotations

import ast
import builtins
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_CUSTOMARY: Final = {
    "np": "numpy",
    "numpy": "numpy",
    "plt": "matplotlib",
    "pd": "pandas",
    "sp": "scipy",
    "vtk": "vtk",
    "torch": "torch",
    "cv2": "cv2",
}
"""Names that Python code cut from its file uses for a library without importing it."""

_PYTHON_IMPORT: Final = re.compile(
    r"^[ \t]*(?:>>> ?|\.\.\. ?)?(?:from[ \t]+(?P<package>\.*[\w.]*)[ \t]+import\b"
    r"|import[ \t]+(?P<modules>[\w., \t]+))",
    re.MULTILINE,
)
_RELATIVE: Final = "."

_C_HEADERS: Final = frozenset(
    """assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal
    stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads
    time uchar wchar wctype unistd""".split()
)
_GO_MODULE: Final = re.compile(r"^[\w-]+\.[\w.-]+/")


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What a piece of code rests on beside its language."""

    libraries: tuple[str, ...] = ()
    """As they are imported."""
    unbound: frozenset[str] = frozenset()
    """Of Python: names that it takes attributes of, and neither binds nor imports."""
    is_relative: bool = False
    """It imports from the package that it is itself in."""


def of_python(code: str) -> Dependencies:
    """Return what Python ``code`` rests on; what does not parse is read line by line."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _of_python_lines(code)
    roots: dict[str, None] = {}
    is_relative = False
    bound: set[str] = set(dir(builtins))
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                roots.update((alias.name.partition(".")[0], None) for alias in names)
                bound.update(alias.asname or alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=module, level=level, names=names):
                is_relative = is_relative or level > 0
                if module and not level:
                    roots[module.partition(".")[0]] = None
                bound.update(alias.asname or alias.name for alias in names)
            case ast.Name(id=name, ctx=ast.Store()):
                bound.add(name)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                bound.add(node.name)
            case ast.arg(arg=name):
                bound.add(name)
    unbound = frozenset(_bases(tree)) - bound
    roots.update((_CUSTOMARY[name], None) for name in sorted(unbound) if name in _CUSTOMARY)
    return Dependencies(_third_party(roots), unbound, is_relative)


def _bases(tree: ast.AST) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id


def _of_python_lines(code: str) -> Dependencies:
    roots: dict[str, None] = {}
    is_relative = False
    for match in _PYTHON_IMPORT.finditer(code):
        if match["package"] is not None:
            is_relative = is_relative or match["package"].startswith(_RELATIVE)
            roots[match["package"].partition(".")[0]] = None
        else:
            names = (part.split() for part in match["modules"].split(","))
            roots.update((words[0].partition(".")[0], None) for words in names if words)
    roots.pop("", None)
    return Dependencies(_third_party(roots), is_relative=is_relative)


def _third_party(roots: Iterable[str]) -> tuple[str, ...]:
    return tuple(root for root in roots if root not in sys.stdlib_module_names)


@dataclass(frozen=True, slots=True)
class _Imports:
    """How a language imports, and which of the names are its own."""

    pattern: re.Pattern[str]
    name: Callable[[str], str | None]
    """What is imported to the library that it is of; None for the language's own."""


def _of_include(header: str) -> str | None:
    stem, dot, _ = header.rpartition(".")
    if not dot:
        return None if "/" not in header else header.partition("/")[0]
    if stem in _C_HEADERS:
        return None
    if re.match(r"vtk[A-Z]", stem):
        return "vtk"
    return stem.partition("/")[0]


def _of_module(specifier: str) -> str | None:
    if specifier.startswith((".", "/", "node:")) or specifier in {"fs", "path", "util", "os"}:
        return None
    parts = specifier.split("/")
    return "/".join(parts[: 2 if specifier.startswith("@") else 1])


def _of_java(name: str) -> str | None:
    parts = name.split(".")
    return None if parts[0] in {"java", "javax", "jdk"} else ".".join(parts[:2])


def _of_rust(crate: str) -> str | None:
    return None if crate in {"std", "core", "alloc", "crate", "self", "super"} else crate


def _of_go(path: str) -> str | None:
    return path if _GO_MODULE.match(path) else None


_ECMASCRIPT: Final = _Imports(
    re.compile(
        r"(?:\bfrom|^[ \t]*import|\brequire\(|\bimport\()[ \t]*['\"]([^'\"\n]+)", re.MULTILINE
    ),
    _of_module,
)
_INCLUDES: Final = _Imports(
    re.compile(r"^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"\n]+)", re.MULTILINE), _of_include
)
_IMPORTS: Final[Mapping[str, _Imports]] = {
    "C": _INCLUDES,
    "C++": _INCLUDES,
    "JavaScript": _ECMASCRIPT,
    "TypeScript": _ECMASCRIPT,
    "Java": _Imports(
        re.compile(r"^[ \t]*import[ \t]+(?:static[ \t]+)?([\w.]+)", re.MULTILINE), _of_java
    ),
    "Rust": _Imports(
        re.compile(r"^[ \t]*(?:pub[ \t]+)?use[ \t]+(?:::)?(\w+)", re.MULTILINE), _of_rust
    ),
    "Go": _Imports(
        re.compile(r"^[ \t]*(?:import[ \t]+)?(?:[\w.]+[ \t]+)?\"([^\"\n]+)\"", re.MULTILINE), _of_go
    ),
}


def of_code(code: str, language: str | None) -> Dependencies:
    """Return what ``code`` in ``language`` rests on; nothing is known of the other languages."""
    if language == "Python":
        return of_python(code)
    imports = _IMPORTS.get(language or "")
    if imports is None:
        return Dependencies()
    names = (imports.name(match[1]) for match in imports.pattern.finditer(code))
    return Dependencies(tuple(dict.fromkeys(name for name in names if name)))
