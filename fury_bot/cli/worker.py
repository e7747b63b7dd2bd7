"""The command ``fury-bot worker``."""

from __future__ import annotations

import click

from fury_bot.cli.context import wire


@click.command("worker")
@click.option("--once", is_flag=True, help="Stop when no job is due.")
def command(*, once: bool) -> None:
    """Run the jobs that the faces put into the queue."""
    worker = wire().worker
    if once:
        worker.drain()
    else:
        click.echo("waiting for jobs", err=True)
        worker.run()
