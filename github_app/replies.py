"""What fury-bot says, as Markdown.

Every reply ends with its sources, a line that says it is generated, and the hidden marker; those
always stay when a text is too long for one comment.
"""

from __future__ import annotations

import itertools
import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from markdown_it import MarkdownIt

from engine.sanitising import code_span
from github_app import commands
from github_app.answering import Obstacle
from github_app.markdown import MAX_COMMENT
from github_app.markers import marker
from github_app.sanitising import sanitise
from github_app.settings import PATH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from engine.answer import Answer, Source
    from github_app.commands import Command
    from retrieval.model import Passage, SearchResult

SOURCES = "**Sources**"
NEAREST = "The nearest places:"
NOT_FOUND = "I could not find this in"

CUT = "*This text was too long for one comment; the rest is left out.*"

_SNIPPET_LINES = 3
_SNIPPET_CHARACTERS = 300

_blocks = MarkdownIt("commonmark").enable("table")
_CITATION = re.compile(r" ?\[\[\d{1,3}\]\]\([^()\s]*\)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True, slots=True)
class Notes:
    """What a reply adds beside its subject, each a line of the footer."""

    settings_mistakes: tuple[str, ...] = ()
    """Of the settings file in force."""
    further_commands: int = 0
    """Commands in the comment that were not run."""


def answer(answer: Answer, *, delivery_id: str, notes: Notes) -> str:
    """Write an answer, or that there is none, with the nearest places to look."""
    urls = {source.number: _url(source.url) for source in answer.sources}
    if answer.declined:
        text = sanitise(answer.declined, citations={})
        heading = NEAREST
    elif answer.abstained:
        text = f"{NOT_FOUND} {code_span(answer.repository)}."
        heading = NEAREST
    else:
        text = sanitise(answer.response, citations=urls)
        heading = SOURCES
    listed = [_source(source) for source in answer.sources]
    sources = "\n".join([heading, "", *listed]) if listed else ""
    if answer.note:
        sources = f"> {sanitise(answer.note, citations={})}\n\n{sources}"
    line = "" if answer.abstained else _origin(answer)
    return _compose(text, sources, footer=[line, *_lines(notes)], delivery_id=delivery_id)


def spoken(body: str) -> str:
    """Return what an answer of ours says, without its sources and footer.

    Nothing, of a reply that is no answer.
    """
    text, sources, _ = body.partition(f"\n\n{SOURCES}\n")
    if sources:
        return _CITATION.sub("", text).strip()
    return text.partition("\n")[0] if text.startswith(NOT_FOUND) else ""


def search_result(result: SearchResult, *, delivery_id: str, notes: Notes) -> str:
    """Write the places that match a search."""
    query, repository = code_span(result.query), code_span(result.repository)
    if result.passages:
        places = "\n\n".join(_passage(passage) for passage in result.passages)
        text = f"Places in {repository} for {query}:\n\n{places}"
    else:
        text = f"Nothing in {repository} matches {query}."
    found = f"Searched at commit {code_span(result.commit[:7])}."
    return _compose(text, "", footer=[found, *_lines(notes)], delivery_id=delivery_id)


def help_text(*, delivery_id: str, notes: Notes) -> str:
    """Write the list of commands."""
    text = f"A command starts a line of a comment.\n\n{commands.table()}"
    return _compose(text, "", footer=_lines(notes), delivery_id=delivery_id)


def unknown_command(command: Command, *, delivery_id: str, notes: Notes) -> str:
    """Write that there is no such command, and which one may be meant."""
    text = f"There is no command {code_span(f'{commands.PREFIX} {command.word}'[:80])}."
    if command.nearest:
        text += f" Did you mean {code_span(f'{commands.PREFIX} {command.nearest}')}?"
    else:
        text += f" To ask a question, write {code_span(f'{commands.PREFIX} ask …')}."
    text += f" {code_span(f'{commands.PREFIX} help')} lists them all."
    return _compose(text, "", footer=_lines(notes), delivery_id=delivery_id)


def command_in_code(*, delivery_id: str, notes: Notes) -> str:
    """Write how to give a command that stood in back-ticks."""
    text = (
        "That command is formatted as code, so it was not run. "
        "Write it at the start of a line, without back-ticks."
    )
    return _compose(text, "", footer=_lines(notes), delivery_id=delivery_id)


def usage(action: commands.Action, *, delivery_id: str, notes: Notes) -> str:
    """Write how to give a command that lacks something."""
    text = f"{_MISSING[action]} Write {code_span(commands.usage(action))}."
    return _compose(text, "", footer=_lines(notes), delivery_id=delivery_id)


_MISSING: Mapping[commands.Action, str] = {
    commands.Action.SEARCH: "What should I look for?",
    commands.Action.FIND: "What should I find?",
    commands.Action.WRITE: "What should the code do?",
    commands.Action.TRANSLATE: "Which code, and to which language?",
}


def unknown_place(place: str, repository: str, *, delivery_id: str, notes: Notes) -> str:
    """Write that what a command points at is not known."""
    text = (
        f"I do not know {code_span(place[:200])} in {code_span(repository)}. Name a symbol, a "
        f"file, or lines of one ({code_span('path/to/file.py#L10-L40')}) of its default branch."
    )
    return _compose(text, "", footer=_lines(notes), delivery_id=delivery_id)


def forgotten(*, delivery_id: str, notes: Notes) -> str:
    """Write that nothing said before is borne in mind."""
    text = (
        "From here on, nothing that was asked or answered before in this thread is borne in mind. "
        "The comments stay where they are; whoever wrote one can delete it."
    )
    return _compose(text, "", footer=_lines(notes), delivery_id=delivery_id)


_OBSTACLES: Mapping[Obstacle, str] = {
    Obstacle.EMPTY: "{repository} is empty, so there is nothing to answer from yet.",
    Obstacle.REFUSED: (
        "I cannot answer from {repository}: its archive is too large for me, or cannot be "
        "unpacked. Whoever runs me finds the reason in the log."
    ),
    Obstacle.UNFINISHED: (
        "I waited a quarter of an hour, but {repository} is not indexed yet. Please give the "
        "command again later; if nothing changes, whoever runs me finds the reason in the log."
    ),
}


def not_indexed(repository: str, obstacle: Obstacle, *, delivery_id: str, notes: Notes) -> str:
    """Write why there is nothing to answer from."""
    text = _OBSTACLES[obstacle].format(repository=code_span(repository))
    return _compose(text, "", footer=_lines(notes), delivery_id=delivery_id)


def _compose(text: str, sources: str, *, footer: Iterable[str], delivery_id: str) -> str:
    small = "<br>\n".join(f"<sub>{line}</sub>" for line in footer if line)
    end = "\n\n".join(part for part in (sources, small, marker(delivery_id)) if part)
    return f"{cut(text, MAX_COMMENT - len(end) - 2)}\n\n{end}"


def _lines(notes: Notes) -> list[str]:
    lines = []
    if notes.further_commands:
        lines.append("Only the first command of a comment is run.")
    if notes.settings_mistakes:
        mistakes = "; ".join(_plain(mistake) for mistake in notes.settings_mistakes)
        lines.append(f"{code_span(PATH)} has a mistake, so the defaults hold: {mistakes}")
    return lines


def _plain(text: str) -> str:
    return sanitise(" ".join(text.split())[:300], citations={})


def _origin(answer: Answer) -> str:
    # What is summed up of a thread comes from no commit.
    commit = f" from commit {code_span(answer.commit[:7])}" if answer.commit else ""
    if answer.is_by_model:
        names = " ".join(code_span(name) for name in (answer.provider, answer.model) if name)
        return f"Generated by fury-bot with {names}{commit}; check it against the sources."
    return f"Put together by fury-bot{commit}, without a model; check it against the sources."


def _source(source: Source) -> str:
    name = f" {code_span(source.symbol)}" if source.symbol else ""
    place = _place(source.path, source.start_line, source.end_line, source.url)
    return f"{source.number}. {place}{name}"


def _passage(passage: Passage) -> str:
    name = f" {code_span(passage.symbol)}" if passage.symbol else ""
    place = _place(passage.path, passage.start_line, passage.end_line, passage.url)
    lines = [line.rstrip() for line in passage.text.splitlines() if line.strip()]
    snippet = "\n".join(lines[:_SNIPPET_LINES])[:_SNIPPET_CHARACTERS]
    number = f"{passage.rank}. "
    # An indented block of code, within the list's item, cannot be ended by what stands in it.
    code = textwrap.indent(passage.signature or snippet, " " * (len(number) + 4))
    return f"{number}{place}{name}\n\n{code}"


def _place(path: str, start: int, end: int, url: str) -> str:
    return f"[{code_span(f'{path}#L{start}-L{end}')}]({_url(url)})"


def _url(url: str) -> str:
    """Keep a path's own brackets and spaces from ending the link."""
    return quote(url, safe=":/?#@!$&'*+,;=%~")


def cut(text: str, room: int) -> str:
    """Return ``text``, ended at a block's boundary when it is longer than ``room`` characters."""
    if len(text) <= room:
        return text
    room -= len(CUT) + 2
    lines = text.split("\n")
    lengths = [0, *itertools.accumulate(len(line) + 1 for line in lines)]
    end = 0
    for token in _blocks.parse(text):
        if token.level == 0 and token.map and lengths[min(token.map[1], len(lines))] <= room + 1:
            end = max(end, token.map[1])
    kept = "\n".join(lines[:end]).rstrip() or _cut_block(lines, room)
    return f"{kept}\n\n{CUT}"


def _cut_block(lines: Sequence[str], room: int) -> str:
    """Cut the one block that is itself too long, closing its fence if it has one."""
    fence = _FENCE.match(lines[0])
    closing = f"\n{fence[1]}" if fence else ""
    kept = "\n".join(lines)[: room - len(closing)]
    whole_lines = kept.rpartition("\n")[0]
    return (whole_lines or kept) + closing
