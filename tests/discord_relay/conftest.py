"""The relay over real HTTP between a simulated Discord and a real PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask

from discord_relay.endpoint import Endpoint, blueprint
from discord_relay.scope import Repositories
from discord_relay.signatures import load_public_key
from discord_relay.tasks import Dependencies, handlers
from engine.answer import Answer, Scope, Source, Timings
from engine.conversations import Conversations
from jobs.doorbell import NoDoorbell
from jobs.port import Attempt
from jobs.queue import PostgresQueue
from simulator.discord import Discord, create_app
from simulator.serving import Served

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from generation.protocol import Turn
    from storage import Database

REPOSITORY = "fury-gl/fury"
COMMIT = "4f1c0d5"


def source(number: int) -> Source:
    return Source(
        number=number,
        path="fury/actor.py",
        start_line=10 * number,
        end_line=10 * number + 5,
        symbol="fury.actor.sphere",
        kind="function",
        url=f"https://github.com/{REPOSITORY}/blob/{COMMIT}/fury/actor.py"
        f"#L{10 * number}-L{10 * number + 5}",
        score=0.5,
    )


def make_answer(
    question: str = "How do I draw a sphere?",
    response: str = "Call `actor.sphere` [1] and add it to the scene [2].",
    *,
    sources: tuple[Source, ...] = (source(1), source(2)),
    abstained: bool = False,
) -> Answer:
    return Answer(
        question=question,
        repository=REPOSITORY,
        response=response,
        sources=sources,
        provider="extractive",
        model="none",
        abstained=abstained,
        confidence=0.75,
        timings=Timings(retrieval=0.5, generation=0.25, total=0.75),
        commit=COMMIT,
    )


def long_response() -> str:
    """Return an answer for three messages, with code that must be parted."""
    code = "\n".join(f"actor_{number} = actor.sphere(centers, colors)" for number in range(90))
    return f"First, import it [1].\n\n```python\n{code}\n```\n\n" + "Then show the scene. " * 30


@dataclass
class FakeEngine:
    """Answers as told and remembers what it was asked."""

    response: str = make_answer().response
    error: Exception | None = None
    asked: list[tuple[str, Scope]] = field(default_factory=list)
    histories: list[tuple[Turn, ...]] = field(default_factory=list)

    def ask(self, question: str, scope: Scope, *, history: Sequence[Turn] = ()) -> Answer:
        self.asked.append((question, scope))
        self.histories.append(tuple(history))
        if self.error is not None:
            raise self.error
        return make_answer(question, self.response)


@dataclass
class Relay:
    """The relay's two halves, and what stands around them."""

    discord: Discord
    database: Database
    engine: FakeEngine
    url: str
    api_url: str

    def jobs(self) -> list[dict[str, Any]]:
        """Return the arguments of the enqueued jobs, oldest first."""
        with self.database.transaction() as connection:
            rows = connection.execute(
                "SELECT task_name, args FROM procrastinate_jobs ORDER BY id"
            ).fetchall()
        assert all(name == "discord.answer" for name, _ in rows)
        return [arguments for _, arguments in rows]

    def work(self, *, attempt: int = 1, last: bool = False, **changed: object) -> None:
        """Do the newest job once, as a worker would, with some arguments ``changed``."""
        arguments = self.jobs()[-1] | changed
        body = handlers(
            Dependencies(
                database=self.database,
                engine=self.engine,
                conversations=memory(self.database),
                api_url=self.api_url,
            )
        )["discord.answer"]
        body(arguments, Attempt(number=attempt, last=last))


def memory(database: Database) -> Conversations:
    return Conversations(database, kept=timedelta(days=30))


def relay_app(
    database: Database,
    *,
    public_key: str | None,
    repositories: Repositories | None = None,
) -> Flask:
    app = Flask("relay")
    app.register_blueprint(
        blueprint(
            Endpoint(
                database=database,
                queue=PostgresQueue(doorbell=NoDoorbell()),
                repositories=repositories or Repositories(default=REPOSITORY),
                conversations=memory(database),
                public_key=load_public_key(public_key) if public_key else None,
            )
        )
    )
    return app


def add_repository(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO repositories (name, url) VALUES (%s, %s)",
            (REPOSITORY, f"https://github.com/{REPOSITORY}"),
        )


@pytest.fixture
def discord() -> Discord:
    return Discord()


@pytest.fixture
def relay(database: Database, discord: Discord) -> Iterator[Relay]:
    add_repository(database)
    with (
        Served(create_app(discord)) as api,
        Served(relay_app(database, public_key=discord.public_key)) as server,
    ):
        yield Relay(
            discord=discord,
            database=database,
            engine=FakeEngine(),
            url=f"{server.url}/discord/interactions",
            api_url=f"{api.url}/api/v10",
        )
