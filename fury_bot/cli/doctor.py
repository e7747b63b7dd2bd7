"""The command ``fury-bot doctor``."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import click

from fury_bot import logs
from fury_bot.cli.context import json_option, print_json
from fury_bot.cli.progress import waiting
from fury_bot.settings import Settings, SettingsError
from fury_bot.wiring import Wiring
from generation import registry
from github_app.errors import GitHubAppError
from retrieval.errors import RetrievalError
from storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Status(StrEnum):
    """How a part is."""

    OK = "ok"
    UNUSED = "not set up"
    """Nothing of it is set, and the other parts do without it."""
    FAILED = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the check of one part came to."""

    name: str
    status: Status
    detail: str
    """What there is, or what to do."""


class _NotSetUp(Exception):
    """Nothing of the part is set; the message says what it would need."""


@click.command("doctor")
@json_option
def command(*, as_json: bool) -> None:
    """Check each part that answers depend on, and say what to do about those that fail."""
    wiring = Wiring(Settings())
    logs.configure("error")
    findings = []
    for name, check in CHECKS.items():
        with waiting(f"checking: {name}"):
            finding = find(name, check, wiring)
        findings.append(finding)
        if not as_json:
            click.echo(f"{finding.status:<12}{name}: {finding.detail}")
    is_ok = all(each.status is not Status.FAILED for each in findings)
    if as_json:
        print_json({"ok": is_ok, "checks": [asdict(each) for each in findings]})
    sys.exit(0 if is_ok else 1)


def find(name: str, check: Callable[[Wiring], str], wiring: Wiring) -> Finding:
    """Check one part."""
    try:
        return Finding(name, Status.OK, check(wiring))
    except _NotSetUp as unused:
        return Finding(name, Status.UNUSED, str(unused))
    except (SettingsError, StorageError, RetrievalError, GitHubAppError) as error:
        return Finding(name, Status.FAILED, str(error))


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
    return ", ".join(
        f"{name} (configured, not asked)" if name in registry.MODELS else name
        for name in wiring.settings.providers
    )


def _github(wiring: Wiring) -> str:
    settings = wiring.settings
    if not (
        settings.github_app_id or settings.github_private_key or settings.github_webhook_secret
    ):
        raise _NotSetUp("GITHUB_APP_ID, GITHUB_PRIVATE_KEY and GITHUB_WEBHOOK_SECRET make it so")
    if wiring.github is None:
        raise SettingsError("GITHUB_APP_ID and GITHUB_PRIVATE_KEY: needed beside the secret")
    if not settings.github_webhook_secret:
        raise SettingsError("GITHUB_WEBHOOK_SECRET is not set: every delivery is refused")
    return f"known to GitHub as {wiring.github.who_am_i()}"


def _discord(wiring: Wiring) -> str:
    settings = wiring.settings
    if settings.discord_public_key:
        wiring.blueprints()
        return "public key set"
    if settings.discord_application_id or settings.discord_bot_token:
        raise SettingsError("DISCORD_PUBLIC_KEY is not set: every interaction is refused")
    raise _NotSetUp("DISCORD_PUBLIC_KEY makes it so")


CHECKS: Mapping[str, Callable[[Wiring], str]] = {
    "database": _database,
    "embedding model": _model,
    "providers": _providers,
    "GitHub App": _github,
    "Discord": _discord,
}
