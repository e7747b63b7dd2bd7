"""Says why code cannot be translated, before a model makes something up that looks like it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.translation.counterparts import counterpart, library_of
from engine.translation.dependencies import of_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.languages import Language
    from engine.quoted_code import Code
    from engine.translation.dependencies import Dependencies

NO_TARGET = "Which language should it be in? Name one, as in “to C++”."
NO_CODE = (
    "I see no code to translate: put it in a fenced block, or name a function, a class or a file "
    "with lines (`path/to/file.py#L10-L40`)."
)


@dataclass(frozen=True, slots=True)
class Own:
    """What the repository itself defines."""

    packages: frozenset[str] = frozenset()
    """The top-level names that it is imported by."""
    modules: frozenset[str] = frozenset()
    """The last names of its modules, which code cut from a file may use unimported."""


def reason_against(code: Sequence[Code], target: Language | None, own: Own) -> str | None:
    """Return why ``code`` cannot be translated to ``target``, or None when nothing says so.

    It carries over when all that it imports is of its language's own library, or has a counterpart
    in the target language: see :mod:`engine.translation.counterparts`.
    """
    if target is None:
        return NO_TARGET
    if not code:
        return NO_CODE
    sources = [_language(part) for part in code]
    if all(source == target.name for source in sources):
        return f"That code is in {target.name} already."
    for part, source in zip(code, sources, strict=True):
        obstacle = _obstacle(of_code(part.text, source), target.name, own)
        if obstacle:
            return f"I cannot translate this to {target.name}: {obstacle}"
    return None


def _language(code: Code) -> str | None:
    if code.language:
        return code.language.name
    # Code that people paste without naming its language is the repository's, as a rule: Python.
    try:
        ast.parse(code.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return "Python"


def _obstacle(rests_on: Dependencies, target: str, own: Own) -> str | None:
    used = sorted(rests_on.unbound & own.modules)
    packages = [name for name in rests_on.libraries if name in own.packages]
    if packages or used or rests_on.is_relative:
        name = f"`{packages[0]}`, " if packages else f"`{used[0]}`, of " if used else ""
        return (
            f"it rests on {name}this repository's own package, which has no counterpart in "
            f"{target}."
        )
    for module in rests_on.libraries:
        library = library_of(module)
        if library is None:
            return (
                f"it uses `{module}`, a library of which I know no counterpart in {target}. "
                "I translate what rests on the standard library, and on a few well-known ones."
            )
        if counterpart(library, target) is None:
            return (
                f"it uses {library.name}, which has no counterpart in {target} that I know of; "
                f"it has one in {_listed(sorted(library.counterparts))}."
            )
    return None


def _listed(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
