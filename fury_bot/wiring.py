"""Puts the rooms together: the one place that knows their concrete classes.

What a process does not use is not made, and the heavy libraries are imported at first use alone.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING, get_args

import structlog

import generation
from discord_relay import tasks as discord_tasks
from discord_relay.endpoint import Endpoint as DiscordEndpoint
from discord_relay.endpoint import blueprint as discord_blueprint
from discord_relay.errors import InvalidPublicKey
from discord_relay.scope import Repositories
from discord_relay.signatures import load_public_key
from engine import Engine
from engine import tasks as engine_tasks
from engine.checks.checker import Checker
from engine.conversations import Conversations
from engine.pointing import NamedFiles
from engine.translation import Own
from fury_bot.knowledge import Knowledge
from fury_bot.setting_types import Provider
from fury_bot.settings import SettingsError
from generation import registry
from generation.guarded import GuardedProvider
from generation.postgres_ledger import PostgresLedger
from github_app import tasks as github_tasks
from github_app.auth import InstallationTokens, load_private_key
from github_app.connection import GitHub
from github_app.dependencies import Dependencies as GitHubDependencies
from github_app.errors import UnusableKey
from github_app.rest import RestClient
from github_app.webhooks import blueprint as github_blueprint
from jobs.doorbell import NoDoorbell, SqsDoorbell
from jobs.queue import PostgresQueue
from jobs.worker import Pace, Worker
from retrieval import tasks as retrieval_tasks
from retrieval.catalogue import Catalogue
from retrieval.embeddings import SentenceTransformerEmbedder
from retrieval.indexing import Indexer
from retrieval.places import Places
from retrieval.reranking import CrossEncoderReranker
from retrieval.search import Retriever
from retrieval.symbols.own import OwnModules
from retrieval.threads import ThreadIndexer
from storage import Database, embedded, migrations
from web.api import TokenStore
from web.api import blueprint as api_blueprint
from web.health import blueprint as health_blueprint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from flask import Blueprint

    from fury_bot.settings import Settings
    from jobs.doorbell import Doorbell
    from jobs.port import Handler
    from retrieval.indexing import Progress

log = structlog.get_logger(__name__)

WEB_THREADS = 8
"""Requests served at once; a webhook is a few milliseconds of PostgreSQL."""


class Wiring:
    """The parts of one process, each made when it is first asked for, and once."""

    def __init__(self, settings: Settings, *, progress: Progress | None = None) -> None:
        """Take the settings; ``progress`` is told of indexing that a job does."""
        self.settings = settings
        self._progress = progress

    @cached_property
    def database_url(self) -> str:
        """DATABASE_URL, or the embedded server's, which this starts."""
        if self.settings.database_url:
            return self.settings.database_url.get_secret_value()
        return embedded.start(self.settings.fury_bot_data_dir.expanduser())

    @cached_property
    def database(self) -> Database:
        """The pool. A job holds two connections at the most, and a request one."""
        jobs = self.settings.fury_bot_concurrency + 1
        return Database(self.database_url, max_connections=2 * jobs + WEB_THREADS)

    def migrate(self) -> list[str]:
        """Bring the database to the state of this release; return what was applied."""
        return migrations.migrate(self.database_url)

    @cached_property
    def doorbell(self) -> Doorbell:
        """What wakes a worker."""
        url = self.settings.fury_bot_doorbell_queue_url
        return SqsDoorbell(url) if url else NoDoorbell()

    @cached_property
    def queue(self) -> PostgresQueue:
        """Where faces put jobs."""
        return PostgresQueue(doorbell=self.doorbell)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The repositories that are known."""
        return Catalogue(self.database)

    @cached_property
    def embedder(self) -> SentenceTransformerEmbedder:
        """The configured embedding model."""
        return SentenceTransformerEmbedder(self.settings.fury_bot_embedding_model)

    @cached_property
    def indexer(self) -> Indexer:
        """Makes indexes with the configured model."""
        return Indexer(self.database, self.catalogue, self.embedder)

    @cached_property
    def engine(self) -> Engine:
        """Answers questions."""
        names = self.settings.providers
        return Engine(
            self.retriever,
            chain=generation.Chain([self._provider(name) for name in names]),
            # A chain of one tells the log why it gave no answer, as the chain of all does.
            providers={
                name: generation.Chain([self._provider(name)])
                for name in get_args(Provider)
                if name in names or self.settings.can_ask(name)
            },
            checker=self.checker,
            own=self._own,
            known_as=self._known_as,
            pointer=NamedFiles(self._places, web_url=self.settings.github_web_url),
        )

    @cached_property
    def retriever(self) -> Retriever:
        """Finds passages."""
        return Retriever(self.catalogue, self._embedder_for, reranker=self._reranker())

    @cached_property
    def checker(self) -> Checker:
        """Checks answers and code."""
        return Checker(self.database, self.catalogue)

    @cached_property
    def conversations(self) -> Conversations:
        """What was said where there is no thread to read it from."""
        kept = timedelta(days=self.settings.fury_bot_conversation_days)
        return Conversations(self.database, kept=kept)

    @cached_property
    def tokens(self) -> TokenStore:
        """The tokens of the API."""
        return TokenStore(self.database)

    def _known_as(self, repository: str) -> str | None:
        known = self.catalogue.find(repository)
        return known.name if known else None

    @cached_property
    def _places(self) -> Places:
        return Places(self.database, self.catalogue)

    def _own(self, repository: str, ref: str | None) -> Own:
        modules = OwnModules(self.database, self.catalogue).of(repository, ref)
        return Own(
            packages=frozenset(name.partition(".")[0] for name in modules),
            modules=frozenset(name.rpartition(".")[2] for name in modules),
        )

    def _reranker(self) -> CrossEncoderReranker | None:
        model = self.settings.fury_bot_reranking_model
        return CrossEncoderReranker(model) if model else None

    def _embedder_for(self, model: str) -> SentenceTransformerEmbedder:
        """Return the model that an index was made by, which may be the one configured before."""
        if model == self.embedder.model:
            return self.embedder
        if model not in self._former_embedders:
            log.warning(
                "another_embedding_model",
                message=f"the index was made with {model}, so that is asked; "
                f"FURY_BOT_EMBEDDING_MODEL is {self.embedder.model}",
            )
        return self._former_embedders.setdefault(model, SentenceTransformerEmbedder(model))

    @cached_property
    def _former_embedders(self) -> dict[str, SentenceTransformerEmbedder]:
        return {}

    @cache  # noqa: B019 - one wiring a process, and each provider keeps its connections
    def _provider(self, name: Provider) -> generation.Provider:
        if name == "extractive":
            return generation.ExtractiveProvider()
        settings = self.settings
        account = settings.account(name)
        pace = generation.Limits(idle=settings.fury_bot_provider_timeout)
        try:
            provider = registry.create(name, account, limits=pace)
        except registry.MissingKey as error:
            raise SettingsError(f"{error}; FURY_BOT_PROVIDERS names it") from error
        model = account.model or registry.MODELS[name].default_model
        return GuardedProvider(
            provider,
            model=model,
            ledger=self._ledger,
            limits=settings.limits(name, model=model),
            window=account.window or registry.MODELS[name].default_window,
            hold=pace.total,
            thinking=registry.MODELS[name].thinking_tokens,
        )

    @cached_property
    def _ledger(self) -> PostgresLedger:
        return PostgresLedger(self.database)

    @cached_property
    def github(self) -> GitHub | None:
        """The way into GitHub; None when no App is configured."""
        settings = self.settings
        if settings.github_app_id is None and settings.github_private_key is None:
            return None
        if settings.github_app_id is None:
            raise SettingsError("GITHUB_APP_ID: needed beside GITHUB_PRIVATE_KEY")
        if settings.github_private_key is None:
            raise SettingsError("GITHUB_PRIVATE_KEY: needed beside GITHUB_APP_ID")
        try:
            key = load_private_key(settings.github_private_key.get_secret_value())
        except UnusableKey as error:
            raise SettingsError(str(error)) from error
        rest = RestClient(settings.github_api_url)
        return GitHub(
            graphql_url=settings.github_graphql_url,
            rest=rest,
            tokens=InstallationTokens(app_id=settings.github_app_id, key=key, issuer=rest),
        )

    @cached_property
    def worker(self) -> Worker:
        """Runs the jobs of every face."""
        stalled_after = self.settings.fury_bot_stalled_after
        return Worker(
            database_url=self.database_url,
            handlers=self._handlers(),
            schedules=(*engine_tasks.SCHEDULES, *retrieval_tasks.SCHEDULES),
            concurrency=self.settings.fury_bot_concurrency,
            pace=Pace(heartbeat=stalled_after / 6, stalled_after=stalled_after),
        )

    def _handlers(self) -> Mapping[str, Handler]:
        discord = discord_tasks.Dependencies(
            database=self.database,
            engine=self.engine,
            conversations=self.conversations,
            api_url=self.settings.discord_api_url,
        )
        handlers = {
            **discord_tasks.handlers(discord),
            **engine_tasks.handlers(self.conversations),
            **retrieval_tasks.handlers(
                self.indexer, self.database, self.queue, progress=self._progress
            ),
        }
        if self.github:
            handlers |= github_tasks.handlers(
                GitHubDependencies(
                    github=self.github,
                    answerer=self.engine,
                    indexer=Knowledge(self.database, self.queue, self.catalogue, self.indexer),
                    threads=ThreadIndexer(
                        self.database, self.catalogue, self.embedder, self.indexer
                    ),
                    database=self.database,
                    queue=self.queue,
                    places=self._places,
                )
            )
        return handlers

    def blueprints(self) -> list[Blueprint]:
        """Return the routes of every face."""
        settings = self.settings
        self.github  # noqa: B018 - a key that cannot be used is told at the start, not by the worker
        return [
            health_blueprint(self._readiness()),
            github_blueprint(
                secrets=[secret.get_secret_value() for secret in settings.github_webhook_secret],
                database=self.database,
                queue=self.queue,
            ),
            discord_blueprint(
                DiscordEndpoint(
                    database=self.database,
                    queue=self.queue,
                    repositories=Repositories(
                        default=settings.fury_bot_default_repository,
                        others=frozenset(settings.discord_repositories),
                    ),
                    conversations=self.conversations,
                    public_key=self._discord_key(),
                )
            ),
            api_blueprint(
                engine=self.engine,
                conversations=self.conversations,
                tokens=self.tokens,
                providers=get_args(Provider),
                default_repository=settings.fury_bot_default_repository,
            ),
        ]

    def _discord_key(self) -> Ed25519PublicKey | None:
        if self.settings.discord_public_key is None:
            return None
        try:
            return load_public_key(self.settings.discord_public_key)
        except InvalidPublicKey as error:
            raise SettingsError(str(error)) from error

    def _readiness(self) -> Mapping[str, Callable[[], str | None]]:
        """Return the checks of ``/readyz``: what is wrong, or None."""

        def schema() -> str | None:
            waiting = migrations.pending(self.database_url)
            return (
                f"{len(waiting)} migrations are waiting; run `fury-bot migrate`"
                if waiting
                else None
            )

        def reachable() -> str | None:
            self.database.ping()
            return None

        def keys() -> str | None:
            if self.github is None:
                return "GITHUB_APP_ID and GITHUB_PRIVATE_KEY are not set"
            if not self.settings.github_webhook_secret:
                return "GITHUB_WEBHOOK_SECRET is not set"
            return None

        return {"database": reachable, "migrations": schema, "keys": keys}
