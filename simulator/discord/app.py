"""The simulated Discord's API, and the routes by which a person or a test drives it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, jsonify, request

from simulator.discord import errors
from simulator.discord.faults import Route, When

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.discord.model import Message
    from simulator.discord.platform import Discord

API = "/api/v10"
"""The path that DISCORD_API_URL ends with."""


def create_app(discord: Discord, *, interactions_url: str | None = None) -> Flask:
    """Return the application that serves ``discord``.

    ``interactions_url`` is where ``POST /_simulator/ask`` sends what people ask.
    """
    app = Flask(__name__)
    _add_webhooks(app, discord)
    _add_commands(app, discord)
    _add_control(app, discord, interactions_url)

    @app.errorhandler(errors.ApiError)
    def api_error(error: errors.ApiError) -> Response:
        response = jsonify(error.body)
        response.status_code = error.status
        response.headers.update(error.headers)
        return response

    return app


def _add_webhooks(app: Flask, discord: Discord) -> None:
    webhook = f"{API}/webhooks/<application_id>/<token>"

    def done(route: Route, application_id: str, token: str, act: Callable[[], Message]) -> Response:
        discord.faults.strike(When.BEFORE, route)
        if application_id != discord.application_id:
            raise errors.unknown_webhook()
        message = act()
        discord.faults.strike(When.AFTER, route)
        return jsonify(
            message.as_json(
                channel_id=discord.channel_of(token), application_id=discord.application_id
            )
        )

    @app.patch(f"{webhook}/messages/<message_id>")
    def edit(application_id: str, token: str, message_id: str) -> Response:
        body = _body()
        return done(
            Route.EDIT, application_id, token, lambda: discord.edit(token, message_id, body)
        )

    @app.post(webhook)
    def follow_up(application_id: str, token: str) -> Response:
        body = _body()
        return done(Route.FOLLOW_UP, application_id, token, lambda: discord.follow_up(token, body))

    @app.get(f"{webhook}/messages/<message_id>")
    def read(application_id: str, token: str, message_id: str) -> Response:
        return done(Route.READ, application_id, token, lambda: discord.read(token, message_id))


def _add_commands(app: Flask, discord: Discord) -> None:
    @app.put(f"{API}/applications/<application_id>/commands")
    def commands(application_id: str) -> Response:
        discord.faults.strike(When.BEFORE, Route.COMMANDS)
        if application_id != discord.application_id:
            raise errors.ApiError(
                HTTPStatus.NOT_FOUND, {"message": "Unknown Application", "code": 10002}
            )
        registered = discord.overwrite_commands(
            request.headers.get("Authorization"), request.get_json(silent=True)
        )
        discord.faults.strike(When.AFTER, Route.COMMANDS)
        return jsonify(registered)


def _add_control(app: Flask, discord: Discord, interactions_url: str | None) -> None:
    @app.get("/_simulator/state")
    def state() -> Response:
        return jsonify(
            application_id=discord.application_id,
            public_key=discord.public_key,
            interactions_url=interactions_url,
            commands=discord.commands,
            interactions=[interaction.as_json() for interaction in discord.interactions],
        )

    @app.post("/_simulator/ask")
    def ask() -> tuple[Response, int]:
        body = _body()
        question, repository = body.get("question"), body.get("repository")
        if not isinstance(question, str) or not isinstance(repository, str | None):
            return jsonify(error="invalid", detail="question must be a text"), 400
        if interactions_url is None:
            return jsonify(error="not_configured", detail="no interactions URL was given"), 409
        interaction = discord.ask(interactions_url, question, repository=repository)
        return jsonify(interaction.as_json()), 200


def _body() -> dict[str, Any]:
    decoded = request.get_json(silent=True)
    return decoded if isinstance(decoded, dict) else {}
