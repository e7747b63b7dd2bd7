"""Commands in a comment: ``/fury-bot ask …`` at the start of a line of plain prose.

The comment is parsed as Markdown first, so that a command which is quoted, linked, commented
out or shown as code is not taken for one that was given.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from github_app import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

PREFIX = "/fury-bot"

_STARTS = re.compile(rf"{PREFIX}(?!\S)", re.IGNORECASE)


class Action(StrEnum):
    """What a command does."""

    ASK = "ask"
    EXPLAIN = "explain"
    SUMMARISE = "summarise"
    TRANSLATE = "translate"
    WRITE = "write"
    WALKTHROUGH = "walkthrough"
    FIND = "find"
    SEARCH = "search"
    FORGET = "forget"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Definition:
    """A command, as help and the documentation describe it."""

    action: Action
    usage: str
    summary: str
    is_long: bool = False
    """The rest of the comment belongs to it, not of its own line alone."""
    aliases: tuple[str, ...] = ()
    """Other spellings of its word."""


REGISTRY = (
    Definition(
        Action.ASK,
        f"{PREFIX} ask [QUESTION]",
        "Answers from this repository, with sources. The rest of the comment belongs to the "
        "question; without one, the discussion or issue itself is the question. What was asked and "
        "answered before in the thread is borne in mind, so “and with opacity?” is understood.",
        is_long=True,
    ),
    Definition(
        Action.EXPLAIN,
        f"{PREFIX} explain [CODE or PLACE]",
        "Explains code: a block in the rest of the comment, a symbol (`actor.sphere`), lines of a "
        "file (`path/to/file.py#L10-L40`) or a permalink to them.",
        is_long=True,
    ),
    Definition(
        Action.SUMMARISE,
        f"{PREFIX} summarise [PLACE]",
        "Sums up the discussion or issue, with links to its comments; or a file or symbol that is "
        "named.",
        aliases=("summarize",),
    ),
    Definition(
        Action.TRANSLATE,
        f"{PREFIX} translate to LANGUAGE [CODE or PLACE]",
        "Translates code to another programming language, or says why it cannot carry over.",
        is_long=True,
    ),
    Definition(
        Action.WRITE,
        f"{PREFIX} write WHAT",
        "Writes code that uses this repository.",
        is_long=True,
    ),
    Definition(
        Action.WALKTHROUGH,
        f"{PREFIX} walkthrough [TOPIC]",
        "Takes a beginner through a topic step by step; without one, through the first steps.",
        is_long=True,
    ),
    Definition(
        Action.FIND,
        f"{PREFIX} find WHAT",
        "Says where something is, with the places.",
    ),
    Definition(
        Action.SEARCH,
        f"{PREFIX} search QUERY",
        "Lists the places in this repository that match best.",
    ),
    Definition(
        Action.FORGET,
        f"{PREFIX} forget",
        "From here on, nothing that was asked or answered before in the thread is borne in mind.",
    ),
    Definition(Action.HELP, f"{PREFIX} help", "Shows this list."),
)

_ACTIONS: Mapping[str, Action] = {
    word: known.action for known in REGISTRY for word in (known.action.value, *known.aliases)
}
_LONG = frozenset(
    word for known in REGISTRY if known.is_long for word in (known.action.value, *known.aliases)
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
        return _ACTIONS.get(self.word or Action.HELP)

    @property
    def nearest(self) -> Action | None:
        """The known command whose name is most like ``word``, if any is."""
        close = difflib.get_close_matches(self.word, _ACTIONS, n=1)
        return _ACTIONS[close[0]] if close else None


def usage(action: Action) -> str:
    """Return how a command is written."""
    return next(known.usage for known in REGISTRY if known.action is action)


def table() -> str:
    """Return the commands as a Markdown table."""
    rows = [f"| `{known.usage}` | {known.summary} |" for known in REGISTRY]
    return "\n".join(["| Command | What it does |", "| --- | --- |", *rows])


def find(body: str) -> tuple[Command, ...]:
    """Return the commands of a comment, in order.

    What follows a command belongs to it, as it was written, up to the next command. Commands in
    back-ticks are returned only when there is no other: they ask for a hint.
    """
    if PREFIX not in body.lower():
        return ()
    source = markdown.source(body)
    paragraphs = list(_paragraphs(_parser.parse(source)))
    lines = source.split("\n")
    starts = [start for paragraph in paragraphs for start in _starts(paragraph)]
    if starts:
        ends = [*starts[1:], len(lines)]
        return tuple(
            _command("\n".join(lines[start:end])) for start, end in zip(starts, ends, strict=True)
        )
    return tuple(hint for paragraph in paragraphs for hint in _hints(paragraph))


def find_new(body: str, *, old_body: str) -> tuple[Command, ...]:
    """Return the commands that an edit brought into a comment.

    A command is known by its first line: what is written below it later gives no new one.
    """
    before = Counter(_first_line(command) for command in find(old_body))
    new = []
    for command in find(body):
        if before[_first_line(command)]:
            before[_first_line(command)] -= 1
        else:
            new.append(command)
    return tuple(new)


def _first_line(command: Command) -> Command:
    return replace(command, argument=command.argument.partition("\n")[0].rstrip())


def _mark_command(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's own
    """Turn the prefix at the start of a line into a token that knows its line.

    A rule of the parser, which asks it nowhere within code or HTML.
    """
    begun = state.src.rfind("\n", 0, state.pos) + 1
    if not _STARTS.match(state.src, state.pos) or state.src[begun : state.pos].strip():
        return False
    if not silent:
        state.push(_PREFIX_TOKEN, "", 0).meta["line"] = state.src.count("\n", 0, state.pos)
    state.pos += len(PREFIX)
    return True


_PREFIX_TOKEN = "fury_bot_command"  # noqa: S105 - of Markdown

_parser = MarkdownIt("commonmark")
_parser.inline.ruler.before("text", _PREFIX_TOKEN, _mark_command)


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A paragraph outside quotes and lists."""

    line: int
    """The number of its first line in the comment."""
    tokens: Sequence[Token]


def _paragraphs(tokens: Sequence[Token]) -> Iterator[_Paragraph]:
    for opening, inline in itertools.pairwise(tokens):
        if opening.type == "paragraph_open" and opening.level == 0 and opening.map:
            yield _Paragraph(opening.map[0], inline.children or [])


def _starts(paragraph: _Paragraph) -> Iterator[int]:
    """Yield the numbers of the lines at which commands start."""
    for token in paragraph.tokens:
        # Within emphasis or a link it stands at the start of no line of its own.
        if token.type == _PREFIX_TOKEN and token.level == 0:
            yield paragraph.line + int(token.meta["line"])


def _hints(paragraph: _Paragraph) -> Iterator[Command]:
    """Yield the commands that are a line's only content, in back-ticks."""
    is_break = [token.type in {"softbreak", "hardbreak"} for token in paragraph.tokens]
    before, after = [True, *is_break], [*is_break[1:], True]
    for token, opened, closed in zip(paragraph.tokens, before, after, strict=False):
        is_line = token.type == "code_inline" and token.level == 0 and opened and closed
        if is_line and _STARTS.match(token.content):
            yield _command(token.content, in_code=True)


def _command(written: str, *, in_code: bool = False) -> Command:
    after = written.strip()[len(PREFIX) :]
    if not after.partition("\n\n")[0].strip():  # a word in another paragraph is none of its own
        return Command(word="", in_code=in_code)
    word = after.split(maxsplit=1)[0]
    argument = after.lstrip()[len(word) :]
    if word.lower() not in _LONG:
        argument = argument.partition("\n")[0]
    return Command(word=word.lower(), argument=argument.strip(), in_code=in_code)
