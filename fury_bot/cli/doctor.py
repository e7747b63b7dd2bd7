"""The command ``fury-bot doctor``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from fury_bot import logs
from fury_bot.settings import Settings, SettingsError
from fury_bot.wiring import Wiring
from github_app.errors import GitHubAppError
from retrieval.errors import RetrievalError
from storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable


@click.command("doctor")
def command() -> None:
    """Check each part that answers depend on, and say what to do about those that fail."""
    wiring = Wiring(Settings())
    logs.configure("error")
    checks: dict[str, Callable[[Wiring], str]] = {
        "database": _database,
        "embedding model": _model,
        "providers": _providers,
        "GitHub App": _github,
        "Discord": _discord,
    }
    failed = 0
    for name, check in checks.items():
        try:
            click.echo(f"ok    {name}: {check(wiring)}")
        except (SettingsError, StorageError, RetrievalError, GitHubAppError) as error:
            failed += 1
            click.echo(f"fail  {name}: {error}")
    sys.exit(1 if failed else 0)


def _database(wiring: Wiring) -> str:
    applied = wiring.migrate()
    wiring.database.ping()
    kind = "DATABASE_URL" if wiring.settings.database_url else "embedded"
    return f"{kind}, {len(applied)} migrations applied now"


def _model(wiring: Wiring) -> str:
    embedder = wiring.embedder
    return f"{embedder.model}, {embedder.dimension} dimensions"


def _providers(wiring: Wiring) -> str:
    wiring.engine  # noqa: B018 - making it checks that every provider of the chain has its key
    return ", ".join(wiring.settings.providers)


def _github(wiring: Wiring) -> str:
    if wiring.github is None:
        raise SettingsError("GITHUB_APP_ID and GITHUB_PRIVATE_KEY are not set")
    if not wiring.settings.github_webhook_secret:
        raise SettingsError("GITHUB_WEBHOOK_SECRET is not set: every delivery is refused")
    return f"known to GitHub as {wiring.github.who_am_i()}"


def _discord(wiring: Wiring) -> str:
    if wiring.settings.discord_public_key is None:
        return "not set up"
    wiring.blueprints()
    return "public key set"
