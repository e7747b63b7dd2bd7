"""The command ``fury-bot demo``."""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NoReturn

import click
from rich import box
from rich.console import Console, Group
from rich.markdown import Markdown
from rich.panel import Panel
from rich.text import Text

from fury_bot import demo, logs
from fury_bot.cli.progress import ProgressBar
from fury_bot.settings import Settings

if TYPE_CHECKING:
    from fury_bot.demo import Demonstrated

INTERRUPTED = 130
"""The exit status of a command that Ctrl-C ended, as of all the others."""

WIDTH = 100
"""Columns at the most: GitHub's own pages are no wider."""


@click.command("demo")
def command() -> None:
    """Show the main job, start to finish: no keys, no accounts, no internet."""
    settings = Settings()
    logs.configure("warning")
    try:
        shown = _run(settings)
    except KeyboardInterrupt:
        _leave(settings)
    console = Console()
    console.width = min(console.width, WIDTH)
    console.print(_page(shown))
    for reference in shown.references:
        console.print(reference, soft_wrap=True, markup=False, highlight=False)
    console.print(_next())


def _run(settings: Settings) -> Demonstrated:
    """Run it in another thread: this one hears of Ctrl-C at once, whatever is under way."""
    with ProgressBar() as progress:
        return (
            ThreadPoolExecutor(max_workers=1)
            .submit(
                demo.run,
                settings,
                say=lambda step: progress.say(f"• {step} …"),
                progress=progress,
            )
            .result()
        )


def _leave(settings: Settings) -> NoReturn:
    """End the process: in good order, it would wait for the job under way."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    click.echo("\nfury-bot: interrupted, stopping …", err=True)
    logging.disable()  # the job whose server goes away has nothing to tell
    demo.stop_server(settings)
    os._exit(INTERRUPTED)


def _page(shown: Demonstrated) -> Group:
    """Draw the discussion as its page shows it."""
    return Group(
        Text(),
        Text(shown.title, style="bold"),
        Text(shown.url, style="dim"),
        Panel(
            Group(Markdown(shown.body), Text(), Text(" ".join(shown.reactions))),
            title=shown.asker,
            title_align="left",
            box=box.ROUNDED,
        ),
        Panel(
            Markdown(_without_targets(shown.reply)),
            title=f"{shown.author} [dim]bot[/dim]",
            title_align="left",
            box=box.ROUNDED,
        ),
        Text("Sources, each a permalink (of the simulated repository):", style="bold"),
    )


def _without_targets(markdown: str) -> str:
    """Leave of links their text: the addresses are printed below, whole."""
    return re.sub(r"\[((?:\[[^\[\]]*\]|[^\[\]])*)\]\(https?://[^\s()]+\)", r"\1", markdown)


def _next() -> Text:
    command = "fury-bot" if shutil.which("fury-bot") else sys.argv[0]
    return Text(
        f"\nYour own repository:  {command} index PATH --repo OWNER/NAME"
        f"\nAsk it:               {command} ask 'How do I …?' --repo OWNER/NAME"
        "\nAnswers by a model:   export GROQ_API_KEY=…  (or GEMINI_API_KEY), and ask again"
    )
