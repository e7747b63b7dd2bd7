"""Python modules by definition: functions, methods, classes, and what stands around them."""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.chunkers.classes import class_surface
from retrieval.chunkers.cutting import SMALL_CHARACTERS, cut, room, split
from retrieval.chunkers.definitions import (
    Definition,
    constants_in,
    definitions_in,
    docstring_span,
    simple_statement_lines,
    statement_levels,
)
from retrieval.chunkers.docstrings import docstring_levels, docstring_text, first_sentence
from retrieval.chunkers.lines import Lines, Span
from retrieval.model import Chunk, ChunkKind, ParsedFile, Symbol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from retrieval.chunkers.cutting import Levels

_LONGEST_SIGNATURE = 300
"""Characters of a signature that are repeated before each piece of a long definition."""


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


def parse_python(path: str, text: str) -> ParsedFile:
    """Cut a module at its definitions, and list the symbols it defines.

    Raises:
        SyntaxError: it cannot be parsed.
    """
    lines = Lines(text)
    tree = syntax_tree(lines)
    name = module_name(path)
    definitions = definitions_in(tree.body, lines=lines, owner=name, kind=ChunkKind.FUNCTION)
    chunks = sorted(
        _Module(path, name, lines, tree).chunks(definitions),
        key=lambda chunk: (chunk.start_line, -chunk.end_line),
    )
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
    return ParsedFile(path, "python", tuple(chunks), symbols)


@dataclass(frozen=True, slots=True)
class _Extent:
    """A definition with the lines around it that mean nothing alone."""

    definition: Definition
    lines: Span


@dataclass(frozen=True, slots=True)
class _Unit:
    """What the pieces of one definition, or of one run of statements, have in common."""

    kind: ChunkKind
    symbol: str
    context: str
    span: Span
    docstring: Span | None
    levels: Levels
    """Where it may be cut."""


@dataclass(frozen=True, slots=True)
class _Module:
    """A parsed module that is being cut."""

    path: str
    name: str
    lines: Lines
    tree: ast.Module

    def chunks(self, definitions: Sequence[Definition]) -> Iterator[Chunk]:
        body = tuple(self.tree.body)
        docstring = docstring_span(self.tree)
        context = f"{self.path}\n{self.name}"
        levels = self._levels(body, docstring)
        runs, extents = self._partition(self.lines.whole, body, definitions)
        for run in runs:
            unit = _Unit(ChunkKind.MODULE, self.name, context, run, docstring, levels)
            yield from self._cut(run, unit)
        for extent in extents:
            yield from self._definition_chunks(extent)

    def _partition(
        self, span: Span, body: Sequence[ast.stmt], definitions: Sequence[Definition]
    ) -> tuple[list[Span], list[_Extent]]:
        """Divide ``span`` into runs of its own lines and the definitions in it.

        A comment right above a definition goes with it; so do a few lines without a statement
        (comments, a lone ``else:``), at the end with the definition before.
        """
        runs: list[Span] = []
        extents: list[_Extent] = []
        statements = simple_statement_lines(body)
        free_from = span.start
        for definition in definitions:
            start = self._comment_above(definition.span.start, free_from)
            gap = self.lines.trimmed(Span(free_from, start - 1))
            if gap and gap.start > span.start and self._means_nothing_alone(gap, statements):
                start = gap.start
            elif gap:
                runs.append(gap)
            extents.append(_Extent(definition, Span(start, definition.span.end)))
            free_from = definition.span.end + 1
        gap = self.lines.trimmed(Span(free_from, span.end))
        if gap and extents and self._means_nothing_alone(gap, statements):
            last = extents.pop()
            extents.append(_Extent(last.definition, Span(last.lines.start, gap.end)))
        elif gap:
            runs.append(gap)
        return runs, extents

    def _comment_above(self, start: int, free_from: int) -> int:
        """Return where the comment that ends right above line ``start`` begins, if one does."""
        first = start
        while first > free_from and self.lines[first - 1].lstrip().startswith("#"):
            first -= 1
        is_short = self.lines.size(Span(first, start - 1)) < SMALL_CHARACTERS
        return first if is_short else start

    def _means_nothing_alone(self, gap: Span, statements: Sequence[int]) -> bool:
        has_statement = bisect_left(statements, gap.start) < bisect_right(statements, gap.end)
        return self.lines.size(gap) < SMALL_CHARACTERS and not has_statement

    def _definition_chunks(self, extent: _Extent) -> Iterator[Chunk]:
        unit = self._unit(extent.definition)
        if extent.definition.members:
            yield from self._class_chunks(extent, unit)
        else:
            yield from self._cut(extent.lines, unit)

    def _class_chunks(self, extent: _Extent, unit: _Unit) -> Iterator[Chunk]:
        """Cut a class that has methods: what it offers, the rest of its own lines, its methods."""
        definition = extent.definition
        runs, members = self._partition(extent.lines, definition.body, definition.members)
        surface = class_surface(self.lines, definition, runs, size=room(unit.context))
        yield self._chunk(extent.lines, unit, text=surface.text)
        for run in surface.rest:
            yield from self._cut(run, unit)
        for member in members:
            yield from self._definition_chunks(member)

    def _unit(self, definition: Definition) -> _Unit:
        written = definition.signature
        if len(written) > _LONGEST_SIGNATURE:
            written = f"{written[: _LONGEST_SIGNATURE - 1]}…"
        return _Unit(
            kind=definition.kind,
            symbol=definition.qualified_name,
            context=f"{self.path}\n{definition.qualified_name}\n{written}",
            span=definition.span,
            docstring=definition.docstring_span,
            levels=self._levels(definition.body, definition.docstring_span),
        )

    def _cut(self, run: Span, unit: _Unit) -> Iterator[Chunk]:
        """Yield the pieces of the part ``run`` of a unit: it whole when it fits."""
        size = room(unit.context)
        if self.lines.size(run) <= size:
            yield self._chunk(run, unit, text=self.lines.text(run))
            return
        for block in self._parted(run, unit.docstring):
            for piece in cut(self.lines, block, size=size, levels=unit.levels):
                yield self._chunk(piece, unit, text=self.lines.text(piece))

    def _levels(self, body: Sequence[ast.stmt], docstring: Span | None) -> Levels:
        levels = statement_levels(body)
        return (*levels, *docstring_levels(self.lines, docstring)) if docstring else levels

    def _parted(self, run: Span, docstring: Span | None) -> list[Span]:
        """Part a run after its docstring, unless either side is small."""
        if docstring is None or not run.start <= docstring.end < run.end:
            return [run]
        head, rest = split(run, [docstring.end + 1])
        if min(self.lines.size(head), self.lines.size(rest)) < SMALL_CHARACTERS:
            return [run]
        return [head, rest]

    def _chunk(self, span: Span, unit: _Unit, *, text: str) -> Chunk:
        return Chunk(
            self.path,
            unit.kind,
            span.start,
            span.end,
            text,
            unit.context,
            symbol=unit.symbol,
            unit_start_line=unit.span.start,
            unit_end_line=unit.span.end,
        )


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
