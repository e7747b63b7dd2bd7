"""The main job on one machine: a simulated GitHub, the real App, a question, a sourced reply."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from fury_bot.wiring import Wiring
from fury_bot.wsgi import create_app
from retrieval.sources import read_tree
from simulator import github as simulated
from simulator.serving import Served
from storage import embedded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fury_bot.settings import Settings
    from retrieval.indexing import Progress
    from simulator.github import Discussion, GitHub, GivenReaction

REPOSITORY = "octo-org/fury-bot"
ASKER = "mona"

TITLE = "How is a webhook's signature verified?"
BODY = (
    "I am reading the code before I install the App on our organisation. Which function checks "
    "the signature of a delivery, and what happens to one whose signature is wrong?"
)


class DemoFailed(Exception):
    """The demo came to no reply."""


@dataclass(frozen=True, slots=True)
class Demonstrated:
    """What the discussion's page would show."""

    url: str
    title: str
    body: str
    asker: str
    author: str
    reply: str
    """Markdown, without the comments that GitHub does not show."""
    reactions: tuple[str, ...]
    references: tuple[str, ...]


def run(
    settings: Settings, *, say: Callable[[str], None], progress: Progress | None = None
) -> Demonstrated:
    """Install the App on this project's own source, ask in a discussion, and return the reply.

    Args:
        settings: Its data folder is used, beside what else is there; nothing else of it.
        say: Told of each step as it begins.
        progress: Told how far the indexing is.

    Raises:
        DemoFailed: No reply came, or one without sources.
    """
    app, private_key = simulated.App.generate()
    with simulated.GitHub(app) as github, Served(simulated.create_app(github)) as api:
        secret = secrets.token_hex(20)
        wiring = Wiring(
            _settings(settings, api=api.url, app_id=app.client_id, key=private_key, secret=secret),
            progress=progress,
        )
        say("Starting PostgreSQL and bringing its tables up to date")
        wiring.migrate()
        # What an interrupted demo left undone is of a simulated GitHub that is gone.
        with wiring.database.transaction() as connection:
            wiring.queue.clear(connection=connection)
        with Served(create_app(wiring.settings, wiring)) as web:
            github.set_webhook(url=f"{web.url}/webhooks/github", secret=secret)
            repository = github.add_repository(REPOSITORY, files=_own_source)
            say(f"Installing the App on {REPOSITORY}, which indexes it")
            github.install([repository])
            wiring.worker.drain()
            say("Opening a discussion, and answering it")
            discussion = github.open_discussion(repository, author=ASKER, title=TITLE, body=BODY)
            wiring.worker.drain()
            github.webhooks.drain()
        wiring.database.close()
        return _shown(github, discussion)


def stop_server(settings: Settings) -> None:
    """Stop the server that an interrupted :func:`run` has started, if it came so far."""
    embedded.stop(_folder(settings))


def _folder(settings: Settings) -> Path:
    return settings.fury_bot_data_dir.expanduser() / "demo"


def _settings(base: Settings, *, api: str, app_id: str, key: str, secret: str) -> Settings:
    return base.model_copy(
        update={
            "database_url": None,
            "fury_bot_data_dir": _folder(base),
            "fury_bot_providers": ("extractive",),
            "fury_bot_doorbell_queue_url": None,
            "github_app_id": app_id,
            "github_private_key": SecretStr(key),
            "github_webhook_secret": (SecretStr(secret),),
            "github_api_url": api,
            "github_graphql_url": f"{api}/graphql",
        }
    )


_LEFT_OUT = ("benchmarks/", "engine/", "generation/", "retrieval/", "simulator/", "tests/")


def _own_source() -> Iterator[tuple[str, bytes]]:
    """Yield the files of this project: the checkout, or what of it is installed.

    Less what is as large as all the rest, and which nobody asks the demo about.
    """
    root = Path(__file__).parent.parent
    if (root / "pyproject.toml").is_file():
        for file in read_tree(root).files:
            # This file holds the question itself, and no answer to it.
            if not file.path.startswith(_LEFT_OUT) and root / file.path != Path(__file__):
                yield file.path, file.data
        return
    for package in ("fury_bot", "github_app", "discord_relay", "web", "jobs", "storage"):
        for path in sorted((root / package).rglob("*.py")):
            yield path.relative_to(root).as_posix(), path.read_bytes()


def _shown(github: GitHub, discussion: Discussion) -> Demonstrated:
    replies = github.discussion_comments(discussion)
    if len(replies) != 1:
        raise DemoFailed(f"{len(replies)} replies were posted where one was expected")
    reply = re.sub(r"<!--.*?-->", "", replies[0].body, flags=re.DOTALL).strip()
    references = tuple(
        dict.fromkeys(re.findall(r"https://[^\s()<>\"]+/blob/[^\s()<>\"]+#L\d+-L\d+", reply))
    )
    if not references:
        raise DemoFailed("the reply names no source")
    return Demonstrated(
        url=f"https://github.com/{REPOSITORY}/discussions/{discussion.number}",
        title=TITLE,
        body=BODY,
        asker=ASKER,
        author=replies[0].author.login,
        reply=reply,
        reactions=tuple(_emoji(given) for given in github.reactions(discussion)),
        references=references,
    )


def _emoji(given: GivenReaction) -> str:
    return {"eyes": "👀", "rocket": "🚀", "confused": "😕"}.get(
        given.content.value, given.content.value
    )
