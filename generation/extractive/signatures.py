"""Finds signatures in source text, and sets them for reading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDTH: Final = 88
_OPENING: Final = "([{"
_CLOSING: Final = ")]}"
_STRING_OR_SPACE: Final = re.compile(r"(?P<string>\"[^\"\n]*\"|'[^'\n]*')|\s+")


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
    joined = _STRING_OR_SPACE.sub(lambda match: match["string"] or " ", signature.strip())
    joined = joined.rstrip(":").rstrip()
    joined = re.sub(r"([(\[{]) ", r"\1", joined)
    return re.sub(r",? ([)\]}])", r"\1", joined)


def stub(signature: str, *, indent: str = "") -> str:
    """Return a signature as in a stub file, with its parameters on several lines when long."""
    line = f"{indent}{one_line(signature)}: ..."
    parameters = _parameters(line)
    if len(line) <= _WIDTH or not parameters:
        return line
    start = line.index("(") + 1
    head, tail = line[:start], line[start + len(parameters) :]
    filled = "\n".join(_filled(_split(parameters), f"{indent}    "))
    return f"{head}\n{filled}\n{indent}{tail}"


def required(signature: str) -> frozenset[str]:
    """Return the names of the parameters that have no default."""
    names: set[str] = set()
    for part in _split(_parameters(signature)):
        name = re.match(r"\w+", part)
        if name and "=" not in part and name.group() not in {"self", "cls"}:
            names.add(name.group())
    return frozenset(names)


def _filled(parameters: list[str], indent: str) -> list[str]:
    """Set parameters on lines that are broken between them alone: a type is never torn apart."""
    lines: list[str] = []
    for parameter in parameters:
        grown = f"{lines[-1]} {parameter}," if lines else ""
        if grown and len(grown) <= _WIDTH:
            lines[-1] = grown
        else:
            lines.append(f"{indent}{parameter},")
    return lines


def _parameters(signature: str) -> str:
    """Return what stands between the first parenthesis and the one that closes it."""
    start = signature.find("(") + 1
    depth = 1
    for position, character in _outside_strings(signature, start):
        depth += (character in _OPENING) - (character in _CLOSING)
        if depth == 0:
            return signature[start:position]
    return ""


def _split(parameters: str) -> list[str]:
    """Split at the commas that stand in no bracket and no string."""
    starts, depth = [0], 0
    for position, character in _outside_strings(parameters, 0):
        depth += (character in _OPENING) - (character in _CLOSING)
        if character == "," and depth == 0:
            starts.append(position + 1)
    ends = [*(start - 1 for start in starts[1:]), len(parameters)]
    parts = (parameters[start:end].strip() for start, end in zip(starts, ends, strict=True))
    return [part for part in parts if part]


def _outside_strings(text: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield the characters of ``text`` that are in no string literal, with where they are."""
    quote = ""
    for position in range(start, len(text)):
        character = text[position]
        if quote:
            quote = "" if character == quote and text[position - 1] != "\\" else quote
        elif character in "\"'":
            quote = character
        else:
            yield position, character
