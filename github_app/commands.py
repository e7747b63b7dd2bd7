"""Commands in a comment: ``/fury-bot ask …`` at the start of a line of plain prose.

The comment is parsed as Markdown first, so that a command which is quoted, linked, commented
out or shown as code is not taken for one that was given.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from github_app import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

PREFIX = "/fury-bot"

_STARTS = re.compile(rf"{PREFIX}(?!\S)", re.IGNORECASE)


class Action(StrEnum):
    """What a command does."""

    ASK = "ask"
    SEARCH = "search"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Definition:
    """A command, as help and the documentation describe it."""

    action: Action
    usage: str
    summary: str


REGISTRY = (
    Definition(
        Action.ASK,
        f"{PREFIX} ask [QUESTION]",
        "Answers from this repository, with sources. The question may go on over the lines that "
        "follow; without one, the discussion or issue itself is the question.",
    ),
    Definition(
        Action.SEARCH,
        f"{PREFIX} search QUERY",
        "Lists the places in this repository that match best.",
    ),
    Definition(Action.HELP, f"{PREFIX} help", "Shows this list."),
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command as someone wrote it; it may be one that does not exist."""

    word: str
    """What follows ``/fury-bot``, in lower case; empty when nothing does."""
    argument: str = ""
    in_code: bool = False
    """It stood in back-ticks: to be hinted at, not run."""

    @property
    def action(self) -> Action | None:
        """What to do; None for an unknown word. The bare prefix asks for help."""
        word = self.word or Action.HELP
        return next((known.action for known in REGISTRY if known.action == word), None)

    @property
    def nearest(self) -> Action | None:
        """The known command whose name is most like ``word``, if any is."""
        names = [known.action.value for known in REGISTRY]
        close = difflib.get_close_matches(self.word, names, n=1)
        return Action(close[0]) if close else None


def table() -> str:
    """Return the commands as a Markdown table."""
    rows = [f"| `{known.usage}` | {known.summary} |" for known in REGISTRY]
    return "\n".join(["| Command | What it does |", "| --- | --- |", *rows])


def find(body: str) -> tuple[Command, ...]:
    """Return the commands of a comment, in order.

    Commands in back-ticks are returned only when there is no other: they ask for a hint.
    """
    if PREFIX not in body.lower():
        return ()
    commands = [
        command for paragraph in _paragraphs(markdown.parse(body)) for command in _of(paragraph)
    ]
    given = [command for command in commands if not command.in_code]
    return tuple(given or commands)


def find_new(body: str, *, old_body: str) -> tuple[Command, ...]:
    """Return the commands that an edit brought into a comment."""
    before = Counter(find(old_body))
    new = []
    for command in find(body):
        if before[command]:
            before[command] -= 1
        else:
            new.append(command)
    return tuple(new)


def _paragraphs(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield the inline tokens of each paragraph outside quotes and lists."""
    for opening, inline in itertools.pairwise(tokens):
        if opening.type == "paragraph_open" and opening.level == 0:
            yield inline.children or []


def _of(paragraph: Sequence[Token]) -> Iterator[Command]:
    written: str | None = None
    for line in _lines(paragraph):
        if line and line[0].type == "text" and _STARTS.match(line[0].content):
            if written is not None:
                yield _command(written)
            written = _source(line)
        elif _is_command_in_code(line):
            yield _command(line[0].content, in_code=True)
        elif written is not None:
            written += "\n" + _source(line)
    if written is not None:
        yield _command(written)


def _lines(paragraph: Sequence[Token]) -> Iterator[list[Token]]:
    line: list[Token] = []
    for token in paragraph:
        # A break within emphasis or a link does not begin a line of its own.
        if token.type in {"softbreak", "hardbreak"} and token.level == 0:
            yield line
            line = []
        else:
            line.append(token)
    yield line


def _is_command_in_code(line: Sequence[Token]) -> bool:
    visible = [token for token in line if token.content.strip()]
    return (
        len(visible) == 1
        and visible[0] is line[0]
        and visible[0].type == "code_inline"
        and _STARTS.match(visible[0].content) is not None
    )


def _source(line: Sequence[Token]) -> str:
    return "".join(_source_of(token) for token in line)


def _source_of(token: Token) -> str:
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    if token.type == "code_inline":
        return f"{token.markup}{token.content}{token.markup}"
    if token.type in {"text", "text_special", "image"}:
        return token.content
    # Emphasis keeps its marks; of links the text is kept, of HTML nothing.
    return token.markup if token.type.startswith(("em_", "strong_")) else ""


def _command(written: str, *, in_code: bool = False) -> Command:
    word, argument = ([*written[len(PREFIX) :].split(maxsplit=1), "", ""])[:2]
    return Command(word=word.lower(), argument=argument.strip(), in_code=in_code)
