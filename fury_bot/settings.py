"""What an operator sets: environment variables, a ``.env`` file, and ``X_FILE`` for secrets.

The names are the contract; ``docs/settings.md`` is generated from this module.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

import platformdirs
from dotenv import dotenv_values
from pydantic import AnyHttpUrl, Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from engine.conversations import DEFAULT_DAYS
from fury_bot.setting_types import (
    Limits,
    Names,
    Provider,
    Repositories,
    RepositoryName,
    Secrets,
    Url,
    Window,
)
from generation import (
    budgets,
    gemini_provider,
    groq_provider,
    ollama_provider,
    openai_provider,
    registry,
)


class SettingsError(Exception):
    """A setting has a value that cannot be used. One line a setting, never with a secret."""


_WINDOW = "Tokens that its model reads and writes together. Unset: what is known of the model."


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads ``X_FILE`` for each secret ``X``, as container platforms hand secrets over."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ANN401 - the base class's signature
        """Return the content of the file that ``X_FILE`` names."""
        path = self._environment().get(f"{field_name.upper()}_FILE")
        if not path or not _is_secret(field.annotation):
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"{field_name.upper()}_FILE: {path} cannot be read ({type(error).__name__})"
            ) from error

    def __call__(self) -> dict[str, Any]:
        """Return every secret that has a file."""
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[key] = value
        return found

    def _environment(self) -> dict[str, str | None]:
        return {**dotenv_values(".env"), **os.environ}


def _is_secret(annotation: object) -> bool:
    return "SecretStr" in str(annotation)


class Settings(BaseSettings):
    """The settings of one process.

    Raises:
        SettingsError: Naming each wrong setting and what was expected. Never shows a secret.
    """

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", hide_input_in_errors=True
    )

    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL with pgvector, `postgresql://user:password@host/database`. "
        "Unset: an embedded server in `FURY_BOT_DATA_DIR`.",
    )
    fury_bot_data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("fury-bot")),
        description="Where the embedded server keeps its data. By default the user's data folder, "
        "`~/.local/share/fury-bot` on Linux; the demo's is `demo` in it.",
    )
    fury_bot_embedding_model: str = Field(
        default="sentence-transformers/all-MiniLM-L6-v2",
        min_length=1,
        description="A sentence-transformers model: a name, or a folder.",
    )
    fury_bot_reranking_model: str | None = Field(
        default=None,
        min_length=1,
        description="A cross-encoder for sentence-transformers, a name or a folder, that looks at "
        "the best passages again. Unset: none does, and a search takes milliseconds.",
    )
    fury_bot_providers: Names = Field(
        default=(),
        description="The chain of answer providers, in order: `groq`, `google`, `ollama`, "
        "`openai`, `extractive`. Unset: those that have a key or an address, then `extractive`.",
    )
    fury_bot_default_repository: RepositoryName | None = Field(
        default=None,
        description="`owner/name` for questions that name no repository.",
    )
    fury_bot_doorbell_queue_url: str | None = Field(
        default=None,
        description="The SQS queue that wakes a serverless worker. Unset: workers listen to "
        "PostgreSQL.",
    )
    fury_bot_concurrency: int = Field(
        default=2, ge=1, le=64, description="Jobs that a worker runs at once."
    )
    fury_bot_stalled_after: float = Field(
        default=30.0,
        ge=0.5,
        description="Seconds without a sign of life after which a worker's jobs are taken over.",
    )
    fury_bot_provider_timeout: float = Field(
        default=30.0,
        gt=0,
        description="Seconds that a provider may be silent before the next one is asked.",
    )
    fury_bot_repository_limits: Limits = Field(
        default=(),
        description="What each repository may use of each provider, such as "
        "`200 requests/day, 200000 tokens/day`. Unset: as much as there is.",
    )
    fury_bot_conversation_days: float = Field(
        default=DEFAULT_DAYS,
        gt=0,
        le=3650,
        description="Days after which what was said in Discord or over the API is forgotten.",
    )
    fury_bot_log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least severe log lines to write."
    )

    github_app_id: str | None = Field(
        default=None, description="The App's client id, or its numeric id."
    )
    github_private_key: SecretStr | None = Field(
        default=None, description="The App's private key, PEM."
    )
    github_webhook_secret: Secrets = Field(
        default=(),
        description="The App's webhook secret; several, comma-separated, while one is replaced.",
    )
    github_api_url: Url = Field(default="https://api.github.com", description="GitHub's REST API.")
    github_graphql_url: Url = Field(
        default="https://api.github.com/graphql", description="GitHub's GraphQL API."
    )

    groq_api_key: SecretStr | None = Field(default=None, description="Groq's API key.")
    groq_base_url: Url = Field(default=groq_provider.DEFAULT_BASE_URL, description="Groq's API.")
    groq_model: str = Field(
        default=groq_provider.DEFAULT_MODEL,
        min_length=1,
        description="The model asked for at Groq.",
    )
    groq_window: Window = Field(default=None, description=_WINDOW)
    groq_limits: Limits | None = Field(
        default=None,
        description="What may be asked of Groq, such as `30 requests/minute, 12000 tokens/minute`; "
        "`none` for no limit. Unset: the free plan's, of the models whose limits Groq publishes.",
    )

    gemini_api_key: SecretStr | None = Field(default=None, description="Gemini's API key.")
    gemini_base_url: Url = Field(
        default=gemini_provider.DEFAULT_BASE_URL, description="Gemini's API."
    )
    gemini_model: str = Field(
        default=gemini_provider.DEFAULT_MODEL,
        min_length=1,
        description="The model asked for at Gemini; a tuned one by its name, `tunedModels/…`.",
    )
    gemini_window: Window = Field(default=None, description=_WINDOW)
    gemini_limits: Limits | None = Field(
        default=None,
        description="What may be asked of Gemini; AI Studio shows a project's own. Unset: no "
        "limit.",
    )

    ollama_base_url: Url | None = Field(
        default=None,
        description=f"An Ollama server; by default `{ollama_provider.DEFAULT_BASE_URL}`.",
    )
    ollama_model: str | None = Field(
        default=None,
        min_length=1,
        description=f"The model asked for at Ollama; by default `{ollama_provider.DEFAULT_MODEL}`.",
    )
    ollama_window: Window = Field(default=None, description=_WINDOW)
    ollama_limits: Limits | None = Field(
        default=None, description="What may be asked of Ollama. Unset: no limit."
    )

    openai_api_key: SecretStr | None = Field(
        default=None, description="OpenAI's API key, or that of a server that speaks its protocol."
    )
    openai_base_url: Url | None = Field(
        default=None,
        description="OpenAI's API, or another server's: LM Studio, vLLM, llama.cpp; by default "
        f"`{openai_provider.DEFAULT_BASE_URL}`.",
    )
    openai_model: str | None = Field(
        default=None,
        min_length=1,
        description=f"The model asked for there; by default `{openai_provider.DEFAULT_MODEL}`.",
    )
    openai_window: Window = Field(default=None, description=_WINDOW)
    openai_limits: Limits | None = Field(
        default=None, description="What may be asked of it. Unset: no limit."
    )

    discord_application_id: str | None = Field(
        default=None, description="The Discord application's id."
    )
    discord_public_key: str | None = Field(
        default=None, description="The Discord application's public key, hexadecimal."
    )
    discord_bot_token: SecretStr | None = Field(
        default=None, description="The bot token; needed to register the commands alone."
    )
    discord_repositories: Repositories = Field(
        default=(),
        description="`owner/name` of the repositories, comma-separated, that /ask may name beside "
        "the default one. Nobody in Discord is known to GitHub: list none that is private.",
    )
    discord_api_url: Url = Field(
        default="https://discord.com/api/v10", description="Discord's API."
    )

    def __init__(self, **values: Any) -> None:  # noqa: ANN401 - pydantic checks them
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsError("\n".join(_readable(error))) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - replaced by X_FILE
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Look into the environment first, then the files that it names, then ``.env``."""
        return init_settings, env_settings, _SecretFiles(settings_cls), dotenv_settings

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object, info: Any) -> object:  # noqa: ANN401 - pydantic's
        """Take ``X=`` for no value, as compose files and templates write it."""
        if value == "":
            return cls.model_fields[info.field_name].get_default(call_default_factory=True)
        return value

    @field_validator(
        "github_api_url",
        "github_graphql_url",
        "groq_base_url",
        "gemini_base_url",
        "ollama_base_url",
        "openai_base_url",
        "discord_api_url",
    )
    @classmethod
    def _is_url(cls, value: str | None) -> str | None:
        if value is not None:
            AnyHttpUrl(value)
        return value

    @field_validator("database_url")
    @classmethod
    def _is_postgresql_url(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuse ``key=value`` strings: libpq takes them, the migrations do not."""
        schemes = ("postgresql://", "postgres://")
        if value is not None and not value.get_secret_value().startswith(schemes):
            raise PydanticCustomError("postgresql_url", "should begin with postgresql://")
        return value

    @property
    def github_web_url(self) -> str:
        """Where the pages of the GitHub behind ``github_api_url`` are."""
        parts = urlsplit(self.github_api_url)
        if parts.hostname == "api.github.com":
            return "https://github.com"
        return f"{parts.scheme}://{parts.netloc}"

    def account(self, provider: Provider) -> registry.Account:
        """Return what is set for a provider that writes."""
        prefix = registry.MODELS[provider].settings_prefix.lower()
        key: SecretStr | None = getattr(self, f"{prefix}_api_key", None)
        return registry.Account(
            api_key=key.get_secret_value() if key else "",
            base_url=getattr(self, f"{prefix}_base_url"),
            model=getattr(self, f"{prefix}_model"),
            window=getattr(self, f"{prefix}_window"),
        )

    def limits(self, provider: Provider, *, model: str) -> tuple[budgets.Limit, ...]:
        """Return what may be asked of a provider that writes, and by each repository."""
        kind = registry.MODELS[provider]
        own: tuple[budgets.Limit, ...] | None = getattr(
            self, f"{kind.settings_prefix.lower()}_limits"
        )
        if own is None:
            is_service = self.account(provider).base_url in {None, kind.default_base_url}
            own = budgets.published(provider, model) if is_service else ()
        return (
            *own,
            *budgets.for_each_repository(self.fury_bot_repository_limits),
        )

    def can_ask(self, provider: Provider) -> bool:
        """Say whether a question that names ``provider`` can be put to it."""
        if provider == "extractive":
            return True
        account = self.account(provider)
        needs_key = registry.MODELS[provider].needs_key(account.base_url)
        return bool(account.api_key) or not needs_key

    @property
    def providers(self) -> tuple[Provider, ...]:
        """The chain, always ending with the provider that needs no key."""
        ready = (name for name in get_args(Provider) if self._is_ready(name))
        chosen = self.fury_bot_providers or tuple(ready)
        return (*(name for name in chosen if name != "extractive"), "extractive")

    def _is_ready(self, name: Provider) -> bool:
        return name != "extractive" and self.account(name).is_ready_for(name)


def _readable(error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        name = str(problem["loc"][0]).upper() if problem["loc"] else "settings"
        lines.append(f"{name}: {problem['msg'][0].lower()}{problem['msg'][1:]}")
    return lines
