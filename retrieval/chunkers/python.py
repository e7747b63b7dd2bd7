"""Python modules by definition: functions, methods, classes, and what stands around them."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from retrieval.chunkers.definitions import (
    Definition,
    constants_in,
    definitions_in,
    docstring_span,
    simple_statement_lines,
    statement_levels,
)
from retrieval.chunkers.docstrings import (
    docstring_levels,
    docstring_text,
    first_paragraph_end,
    first_sentence,
)
from retrieval.chunkers.lines import Lines, MeasuredLines, Span
from retrieval.chunkers.units import Unit, UnitCutter
from retrieval.model import ChunkKind, ParsedFile, Symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from retrieval.chunkers.cutting import Levels
    from retrieval.chunkers.measure import Measure


def syntax_tree(lines: Lines) -> ast.Module:
    """Parse a module.

    Raises:
        SyntaxError: it is no Python of this version, for whatever reason.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the indexed code, not of ours
            return ast.parse(lines.for_parsers())
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error) or "nested too deeply") from error


def module_name(path: str) -> str:
    """Return the dotted name under which the module at ``path`` is imported."""
    parts = path.rpartition(".")[0].split("/")
    if len(parts) > 1 and parts[0] in {"src", "lib"}:
        parts = parts[1:]
    if len(parts) > 1 and parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts)


def parse_python(path: str, text: str, measure: Measure) -> ParsedFile:
    """Cut a module at its definitions, and list the symbols it defines.

    Raises:
        SyntaxError: it cannot be parsed.
    """
    lines = MeasuredLines(text, measure)
    tree = syntax_tree(lines)
    name = module_name(path)
    definitions = definitions_in(tree.body, lines=lines, owner=name, kind=ChunkKind.FUNCTION)
    module = _Module(name, lines, tree)
    cutter = UnitCutter(path, lines, module.is_comment)
    chunks = cutter.chunks(module.unit(definitions))
    symbols = (
        Symbol(
            qualified_name=name,
            kind="module",
            signature=None,
            path=path,
            start_line=1,
            end_line=max(1, len(lines)),
            summary=first_sentence(docstring_text(tree)),
        ),
        *_constants(path, tree.body, owner=name),
        *_symbols(path, definitions),
    )
    return ParsedFile(path, "python", chunks, symbols)


@dataclass(frozen=True, slots=True)
class _Module:
    """A parsed module, on its way to units."""

    name: str
    lines: MeasuredLines
    tree: ast.Module

    def unit(self, definitions: Sequence[Definition]) -> Unit:
        body = tuple(self.tree.body)
        docstring = docstring_span(self.tree)
        return Unit(
            kind=ChunkKind.MODULE,
            symbol=self.name,
            signature=None,
            span=self.lines.whole,
            documentation=docstring,
            header=0,
            opening=self.lines.whole,
            statements=tuple(simple_statement_lines(body)),
            levels=self._levels(body, docstring),
            listings=(),
            members=tuple(map(self._definition, definitions)),
        )

    def _definition(self, definition: Definition) -> Unit:
        return Unit(
            kind=definition.kind,
            symbol=definition.qualified_name,
            signature=definition.signature,
            span=definition.span,
            documentation=definition.docstring_span,
            header=definition.span.start,
            opening=Span(1, self._opening_end(definition)),
            statements=tuple(simple_statement_lines(definition.body)),
            levels=self._levels(definition.body, definition.docstring_span),
            listings=_listings(definition),
            members=tuple(map(self._definition, definition.members)),
        )

    def _opening_end(self, definition: Definition) -> int:
        if definition.docstring_span:
            return first_paragraph_end(self.lines, definition.docstring_span)
        return max(definition.span.start, definition.body[0].lineno - 1)

    def _levels(self, body: Sequence[ast.stmt], docstring: Span | None) -> Callable[[], Levels]:
        @cache
        def levels() -> Levels:
            between = statement_levels(body, lines=self.lines)
            inside = docstring_levels(self.lines, docstring) if docstring else ()
            return (*between, *inside)

        return levels

    def is_comment(self, number: int) -> bool:
        return self.lines[number].lstrip().startswith("#")


def _listings(definition: Definition) -> tuple[str, ...]:
    """Return how a class lists a public member: signature and summary, signature, name."""
    is_special = definition.name.startswith("__") and definition.name.endswith("__")
    is_public = is_special or not definition.name.startswith("_")
    if not is_public or definition.is_accessor:
        return ()
    written = definition.signature
    signed = f"@property\n{written}" if definition.is_property else written
    summary = first_sentence(definition.docstring)
    return (f"{signed}\n    {summary}" if summary else signed, signed, definition.name)


def _constants(path: str, body: Sequence[ast.stmt], *, owner: str) -> Iterator[Symbol]:
    for constant in constants_in(body):
        yield Symbol(
            qualified_name=f"{owner}.{constant.name}",
            kind="constant",
            signature=constant.declaration,
            path=path,
            start_line=constant.span.start,
            end_line=constant.span.end,
        )


def _symbols(path: str, definitions: Sequence[Definition]) -> Iterator[Symbol]:
    for definition in definitions:
        if definition.is_accessor:
            continue
        yield Symbol(
            qualified_name=definition.qualified_name,
            kind="property" if definition.is_property else definition.kind.value,
            signature=definition.signature,
            path=path,
            start_line=definition.span.start,
            end_line=definition.span.end,
            summary=first_sentence(definition.docstring),
        )
        if definition.kind is ChunkKind.CLASS:
            yield from _constants(path, definition.body, owner=definition.qualified_name)
            yield from _symbols(path, definition.members)
