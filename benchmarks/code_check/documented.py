"""The Python that a project shows its readers: scripts, blocks in its pages, doctests."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

from engine.checks.blocks import code_blocks
from engine.checks.checker import PYTHON
from engine.checks.snippets import looks_like_python

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DIRECTIVE = re.compile(
    r"^(?P<indent>[ ]*)\.\. (?:code|code-block|sourcecode|ipython)::[ ]*(?P<language>[\w+-]*)[ ]*$"
)
_LITERAL = re.compile(r"^(?P<indent>[ ]*)(?!\.\. ).*::[ ]*$")
_OPTION = re.compile(r"^\s*:[\w-]+:.*$")
_TESTS = re.compile(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|conftest)\.py$")


@dataclass(frozen=True, slots=True)
class Shown:
    """A page, a script or a docstring: its blocks are one program."""

    path: str
    line: int
    """1-based, in the file, of the first line."""
    kind: str
    """``script``, ``page`` or ``docstring``."""
    blocks: tuple[tuple[int, str], ...]
    """First line in the file, and code, of each."""
    known: frozenset[str] = frozenset()
    """What is defined where the code runs: of a docstring, its module's names."""

    @property
    def answer(self) -> str:
        """The blocks as they would stand in an answer."""
        return "\n".join(f"Then:\n\n```python\n{code}\n```\n" for _, code in self.blocks)

    @property
    def program(self) -> str:
        """The blocks as one program, each at the lines that it has in the file, from the first."""
        lines: list[str] = []
        for start, code in self.blocks:
            lines += [""] * (start - self.blocks[0][0] - len(lines))
            lines += code.split("\n")
        return "\n".join(lines)

    def file_line(self, block: int, line: int) -> int:
        """Return where in the file a line of a block is; both count from 1."""
        return self.blocks[block - 1][0] + line - 1


def shown_in(root: Path) -> Iterator[Shown]:
    """Yield all Python that a source tree shows, by path."""
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.suffix not in {".py", ".rst", ".md", ".txt"} or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.suffix == ".py":
            yield from _of_python(name, text)
        elif blocks := tuple(_markdown(text) if path.suffix == ".md" else _rst(text)):
            yield Shown(name, blocks[0][0], "page", blocks)


def _of_python(name: str, text: str) -> Iterator[Shown]:
    if _TESTS.search(name):
        return
    if re.search(r"(^|/)(examples?|tutorials?|demos?|gallery)(/|$)", name):
        yield Shown(name, 1, "script", ((1, text),))
        return
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    known = frozenset(_bound(tree))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _of_docstring(name, node, known)


def _of_docstring(
    name: str,
    node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
    known: frozenset[str],
) -> Iterator[Shown]:
    docstring = ast.get_docstring(node, clean=False) or ""
    if not docstring:
        return
    start = node.body[0].lineno
    lines = docstring.split("\n")
    prompts = [number for number, line in enumerate(lines) if line.lstrip().startswith(">>>")]
    blocks: list[tuple[int, str]] = []
    if prompts:
        blocks = [(start, dedent("\n" * prompts[0] + "\n".join(lines[prompts[0] :])))]
    else:
        blocks = [(start + line - 1, code) for line, code in _rst(docstring)]
    if blocks:
        own = {node.name} if not isinstance(node, ast.Module) else set()
        yield Shown(name, start, "docstring", tuple(blocks), known | own)


def _bound(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from ((alias.asname or alias.name).partition(".")[0] for alias in names)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name


def _markdown(text: str) -> Iterator[tuple[int, str]]:
    for block in code_blocks(text):
        if block.language in PYTHON or (not block.language and looks_like_python(block.text)):
            yield block.line, block.text.rstrip("\n")


def _rst(text: str) -> Iterator[tuple[int, str]]:
    """Yield the blocks tagged as Python, and the untagged ones that look like it."""
    lines = text.expandtabs().split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        directive = _DIRECTIVE.match(line)
        match = directive or _LITERAL.match(line)
        if match is None:
            if line.lstrip().startswith(">>>"):
                start = number - 1
                while number < len(lines) and lines[number].strip():
                    number += 1
                yield start + 1, dedent("\n".join(lines[start:number]))
            continue
        start, end = _body(lines, number, len(match["indent"]), has_options=bool(directive))
        code = dedent("\n".join(lines[start:end])).rstrip()
        number = max(end, number)
        language = directive["language"].lower() if directive else ""
        if code and (language in PYTHON or (not language and looks_like_python(code))):
            yield start + 1, code


def _body(lines: list[str], start: int, margin: int, *, has_options: bool) -> tuple[int, int]:
    """Return where the indented block that follows begins and ends."""
    while has_options and start < len(lines) and _OPTION.match(lines[start]):
        start += 1
    while start < len(lines) and not lines[start].strip():
        start += 1
    end = start
    while end < len(lines) and (
        not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > margin
    ):
        end += 1
    return start, end
