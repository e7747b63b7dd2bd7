"""The command's group, and what every command does with an error."""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import version

import click

COMMANDS = (
    "ask",
    "bench",
    "check-code",
    "demo",
    "doctor",
    "index",
    "migrate",
    "register-discord",
    "search",
    "serve",
    "simulate",
    "tokens",
    "worker",
)
"""Each is a module of this package, imported when it is called: `--help` need not wait."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(
            f"fury_bot.cli.{cmd_name.replace('-', '_')}"
        ).command
        return command


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("fury-bot"), prog_name="fury-bot")
def group() -> None:
    """Answer questions about a repository, with sources anyone can check."""


def main() -> None:
    """Run the command; an error of ours is one clear line and a non-zero status."""
    try:
        status = group.main(standalone_mode=False)
    except click.exceptions.Abort:
        _fail("interrupted", status=130)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _fail(_in_one_line(error), status=error.exit_code)
    except Exception as error:
        if not _is_ours(error):
            raise
        _fail(str(error), status=1)
    sys.exit(status if isinstance(status, int) else 0)


def _in_one_line(error: click.ClickException) -> str:
    """Say what is wrong with the command line, and where it is told how it should be."""
    message = " ".join(error.format_message().split()).rstrip(".")
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{message}; see `{context.command_path} --help`" if context else message


def _is_ours(error: Exception) -> bool:
    """Say whether the error is of one of the rooms' trees, whose messages are for people."""
    from discord_relay.errors import DiscordError  # noqa: PLC0415 - not needed until something fails
    from engine import EngineError  # noqa: PLC0415 - likewise
    from fury_bot.demo import DemoFailed  # noqa: PLC0415 - likewise
    from fury_bot.settings import SettingsError  # noqa: PLC0415 - likewise
    from generation import GenerationError  # noqa: PLC0415 - likewise
    from github_app.errors import GitHubAppError  # noqa: PLC0415 - likewise
    from retrieval.errors import RetrievalError  # noqa: PLC0415 - likewise
    from retrieval.sources import SourceError  # noqa: PLC0415 - likewise
    from storage import StorageError  # noqa: PLC0415 - likewise

    trees = (
        DemoFailed,
        DiscordError,
        EngineError,
        GenerationError,
        GitHubAppError,
        RetrievalError,
        SettingsError,
        SourceError,
        StorageError,
    )
    return isinstance(error, trees)


def _fail(message: str, *, status: int) -> None:
    for line in message.splitlines():
        click.echo(f"fury-bot: {line}", err=True)
    sys.exit(status)
