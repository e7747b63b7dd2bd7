"""Cuts files into chunks that keep their meaning: definitions, sections, cells, blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.chunkers.markdown import parse_markdown
from retrieval.chunkers.notebook import parse_notebook
from retrieval.chunkers.plain import parse_plain
from retrieval.chunkers.python import parse_python
from retrieval.chunkers.rst import parse_rst
from retrieval.chunkers.tutorial import is_tutorial, parse_tutorial

if TYPE_CHECKING:
    from collections.abc import Callable

    from retrieval.model import ParsedFile

__all__ = ["parse"]

_LANGUAGES = {
    "c": "c",
    "cc": "cpp",
    "cfg": "ini",
    "cpp": "cpp",
    "css": "css",
    "frag": "glsl",
    "geom": "glsl",
    "glsl": "glsl",
    "h": "c",
    "hpp": "cpp",
    "html": "html",
    "ini": "ini",
    "ipynb": "jupyter",
    "js": "javascript",
    "json": "json",
    "markdown": "markdown",
    "md": "markdown",
    "ps1": "powershell",
    "py": "python",
    "pyi": "python",
    "pyx": "cython",
    "rst": "restructuredtext",
    "sh": "shell",
    "toml": "toml",
    "ts": "typescript",
    "vert": "glsl",
    "yaml": "yaml",
    "yml": "yaml",
}


def parse(path: str, text: str) -> ParsedFile:
    """Cut the file at ``path`` (relative to the repository, with ``/``) whose text is ``text``.

    A file that its name's format cannot be read as is cut as plain text, with the reason in
    ``note``; nothing is raised whatever the text.
    """
    language = _LANGUAGES.get(path.rpartition(".")[2].lower(), "text")
    parser = _parser(path, language=language)
    if parser is None:
        return parse_plain(path, text, language=language)
    try:
        return parser(path, text)
    except (SyntaxError, ValueError, KeyError, RecursionError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        note = f"indexed as plain text, since it is not valid {language}: {reason}"
        return parse_plain(path, text, language=language, note=note)


def _parser(path: str, *, language: str) -> Callable[[str, str], ParsedFile] | None:
    if language == "python":
        return parse_tutorial if is_tutorial(path) else parse_python
    parsers: dict[str, Callable[[str, str], ParsedFile]] = {
        "jupyter": parse_notebook,
        "markdown": parse_markdown,
        "restructuredtext": parse_rst,
    }
    return parsers.get(language)
