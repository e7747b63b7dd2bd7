"""What the commands share: the wiring, the repository that is meant, how output is written."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fury_bot import logs
from fury_bot.cli.progress import waiting
from fury_bot.settings import Settings
from fury_bot.wiring import Wiring
from retrieval.sources import find_remote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

Command = TypeVar("Command", bound="Callable[..., Any]")

repository_option = click.option(
    "--repo",
    metavar="OWNER/NAME",
    help="The repository; when left out, FURY_BOT_DEFAULT_REPOSITORY, or what the remote of the "
    "checkout around you is called.",
)
ref_option = click.option(
    "--ref", help="A branch or tag that is indexed; the default index when left out."
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON on standard output, and nothing else there."
)


class WholeNumber(click.IntRange):
    """A whole number within bounds, which are told in plain words."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """Read ``value``, or refuse it."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is no whole number from {self.min} to {self.max}", param, ctx)


def knn_option(*, default: int) -> Callable[[Command], Command]:
    """Return the option of how many passages are searched for."""
    return click.option(
        "--knn",
        type=WholeNumber(1, 50),
        default=default,
        show_default=True,
        help="How many passages each search gives, 1 to 50.",
    )


def wire(*, log_level: str | None = None) -> Wiring:
    """Return this process's parts, with the database up to date.

    Commands that print a result log warnings alone, unless FURY_BOT_LOG_LEVEL asks for more.
    """
    settings = Settings()
    chosen = settings.fury_bot_log_level
    explicit = "fury_bot_log_level" in settings.model_fields_set
    if explicit or log_level is None:
        logs.configure(chosen)
    else:
        logs.configure(log_level, in_sentences=True)
    wiring = Wiring(settings)
    with waiting("starting the database"):
        wiring.migrate()
    return wiring


def repository_name(
    named: str | None, settings: Settings | None, *, around: Path | None = None
) -> str:
    """Return the repository that the command is about.

    It is ``named``, or the settings' default, or what the remote of the checkout that the folder
    ``around`` is in calls it.

    Raises:
        click.UsageError: None is named, or what is named is not ``owner/name``.
    """
    default = settings.fury_bot_default_repository if settings else None
    name = named or default or (find_remote(around) if around else None)
    if name is None:
        setting = ", or set FURY_BOT_DEFAULT_REPOSITORY" if settings else ""
        raise click.UsageError(f"which repository? Give --repo OWNER/NAME{setting}")
    owner, slash, rest = name.partition("/")
    if not (owner and slash and rest) or "/" in rest or name.split() != [name]:
        raise click.BadParameter(f"{name!r} is not of the form OWNER/NAME", param_hint="'--repo'")
    return name


def check_filled(wiring: Wiring, repository: str, ref: str | None) -> None:
    """Tell an index in which nothing was found from one that has nothing.

    Raises:
        click.ClickException: The index of ``repository`` at ``ref`` (None: the default one) is
            empty.
    """
    for each in wiring.catalogue.indexes(repository):
        if not each.chunks and (each.ref == ref if ref else each.is_default):
            raise click.ClickException(
                f"the index is empty: of {repository} at {each.ref}; run `fury-bot index PATH "
                f"--repo {repository} --ref {each.ref}` with a PATH that has files"
            )


def print_json(value: Mapping[str, Any]) -> None:
    """Write one JSON value on one line of standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()
