"""A parse check of code in other languages than Python, by their grammars."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine import languages
from engine.checks.model import Problem, ProblemKind
from retrieval.chunkers.grammars import GRAMMARS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_TAGS = {
    "bash": "shell",
    "c++": "cpp",
    "cc": "cpp",
    "cxx": "cpp",
    "frag": "glsl",
    "golang": "go",
    "js": "javascript",
    "jsx": "javascript",
    "mjs": "javascript",
    "rs": "rust",
    "sh": "shell",
    "ts": "typescript",
    "vert": "glsl",
    "zsh": "shell",
}

# What is shown is often the inside of a function: a form in which it stands whole.
_AROUND = {
    "c": "void f() {{\n{}\n}}",
    "cpp": "void f() {{\n{}\n}}",
    "glsl": "void main() {{\n{}\n}}",
    "go": "func f() {{\n{}\n}}",
    "java": "class C {{ void f() {{\n{}\n}} }}",
    "javascript": "class C {{\n{}\n}}",
    "rust": "fn f() {{\n{}\n}}",
    "typescript": "class C {{\n{}\n}}",
}

_NO_CODE = re.compile(r"\.{3}|…|^[ \t]*+[$>%] |<[\w -]++>$|^[+-] ", re.MULTILINE)
"""Marks of what is left out, prompts, placeholders and differences."""


def check_other(text: str, language: str, line: int) -> list[Problem]:
    """Return the first place where code cannot be parsed.

    Args:
        text: The code.
        language: A name or a tag of the language; of one without a grammar nothing is said.
        line: The number of its first line.
    """
    name = _TAGS.get(language, language)
    grammar = GRAMMARS.get(name)
    if grammar is None or _NO_CODE.search(text):
        return []
    forms = [text, _AROUND.get(name, "{}").format(text)]
    try:
        broken = [
            _first_error(grammar.tree(form.encode(errors="replace")).root_node) for form in forms
        ]
    except SyntaxError:
        return []
    if not all(broken) or broken[0] is None:
        return []
    at = line + broken[0].start_point.row
    shown = (broken[0].text or b"").decode(errors="replace").split("\n")[0][:40]
    return [Problem(ProblemKind.SYNTAX, at, shown, f"This is no valid {_title(name)}.")]


def _title(name: str) -> str:
    """Return how people write the language's name."""
    language = languages.of_fence(name)
    return language.name if language else name


def _first_error(root: Node) -> Node | None:
    return next(_errors(root), None) if root.has_error else None


def _errors(root: Node) -> Iterator[Node]:
    pending = [root]
    while pending:
        node = pending.pop()
        if node.is_error or node.is_missing:
            yield node
        elif node.has_error:
            pending.extend(reversed(node.children))
