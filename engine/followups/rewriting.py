"""A follow-up and what was said before it, to a question that stands by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from engine import quoted_code
from engine.followups.signs import bare, is_follow_up, points_back
from engine.history import bounded
from generation.extractive.sentences import shortened
from generation.extractive.terms import terms
from generation.protocol import GenerationError, Request, Task
from retrieval.query import read_query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.protocol import Completion, Turn

log = structlog.get_logger(__name__)

LONGEST: Final = 400
"""Characters of a question that was rewritten."""
_LONGEST_SUBJECT: Final = 250
"""Characters that are taken over from an earlier question."""

_REPLACES: Final = re.compile(
    r"(?:(?:and|but|or|so)\s+)?(?:what|how)\s+about\s+(?P<other>[^?.!]+)", re.IGNORECASE
)
_MOST_OF_ANOTHER: Final = 4
"""Words of what is asked about in place of something else; more say how, not what."""
_OBJECT: Final = re.compile(
    r"""
    \b (?: (?:a|an|the|my|some|several|many|multiple|each|every|un|une|una|ein|eine|einen) \s+ )
    (?: (?!to\b|of\b|in\b|for\b|from\b|with\b|on\b|at\b|is\b|are\b) [\w-]+ \s* ){1,3}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LAST_WORD: Final = re.compile(r"[\w-]+(?=\W*$)")
_LINK: Final = re.compile(r"://|\bwww\.|\]\(|<[a-z!/]", re.IGNORECASE)
_LABEL: Final = re.compile(r"^(?:(?:standalone|rewritten)\s+)?question\s*:\s*", re.IGNORECASE)


class Model(Protocol):
    """Writes text; a provider that ``is_model``, or a chain that has one, does."""

    def complete(self, request: Request) -> Completion:
        """Return the whole text."""


def standalone(
    question: str, history: Sequence[Turn], *, repository: str, model: Model | None = None
) -> str:
    """Return ``question`` so that it can be understood without ``history``.

    A question that stands by itself is returned as it is. A follow-up is rewritten by ``model``
    where there is one, and by rule where there is none, where it fails, or where what it writes
    strays from what was said. The result has at most :data:`LONGEST` characters.
    """
    if not is_follow_up(question, history):
        return question
    return _by_model(question, history, repository, model) or _by_rule(question, history)


def _by_rule(question: str, history: Sequence[Turn]) -> str:
    subject = ""
    earlier: list[Turn] = []
    for turn in history:
        if turn.role == "user":
            said = _first_words(turn.text)
            follows = bool(subject) and is_follow_up(turn.text, earlier)
            subject = _joined(subject, said) if follows else said
        earlier.append(turn)
    rewritten = _joined(subject, " ".join(quoted_code.prose(question).split()))
    name = _named_last(history) if points_back(bare(question)) else ""
    if name and name not in rewritten:
        rewritten = f"{rewritten} (`{name}`)"
    return rewritten[:LONGEST]


def _first_words(text: str) -> str:
    """Return what a post asks, of a long one its title or first sentences."""
    paragraph = next(filter(None, map(str.strip, quoted_code.prose(text).split("\n\n"))), "")
    return shortened(" ".join(paragraph.split()), longest=_LONGEST_SUBJECT)


def _joined(subject: str, question: str) -> str:
    """Return both in one; what is asked about in place of something else takes its place."""
    other = _REPLACES.match(question)
    if other and len(other["other"].split()) <= _MOST_OF_ANOTHER:
        replaced = _with_object(subject, other["other"].strip())
        if replaced:
            return replaced
    ended = subject if subject.endswith(("?", ".", "!", "…")) else f"{subject}?"
    room = max(LONGEST - len(question) - 1, 0)
    return f"{shortened(ended, longest=room)} {question[:1].upper()}{question[1:]}".strip()


def _with_object(subject: str, other: str) -> str:
    """Return ``subject`` asked of ``other`` in place of the last thing that it names."""
    found = list(_OBJECT.finditer(subject)) or list(_LAST_WORD.finditer(subject))
    if not found:
        return ""
    last = found[-1]
    gap = " " if last[0].endswith(" ") else ""
    return f"{subject[: last.start()]}{other}{gap}{subject[last.end() :]}"


def _named_last(history: Sequence[Turn]) -> str:
    """Return the first name of code in the last answer: what a pronoun then stands for."""
    last = next((turn.text for turn in reversed(history) if turn.role == "assistant"), "")
    return next(iter(read_query(quoted_code.prose(last)).names), "")


def _by_model(
    question: str, history: Sequence[Turn], repository: str, model: Model | None
) -> str | None:
    if model is None:
        return None
    told = bounded(history)
    request = Request(question, repository, (), task=Task.STANDALONE, history=told)
    try:
        written = model.complete(request).text
    except GenerationError as error:
        log.info("follow_up_left_to_rule", reason=str(error))
        return None
    rewritten = _LABEL.sub("", " ".join(written.split())).strip("\"'“” ")
    strays = _reason_to_discard(rewritten, question, told)
    if strays:
        log.info("follow_up_left_to_rule", reason=strays)
        return None
    return rewritten


def _reason_to_discard(rewritten: str, question: str, history: Sequence[Turn]) -> str | None:
    """Return how a model's rewriting strays from what was said, if it does."""
    before = frozenset[str]().union(*(terms(turn.text) for turn in history))
    asked, written = terms(question), terms(rewritten)
    faults = (
        (not rewritten, "empty"),
        (len(rewritten) > LONGEST, "too long"),
        (_LINK.search(rewritten) or "```" in rewritten, "a link, markup or code"),
        (asked and not asked & written, "says nothing of what is asked"),
        (not (before - asked) & written, "says nothing of what was said before"),
        (
            2 * len(written & (asked | before)) < len(written),
            "is mostly about something else",
        ),
    )
    return next((reason for found, reason in faults if found), None)
