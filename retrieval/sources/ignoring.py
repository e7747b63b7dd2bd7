"""What ``.gitignore`` files say of a path: https://git-scm.com/docs/gitignore."""

from __future__ import annotations

from dataclasses import dataclass

from pathspec import GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The rules that hold in one directory: its own file's, then those of the ones above."""

    levels: tuple[tuple[str, GitIgnoreSpec], ...] = ()
    """Directory prefix (``""`` or ``docs/``) and rules, the deepest first."""

    def within(self, prefix: str, content: str) -> IgnoreRules:
        """Return the rules for the directory ``prefix`` whose ``.gitignore`` is ``content``."""
        return IgnoreRules(((prefix, _spec(content)), *self.levels))

    def ignores(self, path: str) -> bool:
        """Whether ``path`` (a directory's ends in a slash) is ignored.

        The deepest file that has a matching rule decides, and in it the last such rule.
        """
        for prefix, spec in self.levels:
            verdict = spec.check_file(path.removeprefix(prefix)).include
            if verdict is not None:
                return verdict
        return False


def _spec(content: str) -> GitIgnoreSpec:
    """Compile rules; like git, pass over a rule that means nothing."""
    patterns: list[str] = []
    for line in content.split("\n"):
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:  # pathspec's error is one
            continue
        patterns.append(line)
    return GitIgnoreSpec.from_lines(patterns)
