"""One simulated GitHub, one database, one web application, and the workers of a test."""

from __future__ import annotations

import itertools
import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fury_bot.settings import Settings
from fury_bot.wiring import Wiring
from fury_bot.wsgi import create_app
from simulator import github as simulated
from simulator.github import GitHub
from simulator.serving import Served
from tests.end_to_end.apiary import FILES, REPOSITORY
from tests.end_to_end.processes import Command, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from simulator.github import App, Discussion, Installation, Issue, IssueComment, Repository
    from simulator.github.model import AnySubject, Commit
    from storage import Database

SECRET = "the end-to-end tests' webhook secret"


@dataclass
class World:
    """fury-bot, installed on one repository."""

    github: GitHub
    database: Database
    url: str
    """Of the web application."""
    settings: Mapping[str, str]
    """The workers' environment variables."""
    folder: Path
    workers: list[Command] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def repository(self) -> Repository:
        """The repository that is asked about."""
        return self.github.state.repository(REPOSITORY)

    @property
    def installation(self) -> Installation:
        """The first installation."""
        return self.github.state.installations()[0]

    @property
    def head(self) -> Commit:
        """The repository's newest commit."""
        return self.github.state.head(self.repository)

    def start_worker(self, **settings: str) -> Command:
        """Start one more worker."""
        log = self.folder / f"worker-{next(self._numbers)}.log"
        worker = Command.start("worker", settings={**self.settings, **settings}, log=log)
        self.workers.append(worker)
        return worker

    def worker(self) -> Command:
        """Return a worker that runs, started if there is none."""
        running = [worker for worker in self.workers if worker.process.is_alive()]
        return running[0] if running else self.start_worker()

    def kill_workers(self) -> None:
        """End every worker by SIGKILL, and let the time pass after which it is known to be dead.

        Were it a short one, a worker that is busy might be taken for dead, too.
        """
        while self.workers:
            self.workers.pop().kill()
        with self.database.transaction() as connection:
            connection.execute(
                "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
            )

    def unfinished_jobs(self) -> list[tuple[str, str]]:
        """Return task and status of every job that is left; finished ones are deleted."""
        with self.database.transaction() as connection:
            return [
                (task, status)
                for task, status in connection.execute(
                    "SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id"
                )
            ]

    def settle(self) -> None:
        """Wait until the queue is empty, and what GitHub tells of the work is told."""
        while True:
            wait_for(self._is_idle, "an empty queue")
            told = len(self.github.webhooks.deliveries)
            self.github.webhooks.drain()
            if len(self.github.webhooks.deliveries) == told and not self.unfinished_jobs():
                return

    def _is_idle(self) -> bool:
        jobs = self.unfinished_jobs()
        # A job that is given up stays, and would be waited for in vain.
        assert not [job for job in jobs if job[1] in {"failed", "aborted"}], jobs
        assert any(worker.process.is_alive() for worker in self.workers), "no worker runs"
        return not jobs

    def ask(self, title: str, *, body: str = "", category: str = "q-a") -> Discussion:
        """Open a discussion."""
        return self.github.open_discussion(
            self.repository, author="mona", title=title, body=body, category=category
        )

    def command(self, text: str) -> tuple[Issue, IssueComment]:
        """Give a command in a comment of a new issue."""
        issue = self.github.open_issue(
            self.repository, author="mona", title="A hive is restless", body="Since yesterday."
        )
        return issue, self.github.comment_on_issue(issue, author="mona", body=text)

    def reactions(self, subject: AnySubject) -> list[str]:
        """Return the App's reactions."""
        bot = self.github.app.bot_login
        return [
            given.content.name
            for given in self.github.reactions(subject)
            if given.account.login == bot
        ]

    def replies(self, thread: Discussion | Issue) -> list[str]:
        """Return the texts of the App's comments in a thread."""
        comments = (
            self.github.discussion_comments(thread)
            if isinstance(thread, simulated.Discussion)
            else self.github.issue_comments(thread)
        )
        bot = self.github.app.bot_login
        return [comment.body for comment in comments if comment.author.login == bot]

    def delivery_of(self, subject: AnySubject) -> str:
        """Return the id of the delivery that told of ``subject``."""
        for delivery in reversed(self.github.webhooks.deliveries):
            payload = json.loads(delivery.body)
            told = payload.get("comment") or payload.get("discussion") or payload.get("issue")
            if told and told["node_id"] == subject.node_id:
                return delivery.guid
        raise AssertionError(f"no delivery told of {subject.node_id}")

    def answers(self, delivery_id: str) -> list[tuple[str | None, str]]:
        """Return the reply's id and the provider of each answer to a delivery."""
        with self.database.transaction() as connection:
            return [
                (reply_id, provider)
                for reply_id, provider in connection.execute(
                    "SELECT reply_id, provider FROM answers WHERE delivery_id = %s", (delivery_id,)
                )
            ]


@contextmanager
def running_world(
    registration: tuple[App, str], database: Database, folder: Path, **more: str
) -> Iterator[World]:
    """Yield a world without an installation; ``more`` are settings beside the usual ones."""
    app, key = registration
    with ExitStack() as stack:
        github = stack.enter_context(GitHub(app))
        api = stack.enter_context(Served(simulated.create_app(github)))
        settings = {
            "DATABASE_URL": database.url,
            "FURY_BOT_DATA_DIR": str(folder),
            "FURY_BOT_PROVIDERS": "extractive",
            "GITHUB_APP_ID": str(app.id),
            "GITHUB_PRIVATE_KEY": key,
            "GITHUB_WEBHOOK_SECRET": SECRET,
            "GITHUB_API_URL": api.url,
            "GITHUB_GRAPHQL_URL": f"{api.url}/graphql",
            **more,
        }
        values = {name.lower(): value for name, value in settings.items()}
        wiring = Wiring(Settings(**values))
        stack.callback(wiring.database.close)
        front = stack.enter_context(Served(create_app(wiring.settings, wiring)))
        github.set_webhook(url=f"{front.url}/webhooks/github", secret=SECRET)
        world = World(github, database, front.url, settings, folder)
        stack.callback(world.kill_workers)
        github.add_repository(REPOSITORY, files=FILES)
        yield world


@contextmanager
def installed_world(
    registration: tuple[App, str], database: Database, folder: Path, **more: str
) -> Iterator[World]:
    """Yield a world whose repository is indexed, with a worker at hand."""
    with running_world(registration, database, folder, **more) as world:
        world.github.install([world.repository])
        world.start_worker()
        world.settle()
        yield world
