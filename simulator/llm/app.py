"""The WSGI application: every wire protocol, and the control endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from simulator.llm import control
from simulator.llm.wire import gemini, groq, ollama, openai

if TYPE_CHECKING:
    from simulator.llm.models import SimulatedModels


def create_app(models: SimulatedModels) -> Flask:
    """Return the service around ``models``; a wire protocol is one module with a blueprint."""
    app = Flask("simulated-models")
    for wire in (groq, gemini, ollama, openai):
        app.register_blueprint(wire.blueprint(models))
    app.register_blueprint(control.blueprint(models))
    return app
