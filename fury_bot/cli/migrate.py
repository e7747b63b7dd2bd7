"""The command ``fury-bot migrate``."""

from __future__ import annotations

import click

from fury_bot.settings import Settings
from fury_bot.wiring import Wiring


@click.command("migrate")
def command() -> None:
    """Bring the database to the state that this release needs."""
    applied = Wiring(Settings()).migrate()
    for migration in applied:
        click.echo(f"applied {migration}")
    if not applied:
        click.echo("nothing to apply")
