"""Reads a request's body into a model, or says what is wrong with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from web.api.errors import BadRequest, TooLarge, Unprocessable, WrongContentType
from web.api.fields import EXPECTED

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MAX_BYTES = 64 * 1024
"""Of a body. The longest question takes a fourth of it, in the longest encoding."""

Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model]) -> Model:
    """Return the body of the request under way.

    Raises:
        WrongContentType: It does not say that it is JSON.
        TooLarge: It is over ``MAX_BYTES``.
        BadRequest: It is not JSON, or broke off.
        Unprocessable: It is not what the model takes; each field that is wrong is named.
    """
    if request.mimetype != "application/json":
        raise WrongContentType("send the body as Content-Type: application/json")
    return validate(model, _json(_bytes()))


def validate(model: type[Model], value: object) -> Model:
    """Return ``value`` as ``model``.

    Raises:
        Unprocessable: Naming each field that is wrong.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        raise Unprocessable("; ".join(_readable(problem, model) for problem in problems)) from None


def _bytes() -> bytes:
    """Return the raw body; of one that is too large, no more is read than shows that it is."""
    too_large = TooLarge(f"the body is larger than {MAX_BYTES:,} bytes")
    if (request.content_length or 0) > MAX_BYTES:
        raise too_large
    # A chunked body announces no length; werkzeug cuts it off here without a word.
    request.max_content_length = MAX_BYTES + 1
    try:
        body = request.get_data(cache=False)
    except HTTPException as error:
        raise BadRequest("the body broke off") from error
    if len(body) > MAX_BYTES:
        raise too_large
    return body


def _json(body: bytes) -> object:
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        reason = f": {error}" if isinstance(error, json.JSONDecodeError) else ""
        raise BadRequest(f"the body is not JSON{reason}") from error


def _refuse_constant(name: str) -> object:
    """Refuse ``NaN`` and ``Infinity``, which are Python's and not JSON's."""
    raise ValueError(name)


def _readable(problem: ErrorDetails, model: type[BaseModel]) -> str:
    if not problem["loc"]:
        return "body: should be a JSON object"
    # Below a field stand the alternatives of its type, which mean nothing to the caller.
    field = str(problem["loc"][0])
    if problem["type"] == "extra_forbidden":
        return f"{field}: unknown; known are {', '.join(model.model_fields)}"
    if problem["type"] == "string_pattern_mismatch":
        return f"{field}: should be {EXPECTED[problem['ctx']['pattern']]}"
    message = problem["msg"]
    return f"{field}: {message[0].lower()}{message[1:]}"
