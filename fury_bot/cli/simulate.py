"""The command ``fury-bot simulate``."""

from __future__ import annotations

import secrets
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fury_bot.cli.context import repository_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

port_option = click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="0, the default, takes a free one."
)


@click.group("simulate")
def command() -> None:
    """Serve a simulated GitHub, Discord or language-model service on this machine."""


@command.command("github")
@click.option("--webhook-url", help="Where deliveries go, http://127.0.0.1:8000/webhooks/github.")
@click.option("--webhook-secret", help="What signs them; one is drawn when left out.")
@click.option(
    "--repository",
    metavar="OWNER/NAME",
    default="octo-org/hello",
    show_default=True,
    help="The repository that it holds.",
)
@click.option(
    "--files",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="The folder with the repository's files; the one this is started in when left out.",
)
@click.option(
    "--private-key",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    default="fury-bot.private-key.pem",
    show_default=True,
    help="The file to write the App's private key to.",
)
@port_option
def github(
    port: int,
    *,
    webhook_url: str | None,
    webhook_secret: str | None,
    repository: str,
    files: Path,
    private_key: Path,
) -> None:
    """A GitHub in memory, with one App and one repository; `/_simulator` controls it."""
    # The simulators are imported when they are called.
    from retrieval.sources import read_tree  # noqa: PLC0415 - see above
    from simulator.github import App, GitHub, create_app  # noqa: PLC0415 - see above

    name = repository_name(repository, None)
    secret = webhook_secret or secrets.token_hex(20)
    app, key = App.generate(webhook_url=webhook_url, webhook_secret=secret)
    private_key.touch(mode=0o600)
    private_key.write_text(key, encoding="utf-8")
    with GitHub(app) as simulated:
        simulated.add_repository(
            name, files={file.path: file.data for file in read_tree(files).files}
        )
        _serve(
            create_app(simulated),
            port,
            lambda url: (
                f"GITHUB_APP_ID={app.client_id}\nGITHUB_PRIVATE_KEY_FILE={private_key.resolve()}\n"
                f"GITHUB_WEBHOOK_SECRET={secret}\nGITHUB_API_URL={url}\n"
                f"GITHUB_GRAPHQL_URL={url}/graphql"
            ),
        )


@command.command("discord")
@click.option("--interactions-url", help="Where interactions go.")
@port_option
def discord(port: int, *, interactions_url: str | None) -> None:
    """A Discord with one application; `/_simulator` controls it."""
    from simulator.discord import Discord, create_app  # noqa: PLC0415 - see github
    from simulator.discord.app import API  # noqa: PLC0415 - see github

    simulated = Discord()
    _serve(
        create_app(simulated, interactions_url=interactions_url),
        port,
        lambda url: (
            f"DISCORD_APPLICATION_ID={simulated.application_id}\n"
            f"DISCORD_PUBLIC_KEY={simulated.public_key}\n"
            f"DISCORD_BOT_TOKEN={simulated.bot_token}\nDISCORD_API_URL={url}{API}"
        ),
    )


@command.command("llm")
@click.option(
    "--persona",
    type=click.Choice(["obedient", "gullible", "echo"]),
    help="Who answers: one that obeys what stands outside the fences, one that obeys whatever it "
    "reads, or one that repeats it. When left out, an answer is composed of the passages.",
)
@click.option(
    "--delay",
    type=click.IntRange(0),
    default=0,
    metavar="MILLISECONDS",
    help="The time before each word of a stream.",
)
@port_option
def llm(port: int, *, persona: str | None, delay: int) -> None:
    """Groq's, Gemini's, Ollama's and OpenAI's protocols, answered without a model."""
    from simulator.llm import API_KEY, SimulatedModels, create_app  # noqa: PLC0415 - see github
    from simulator.llm.models import composed  # noqa: PLC0415 - see github
    from simulator.llm.personas import echo, gullible, obedient  # noqa: PLC0415 - see github

    speakers = {"obedient": obedient, "gullible": gullible, "echo": echo}
    models = SimulatedModels(
        speaker=speakers[persona] if persona else composed, word_interval=delay / 1000
    )
    _serve(
        create_app(models),
        port,
        lambda url: (
            f"GROQ_API_KEY={API_KEY}\nGROQ_BASE_URL={url}\n"
            f"GEMINI_API_KEY={API_KEY}\nGEMINI_BASE_URL={url}\n"
            f"OLLAMA_BASE_URL={url}\n"
            f"OPENAI_API_KEY={API_KEY}\nOPENAI_BASE_URL={url}/v1"
        ),
    )


def _serve(app: Flask, port: int, settings: Callable[[str], str]) -> None:
    """Serve until interrupted, and print the settings that lead fury-bot here."""
    from simulator.serving import Served  # noqa: PLC0415 - see github

    with Served(app, port=port) as served:
        click.echo(settings(served.url))
        threading.Event().wait()
