"""What AWS Lambda calls: thin shells around the web application, the worker and the migrations.

A container makes its parts at the first event, and keeps them for those that follow.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from apig_wsgi import make_lambda_handler

from fury_bot import logs, parameter_store
from fury_bot.settings import Settings, SettingsError
from fury_bot.wiring import Wiring
from fury_bot.wsgi import create_app

if TYPE_CHECKING:
    from collections.abc import Callable

Event = dict[str, Any]
"""An event's JSON."""

STARTING_SHARE = 1 / 3
"""Of the worker's time, in which jobs are begun; the rest is for those under way to finish."""


class Context(Protocol):
    """The part of Lambda's context object that is used here."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until Lambda kills the function."""


def http(event: Event, context: Context) -> Event:
    """Answer an HTTP request, as an API Gateway HTTP API passes it (payload format 2.0).

    An answer goes out whole: what would be streamed elsewhere comes at once, at its end.
    """
    return _http()(event, context)


def worker(event: Event, context: Context) -> None:  # noqa: ARG001 - the work is in PostgreSQL
    """Run the jobs that are due, whether a message or the schedule called.

    Rings again when jobs may be left as the time for beginning them is over.
    """
    seconds = context.get_remaining_time_in_millis() / 1000 * STARTING_SHARE
    drained = _wiring().worker.drain(seconds=seconds)
    if not drained:
        _wiring().doorbell.ring()


def migrate(event: Event, context: Context) -> dict[str, list[str]]:  # noqa: ARG001 - no input
    """Apply the missing migrations, and say which they were."""
    return {"applied": _wiring().migrate()}


@cache
def _http() -> Callable[[Event, Context], Event]:
    wiring = _wiring()
    return make_lambda_handler(create_app(wiring.settings, wiring))


@cache
def _wiring() -> Wiring:
    settings = _settings()
    logs.configure(settings.fury_bot_log_level)
    return Wiring(settings)


def _settings() -> Settings:
    """Return the settings: the parameters below ``FURY_BOT_SECRETS_PREFIX``, then the environment.

    The parameters go straight into the settings; the environment, which every child process
    inherits, holds no secret.

    Raises:
        ParametersUnreadable: The Parameter Store does not give them.
        SettingsError: Naming what is wrong, or missing.
    """
    prefix = os.environ.get("FURY_BOT_SECRETS_PREFIX")
    parameters = parameter_store.read(prefix) if prefix else {}
    settings = Settings(**{name.lower(): value for name, value in parameters.items()})
    if settings.database_url is None:
        raise SettingsError("DATABASE_URL: needed, since a function's disk does not outlive it")
    return settings
