"""What is wrong with a file of questions, in plain words."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic_core import ErrorDetails

Path = tuple[int | str, ...]
"""The keys and positions that lead to a field."""

_WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "is no known key",
    "model_type": "should hold keys with values",
    "tuple_type": "should be a list",
    "too_short": "should not be empty",
    "too_long": "holds too much: two numbers, the first line and the last",
    "string_type": "should be text",
    "string_too_short": "should not be empty",
    "int_parsing": "should be a whole number",
    "int_type": "should be a whole number",
    "greater_than_equal": "should be 1 or more",
}
"""What to say of pydantic's errors, by their types."""

_PATTERNS: Mapping[str, str] = {
    "kind": "should be lower-case words joined by hyphens",
    "repository": "should be of the form owner/name",
}
"""What to say of text of another form, by the field's name."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one field."""

    path: Path
    text: str


def problems(errors: Sequence[ErrorDetails]) -> Iterator[Problem]:
    """Yield what is wrong, once each: a misspelt key is not also told to be missing."""
    meant = dict(_misspelt(errors))
    for error in errors:
        path = error["loc"]
        if path in meant.values():
            continue
        if any(_is_inside(other["loc"], path) for other in errors):
            continue  # a list of which no item is valid is also told to be too short
        text = _text(error)
        if path in meant:
            text += f"; is {meant[path][-1]} meant?"
        yield Problem(path, text)


def _misspelt(errors: Sequence[ErrorDetails]) -> Iterator[tuple[Path, Path]]:
    """Yield the keys that nobody knows, each with the missing one that it is nearest to."""
    for error in errors:
        if error["type"] != "extra_forbidden":
            continue
        *folder, key = error["loc"]
        missing = [
            str(other["loc"][-1])
            for other in errors
            if other["type"] == "missing" and list(other["loc"][:-1]) == folder
        ]
        for name in difflib.get_close_matches(str(key), missing, n=1):
            yield error["loc"], (*folder, name)


def _is_inside(inner: Path, outer: Path) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _text(error: ErrorDetails) -> str:
    kind: str = error["type"]
    if kind == "string_pattern_mismatch":
        return _PATTERNS[str(error["loc"][-1])]
    if kind == "value_error":
        return _reason(error.get("ctx", {}))
    return _WORDS[kind]


def _reason(context: Mapping[str, Any]) -> str:
    return str(context["error"])
