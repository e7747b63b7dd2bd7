"""Programming languages by the names that people give them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Language:
    """A programming language that code can be translated to."""

    name: str
    """As its users write it: ``C++``."""
    fence: str
    """After the back-ticks of a block of its code."""
    aliases: tuple[str, ...] = ()
    """Further names, in lower case."""
    exact: tuple[str, ...] = ()
    """Names that count in this spelling alone, since in another they are common words."""


LANGUAGES: Final = (
    Language("Python", "python", ("python3", "py", "cpython")),
    Language("C++", "cpp", ("cpp", "cplusplus", "c plus plus", "cxx")),
    Language("C#", "csharp", ("csharp", "c sharp", "c-sharp")),
    Language("F#", "fsharp", ("fsharp", "f sharp")),
    Language("C", "c", (), ("C", "ANSI C", "plain c", "plain C", "pure C")),
    Language("Objective-C", "objectivec", ("objective c", "objc")),
    Language("Java", "java"),
    Language("JavaScript", "javascript", ("js", "java script", "ecmascript", "node.js", "nodejs")),
    Language("TypeScript", "typescript", ("ts", "type script")),
    Language("Rust", "rust", ("rustlang",)),
    Language("Go", "go", ("golang",), ("Go",)),
    Language("Julia", "julia", ("julialang",)),
    Language("R", "r", (), ("R", "GNU R", "Rlang")),
    Language("MATLAB", "matlab"),
    Language("Octave", "octave"),
    Language("Fortran", "fortran"),
    Language("Kotlin", "kotlin"),
    Language("Swift", "swift", (), ("Swift",)),
    Language("Scala", "scala"),
    Language("Ruby", "ruby"),
    Language("PHP", "php"),
    Language("Perl", "perl"),
    Language("Lua", "lua", ("luajit",)),
    Language("Haskell", "haskell"),
    Language("OCaml", "ocaml"),
    Language("Dart", "dart", (), ("Dart",)),
    Language("Zig", "zig"),
    Language("D", "d", ("dlang",), ("D",)),
    Language("Nim", "nim"),
    Language("Elixir", "elixir"),
    Language("Erlang", "erlang"),
    Language("Clojure", "clojure"),
    Language("Bash", "bash", ("shell", "sh")),
    Language("PowerShell", "powershell"),
    Language("GLSL", "glsl"),
    Language("HLSL", "hlsl"),
    Language("WGSL", "wgsl"),
    Language("CUDA", "cuda"),
    Language("SQL", "sql"),
)

_COMMON_WORDS: Final = frozenset({"go", "swift", "dart", "c", "r", "d"})
"""Names in lower case that need another spelling in running text."""


def _names() -> Iterator[tuple[str, bool, Language]]:
    """Yield each name, whether its case counts, and its language."""
    for language in LANGUAGES:
        if language.name.lower() not in _COMMON_WORDS:
            yield language.name, False, language
        yield from ((alias, False, language) for alias in language.aliases)
        yield from ((name, True, language) for name in language.exact)


_LONGEST_FIRST: Final = sorted(_names(), key=lambda entry: -len(entry[0]))
_ANY: Final = "|".join(
    re.escape(name) if is_exact else f"(?i:{re.escape(name)})"
    for name, is_exact, _ in _LONGEST_FIRST
)
_NAME: Final = rf"(?<![\w./#+-])(?P<name>{_ANY})(?![\w#+]|\.\w|-\w)"

_ANYWHERE: Final = re.compile(_NAME)
_TARGET: Final = re.compile(
    r"(?<![\w'-])(?i:to|into|in|onto|for|as|en|vers|nach|auf|a|al|em|para|naar|till|na|на|в)\s+"
    r"(?:(?i:plain|pure|modern|idiomatic|the|standard|vanilla)\s+)?" + _NAME
)
_VERSION_OF: Final = re.compile(
    _NAME
    + r"(?i:\s+(?:code\s+)?(?:equivalent|version|translation|port|counterpart|implementation))\b"
)
_CALLED: Final = {
    **{name.lower(): language for name, _, language in _LONGEST_FIRST},
    **{language.name.lower(): language for language in LANGUAGES},
}


_SUFFIXES: Final = {
    "Python": ("py", "pyi", "pyx"),
    "C++": ("cpp", "cc", "cxx", "hpp", "hxx"),
    "C": ("c", "h"),
    "Java": ("java",),
    "JavaScript": ("js", "mjs", "cjs", "jsx"),
    "TypeScript": ("ts", "tsx"),
    "Rust": ("rs",),
    "Go": ("go",),
    "Julia": ("jl",),
    "MATLAB": ("m",),
    "Bash": ("sh", "bash"),
    "GLSL": ("glsl", "frag", "vert"),
    "WGSL": ("wgsl",),
}
_BY_SUFFIX: Final = {
    suffix: _CALLED[name.lower()] for name, suffixes in _SUFFIXES.items() for suffix in suffixes
}


def named(name: str) -> Language | None:
    """Return the language that ``name`` alone stands for, in any case."""
    return _CALLED.get(" ".join(name.lower().split()))


def target(text: str) -> Language | None:
    """Return the language that ``text`` wants code in: ``… to C++``, ``a Rust version of …``.

    Of several, the last one that is spoken of so: of ``from C to Rust``, Rust.
    """
    found = [*_VERSION_OF.finditer(text), *_TARGET.finditer(text)]
    return _language(max(found, key=lambda match: match.start("name"))) if found else None


def mentioned(text: str) -> tuple[Language, ...]:
    """Return every language that ``text`` names, in order, each once."""
    return tuple(dict.fromkeys(map(_language, _ANYWHERE.finditer(text))))


def of_fence(info: str) -> Language | None:
    """Return the language of a fenced block by the word after its back-ticks."""
    word = info.strip().partition(" ")[0].lower()
    return next((language for language in LANGUAGES if language.fence == word), named(word))


def of_path(path: str) -> Language | None:
    """Return the language that a file is in, by the end of its name."""
    return _BY_SUFFIX.get(path.rpartition(".")[2].lower())


def _language(match: re.Match[str]) -> Language:
    return _CALLED[match["name"].lower()]
