"""A question, a post or a traceback to what is searched for.

Posts are long and messy. What is embedded is the prose with the error in it, since a question's
vector is drawn away by pasted code; what is searched for by words is all of it, prose first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from retrieval.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_POST = 20_000
"""Characters of a post that are read."""

MAX_EMBEDDED = 1_200
"""Characters that are embedded: about what the model reads."""

MAX_TERMS = 96
"""Distinct words that are searched for. Further ones of a long post are code, as a rule, and each
costs the search time."""

MAX_NAMES = 6
"""Names that are looked up in the symbol table."""

MAX_NAME = 200
"""Characters of a name; what is longer is none."""

MAX_FILES = 16
"""Files that are taken for named."""


class QueryKind(StrEnum):
    """What is asked for, as far as rules can tell; it chooses the weights of ranking."""

    SYMBOL = "symbol"
    """A name of the code, with few words around it."""
    ERROR = "error"
    """An error message or a traceback."""
    CHANGE = "change"
    """What is new, changed, removed or deprecated, or which version did it."""
    OVERVIEW = "overview"
    """What something is, or which part does it."""
    PROSE = "prose"
    """Anything else, mostly how to do something."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for."""

    text: str
    """For the embedding model; empty when nothing was asked."""
    terms: tuple[str, ...]
    """Distinct terms of the lexical search, the most telling first."""
    kind: QueryKind
    names: tuple[str, ...] = ()
    """Names of code in it, as written: ``LineSlider2D``, ``actor.sphere``."""
    files: tuple[str, ...] = ()
    """Files named in it or in the frames of a traceback, with forward slashes."""

    def speaks_of_tests(self) -> bool:
        """Whether tests are what it asks about, and not what it runs into."""
        return bool(_ASKS_ABOUT_TESTS.search(self.text))

    def speaks_of_housekeeping(self) -> bool:
        """Whether it is about how the project is run or licensed."""
        return bool(_ASKS_ABOUT_HOUSEKEEPING.search(self.text))


_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FENCE = re.compile(
    r"^[ \t]*(```|~~~)[^\n]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.DOTALL | re.MULTILINE
)
# Each pattern takes time in proportion to the post, whatever stands in it: where one may begin, it
# was not in the midst of what it would match, and no blank runs over the end of a line.
_FRAME = re.compile(r'^[ \t]*File "([^"\n]+)", line \d+.*$', re.MULTILINE)
_ERROR = re.compile(
    r"(?<!\w)(?:[A-Za-z_]\w*(?:Error|Exception|Warning|Interrupt|Fault|Exit)\b[ \t]*[:(]"
    r"|Exception:|(?i:(?:error(?:\[\w+\])?|panic|undefined reference)[ \t]*:))"
    r"|^(?:E[ \t]+)?[a-z_]\w*(?:\.\w+)*\.[A-Z]\w+[ \t]*:"
)
"""In a stripped line."""
_TRACEBACK = re.compile(r"Traceback \(most recent call last\)|^[ \t]+at [\w$.]+\(", re.MULTILINE)
_INDENTED = re.compile(r"^(?: {4}|\t)[ \t]*\S.*$", re.MULTILINE)

_NAME = re.compile(
    r"(?<![\w./@-])("
    r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?=\(|\b)"  # dotted
    r"|[A-Za-z]\w*_\w+|_\w+"  # snake_case
    r"|[A-Z]?[a-z][a-z0-9]*[A-Z]\w*|[A-Z]{2,}[a-z]\w*"  # camelCase
    r"|[A-Za-z_]\w*(?=\(\))"  # called
    r")"
)
_TICKED = re.compile(r"`([A-Za-z_][\w.]*)(?:\([^`]*\))?`")
_FILE = re.compile(
    r"(?<![\w./\\:-])(?:\w+:)?[\w./\\-]*\w\.(?:py|pyx|pyi|rst|md|txt|c|h|cc|cpp|hpp|js|ts"
    r"|tsx|rs|go|java|glsl|frag|vert|sh|toml|ya?ml|cfg|ini|json)\b"
)

_LETTER = re.compile(r"\w")

_ASKS_WHAT_CHANGED = re.compile(
    r"\b(?:new in|what(?:'s| is| are) (?:the )?(?:new|changes)|changed|changes (?:in|since|between)"
    r"|changelog|news|release[sd]?|deprecat\w+|removed|renamed|no longer|any ?more|blog|gsoc"
    r"|migrat\w+|upgrad\w+|port(?:ing|ed)? (?:a|an|my|our|from|to)|updated? (?:from|to)"
    r"|(?:which|what|first|last|since) (?:version|release)|when (?:was|were|did|will|does)\b"
    r"|drop(?:ped|s)? (?:support|python))\b"
    r"|\bv?\d+\.\d+(?:\.\d+)?\s+(?:to|vs\.?|versus)\s+(?:\w+\s+)?"
    r"(?:v?\d|latest|newest|current|master|main)",
    re.IGNORECASE,
)
_ASKS_ABOUT_TESTS = re.compile(
    r"\b(?:unit ?tests?|test (?:suite|case|file|helper|coverage)s?|(?:where|which|what)\b.*\btests?"
    r"|tests? (?:of|for)|pytest|fixtures?|tested|write tests?|run(?:ning)? (?:the )?tests?)\b",
    re.IGNORECASE,
)
_ASKS_ABOUT_HOUSEKEEPING = re.compile(
    r"\b(?:licen[cs]\w*|copyright|ci|workflows?|github actions?|continuous integration|pipelines?"
    r"|contribut\w+|authors?|maintainers?|linters?|pre-commit|coverage|cite|citation"
    r"|css|style ?sheets?|html templates?)\b",
    re.IGNORECASE,
)
_ASKS_FOR_OVERVIEW = re.compile(
    r"\b(?:overview|architecture|structure of|what is (?!the (?:error|problem))|what are|what's|"
    r"which (?:part|module|class|file|component)|difference between|compared|purpose|concepts?"
    r"|what .{1,40} for\b)",
    re.IGNORECASE,
)


def read_query(post: str) -> Query:
    """Read what a post asks for."""
    post = _COMMENT.sub(" ", post.replace("\0", " ").replace("\r\n", "\n"))[:MAX_POST]
    code = "\n".join(match.group(2) for match in _FENCE.finditer(post))
    prose = _FENCE.sub("\n", post)
    errors = [line for line in map(str.strip, post.split("\n")) if _ERROR.search(line)]
    frames = [match.group(1) for match in _FRAME.finditer(post)]
    is_traceback = bool(_TRACEBACK.search(post)) or bool(frames)
    if is_traceback or code:
        prose = _INDENTED.sub("", _FRAME.sub("", _TRACEBACK.sub("", prose)))
    prose = " ".join(prose.split())
    text = _with_errors(prose, errors) or " ".join(post.split())[:MAX_EMBEDDED]
    names = tuple(_names(post))
    return Query(
        text=text if _LETTER.search(text) else "",
        terms=_distinct(f"{text}\n{' '.join(names)}\n{post}"),
        kind=_kind(post, text, names=names, is_error=is_traceback or bool(errors)),
        names=names[:MAX_NAMES],
        files=_files(post, frames),
    )


def _with_errors(prose: str, errors: Sequence[str]) -> str:
    """Return what is embedded of the prose, and the last errors behind it if not in it."""
    last = (" ".join(error.split()) for error in errors[-2:])
    unsaid = " ".join(error for error in last if error not in prose[:MAX_EMBEDDED])
    unsaid = unsaid[: MAX_EMBEDDED // 2]
    return f"{prose[: MAX_EMBEDDED - len(unsaid) - 1]} {unsaid}".strip()


def _distinct(text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for term in terms(text):
        found.setdefault(term)
        if len(found) == MAX_TERMS:
            break
    return tuple(found)


def _names(post: str) -> Iterator[str]:
    seen: set[str] = set()
    for pattern in (_TICKED, _NAME):
        for match in pattern.finditer(post):
            name = match.group(1).strip(".")
            if len(name) > MAX_NAME or _FILE.fullmatch(name):
                continue
            if name.lower() not in seen:
                seen.add(name.lower())
                yield name


def _files(post: str, frames: list[str]) -> tuple[str, ...]:
    # The innermost frame is the likeliest place; it stands last.
    named = [*(path for path in reversed(frames) if path[0] != "<"), *_FILE.findall(post)]
    paths = (path.replace("\\", "/").removeprefix("./") for path in named)
    return tuple(dict.fromkeys(paths))[:MAX_FILES]


def _kind(post: str, text: str, *, names: tuple[str, ...], is_error: bool) -> QueryKind:
    words = [word for word in re.findall(r"\w+", text) if len(word) > 1]
    if is_error:
        return QueryKind.ERROR
    if _ASKS_WHAT_CHANGED.search(text):
        return QueryKind.CHANGE
    if names and len(words) <= 2 * len(" ".join(names).replace(".", " ").split()) + 1:
        return QueryKind.SYMBOL
    # One bare word is the name of something more often than not.
    if len(post.split()) == 1 and words:
        return QueryKind.SYMBOL
    if _ASKS_FOR_OVERVIEW.search(text):
        return QueryKind.OVERVIEW
    return QueryKind.PROSE
