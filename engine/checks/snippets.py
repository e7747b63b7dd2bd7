"""Python as people show it, made into Python as it is parsed, line by line.

Prompts, an interpreter's output, commands of IPython and marks for what is left out are no Python,
and no mistakes either.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROMPT = re.compile(r"^\s*>>>(?: |$)(?P<code>.*)$")
_CONTINUED = re.compile(r"^\s*\.\.\.(?: |$)(?P<code>.*)$")
_CELL = re.compile(r"^(?:In \[\d*\]: |   \.{3}: ?)(?P<code>.*)$")
_CELL_OUTPUT = re.compile(r"^Out\[\d*\]:")
_MAGIC = re.compile(r"^(?P<indent>\s*)(?:[%!]|\?\w)\S*.*$|^(?P<help>\s*)[\w.]+\?{1,2}\s*$")
_ASSIGNED_MAGIC = re.compile(r"^(?P<target>\s*+[\w, ]++=\s*+)[%!].*$")
_OTHER_CELL = re.compile(
    r"\A\s*%%(?:bash|cmd|html|javascript|js|latex|markdown|sh|svg|system|writefile)\b"
)
_SHELL = re.compile(
    r"^[ \t]*+(?:\$ |pip3? install |conda install |python3? -m |git clone )", re.MULTILINE
)

_PLACEHOLDER = re.compile(
    r"^(?P<indent>\s*)(?:…|\[(?:\.{3}|…)\]|<(?:\.{3}|…)>|(?:\.{3} ?){2,})\s*$"
)
# Possessive, and within a line: a block of many blank lines takes linear time.
_LEFT_OUT = re.compile(
    r"^[ \t]*+#[ \t]*+(?:(?:\.{3}|…|\[\.{3}\])"
    r"|(?:the\s+)?(?:same\s+)?as\s+(?:above|before)[^\w\n]*+$"
    r"|.*\b(?:rest\s+of\s+(?:the|your)\s+(?:code|script|program|setup)"
    r"|your\s+(?:own\s+|existing\s+)?(?:code|setup)"
    r"|(?:existing|previous|earlier)\s+(?:code|setup)\b"
    r"|assum(?:e|es|ing)\s+(?:that\s+)?(?:you|we|there|your|`|'|\w+\s+(?:is|are|has|have)\b)"
    r"|already\s+(?:have|has|created|defined|set)"
    r"|defined\s+(?:above|before|earlier|elsewhere)))",
    re.IGNORECASE | re.MULTILINE,
)
_PARAMETERS = re.compile(r"\((\s*+)(?:\.{3}|…)(\s*+)\)(?=\s*+(?:->[^\n:]{0,200}+)?+:)")
"""Parameters that are left out, ``def f(...):``, with a bounded look at what is returned."""

_DEFINES = re.compile(r"^(?:async def|def|class|@)\b|^@", re.MULTILINE)
_DOTS = re.compile(r"\.{3}|…")
_DIFF = re.compile(r"^(?:[+-] |[+-]{3} |@@ )", re.MULTILINE)
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of Python, and what could be made of it."""

    source: str
    """As many lines as it had; blank, of what is no Python."""
    is_whole: bool
    """Nothing is said to be left out of it."""
    names: frozenset[str] = frozenset()
    """Of what cannot be parsed, the names that it may define."""
    error: SyntaxError | None = None
    """Why it cannot be parsed, where that is a mistake."""


def read_snippet(text: str) -> Snippet:
    """Return a snippet in a form that can be parsed, or why there is none."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")
    source = dedent("\n".join(_plain_lines(text.split("\n"))))
    names = frozenset(_IDENTIFIER.findall(text))
    if _OTHER_CELL.search(text):
        return Snippet("", is_whole=True)
    is_whole = not _LEFT_OUT.search(text)
    for form in (dedent(text), *_forms(source)):
        tree = parse(form)
        if isinstance(tree, ast.Module):
            return Snippet(form, is_whole and not _has_gap(tree))
    error = parse(source)
    is_mistake = not (_DOTS.search(text) or _SHELL.search(text) or _DIFF.search(text))
    return Snippet(
        "",
        is_whole=is_mistake,
        names=names,
        error=error if isinstance(error, SyntaxError) and is_mistake else None,
    )


def parse(source: str) -> ast.Module | SyntaxError:
    """Return the tree of a module, or why there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in texts that are none, and the like
            return ast.parse(source)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError) as error:
        return SyntaxError(str(error) or "it is nested too deep")


def looks_like_python(text: str) -> bool:
    """Whether a block without a tag is Python: it has prompts, or imports, defines or calls."""
    if any(_PROMPT.match(line) for line in text.splitlines()):
        return True
    tree = parse(read_snippet(text).source)
    if isinstance(tree, SyntaxError):
        return False
    telling = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.With)
    return any(
        isinstance(node, telling)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
        for node in tree.body
    )


def _plain_lines(lines: list[str]) -> Iterator[str]:
    if any(_PROMPT.match(line) for line in lines):
        yield from _prompted(lines)
    elif any(_CELL.match(line) for line in lines):
        for line in lines:
            match = _CELL.match(line)
            yield _without_magic(match["code"]) if match else ""
    else:
        yield from map(_without_magic, lines)


def _prompted(lines: list[str]) -> Iterator[str]:
    is_open = False
    for line in lines:
        match = _PROMPT.match(line) or (_CONTINUED.match(line) if is_open else None)
        is_open = match is not None
        yield _without_magic(match["code"]) if match else ""


def _without_magic(line: str) -> str:
    if match := _PLACEHOLDER.match(line):
        return f"{match['indent']}..."
    if match := _ASSIGNED_MAGIC.match(line):
        return f"{match['target']}None"
    if match := _MAGIC.match(line):
        return f"{match['indent'] or match['help'] or ''}pass"
    return line


def _forms(source: str) -> Iterator[str]:
    """Yield a source as it is, then as it may be meant: with parameters or a body left out."""
    yield source
    text = _PARAMETERS.sub(r"(\1*_, **__\2)", source)
    yield text
    if _DEFINES.search(text):
        end = len(text.rstrip())
        yield f"{text[:end]} ...{text[end:]}"
        yield f"{text[:end]}: ...{text[end:]}"


def _has_gap(tree: ast.Module) -> bool:
    """Whether a bare ``...``, or ``[...]``, stands among the statements of a module."""
    for statement in tree.body:
        match statement:
            case ast.Expr(
                value=ast.Constant(value=value) | ast.List(elts=[ast.Constant(value=value)])
            ) if value is Ellipsis:
                return True
    return False
