"""Cuts files into chunks that keep their meaning: definitions, sections, cells, blocks."""

from __future__ import annotations

import re
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from retrieval.chunkers.gists import with_gists
from retrieval.chunkers.grammars import GRAMMARS
from retrieval.chunkers.limits import within_window
from retrieval.chunkers.markdown import parse_markdown
from retrieval.chunkers.notebook import parse_notebook
from retrieval.chunkers.plain import parse_plain
from retrieval.chunkers.python import parse_python
from retrieval.chunkers.rst import parse_rst
from retrieval.chunkers.syntax import parse_syntax
from retrieval.chunkers.tutorial import is_tutorial, parse_tutorial

if TYPE_CHECKING:
    from collections.abc import Callable

    from retrieval.chunkers.measure import Measure
    from retrieval.model import ParsedFile

    _Parser = Callable[[str, str, Measure], ParsedFile]

__all__ = ["parse"]

_EXTENSIONS = {
    "c": "c",
    "cpp": "cc cpp cxx c++ hh hpp hxx ipp tpp",
    "css": "css",
    "cython": "pxd pxi pyx",
    "glsl": "comp frag fsh geom glsl tesc tese vert vsh",
    "go": "go",
    "html": "html",
    "ini": "cfg ini",
    "java": "java",
    "javascript": "cjs js jsx mjs",
    "json": "json",
    "jupyter": "ipynb",
    "markdown": "markdown md",
    "powershell": "ps1",
    "python": "py pyi",
    "restructuredtext": "rst",
    "rust": "rs",
    "shell": "bash sh",
    "toml": "toml",
    "typescript": "cts mts ts tsx",
    "yaml": "yaml yml",
}
_LANGUAGES = {
    "h": "c",
    **{name: language for language, names in _EXTENSIONS.items() for name in names.split()},
}


MOST_PARTS = 5_000
"""Definitions or sections of a file that a person wrote have by far; a file of more is data."""

_BEGINS_PART = {
    "python": re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)\b", re.MULTILINE),
    "markdown": re.compile(r"^ {0,3}#", re.MULTILINE),
    "restructuredtext": re.compile(r"^([=\-`:.'\"~^_*+#])\1*$", re.MULTILINE),
}
"""How a line begins a definition or a section, where these take long to be cut."""


def parse(path: str, text: str, measure: Measure) -> ParsedFile:
    """Cut the file at ``path`` (relative to the repository, with ``/``) whose text is ``text``.

    The text of no chunk, with its context, is longer than ``measure.window``, and every line that
    is not blank is in a chunk. A file that its name's format cannot be read as is cut as plain
    text, with the reason in ``note``; nothing is raised whatever the text.
    """
    return with_gists(within_window(_parse(path, text, measure), measure))


def _parse(path: str, text: str, measure: Measure) -> ParsedFile:
    language = _LANGUAGES.get(path.rpartition(".")[2].lower(), "text")
    parser = _parser(path, language=language)
    if parser is None:
        return parse_plain(path, text, measure, language=language)
    if _has_too_many_parts(text, language):
        note = f"indexed as plain text, since it has more than {MOST_PARTS:,} parts"
        return parse_plain(path, text, measure, language=language, note=note)
    try:
        return parser(path, text, measure)
    except (SyntaxError, ValueError, KeyError, RecursionError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        note = f"indexed as plain text, since it is not valid {language}: {reason}"
        return parse_plain(path, text, measure, language=language, note=note)


def _has_too_many_parts(text: str, language: str) -> bool:
    begins = _BEGINS_PART.get(language)
    found = begins.finditer(text) if begins else iter(())
    return next(islice(found, MOST_PARTS, None), None) is not None


def _parser(path: str, *, language: str) -> _Parser | None:
    if language == "python":
        return parse_tutorial if is_tutorial(path) else parse_python
    if language in GRAMMARS:
        return partial(parse_syntax, language=language)
    parsers: dict[str, _Parser] = {
        "jupyter": parse_notebook,
        "markdown": parse_markdown,
        "restructuredtext": parse_rst,
    }
    return parsers.get(language)
