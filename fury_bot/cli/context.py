"""What the commands share: the wiring, the repository that is meant, how output is written."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from fury_bot import logs
from fury_bot.settings import Settings
from fury_bot.wiring import Wiring

if TYPE_CHECKING:
    from collections.abc import Mapping

repository_option = click.option(
    "--repo",
    metavar="OWNER/NAME",
    help="The repository; FURY_BOT_DEFAULT_REPOSITORY when left out.",
)
ref_option = click.option(
    "--ref", help="A branch or tag that is indexed; the default index when left out."
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON on standard output, and nothing else there."
)
knn_option = click.option(
    "--knn",
    type=click.IntRange(1, 50),
    default=5,
    show_default=True,
    help="How many passages, 1 to 50.",
)


def wire(*, log_level: str | None = None) -> Wiring:
    """Return this process's parts, with the database up to date.

    Commands that print a result log warnings alone, unless FURY_BOT_LOG_LEVEL asks for more.
    """
    settings = Settings()
    chosen = settings.fury_bot_log_level
    explicit = "fury_bot_log_level" in settings.model_fields_set
    logs.configure(chosen if explicit or log_level is None else log_level)
    wiring = Wiring(settings)
    wiring.migrate()
    return wiring


def repository_name(named: str | None, settings: Settings | None) -> str:
    """Return the repository that the command is about: ``named``, or the settings' default.

    Raises:
        click.UsageError: None is named, or what is named is not ``owner/name``.
    """
    name = named or (settings.fury_bot_default_repository if settings else None)
    if name is None:
        raise click.UsageError(
            "which repository? Give --repo OWNER/NAME, or set FURY_BOT_DEFAULT_REPOSITORY"
        )
    owner, slash, rest = name.partition("/")
    if not (owner and slash and rest) or "/" in rest or name.split() != [name]:
        raise click.BadParameter(f"{name!r} is not of the form OWNER/NAME", param_hint="'--repo'")
    return name


def print_json(value: Mapping[str, Any]) -> None:
    """Write one JSON value on one line of standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()
