"""Where a docstring is best cut, and what its first sentence is."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from storage.text import storable

if TYPE_CHECKING:
    from retrieval.chunkers.cutting import Levels
    from retrieval.chunkers.lines import Lines, Span

_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

_UNDERLINE = re.compile(r"\s*(-{3,}|={3,})\s*")
_GOOGLE_SECTION = re.compile(
    r"\s*(Args|Arguments|Attributes|Examples?|Notes?|Parameters|Raises|References|Returns|Yields):\s*"
)
_EMPTY = frozenset({"", '"""', "'''"})
"""Lines of a docstring on which nothing starts."""
_SENTENCE = re.compile(r".+?[.!?](?=\s+[A-Z`'\"(]|$)")


def docstring_text(node: _Documented) -> str | None:
    """Return a docstring without its indentation, its escapes resolved."""
    docstring = ast.get_docstring(node)
    return None if docstring is None else storable(docstring)


def docstring_levels(lines: Lines, span: Span) -> Levels:
    """Return line numbers at which the docstring in ``span`` may be cut.

    At its sections (numpydoc's underlined ones, Google's ``Args:``), then paragraphs, then the
    entries of a list of parameters.
    """
    inside = range(span.start + 1, span.end + 1)
    written = [number for number in inside if lines[number].strip() not in _EMPTY]
    margin = min((_indentation(lines[number]) for number in written), default=0)
    return (
        tuple(n for n in written if _is_section(lines, n, span=span)),
        tuple(n for n in written if lines.is_blank(n - 1)),
        tuple(n for n in written if _indentation(lines[n]) <= margin),
    )


def first_paragraph_end(lines: Lines, span: Span) -> int:
    """Return the last line of the first paragraph of the docstring in ``span``.

    The paragraph begins on the line of the quotes or on the next.
    """
    begins_on_next = lines[span.start].strip().lower().lstrip("ru") in _EMPTY
    for number in range(span.start + 1 + begins_on_next, span.end + 1):
        if lines.is_blank(number):
            return number - 1
    return span.end


def first_sentence(docstring: str | None) -> str | None:
    """Return the first sentence of a docstring on one line, or None when there is none."""
    if not docstring or not docstring.strip():
        return None
    paragraph = " ".join(docstring.strip().split("\n\n", 1)[0].split())
    match = _SENTENCE.match(paragraph)
    return match[0] if match else paragraph


def _is_section(lines: Lines, number: int, *, span: Span) -> bool:
    underlined = number < span.end and bool(_UNDERLINE.fullmatch(lines[number + 1]))
    return underlined or bool(_GOOGLE_SECTION.fullmatch(lines[number]))


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())
