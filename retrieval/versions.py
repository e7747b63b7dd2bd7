"""Which of a repository's indexed versions a question is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_VERSION = r"\d{1,4}(?:\.\d{1,6}){1,3}"
_IN_QUESTION = re.compile(
    rf"(?<![\w./\\])(v?)({_VERSION})"
    r"(?!\w|\.\d|\s*(?:%|seconds?\b|m?s\b|px\b|pixels?\b))",  # a quantity is no version
    re.IGNORECASE,
)
_IN_REF = re.compile(rf"(?<![\d.])v?({_VERSION})")
_WORD_BEFORE = re.compile(r"[a-z][\w-]*|[^\s:=~^<>(-]")

LOOK_BACK = 60
"""Characters before a version that tell whose it is."""

_SAYS_VERSION = frozenset("version versions release releases tag branch".split())
_LEADS_TO_VERSION = frozenset(
    "in on since until till before after from under still for than".split()
)
"""Words that a version of the repository itself may stand behind, as it is. Behind another stands
a version of what that names (Python 3.11), or a number that is none (an opacity of 0.5)."""
_NAMES_NOTHING = _LEADS_TO_VERSION | frozenset(
    "a the this that any which what my our your and or with use using of at to by is was are"
    " do does did latest newest newer new older old current stable last next previous".split()
)
"""Words before *version*, or ``v``, that do not say whose it is."""


def asked_ref(question: str, refs: Iterable[str], *, repository: str) -> str | None:
    """Return the one of ``refs`` whose version the question names, the newest if several fit.

    ``0.10`` fits the tags ``v0.10.0`` and ``v0.10.1``, and a release before its candidates. None
    when the question names no version, or none that is indexed.
    """
    known = [
        (_numbers(match[1]), match.end() == len(ref), ref)
        for ref in refs
        if (match := _IN_REF.search(ref))
    ]
    for asked in _versions(question, repository=repository):
        fitting = [one for one in known if _padded(one[0])[: len(asked)] == asked]
        if fitting:
            return max(fitting)[-1]
    return None


def _versions(question: str, *, repository: str) -> Iterator[tuple[int, ...]]:
    own = {part.lower() for part in repository.split("/")}
    for match in _IN_QUESTION.finditer(question):
        start = match.start()
        said = _WORD_BEFORE.findall(question[max(start - LOOK_BACK, 0) : start].lower())
        before, word = ["", "", *(each.rstrip("-") for each in said)][-2:]
        if word in _SAYS_VERSION or match[1]:
            whose = before if word in _SAYS_VERSION else word
            is_own = not whose.isalnum() or whose in own | _NAMES_NOTHING
        else:
            is_own = word in own | _LEADS_TO_VERSION
        if is_own:
            yield _numbers(match[2])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def _padded(numbers: tuple[int, ...]) -> tuple[int, ...]:
    return (*numbers, 0, 0, 0)
