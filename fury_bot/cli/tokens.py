"""The commands ``fury-bot tokens``."""

from __future__ import annotations

import re
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from fury_bot.cli.context import json_option, print_json, repository_name, wire
from web.api import TokenStore

if TYPE_CHECKING:
    from web.api.token_store import ListedToken

DEFAULT_PER_MINUTE = 60
DEFAULT_PER_DAY = 5_000

_DAYS = re.compile(r"(?P<days>[0-9]{1,5})d")


def _expiry(
    context: click.Context,  # noqa: ARG001 - click's signature
    parameter: click.Parameter,  # noqa: ARG001 - likewise
    value: str | None,
) -> datetime | None:
    """Read a moment: a date, which counts to its end, or a number of days from now."""
    if value is None:
        return None
    now = datetime.now(UTC)
    if days := _DAYS.fullmatch(value):
        return now + timedelta(days=int(days["days"]))
    try:
        date = datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is neither a date (2030-12-31) nor days (90d)"
        ) from None
    if date.year == MAXYEAR:
        raise click.BadParameter(f"{value} is too far away; leave --expires out for no end")
    if date + timedelta(days=1) <= now:
        raise click.BadParameter(f"{value} is over")
    return date + timedelta(days=1)


@click.group("tokens")
def command() -> None:
    """Make, list and revoke the tokens of the HTTP API."""


@command.command("create")
@click.argument("name")
@click.option(
    "--repo",
    "repositories",
    metavar="OWNER/NAME",
    multiple=True,
    help="A repository that may be asked about; several times for several.",
)
@click.option("--all-repositories", is_flag=True, help="All may be asked about, private ones too.")
@click.option(
    "--per-minute",
    type=click.IntRange(1),
    default=DEFAULT_PER_MINUTE,
    show_default=True,
    help="Requests a minute.",
)
@click.option(
    "--per-day",
    type=click.IntRange(1),
    default=DEFAULT_PER_DAY,
    show_default=True,
    help="Requests a day, of UTC.",
)
@click.option(
    "--expires",
    callback=_expiry,
    metavar="DATE|DAYS",
    help="The last day, 2030-12-31, or a number of days, 90d; never when left out.",
)
@json_option
def create(
    name: str,
    *,
    repositories: tuple[str, ...],
    all_repositories: bool,
    per_minute: int,
    per_day: int,
    expires: datetime | None,
    as_json: bool,
) -> None:
    """Make a token called NAME, and print it: it is shown this once."""
    if repositories and all_repositories:
        raise click.UsageError("give --repo OWNER/NAME or --all-repositories, not both")
    if not repositories and not all_repositories:
        raise click.UsageError("give --repo OWNER/NAME, or --all-repositories")
    named = tuple(repository_name(each, None).lower() for each in repositories)
    token = _store().create(
        name,
        repositories=None if all_repositories else named,
        per_minute=per_minute,
        per_day=per_day,
        expires_at=expires,
    )
    if token is None:
        raise click.ClickException(
            f"there is a token called {name} already; `fury-bot tokens revoke {name}` ends it"
        )
    if as_json:
        print_json({"name": name, "token": token})
        return
    click.echo(token)
    click.echo("Keep it: it is not shown again.", err=True)


@command.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """Print the tokens, without their secrets."""
    tokens = _store().tokens()
    if as_json:
        print_json({"tokens": [_json(token) for token in tokens]})
        return
    if not tokens:
        click.echo("no tokens; `fury-bot tokens create` makes one", err=True)
    for token in tokens:
        click.echo(_line(token))


@command.command("revoke")
@click.argument("name")
@json_option
def revoke(name: str, *, as_json: bool) -> None:
    """End the token called NAME, now."""
    if not _store().revoke(name):
        raise click.ClickException(f"there is no token called {name}")
    if as_json:
        print_json({"name": name, "revoked": True})
    else:
        click.echo(f"revoked {name}")


def _store() -> TokenStore:
    return TokenStore(wire(log_level="warning").database)


def _json(token: ListedToken) -> dict[str, Any]:
    return {
        "name": token.name,
        "repositories": token.repositories,
        "per_minute": token.per_minute,
        "per_day": token.per_day,
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at and token.expires_at.isoformat(),
        "used_at": token.used_at and token.used_at.isoformat(),
    }


def _line(token: ListedToken) -> str:
    reach = "all repositories" if token.repositories is None else ", ".join(token.repositories)
    ends = f"until {token.expires_at:%Y-%m-%d %H:%M}" if token.expires_at else "without an end"
    used = f"used {token.used_at:%Y-%m-%d %H:%M}" if token.used_at else "never used"
    limits = f"{token.per_minute} a minute, {token.per_day} a day"
    return f"{token.name}: {reach}; {limits}; {ends}; {used}"
