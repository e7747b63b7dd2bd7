"""The command ``fury-bot register-discord``."""

from __future__ import annotations

import click

from discord_relay.command import commands
from discord_relay.rest import register_commands
from fury_bot.settings import Settings, SettingsError


@click.command("register-discord")
def command() -> None:
    """Make /ask and /forget known to Discord; once, and again when the commands have changed."""
    settings = Settings()
    if settings.discord_application_id is None:
        raise SettingsError("DISCORD_APPLICATION_ID: needed to register the commands")
    if settings.discord_bot_token is None:
        raise SettingsError("DISCORD_BOT_TOKEN: needed to register the commands")
    register_commands(
        application_id=settings.discord_application_id,
        bot_token=settings.discord_bot_token.get_secret_value(),
        commands=commands(),
        api_url=settings.discord_api_url,
    )
    click.echo(f"registered {', '.join('/' + each['name'] for each in commands())}")
