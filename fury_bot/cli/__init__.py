"""The ``fury-bot`` command."""

from fury_bot.cli.main import main

__all__ = ["main"]
