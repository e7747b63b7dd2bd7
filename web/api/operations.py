"""What the API can be asked to do: the routes are made of these, and so is the document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import TypeAdapter

from web.api.fields import Repository, UserId
from web.api.schema import (
    AnswerBody,
    ForgottenBody,
    GenerateRequest,
    QuestionRequest,
    SearchBody,
    SearchRequest,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import BaseModel

_ANYWHERE = (401, 403, 404, 422, 429, 500, 503)
_WITH_BODY = (400, 413, 415)
_BY_A_MODEL = (502, 504)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A part of the URL."""

    name: str
    place: Literal["path", "query"]
    schema: Mapping[str, Any]
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a URL."""

    name: str
    method: Literal["POST", "DELETE"]
    rule: str
    """As Flask writes it: ``/api/<provider>/generate``."""
    summary: str
    answer: type[BaseModel]
    errors: tuple[int, ...]
    """The statuses other than 200."""
    parameters: tuple[Parameter, ...] = ()
    body: type[BaseModel] | None = None
    streams: bool = False
    """Whether the answer may come as server-sent events."""


def generate(providers: Sequence[str]) -> Operation:
    """Return the operation that asks one of ``providers``."""
    return Operation(
        name="generate",
        method="POST",
        rule="/api/<provider>/generate",
        summary="Answer a question by one provider.",
        parameters=(
            Parameter(
                name="provider",
                place="path",
                schema={"type": "string", "enum": list(providers)},
                description="Who writes the answer.",
            ),
        ),
        body=GenerateRequest,
        answer=AnswerBody,
        errors=(*_ANYWHERE, *_WITH_BODY, *_BY_A_MODEL),
        streams=True,
    )


QUESTION = Operation(
    name="question",
    method="POST",
    rule="/api/question",
    summary="Answer a question of a conversation, by the server's chain of providers.",
    body=QuestionRequest,
    answer=AnswerBody,
    errors=(*_ANYWHERE, *_WITH_BODY, *_BY_A_MODEL),
    streams=True,
)

SEARCH = Operation(
    name="search",
    method="POST",
    rule="/api/search",
    summary="Find the passages that are nearest to a query.",
    body=SearchRequest,
    answer=SearchBody,
    errors=(*_ANYWHERE, *_WITH_BODY),
)

FORGET = Operation(
    name="forget",
    method="DELETE",
    rule="/api/conversations/<user_id>",
    summary="Forget what was said with a user, of one repository or of all.",
    parameters=(
        Parameter(
            name="user_id",
            place="path",
            schema=TypeAdapter(UserId).json_schema(),
            description="Whose conversation it is.",
        ),
        Parameter(
            name="repo",
            place="query",
            schema=TypeAdapter(Repository).json_schema(),
            description="`owner/name`: what was said of it alone is forgotten.",
        ),
    ),
    answer=ForgottenBody,
    errors=_ANYWHERE,
)
