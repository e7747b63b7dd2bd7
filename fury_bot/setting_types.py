"""What the value of a setting may be, and how it is read from text."""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_core import PydanticCustomError
from pydantic_settings import NoDecode

from generation import budgets

Provider = Literal["groq", "google", "ollama", "openai", "extractive"]


def _split(value: object) -> object:
    """Take ``a, b`` for a list, as environment variables have none."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _without_slash(value: object) -> object:
    return value.rstrip("/") if isinstance(value, str) else value


def _limits(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return budgets.parse(value)
    except budgets.InvalidLimit as error:
        raise PydanticCustomError("limit", "{reason}", {"reason": str(error)}) from None


def _provider(value: object) -> object:
    known = get_args(Provider)
    if value not in known:
        raise PydanticCustomError(
            "provider",
            "there is no provider {name}; known: {known}",
            {"name": repr(value), "known": ", ".join(known)},
        )
    return value


def _repository(value: str) -> str:
    if not re.fullmatch(r"[^/\s]+/[^/\s]+", value):
        raise PydanticCustomError(
            "repository", "{name} should be owner/name", {"name": repr(value)}
        )
    return value


Url = Annotated[str, BeforeValidator(_without_slash)]
Names = Annotated[
    tuple[Annotated[Provider, BeforeValidator(_provider)], ...], NoDecode, BeforeValidator(_split)
]
RepositoryName = Annotated[str, AfterValidator(_repository)]
Repositories = Annotated[tuple[RepositoryName, ...], NoDecode, BeforeValidator(_split)]
Limits = Annotated[tuple[budgets.Limit, ...], NoDecode, BeforeValidator(_limits)]
Window = Annotated[int | None, Field(ge=1_000)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]
