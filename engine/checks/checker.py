"""The check of an answer, or of code alone, against one indexed version of a repository."""

from __future__ import annotations

import ast
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from engine.checks.blocks import CodeBlock, beginning, code_blocks
from engine.checks.deadline import NEVER, Deadline, gathered
from engine.checks.model import Problem, ProblemKind
from engine.checks.other_languages import check_other
from engine.checks.python_code import check_module
from engine.checks.quotes import check_quotes
from engine.checks.snippets import Snippet, looks_like_python, parse, read_snippet
from engine.checks.table import SymbolTable
from engine.checks.versions import check_versions
from engine.errors import NotIndexed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from generation.protocol import Passage
    from retrieval.catalogue import Catalogue
    from storage import Connection, Database

PYTHON = frozenset("ipython ipython3 py py3 pycon pyi python python-repl python3".split())
"""Tags of code blocks that are Python."""

LONGEST = 20_000
"""Characters of an answer that are checked, in whole lines and whole code blocks."""

SECONDS = 2.0
"""What the check of an answer may take."""

_INDEX = """
SELECT id, ref FROM indexes
WHERE kind = 'tree' AND answers
    AND (ref = %(ref)s OR (%(ref)s::text IS NULL AND is_default))
ORDER BY updated_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block of Python in an answer."""

    number: int
    block: CodeBlock
    snippet: Snippet


class Checker:
    """Checks answers against the names of a repository. Nothing that is checked is ever run.

    Each check reads one state of the index, and sees one repository alone.
    """

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read from ``database``; ``clock`` tells seconds, and never goes back."""
        self._database = database
        self._clock = clock
        self._catalogue = catalogue

    def check_answer(
        self,
        markdown: str,
        *,
        repository: str,
        ref: str | None = None,
        passages: Sequence[Passage] = (),
        question: str | None = None,
        known: Collection[str] = (),
    ) -> tuple[Problem, ...]:
        """Return what in an answer does not hold, by its lines.

        Its blocks of Python are one program, in their order; code of other languages is parsed.
        Quoted sentences and version numbers are looked for in the passages; with ``question``,
        what was asked, the version numbers of statements that cite nothing are too.
        ``known`` are names that are defined where the code is to run.

        Somebody waits for it: of a text that is longer than :data:`LONGEST` the beginning is
        checked, and what is not found within :data:`SECONDS` is not said.

        Raises:
            NotIndexed: There is no index of the repository, or of the ref.
        """
        text = beginning(_unix(markdown), most=LONGEST)
        blocks = code_blocks(text)
        deadline = Deadline(SECONDS, self._clock)
        with self._table(repository, ref, deadline) as table:
            claims = _check_claims(text, passages, table.ref, question, deadline)
            found = gathered(chain(_check_blocks(table, blocks, known), claims))
        return _in_order(found, blocks)

    def check_without_index(
        self, markdown: str, *, passages: Sequence[Passage] = (), question: str | None = None
    ) -> tuple[Problem, ...]:
        """Return what in an answer does not hold, whatever the names of its repository are.

        Code is parsed; quoted sentences and version numbers are looked for in the passages, as
        :meth:`check_answer` does, and within the same limits.
        """
        text = beginning(_unix(markdown), most=LONGEST)
        blocks = code_blocks(text)
        deadline = Deadline(SECONDS, self._clock)
        pieces = gathered(_pieces(blocks, deadline))
        claims = _check_claims(text, passages, "", question, deadline)
        return _in_order(gathered(chain(_check_syntax(blocks, pieces, deadline), claims)), blocks)

    def check_document(
        self, markdown: str, *, repository: str, ref: str | None = None
    ) -> tuple[Problem, ...]:
        """Return what in the code blocks of a document does not hold, however long it is.

        Raises:
            NotIndexed: There is no index of the repository, or of the ref.
        """
        blocks = code_blocks(_unix(markdown))
        with self._table(repository, ref, NEVER) as table:
            return _in_order(_check_blocks(table, blocks, ()), blocks)

    def check_code(
        self,
        source: str,
        *,
        repository: str,
        ref: str | None = None,
        language: str = "python",
        known: Collection[str] = (),
    ) -> tuple[Problem, ...]:
        """Return what in a piece of code does not hold, by its lines.

        ``language`` is a name or a tag; of a language without a grammar nothing is said.
        ``known`` are names that are defined where the code is to run.

        Raises:
            NotIndexed: There is no index of the repository, or of the ref.
        """
        if language.lower() not in PYTHON:
            return tuple(check_other(source, language.lower(), 1))
        with self._table(repository, ref, NEVER) as table:
            snippet = read_snippet(source)
            if snippet.error:
                return (_syntax(snippet.error, 1),)
            return tuple(_check_source(table, snippet.source, known, is_whole=True))

    @contextmanager
    def _table(self, repository: str, ref: str | None, deadline: Deadline) -> Iterator[SymbolTable]:
        place = self._catalogue.find(repository)
        if place is None:
            raise NotIndexed(repository, ref)
        with self._database.snapshot(place.id) as connection:
            yield _table_of(connection, place.name, ref, deadline)


def _table_of(
    connection: Connection, repository: str, ref: str | None, deadline: Deadline
) -> SymbolTable:
    row = connection.execute(_INDEX, {"ref": ref}).fetchone()
    if row is None:
        raise NotIndexed(repository, ref)
    return SymbolTable(connection, row[0], row[1], deadline)


def _check_claims(
    text: str, passages: Sequence[Passage], ref: str, question: str | None, deadline: Deadline
) -> Iterator[Problem]:
    yield from check_quotes(text, passages, deadline=deadline)
    deadline.keep()
    yield from check_versions(text, passages, ref=ref, question=question)


def _check_blocks(
    table: SymbolTable, blocks: Sequence[CodeBlock], outside: Collection[str]
) -> Iterator[Problem]:
    pieces = list(_pieces(blocks, table.deadline))
    yield from _check_syntax(blocks, pieces, table.deadline)
    known = {*outside, *(name for piece in pieces for name in piece.snippet.names)}
    is_whole = all(piece.snippet.is_whole for piece in pieces)
    lines = [
        range(piece.block.line, piece.block.line + piece.block.text.count("\n") + 1)
        for piece in pieces
    ]
    yield from _check_source(table, _joined(pieces), known, is_whole=is_whole, blocks=lines)


def _check_syntax(
    blocks: Sequence[CodeBlock], pieces: Sequence[_Piece], deadline: Deadline
) -> Iterator[Problem]:
    for block in blocks:
        deadline.keep()
        if block.language and block.language not in PYTHON:
            yield from check_other(block.text, block.language, block.line)
    for piece in pieces:
        if piece.snippet.error:
            yield _syntax(piece.snippet.error, piece.block.line)


def _pieces(blocks: Sequence[CodeBlock], deadline: Deadline) -> Iterator[_Piece]:
    """Yield the blocks of Python, those among them that have no tag and read like it."""
    for number, block in enumerate(blocks, 1):
        deadline.keep()
        if block.language in PYTHON or (not block.language and looks_like_python(block.text)):
            yield _Piece(number, block, read_snippet(block.text))


def _check_source(
    table: SymbolTable,
    source: str,
    known: Collection[str],
    *,
    is_whole: bool,
    blocks: Sequence[range] = (),
) -> Iterator[Problem]:
    tree = parse(source)
    if isinstance(tree, ast.Module):
        yield from check_module(table, tree, known=known, is_whole=is_whole, blocks=blocks)


def _joined(pieces: Sequence[_Piece]) -> str:
    """Put the blocks together, each at the lines that it has in the answer."""
    lines: list[str] = []
    for piece in pieces:
        start = piece.block.line - 1
        lines += [""] * (start - len(lines))
        lines += piece.snippet.source.rstrip("\n").split("\n")
    return "\n".join(lines)


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _in_order(found: Iterable[Problem], blocks: Sequence[CodeBlock]) -> tuple[Problem, ...]:
    placed = (_placed(problem, blocks) for problem in found)
    return tuple(sorted(placed, key=lambda problem: problem.line))


def _placed(problem: Problem, blocks: Sequence[CodeBlock]) -> Problem:
    """Say in which block of an answer a problem is."""
    for number, block in enumerate(blocks, 1):
        if 0 <= problem.line - block.line <= block.text.count("\n"):
            return replace(problem, block=number, block_line=problem.line - block.line + 1)
    return problem


def _syntax(error: SyntaxError, first_line: int) -> Problem:
    line = first_line + max((error.lineno or 1) - 1, 0)
    written = (error.text or "").strip()[:60]
    return Problem(ProblemKind.SYNTAX, line, written, f"This is not valid Python: {error.msg}.")
