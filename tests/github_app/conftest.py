"""fury-bot's GitHub face against a simulated GitHub, over real HTTP in both directions."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from psycopg.conninfo import make_conninfo

from engine.answer import NOT_FOUND, Answer, Source, Timings
from engine.errors import NotIndexed
from github_app.answering import Asked
from github_app.auth import InstallationTokens, load_private_key
from github_app.connection import GitHub as Connections
from github_app.dependencies import Dependencies
from github_app.limits import Throttle
from github_app.rest import RestClient
from github_app.tasks import handlers
from github_app.webhooks import blueprint
from jobs.port import Attempt
from retrieval.errors import RepositoryNotIndexed
from retrieval.model import ChunkKind, IndexReport, Passage, SearchResult
from retrieval.sources import TreeBlobs, blob_id, list_tree, select
from simulator.github import App, GitHub, create_app
from simulator.serving import Served
from storage import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from engine.answer import Scope
    from generation.protocol import Task, Turn
    from jobs.port import Handler, Job
    from retrieval.evidence import Evidence
    from retrieval.places import Place
    from retrieval.sources import Blobs, Entry
    from retrieval.threads import Kind, Thread
    from simulator.github import Repository

SECRET = "It's a Secret to Everybody"
REPOSITORY = "octo-org/hello"
SOURCE_URL = "https://github.com/octo-org/hello/blob/0123456/hello.py#L1-L3"

COMMIT = "0123456789abcdef0123456789abcdef01234567"

FIRST = Attempt(number=1, last=False)
SECOND = Attempt(number=2, last=False)
LAST = Attempt(number=6, last=True)


def no_sleep(_: float) -> None:
    """Let no test wait for GitHub's clock."""


@dataclass
class FakeEngine:
    """Answers and indexes at once; keeps what it was asked. A port's double, not a mock."""

    database: Database
    questions: list[tuple[str, Scope]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    declined: str = ""
    searches: list[tuple[str, Scope]] = field(default_factory=list)
    indexed: list[tuple[str, str, str, tuple[str, ...]]] = field(default_factory=list)
    trees: dict[tuple[str, str], dict[str, bytes]] = field(default_factory=dict)
    read: list[tuple[str, ...]] = field(default_factory=list)
    defaults: list[tuple[str, bool]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    abstains: bool = False
    is_reading: bool = False
    is_indexed: bool = True
    response: str = "Call `hello()` [1]."
    edition: str = "1"
    evidence: Evidence | None = None

    def ask(
        self,
        question: str,
        scope: Scope,
        *,
        task: Task | None = None,
        history: Sequence[Turn] = (),
        material: SearchResult | None = None,
    ) -> Answer:
        """Answer with the number of the question, so that a second one shows."""
        if not self.is_indexed and material is None:
            raise NotIndexed(scope.repository)
        self.questions.append((question, scope))
        self.asked.append(Asked(question, task, tuple(history), material))
        response = f"{self.response} (answer {len(self.questions)})"
        return Answer(
            question=question,
            repository=scope.repository,
            response=self.declined or (NOT_FOUND if self.abstains else response),
            sources=(Source(1, "hello.py", 1, 3, "hello.hello", "function", SOURCE_URL, 0.9),),
            provider="extractive",
            model="extractive",
            abstained=self.abstains or bool(self.declined),
            confidence=0.9,
            timings=Timings(0.1, 0.2, 0.3),
            commit=COMMIT if material is None else material.commit,
            is_provisional=self.is_reading,
        )

    def search(self, query: str, scope: Scope) -> SearchResult:
        """Find one passage."""
        if not self.is_indexed:
            raise NotIndexed(scope.repository)
        self.searches.append((query, scope))
        return SearchResult(
            query, scope.repository, "main", "0123456789", (passage(),), evidence=self.evidence
        )

    def register(self, repository: str, url: str, *, github_id: int | None = None) -> int:
        """Insert the repository's row, or rename it; another's under its name goes first."""
        with self.database.transaction() as connection:
            connection.execute(
                "DELETE FROM repositories WHERE lower(name) = lower(%s) AND github_id <> %s",
                (repository, github_id),
            )
            connection.execute(
                "UPDATE repositories SET name = %s WHERE github_id = %s", (repository, github_id)
            )
            row = connection.execute(
                "INSERT INTO repositories (name, url, github_id) VALUES (%s, %s, %s)"
                " ON CONFLICT (lower(name)) DO UPDATE SET url = excluded.url,"
                " github_id = coalesce(excluded.github_id, repositories.github_id) RETURNING id",
                (repository, url, github_id),
            ).fetchone()
        assert row is not None
        return int(row[0])

    def refs(self, repository: str) -> Mapping[str, str]:
        """Return what was indexed last of each ref."""
        return {
            ref: commit
            for name, ref, commit, _ in self.indexed
            if name == repository and (name, ref) in self.trees
        }

    def index(
        self, root: Path, *, repository: str, url: str, ref: str, commit: str, default: bool
    ) -> IndexReport:
        """Read the files."""
        return self.index_listing(
            list_tree(root, is_archive=True).entries,
            TreeBlobs(root),
            repository=repository,
            url=url,
            ref=ref,
            commit=commit,
            default=default,
        )

    def index_listing(
        self,
        entries: Sequence[Entry],
        blobs: Blobs,
        *,
        repository: str,
        url: str,  # noqa: ARG002 - of the port
        ref: str,
        commit: str,
        default: bool,
    ) -> IndexReport:
        """Read the files that differ, as the real one does."""
        tree = self.trees.setdefault((repository, ref), {})
        listed = {entry.path: entry for entry in select(entries).entries}
        changed = [
            entry
            for path, entry in listed.items()
            if path not in tree or blob_id(tree[path]) != entry.blob_id
        ]
        read = {file.path: file.data for file in blobs.read(changed)}
        kept = {path: data for path, data in tree.items() if path in listed}
        self.trees[repository, ref] = {**kept, **read}
        self.read.append(tuple(sorted(read)))
        files = tuple(sorted(self.trees[repository, ref]))
        self.indexed.append((repository, ref, commit, files))
        self.defaults.append((ref, default))
        self.is_indexed = True
        return IndexReport(repository, ref, commit, len(files), 0, 0, 0, 0, 0.1)

    def remove(self, repository: str, ref: str) -> None:
        """Drop the ref."""
        del self.trees[repository, ref]

    def forget(self, repository: str) -> None:
        """Delete the row."""
        self.forgotten.append(repository)
        with self.database.transaction() as connection:
            connection.execute("DELETE FROM repositories WHERE name = %s", (repository,))


@dataclass
class FakePlaces:
    """Knows one function of one file; a port's double, not a mock."""

    engine: FakeEngine
    asked: list[Place] = field(default_factory=list)

    def read(self, place: Place, *, repository: str) -> SearchResult:
        """Read it."""
        if not self.engine.is_indexed:
            raise RepositoryNotIndexed(repository)
        self.asked.append(place)
        found = (passage(),) if place.path == "hello.py" or place.symbol == "hello" else ()
        return SearchResult(place.symbol or place.path, repository, "main", COMMIT, found)


@dataclass
class FakeThreads:
    """Keeps threads in a dictionary; a port's double, not a mock."""

    edition: str = "1"
    known: dict[str, Thread] = field(default_factory=dict)
    written: int = 0
    waiting: int = 0
    newest_release: str | None = None

    def write(
        self,
        threads: Sequence[Thread],
        *,
        repository: str,
        url: str,
        newest_release: str | None,
        removed: Sequence[str],
        embed: bool,
    ) -> int:
        """Put threads in, and others out."""
        assert url.endswith(repository)
        assert not embed
        for path in removed:
            self.known.pop(path, None)
        self.known |= {thread.path: thread for thread in threads}
        self.written += len(threads)
        self.newest_release = newest_release
        return self.waiting

    def clear(self, kind: Kind, *, repository: str, url: str) -> None:
        """Put all of a kind out."""
        assert url.endswith(repository)
        self.known = {path: kept for path, kept in self.known.items() if kept.kind != kind}


def passage() -> Passage:
    return Passage(
        rank=1,
        path="hello.py",
        start_line=1,
        end_line=3,
        symbol="hello.hello",
        kind=ChunkKind.FUNCTION,
        text="def hello():\n    ...",
        url=SOURCE_URL,
        score=1.0,
        similarity=0.9,
        coverage=1.0,
        signature="def hello()",
    )


@dataclass
class RecordingQueue:
    """Keeps jobs in a list, as the queue would in its table."""

    jobs: list[Job] = field(default_factory=list)
    rings: int = 0

    def enqueue(self, job: Job, *, connection: psycopg.Connection) -> bool:
        """Keep ``job``, unless the last of its lock is the same."""
        assert connection.info.transaction_status.name == "INTRANS"
        same_lock = [kept for kept in self.jobs if kept.lock == job.lock]
        if job.unless_waiting and same_lock[-1:] == [job]:
            return False
        self.jobs.append(job)
        return True

    def ring(self) -> None:
        """Count."""
        self.rings += 1


@dataclass
class Bot:
    """fury-bot's GitHub face, installed on one repository of the simulated GitHub."""

    github: GitHub
    repository: Repository
    url: str
    engine: FakeEngine
    queue: RecordingQueue
    dependencies: Dependencies
    handlers: dict[str, Handler]
    threads: FakeThreads
    places: FakePlaces
    seen: int = 0

    def run(self, job: Job, attempt: Attempt = FIRST) -> None:
        """Do one job."""
        self.handlers[job.task](json.loads(json.dumps(job.arguments)), attempt)

    def work(self, attempt: Attempt = FIRST) -> None:
        """Do every job, and those that come of it."""
        while self.queue.jobs:
            self.run(self.queue.jobs.pop(0), attempt)

    def operations(self) -> list[str]:
        """Return the requests since the last call, by their operations' names."""
        made = [request.operation for request in self.github.journal.requests()]
        self.seen, since = len(made), made[self.seen :]
        return [name for name in since if name != "access_token"]

    def reactions(self, subject: object) -> set[str]:
        """Return the App's reactions to a subject."""
        bot = self.github.app.bot_login
        return {
            given.content.name
            for given in self.github.reactions(subject)  # type: ignore[arg-type] # any subject
            if given.account.login == bot
        }


@pytest.fixture(scope="session")
def one_database_url(server: str, template: str) -> str:
    """The URL of a database for all tests here: making one takes longer than a test."""
    name = "fury_bot_github_app"
    with psycopg.connect(server, autocommit=True) as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
    return make_conninfo(server, dbname=name)


@pytest.fixture
def database(one_database_url: str) -> Iterator[Database]:
    """A database without deliveries, installations, repositories or jobs."""
    with psycopg.connect(one_database_url) as connection:
        for table in ("deliveries", "installations", "repositories", "procrastinate_jobs"):
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    with Database(one_database_url) as database:
        yield database


@pytest.fixture(scope="session")
def registration() -> tuple[App, str]:
    """An App with its private key; RSA keys take a while to make."""
    return App.generate(slug="fury-bot")


@pytest.fixture
def bot(registration: tuple[App, str], database: Database) -> Iterator[Bot]:
    """The bot, after GitHub has told it of its installation, and its index is made."""
    app, key = registration
    queue, engine = RecordingQueue(), FakeEngine(database)
    with ExitStack() as stack:
        github = stack.enter_context(GitHub(app))
        api = stack.enter_context(Served(create_app(github)))
        flask = Flask("fury-bot")
        flask.register_blueprint(blueprint(secrets=(SECRET,), database=database, queue=queue))
        front = stack.enter_context(Served(flask))
        rest = RestClient(api.url)
        tokens = InstallationTokens(
            str(app.id),
            load_private_key(key),
            rest,
            clock=lambda: github.clock.now().timestamp(),
        )
        connections = Connections(
            f"{api.url}/graphql", rest, tokens, throttle=Throttle(sleep=no_sleep), sleep=no_sleep
        )
        threads, places = FakeThreads(), FakePlaces(engine)
        dependencies = Dependencies(
            connections, engine, engine, database, queue, threads, places=places
        )
        url = f"{front.url}/webhooks/github"
        github.set_webhook(url=url, secret=SECRET)
        repository = github.add_repository(REPOSITORY, files={"hello.py": b"def hello(): ...\n"})
        bot = Bot(
            github,
            repository,
            url,
            engine,
            queue,
            dependencies,
            dict(handlers(dependencies)),
            threads,
            places,
        )
        github.install([repository])
        bot.work()
        yield bot
