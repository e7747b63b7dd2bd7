"""The gist of a unit: the few words that say what it is, as a person would put it.

A question is short. Its vector lies nearer to ``cookie set: Set an outgoing cookie.`` than to the
forty lines of code under it, so the gist has a vector of its own beside those of the unit's chunks.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from retrieval.model import ChunkKind
from retrieval.terms import parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from retrieval.model import Chunk, ParsedFile

MAX_GIST = 240
"""Characters of a gist: a token takes one at the least, so that it fits any usual window."""

MAX_SENTENCE = 160
"""Characters of the sentence in it."""

_SENTENCE_END = re.compile(r"(?<=[.!?:])\s")
_NAME_SEPARATOR = re.compile(r"[.:]+")
_MARKUP = re.compile(r"[`*_#=~^\-\"|<>:]+")
_WORDS = re.compile(r"[^\W\d_]{3}")

_DEFINITIONS = frozenset({ChunkKind.FUNCTION, ChunkKind.METHOD, ChunkKind.CLASS})


def with_gists(parsed: ParsedFile) -> ParsedFile:
    """Return ``parsed`` with a gist on the first chunk of each unit that has one."""
    return replace(parsed, chunks=tuple(_gisted(parsed)))


def _gisted(parsed: ParsedFile) -> Iterator[Chunk]:
    summaries = {
        (symbol.start_line, symbol.qualified_name): symbol.summary for symbol in parsed.symbols
    }
    stem = parsed.path.rpartition("/")[2].partition(".")[0]
    seen: set[int] = set()
    for chunk in parsed.chunks:
        gist = None
        if chunk.unit_start_line not in seen:
            seen.add(chunk.unit_start_line)
            gist = _gist(chunk, summaries, stem=stem)
        yield replace(chunk, gist=gist[:MAX_GIST].strip()) if gist else chunk


def _gist(
    chunk: Chunk, summaries: Mapping[tuple[int, str], str | None], *, stem: str
) -> str | None:
    if chunk.symbol is None:
        return None
    if chunk.kind in _DEFINITIONS:
        summary = summaries.get((chunk.unit_start_line, chunk.symbol))
        name = _spoken_name(chunk)
        return f"{name}: {summary[:MAX_SENTENCE]}" if summary else f"{name} ({_spoken(stem)})"
    if chunk.kind is ChunkKind.SECTION:
        return _section_gist(chunk, chunk.symbol)
    if chunk.kind is ChunkKind.THREAD:
        return chunk.symbol.partition(" ")[2]
    return None


def _spoken_name(chunk: Chunk) -> str:
    """Return the name as words, after its class's if it is a method's."""
    names = _NAME_SEPARATOR.split(chunk.symbol or "")
    shown = names[-2:] if chunk.kind is ChunkKind.METHOD else names[-1:]
    return " ".join(_spoken(name) for name in shown)


def _spoken(name: str) -> str:
    # Other scripts and accented letters mark no parts.
    words = " ".join(parts(name)) if name.isascii() else ""
    return words or name.lower()


def _plain(line: str) -> str:
    """Return a line of a document without its markup."""
    return " ".join(_MARKUP.sub(" ", line).split())


def _section_gist(chunk: Chunk, symbol: str) -> str:
    titles = symbol.split(" > ")
    said = {_plain(title) for title in titles}
    lines = [_plain(line) for line in chunk.text.split("\n") if not line.lstrip().startswith("..")]
    prose = [line for line in lines if line not in said and _WORDS.search(line)]
    sentence = _SENTENCE_END.split(" ".join(prose[:4]))[0][:MAX_SENTENCE]
    return " - ".join(titles[-2:]) + (f": {sentence}" if sentence else "")
