"""Finds signatures in source text, and sets them for reading."""

from __future__ import annotations

import re
import textwrap
from typing import Final

_WIDTH: Final = 88
_OPENING: Final = "([{"
_CLOSING: Final = ")]}"


def find(source: str, name: str) -> str | None:
    """Return the signature of the function ``name`` in ``source`` on one line, if it is there."""
    head = re.search(rf"^[ \t]*((?:async[ ]+)?def {re.escape(name)}\()", source, re.MULTILINE)
    if head is None:
        return None
    depth = 0
    for position in range(head.end(1) - 1, len(source)):
        depth += (source[position] in _OPENING) - (source[position] in _CLOSING)
        if depth == 0 and source[position] in ":\n":
            return one_line(source[head.start(1) : position])
    return one_line(source[head.start(1) :]) if depth == 0 else None


def one_line(signature: str) -> str:
    """Join a signature that spans lines, without the comma that then ends it."""
    joined = " ".join(signature.split()).rstrip(":").rstrip()
    joined = re.sub(r"([(\[{]) ", r"\1", joined)
    return re.sub(r",? ([)\]}])", r"\1", joined)


def stub(signature: str, *, indent: str = "") -> str:
    """Return a signature as in a stub file, with its parameters on several lines when long."""
    line = f"{indent}{one_line(signature)}: ..."
    if len(line) <= _WIDTH or "(" not in line or ")" not in line:
        return line
    head, _, rest = line.partition("(")
    parameters, _, tail = rest.rpartition(")")
    filled = textwrap.fill(
        parameters,
        width=_WIDTH,
        initial_indent=f"{indent}    ",
        subsequent_indent=f"{indent}    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return f"{head}(\n{filled},\n{indent}){tail}"


def required(signature: str) -> frozenset[str]:
    """Return the names of the parameters that have no default."""
    parameters = signature.partition("(")[2].rpartition(")")[0]
    names: set[str] = set()
    for part in _split(parameters):
        name = re.match(r"\w+", part)
        if name and "=" not in part and name.group() not in {"self", "cls"}:
            names.add(name.group())
    return frozenset(names)


def _split(parameters: str) -> list[str]:
    """Split at the commas that stand in no bracket."""
    parts, depth = [""], 0
    for character in parameters:
        depth += (character in _OPENING) - (character in _CLOSING)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]
