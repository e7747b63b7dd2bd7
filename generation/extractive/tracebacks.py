"""Reads the error that a question quotes, and finds where the passages raise it."""

from __future__ import annotations

import ast
import builtins
import re
import textwrap
from dataclasses import dataclass
from typing import Final

from generation.extractive import examples
from generation.extractive.sentences import sentences

_LINE: Final = re.compile(
    r"(?<![\w.])(?P<name>(?:\w+\.)+[A-Z]\w+|[A-Z]\w*(?:Error|Exception|Warning)):[ \t]+"
    r"(?P<message>\S[^\n]*)"
)
_JOINT: Final = re.compile(r"(?P<quote>[\"\'])\s*\n\s*[fFrRbB]*(?P=quote)")
"""Between two literals that Python makes one."""
_LITERAL: Final = re.compile(r"\"([^\"\n]{8,})\"|\'([^\'\n]{8,})\'")
_FIELD: Final = re.compile(r"\{[^{}]*\}|%[a-z]")
_SHORTEST: Final = 8
"""Letters that a literal has besides its fields, so that it is like no other message."""


@dataclass(frozen=True, slots=True)
class Error:
    """An error as a traceback ends with it."""

    name: str
    """Without its module."""
    message: str


def read(question: str) -> Error | None:
    """Return the last error of ``question``; None when it quotes none."""
    found = list(_LINE.finditer(question))
    if not found:
        return None
    name = found[-1]["name"].rpartition(".")[2]
    return Error(name, found[-1]["message"].strip().strip("`"))


def states(text: str, error: Error) -> bool:
    """Tell a text that holds the error's message, with what stands for its fields."""
    text = " ".join(_JOINT.sub("", text).split())
    # A person may go on after the message, on its line.
    wordings = {error.message, *sentences(error.message)[:1]}
    if any(wording in text for wording in wordings if len(wording) > _SHORTEST):
        return True
    literals = ("".join(groups) for groups in _LITERAL.findall(text))
    return any(_fits(literal, wording) for literal in literals for wording in wordings)


def raising(source: str, error: Error) -> str:
    """Return the statement of Python that raises ``error`` with its message, as it is written.

    Without one, that which raises a class of that name, if it is no builtin; else nothing.
    """
    source = textwrap.dedent(source)
    tree = examples.parsed(source)
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.Raise)] if tree else []
    codes = [textwrap.dedent(ast.get_source_segment(source, s) or "") for s in statements]
    with_message = [code for code in codes if states(code, error)]
    of_class = [code for code in codes if re.match(rf"raise (?:\w+\.)*{error.name}\b", code)]
    return next(iter([*with_message, *([] if hasattr(builtins, error.name) else of_class)]), "")


def _fits(literal: str, message: str) -> bool:
    """Tell a literal that the message is made from."""
    first, *parts = _FIELD.split(literal)
    if not parts or len(first) + sum(map(len, parts)) < _SHORTEST:
        return False
    at = len(first)
    for part in parts[:-1]:
        at = message.find(part, at)
        if at < 0:
            return False
        at += len(part)
    last = parts[-1]
    return message.startswith(first) and message.endswith(last) and len(message) >= at + len(last)
