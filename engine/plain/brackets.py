"""Citations, links and images, and the brackets that could become one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.plain.lookahead import Step
from engine.sanitising import stands_alone

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from engine.plain.lookahead import Lookahead

_LONGEST_LABEL: Final = 400
_LONGEST_TARGET: Final = 2_000

_LABEL = re.compile(rf"\[[^\[\]\n\\]{{0,{_LONGEST_LABEL}}}+")
_TARGET = re.compile(
    r"""\([ \t]*+<?(?P<target>[^\s<>()|]*+(?:\([^\s<>()|]*+\)[^\s<>()|]*+)*+)>?
        (?:[ \t]++(?:"[^"\n]*+"|'[^'\n]*+'|\([^()\n]*+\)))?[ \t]*+\)""",
    re.VERBOSE,
)
_CITATION = re.compile(r"\d{1,4}(?:[ ]?,[ ]?\d{1,4})*")


def bracket(
    ahead: Lookahead,
    at: int,
    *,
    before: str,
    starts_line: bool,
    links: Collection[str],
    inert: Callable[[str], str],
) -> Step | None:
    """Read what a bracket, or an exclamation mark with one, begins; None for wait.

    A link to one of ``links`` stays, and of any other its label does. A definition would make links
    of brackets elsewhere: there is none, so all other brackets are but brackets. ``inert`` makes a
    label harmless; ``before`` is what was given out last.
    """
    mark = "!" if ahead.text[at] == "!" else ""
    start = at + len(mark)
    no_link = Step(start + 1, f"{mark}\\[")
    label = ahead.matched(_LABEL, start)[1:]
    end = start + len(label) + 2
    if not ahead.knows(end + 1):
        return None
    if not ahead.text.startswith("]", end - 1):
        return no_link
    following = ahead.text[end : end + 1]
    if following == "(":
        return _link(
            ahead, end, label, no_link, before=before, links=() if mark else links, inert=inert
        )
    is_citation = _CITATION.fullmatch(label) and not starts_line
    if mark or (following == ":" and not is_citation):
        return no_link
    return Step(end, f"[{inert(label)}]")


def _link(
    ahead: Lookahead,
    at: int,
    label: str,
    no_link: Step,
    *,
    before: str,
    links: Collection[str],
    inert: Callable[[str], str],
) -> Step | None:
    """Read the target of a link, which begins at ``at``; None for wait."""
    if not _is_settled(ahead, at):
        return None
    target = _target(ahead, at)
    if target is None:
        return no_link
    if target["target"] in links and label.strip():
        return Step(target.end(), f"[{inert(label)}]({target['target']})")
    return Step(target.end(), _apart(inert(label), target, before))


def _target(ahead: Lookahead, at: int) -> re.Match[str] | None:
    return _TARGET.match(ahead.text, at, at + _LONGEST_TARGET)


def _is_settled(ahead: Lookahead, at: int) -> bool:
    """Whether nothing that follows changes what is read as a link's target."""
    if target := _target(ahead, at):
        return ahead.knows(target.end() + 2)
    limit = at + _LONGEST_TARGET
    return ahead.line_end(at, limit) is not None or ahead.knows(limit)


def _apart(label: str, target: re.Match[str], before: str) -> str:
    """Return the label of a link that goes, kept apart from words that it must not adjoin."""
    if "|" not in label and stands_alone(target, before=before):
        return label.strip()
    return f"\\[{label}]"
