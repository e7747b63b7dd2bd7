"""The OpenAPI 3.1 document, written from the operations and their models."""

from __future__ import annotations

import re
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

from pydantic.json_schema import models_json_schema

from web.api.schema import ErrorBody, TokenEvent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import BaseModel

    from web.api.operations import Operation, Parameter
    from web.api.schema import Event

Json = dict[str, Any]

_REFERENCE = "#/components/schemas/{model}"

_EVENTS = (
    'Server-sent events, when the body asks for `"stream": true`; the schema is of each event. '
    "`token` has the next piece of the text. `answer` ends the stream and has the whole answer, as "
    "it would have come without streaming: checked, and with its citations numbered anew. `error` "
    "ends the stream too, when the answer breaks off. Lines that begin with a colon keep the "
    "connection alive."
)

_ERRORS = {
    400: "The body is not JSON.",
    401: "A token is needed, or the one given is unknown, revoked or expired.",
    403: "The token is for other repositories.",
    404: "There is no such provider, or nothing of the repository is indexed.",
    413: "The body is too large.",
    415: "The body does not say that it is JSON.",
    422: "A field is missing, unknown or wrong: the detail names it.",
    429: "A limit of the token's or the provider's is used up.",
    500: "A mistake of ours; the detail has the id under which the log tells more.",
    502: "The provider would not answer.",
    503: "The provider or the database cannot be reached, or too many answers are being written.",
    504: "The provider took too long.",
}

_HEADERS: dict[int, Json] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    429: {"Retry-After": {"required": True, "schema": {"type": "string", "pattern": "^[0-9]+$"}}},
    503: {"Retry-After": {"required": True, "schema": {"type": "string", "pattern": "^[0-9]+$"}}},
}


def document(operations: Sequence[Operation]) -> Json:
    """Return the document that describes ``operations``."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "fury-bot",
            "version": version("fury-bot"),
            "description": "Answers questions about a repository, with sources anyone can check.",
        },
        "paths": dict(_paths(operations)),
        "components": {
            "schemas": _schemas(operations),
            "responses": {_name(status): _error(status) for status in _ERRORS},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`fury-bot tokens create` makes one. From the server's own "
                    "machine none is needed.",
                }
            },
        },
        "security": [{"token": []}, {}],
    }


def _paths(operations: Sequence[Operation]) -> Iterator[tuple[str, Json]]:
    for operation in operations:
        path = re.sub(r"<(\w+)>", r"{\1}", operation.rule)
        yield path, {operation.method.lower(): _operation(operation)}


def _operation(operation: Operation) -> Json:
    described: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [_parameter(each) for each in operation.parameters],
        "responses": {
            "200": {"description": "The answer.", "content": _contents(operation)},
            **{
                str(status): {"$ref": f"#/components/responses/{_name(status)}"}
                for status in sorted(operation.errors)
            },
        },
    }
    if operation.body:
        described["requestBody"] = {"required": True, "content": _content(operation.body)}
    return described


def _parameter(parameter: Parameter) -> Json:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _contents(operation: Operation) -> Json:
    content = _content(operation.answer)
    if operation.streams:
        events = [
            _event("token", TokenEvent),
            _event("answer", operation.answer),
            _event("error", ErrorBody),
        ]
        content["text/event-stream"] = {"schema": {"oneOf": events, "description": _EVENTS}}
    return content


def _event(name: Event, model: type[BaseModel]) -> Json:
    return {
        "type": "object",
        "required": ["event", "data"],
        "properties": {
            "event": {"const": name},
            "data": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": _reference(model),
            },
        },
    }


def _content(model: type[BaseModel]) -> Json:
    return {"application/json": {"schema": _reference(model)}}


def _reference(model: type[BaseModel]) -> Json:
    return {"$ref": _REFERENCE.format(model=model.__name__)}


def _error(status: int) -> Json:
    error: Json = {"description": _ERRORS[status], "content": _content(ErrorBody)}
    return error | ({"headers": _HEADERS[status]} if status in _HEADERS else {})


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "")


def _schemas(operations: Sequence[Operation]) -> Json:
    answers = {operation.answer for operation in operations}
    models: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
        *((operation.body, "validation") for operation in operations if operation.body),
        *((answer, "serialization") for answer in answers),
        (ErrorBody, "serialization"),
        (TokenEvent, "serialization"),
    ]
    _, schemas = models_json_schema(models, ref_template=_REFERENCE)
    found: Json = schemas["$defs"]
    return found
