"""Whether the process is up and ready, and what it has counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

log = structlog.get_logger(__name__)

UNREACHABLE = "cannot be reached"
"""All that strangers are told; the log says what, and why."""


def blueprint(readiness: Mapping[str, Callable[[], str | None]]) -> Blueprint:
    """Return the routes of the operator's side.

    Args:
        readiness: Checks by name: each returns what is wrong, or None.
    """
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    @routes.get("/ping")
    def alive() -> Response:
        return jsonify(status="ok")

    @routes.get("/readyz")
    def ready() -> tuple[Response, int]:
        problems = {name: _problem(name, check) for name, check in readiness.items()}
        status = 503 if any(problems.values()) else 200
        return jsonify({name: problem or "ok" for name, problem in problems.items()}), status

    @routes.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    return routes


def _problem(name: str, check: Callable[[], str | None]) -> str | None:
    try:
        return check()
    except StorageError as error:
        log.warning("not_ready", check=name, error=str(error))
        return UNREACHABLE
