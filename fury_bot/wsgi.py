"""The web application: every face's routes, and one shape for every error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import Flask, jsonify, request
from werkzeug.exceptions import HTTPException

from fury_bot import logs
from fury_bot.settings import Settings
from fury_bot.wiring import Wiring
from web import security_headers

if TYPE_CHECKING:
    from flask import Response

log = structlog.get_logger(__name__)


def create_app(settings: Settings, wiring: Wiring | None = None) -> Flask:
    """Return the application, wired by ``settings``.

    Raises:
        SettingsError: A setting cannot be used.
        DatabaseUnreachable: The embedded server, where it is used, does not start.
    """
    wiring = wiring or Wiring(settings)
    app = Flask("fury_bot", static_folder=None)
    for routes in wiring.blueprints():
        app.register_blueprint(routes)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _failure)
    app.after_request(security_headers.add)
    return app


def application() -> Flask:
    """Return the application of the environment's settings, for a WSGI server to call."""
    settings = Settings()
    logs.configure(settings.fury_bot_log_level)
    return create_app(settings)


def _http_error(error: HTTPException) -> tuple[Response, int, dict[str, str]]:
    detail = error.description or ""
    # A 405 has to say what is allowed; what the headers say of werkzeug's own page is void.
    headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    return jsonify(error=_word(error.name), detail=detail), error.code or 500, headers


def _failure(error: Exception) -> tuple[Response, int]:
    log.error("request_failed", method=request.method, path=request.path, exc_info=error)
    return jsonify(error="internal_error", detail=type(error).__name__), 500


def _word(name: str) -> str:
    """Return ``not_found`` of ``Not Found``: for programs, like the API's own."""
    return name.lower().replace(" ", "_")
