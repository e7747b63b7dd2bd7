"""Discord's rules for the definition of a slash command.

https://discord.com/developers/docs/interactions/application-commands#application-command-object
"""

from __future__ import annotations

import re
from typing import Any

from simulator.discord import errors

MAX_DESCRIPTION = 100
"""Characters."""

_NAME = re.compile(r"[-_'a-z0-9]{1,32}")


def checked(body: object) -> list[dict[str, Any]]:
    """Return the command definitions in ``body``.

    Raises:
        ApiError: One breaks a rule.
    """
    commands = _objects(body, field="_")
    for command in commands:
        for part in (command, *_objects(command.get("options", []), field="options")):
            _check_name(part.get("name"))
            _check_description(part.get("description"))
    return commands


def _objects(value: object, *, field: str) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise errors.invalid_form(field, "LIST_TYPE_CONVERT", "Only iterables may be used.")
    if not all(isinstance(element, dict) for element in value):
        raise errors.invalid_form(field, "DICT_TYPE_CONVERT", "Only dictionaries may be used.")
    return value


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise errors.invalid_form(
            "name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid"
        )


def _check_description(description: object) -> None:
    if not isinstance(description, str) or not 1 <= len(description) <= MAX_DESCRIPTION:
        raise errors.invalid_form(
            "description",
            "BASE_TYPE_BAD_LENGTH",
            f"Must be between 1 and {MAX_DESCRIPTION} in length.",
        )
