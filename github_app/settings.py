"""A repository's settings: ``.github/fury-bot.yml``.

The file is read from the default branch alone, where only people who may merge can change it.
A repository without one takes the file of its owner's ``.github`` repository. Whatever is wrong
in a file is reported, and the defaults hold.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from github_app.errors import SettingsMistake

PATH = ".github/fury-bot.yml"

MAX_BYTES = 16 * 1024

_NO_MORE_MISTAKES = 5
"""Mistakes reported at once; the rest show once these are mended."""

_CONSTRUCTORS_ERRORS = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""PyYAML's constructors trip over values that do not fit their tag, each in its own way."""


class When(StrEnum):
    """Which new discussions are answered without being asked."""

    ALWAYS = "always"
    CHECKBOX = "checkbox"
    NEVER = "never"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Answers(_Section):
    """Answers that nobody gave a command for."""

    discussions: When = When.ALWAYS
    """New discussions to answer: always, only with the template's checkbox ticked, or never."""
    categories: tuple[str, ...] | None = Field(default=None, max_length=50)
    """Names or slugs of the categories to answer in. By default, every category whose
    discussions can have an accepted answer."""


class Knowledge(_Section):
    """What answers are drawn from, beside the default branch."""

    versions: int = Field(default=1, ge=0, le=5)
    """How many of the newest releases are indexed as well, each by itself; of a repository
    without releases, how many of the newest tags that name a version. 0 for none."""
    branches: tuple[Annotated[str, Field(min_length=1, max_length=255)], ...] = Field(
        default=(), max_length=5
    )
    """Further branches to index, each by itself."""
    discussions: bool = True
    """Whether discussions with an accepted answer are known. Locked ones, and those labelled as
    spam, never are."""
    issues: bool = True
    """Whether closed issues are known, by what a maintainer said last or by the pull request that
    closed them. Locked ones, and those labelled as spam, never are."""


class Settings(_Section):
    """Settings of fury-bot for one repository."""

    answers: Answers = Field(default_factory=Answers)
    """When to answer without being asked."""
    checkbox: str = Field(
        default="I want an AI-generated answer as a first response", min_length=1, max_length=200
    )
    """The text beside the checkbox in the discussion template."""
    commands: bool = True
    """Whether `/fury-bot` commands are heeded."""
    references: int = Field(default=5, ge=1, le=10)
    """The most passages an answer may draw on."""
    knowledge: Knowledge = Field(default_factory=Knowledge)
    """Which versions and threads are known."""


def parse(text: str) -> Settings:
    """Read a settings file. An empty one is all defaults.

    Raises:
        SettingsMistake: Naming each key, and what was expected.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise SettingsMistake((f"the file is larger than {MAX_BYTES // 1024} KiB",))
    try:
        values: Any = yaml.safe_load(text)
    except (yaml.YAMLError, *_CONSTRUCTORS_ERRORS) as error:
        raise SettingsMistake((_yaml_mistake(error),)) from error
    if values is None:
        return Settings()
    if not isinstance(values, dict):
        raise SettingsMistake(("the file must hold keys and values, such as `commands: true`",))
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsMistake(_mistakes(error)) from error


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of the file, for editors and validators."""
    schema = Settings.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = PATH
    return schema


def _yaml_mistake(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f" (line {mark.line + 1})" if mark is not None else ""
    return f"the file is not valid YAML{place}"


def _mistakes(error: ValidationError) -> tuple[str, ...]:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return tuple(_mistake(item) for item in found[:_NO_MORE_MISTAKES])


def _mistake(item: Any) -> str:  # noqa: ANN401 - pydantic's own dictionary
    key = ".".join(str(part)[:60] for part in item["loc"])
    if item["type"] == "extra_forbidden":
        return f"`{key}`: unknown key"
    expected = item["msg"].removeprefix("Input ")
    return f"`{key}`: {expected}"
