"""What ``.gitignore`` files say of a path: https://git-scm.com/docs/gitignore."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ANY_FOLDERS = "**"

_UNLIKE_FNMATCH = re.compile(r"\\(.)|\[\^", re.DOTALL)
"""What git writes in another way than fnmatch: an escaped character, a set's complement."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """One line of a ``.gitignore``."""

    segments: tuple[re.Pattern[str] | None, ...]
    """What each name on the way must be; None: any number of folders."""
    is_negated: bool
    only_folders: bool

    def matches(self, names: Sequence[str], *, is_folder: bool) -> bool:
        """Whether the rule speaks of the path whose parts are ``names``."""
        return (is_folder or not self.only_folders) and _matches(self.segments, names)


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The rules that hold in one directory: its own file's, then those of the ones above."""

    levels: tuple[tuple[str, tuple[_Rule, ...]], ...] = ()
    """Directory prefix (``""`` or ``docs/``) and rules, the deepest first."""

    def within(self, prefix: str, content: str) -> IgnoreRules:
        """Return the rules for the directory ``prefix`` whose ``.gitignore`` is ``content``."""
        return IgnoreRules(((prefix, tuple(_rules(content))), *self.levels))

    def ignores(self, path: str) -> bool:
        """Whether ``path`` (a directory's ends in a slash) is ignored.

        The deepest file that has a matching rule decides, and in it the last such rule.
        """
        for prefix, rules in self.levels:
            names = path.removeprefix(prefix).removesuffix("/").split("/")
            for rule in reversed(rules):
                if rule.matches(names, is_folder=path.endswith("/")):
                    return not rule.is_negated
        return False


def _rules(content: str) -> Iterator[_Rule]:
    """Yield the rules; like git, pass over a line that means nothing."""
    for line in content.split("\n"):
        pattern = re.sub(r"(?<!\\) +\Z", "", line.removesuffix("\r"))
        is_negated = pattern.startswith("!")
        pattern = pattern.removeprefix("!")
        only_folders = pattern.endswith("/")
        segments = pattern.removesuffix("/").split("/")
        if line.startswith("#") or not any(segments):
            continue
        if not segments[0]:  # a slash before the rest, which only ties it to this directory
            segments = segments[1:]
        elif len(segments) == 1:
            segments = [_ANY_FOLDERS, *segments]
        try:
            compiled = tuple(map(_compiled, segments))
        except re.error:
            continue
        if compiled[-1] is None:  # git: what is inside, not the folder itself
            compiled = (*compiled, re.compile(""))
        yield _Rule(compiled, is_negated, only_folders)


def _compiled(segment: str) -> re.Pattern[str] | None:
    """Return what a name has to match; None, of any number of names.

    fnmatch never looks at a character twice for the sake of another star, so that no line takes
    long, whatever names it is held against.
    """
    if segment == _ANY_FOLDERS:
        return None
    return re.compile(fnmatch.translate(_UNLIKE_FNMATCH.sub(_as_fnmatch, segment)))


def _as_fnmatch(found: re.Match[str]) -> str:
    escaped = found[1]
    if escaped is None:
        return "[!"
    return f"[{escaped}]" if escaped in "*?[" else escaped


def _matches(segments: Sequence[re.Pattern[str] | None], names: Sequence[str]) -> bool:
    """Match as many names as there are, going back to no more than the last ``**``."""
    at = segment = 0
    resumed: tuple[int, int] | None = None
    while at < len(names):
        if segment < len(segments):
            pattern = segments[segment]
            if pattern is None:
                segment += 1
                resumed = (segment, at)
                continue
            if pattern.match(names[at]):
                segment, at = segment + 1, at + 1
                continue
        if resumed is None:
            return False
        segment, at = resumed[0], resumed[1] + 1
        resumed = (segment, at)
    return segment == len(segments)
