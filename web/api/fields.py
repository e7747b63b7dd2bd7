"""The types of the fields that come, and how each is described to a person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_QUESTION = 4_000
"""Characters of a question: a page, with a traceback."""
MAX_KNN = 50
"""Passages of an answer or a search, as of the command line."""
DEFAULT_KNN = 5
_MAX_USER = 128
_MAX_NUMBER = 2**63 - 1

# Wider than any service's names, narrower than what a database or a URL would choke on. Python's
# regular expressions and JSON Schema's do not agree on what a space is; the first names them all.
_SOMETHING = r"[^\s\x1c-\x1f\x85\ufeff]"
_REPOSITORY = r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$"
_REF = r"^[A-Za-z0-9_.@+/#-]+$"
_MODEL = r"^[A-Za-z0-9_.:/@+-]+$"
_USER = r"^[A-Za-z0-9_][A-Za-z0-9_.:@+-]*$"

EXPECTED: Mapping[str, str] = {
    _SOMETHING: "more than spaces",
    _REPOSITORY: "owner/name",
    _REF: "the name of a branch or tag",
    _MODEL: "the name of a model",
    _USER: "letters, digits and _.:@+-, not beginning with one of these",
}
"""What a text that does not match should be, by pattern."""

_NUMERIC = re.compile(r"[0-9]{1,3}")


def _whole_number(value: object) -> object:
    """Take ``"3"`` for its number."""
    if isinstance(value, str) and _NUMERIC.fullmatch(value):
        return int(value)
    return _whole(value)


def _text_of_number(value: object) -> object:
    """Take a user's number for its text; ``true`` is no number."""
    whole = _whole(value)
    if isinstance(whole, int) and not isinstance(whole, bool) and 0 <= whole <= _MAX_NUMBER:
        return str(whole)
    return value


def _whole(value: object) -> object:
    """Take ``3.0`` for ``3``: JSON Schema makes no difference, and some writers of JSON neither."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Question = Annotated[str, Field(max_length=MAX_QUESTION, pattern=_SOMETHING)]

Knn = Annotated[
    int,
    Field(strict=True, ge=1, le=MAX_KNN),
    BeforeValidator(_whole_number),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": MAX_KNN},
                {"type": "string", "pattern": "^(0{0,2}[1-9]|0?[1-4][0-9]|0?50)$"},
            ]
        }
    ),
]

Repository = Annotated[str, Field(max_length=140, pattern=_REPOSITORY)]

Ref = Annotated[str, Field(max_length=255, pattern=_REF)]

Model = Annotated[str, Field(max_length=200, pattern=_MODEL)]

UserId = Annotated[
    str,
    Field(max_length=_MAX_USER, pattern=_USER),
    BeforeValidator(_text_of_number),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": _USER, "maxLength": _MAX_USER},
                {"type": "integer", "minimum": 0, "maximum": _MAX_NUMBER},
            ]
        }
    ),
]
