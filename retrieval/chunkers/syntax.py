"""Code of the languages that tree-sitter reads, by definition."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from retrieval.chunkers.cutting import blank_line_levels
from retrieval.chunkers.declarations import (
    Declaration,
    Scope,
    first_line,
    last_line,
    node_levels,
    scope_of,
)
from retrieval.chunkers.docstrings import first_sentence
from retrieval.chunkers.grammars import GRAMMARS
from retrieval.chunkers.lines import MeasuredLines, Span
from retrieval.chunkers.plain import parse_plain
from retrieval.chunkers.units import Unit, UnitCutter
from retrieval.model import ChunkKind, ParsedFile, Symbol
from storage.text import storable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from retrieval.chunkers.cutting import Levels
    from retrieval.chunkers.measure import Measure

_LONGEST_WRITTEN = 200
"""Characters a line has on average at most where a person wrote the file."""
_MOST_READ = 500_000
"""Characters beyond which a file is data: a grammar needs some 100 bytes for each, and up to 2,000
where it cannot tell what is meant."""

_CPP = re.compile(
    r"""^\s*(?: class\s+\w[\w\s]*(?:[:{;]|$) | namespace\b | template\s*< | (?:public|private|
        protected)\s*: | using\s+\w+(?:\s*=|::|\s+\w+\s*;) ) | \bstd:: | \bnullptr\b
        | \bconstexpr\b""",
    re.MULTILINE | re.VERBOSE,
)
_MACROS = re.compile(
    r"""^[ \t]*[A-Z][A-Z0-9_]{3,}(?:\([^()\n]*\))?[ \t]*$
        | [A-Z][A-Z0-9_]+(?=[ ]+~\w+\()
        | (?<=\bclass)[ ]+[A-Z][A-Z0-9_]+(?=\s+\w+\s*(?:final\s*)?[:{])
        | (?<=\bstruct)[ ]+[A-Z][A-Z0-9_]+(?=\s+\w+\s*(?:final\s*)?[:{])""",
    re.MULTILINE | re.VERBOSE,
)
"""Macros of C that stand for no expression, which a grammar cannot know: on a line of their own,
between ``class`` and its name, or before a destructor."""


def parse_syntax(path: str, text: str, measure: Measure, *, language: str) -> ParsedFile:
    """Cut a file at its definitions, and list the symbols it defines.

    Whatever is not understood is cut as statements. A file that no person wrote line by line
    (minified, or data) is plain text.

    Raises:
        SyntaxError: it is so broken that it cannot be read in good time.
    """
    if len(text) > _LONGEST_WRITTEN * (text.count("\n") + 1):
        note = "indexed as plain text, since it is minified or generated"
        return parse_plain(path, text, measure, language=language, note=note)
    if len(text) > _MOST_READ:
        note = "indexed as plain text, since it is very long"
        return parse_plain(path, text, measure, language=language, note=note)
    if path.endswith(".h") and _CPP.search(text):
        language = "cpp"
    grammar = GRAMMARS["tsx" if path.endswith(".tsx") else language]
    lines = MeasuredLines(text, measure)
    source = _without_macros(lines.for_parsers(), language=language)
    root = grammar.tree(storable(source).encode()).root_node
    scope = scope_of(root, grammar)
    cutter = UnitCutter(path, lines, lambda _: False)
    return ParsedFile(
        path,
        language,
        cutter.chunks(_file_unit(lines, root, scope)),
        tuple(_symbols(path, scope)),
    )


def _without_macros(text: str, *, language: str) -> str:
    """Blank out macros that break the syntax, in place."""
    if language not in {"c", "cpp"}:
        return text
    return _MACROS.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _file_unit(lines: MeasuredLines, root: Node, scope: Scope) -> Unit:
    @cache
    def levels() -> Levels:
        return (blank_line_levels(lines, lines.whole)[0], *node_levels(root))

    return Unit(
        kind=ChunkKind.MODULE,
        symbol=None,
        signature=None,
        span=lines.whole,
        documentation=None,
        header=0,
        opening=lines.whole,
        statements=_statements(lines, scope),
        levels=levels,
        listings=(),
        members=_members(lines, scope),
    )


def _members(lines: MeasuredLines, scope: Scope) -> tuple[Unit, ...]:
    """Return the definitions to cut on their own.

    Not so a short declaration without a body, which says more among its like.
    """
    found = sorted(scope.declarations, key=lambda each: (each.first_line, -each.span.end))
    return tuple(_unit(lines, each) for each in found if _is_unit(lines, each))


def _is_unit(lines: MeasuredLines, declaration: Declaration) -> bool:
    return bool(declaration.body) or not lines.is_small(declaration.span)


def _statements(lines: MeasuredLines, scope: Scope) -> tuple[int, ...]:
    others = (each for each in scope.declarations if not _is_unit(lines, each))
    return tuple(sorted([*scope.statements, *(first_line(each.node) for each in others)]))


def _unit(lines: MeasuredLines, declaration: Declaration) -> Unit:
    documentation = [last_line(comment) for comment in declaration.comments]
    header = first_line(declaration.node)
    opens = first_line(declaration.body) if declaration.body else header

    return Unit(
        kind=_chunk_kind(declaration),
        symbol=declaration.qualified_name,
        signature=declaration.signature,
        span=declaration.span,
        documentation=Span(declaration.first_line, max(documentation)) if documentation else None,
        header=opens,
        opening=Span(header, opens),
        statements=_statements(lines, declaration.members),
        levels=_levels(lines, declaration),
        listings=_listings(declaration),
        members=_members(lines, declaration.members),
    )


def _levels(lines: MeasuredLines, declaration: Declaration) -> Callable[[], Levels]:
    @cache
    def levels() -> Levels:
        inside = node_levels(declaration.body or declaration.node)
        return (*inside, *blank_line_levels(lines, declaration.span)[1:2])

    return levels


def _chunk_kind(declaration: Declaration) -> ChunkKind:
    if declaration.is_type:
        return ChunkKind.CLASS
    return ChunkKind.METHOD if declaration.kind == "method" else ChunkKind.FUNCTION


def _listings(declaration: Declaration) -> tuple[str, ...]:
    """Return how a class lists a public member: signature and summary, signature, name."""
    signature = declaration.signature
    if declaration.name.startswith(("_", "#")) or signature.startswith("private "):
        return ()
    summary = first_sentence(declaration.documentation)
    return (f"{signature}\n    {summary}" if summary else signature, signature, declaration.name)


def _symbols(path: str, scope: Scope) -> Iterator[Symbol]:
    for declaration in [*scope.constants, *scope.declarations]:
        if declaration.kind != "implementation":
            yield Symbol(
                qualified_name=declaration.qualified_name,
                kind=declaration.kind,
                signature=declaration.signature,
                path=path,
                start_line=declaration.span.start,
                end_line=declaration.span.end,
                summary=first_sentence(declaration.documentation),
            )
        yield from _symbols(path, declaration.members)
