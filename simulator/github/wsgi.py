"""The simulated GitHub as a WSGI application, for :class:`simulator.serving.Served`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from simulator.github.control import control_blueprint
from simulator.github.graphql_api import graphql_blueprint
from simulator.github.rest import rest_blueprint
from simulator.github.transport import connect

if TYPE_CHECKING:
    from simulator.github.service import GitHub

ENTERPRISE_PREFIX = "/api/v3"
"""Where GitHub Enterprise Server has its REST API (and ``/api/graphql`` beside it)."""


def create_app(github: GitHub) -> Flask:
    """Return the application: REST at ``/`` and ``/api/v3``, GraphQL, and the control routes."""
    app = Flask("simulator.github", static_folder=None)
    # A connection that is lost on purpose must reach the server as the error it is.
    app.config["PROPAGATE_EXCEPTIONS"] = True
    rest = rest_blueprint(github)
    app.register_blueprint(rest)
    app.register_blueprint(rest, name="enterprise", url_prefix=ENTERPRISE_PREFIX)
    app.register_blueprint(graphql_blueprint(github))
    app.register_blueprint(control_blueprint(github))
    connect(app, github)
    return app
